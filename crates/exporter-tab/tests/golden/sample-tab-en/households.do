version 14
set more off
import delimited using `"households.tab"', delimiters(tab) varnames(nonames) rowrange(2) encoding("UTF-8") bindquote(strict) maxquotedrows(unlimited) asdouble numericcols(1 4) stringcols(2 3 5 6) clear
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
format visited %td
tempvar made
generate double `made' = clock(substr(started, 1, 10) + " " + substr(started, 12, 12), "YMDhms")
drop started
rename `made' started
format started %tc
tempvar made
generate byte `made' = cond(electricity == "", ., electricity == "true")
drop electricity
rename `made' electricity
format electricity %8.0g
order hhid region visited income started electricity
label variable hhid `"Household"'
label variable region `"Region"'
label variable visited `"Day of the visit"'
label variable income `"Income of the last month"'
format income %12.2f
label variable electricity `"Has electricity"'
label language en, rename
label language fr, new
label variable hhid `"Household"'
label variable region `"Région"'
label variable visited `"Day of the visit"'
label variable income `"Income of the last month"'
label variable electricity `"Has electricity"'
label language en
label data `"Households"'
compress
save `"households.dta"', replace
