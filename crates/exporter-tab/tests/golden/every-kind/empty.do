version 14
set more off
import delimited using `"empty.tab"', delimiters(tab) varnames(nonames) rowrange(2) encoding("UTF-8") bindquote(strict) maxquotedrows(unlimited) asdouble stringcols(1) clear
rename v1 only
format only %9s
label data `"Everything"'
compress
save `"empty.dta"', replace
