version 14
set more off
import delimited using `"empty.tab"', delimiters(tab) varnames(nonames) rowrange(2) encoding("UTF-8") bindquote(strict) maxquotedrows(unlimited) asdouble stringcols(1) clear
rename v1 only
label language en, rename
label language fr, new
label language pt_BR, new
label language en
label data `"Everything"'
compress
save `"empty.dta"', replace
