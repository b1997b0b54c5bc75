version 14
set more off
import delimited using `"members.tab"', delimiters(tab) varnames(nonames) rowrange(2) encoding("UTF-8") bindquote(strict) maxquotedrows(unlimited) asdouble numericcols(1 2 4 5 6 7) stringcols(3 8) clear
rename v1 hhid
rename v2 line
rename v3 name
rename v4 age
rename v5 works
rename v6 studies
rename v7 height
rename v8 remarks
label variable line `"Line number"'
label variable name `"First name"'
label variable age `"Age in years"'
quietly replace age = .a if age >= -9 & age <= -1 & age < .
label define age .a `"No answer"', modify
label values age age
label variable works `"Works"'
notes works: Did you work last week?
quietly replace works = .d if works == 8
quietly replace works = .r if works == 9
label define works 1 `"Yes"', modify
label define works 2 `"No"', modify
label define works .d `"Don't know"', modify
label define works .r `"Refused"', modify
label values works works
label variable studies `"Studies"'
quietly replace studies = .d if studies == 8
quietly replace studies = .r if studies == 9
label define studies 1 `"Yes"', modify
label define studies 2 `"No"', modify
label define studies .d `"Don't know"', modify
label define studies .r `"Refused"', modify
label values studies studies
label variable height `"Height in metres"'
label variable remarks `"Remarks of the interviewer"'
label language en, rename
label language fr, new
label variable line `"Line number"'
label variable name `"First name"'
label variable age `"Age in years"'
label define age_fr .a `"No answer"', modify
label values age age_fr
label variable works `"Works (fr)"'
label define works_fr 1 `"Oui"', modify
label define works_fr 2 `"Non"', modify
label define works_fr .d `"Ne sait pas"', modify
label define works_fr .r `"Refus"', modify
label values works works_fr
label variable studies `"Studies (fr)"'
label define studies_fr 1 `"Oui"', modify
label define studies_fr 2 `"Non"', modify
label define studies_fr .d `"Ne sait pas"', modify
label define studies_fr .r `"Refus"', modify
label values studies studies_fr
label variable height `"Height in metres"'
label variable remarks `"Remarks of the interviewer"'
label language en
label data `"Members of the household"'
compress
save `"members.dta"', replace
