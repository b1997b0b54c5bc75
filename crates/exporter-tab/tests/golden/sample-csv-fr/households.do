version 14
set more off
import delimited using `"households.csv"', delimiters(",") varnames(nonames) rowrange(2) encoding("UTF-8") bindquote(strict) maxquotedrows(unlimited) asdouble numericcols(4) stringcols(1 2 3 5 6) clear
rename v1 hhid
rename v2 region
rename v3 visited
rename v4 income
rename v5 started
rename v6 electricity
tempvar made
generate long `made' = daily(visited, "YMD")
drop visited
rename `made' visited
tempvar made
generate double `made' = clock(substr(started, 1, 10) + " " + substr(started, 12, 8), "YMDhms")
quietly replace `made' = `made' + real(substr(started, 21, 3)) if substr(started, 20, 1) == "."
quietly replace `made' = `made' - cond(regexs(1) == "-", -1000, 1000) * (real(regexs(2)) * 3600 + real(regexs(3)) * 60 + real("0" + regexs(4))) if regexm(started, "([+-])([0-9][0-9]):([0-9][0-9]):?([0-9]*)$")
drop started
rename `made' started
tempvar made
generate byte `made' = cond(electricity == "", ., electricity == "true")
drop electricity
rename `made' electricity
order hhid region visited income started electricity
label variable hhid `"Household"'
format hhid %16s
label variable region `"Région"'
format region %9s
label variable visited `"Day of the visit"'
format visited %td
label variable income `"Income of the last month"'
format income %12.2f
notes started: Times in UTC; the zone of the variable is UTC.
format started %tc
label variable electricity `"Has electricity"'
format electricity %8.0g
label language fr, rename
label language en, new
label data `"Households"'
label variable hhid `"Household"'
label variable region `"Region"'
label variable visited `"Day of the visit"'
label variable income `"Income of the last month"'
label variable electricity `"Has electricity"'
label language fr
label data `"Ménages"'
compress
save `"households.dta"', replace
