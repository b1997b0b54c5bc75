version 14
set more off
import delimited using `"members.csv"', delimiters(",") varnames(nonames) rowrange(2) encoding("UTF-8") bindquote(strict) maxquotedrows(unlimited) asdouble numericcols(1 2 4 5 6 7) stringcols(3 8) clear
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
label variable works `"Works (fr)"'
notes works: Avez-vous travaillé la semaine dernière ?
quietly replace works = .d if works == 8
quietly replace works = .r if works == 9
label define works 1 `"Oui"', modify
label define works 2 `"Non"', modify
label define works .d `"Ne sait pas"', modify
label define works .r `"Refus"', modify
label values works works
label variable studies `"Studies (fr)"'
quietly replace studies = .d if studies == 8
quietly replace studies = .r if studies == 9
label define studies 1 `"Oui"', modify
label define studies 2 `"Non"', modify
label define studies .d `"Ne sait pas"', modify
label define studies .r `"Refus"', modify
label values studies studies
label variable height `"Height in metres"'
label variable remarks `"Remarks of the interviewer"'
label language fr, rename
label language en, new
label variable line `"Line number"'
label variable name `"First name"'
label variable age `"Age in years"'
label define age_en .a `"No answer"', modify
label values age age_en
label variable works `"Works"'
label define works_en 1 `"Yes"', modify
label define works_en 2 `"No"', modify
label define works_en .d `"Don't know"', modify
label define works_en .r `"Refused"', modify
label values works works_en
label variable studies `"Studies"'
label define studies_en 1 `"Yes"', modify
label define studies_en 2 `"No"', modify
label define studies_en .d `"Don't know"', modify
label define studies_en .r `"Refused"', modify
label values studies studies_en
label variable height `"Height in metres"'
label variable remarks `"Remarks of the interviewer"'
label language fr
label data `"Members of the household"'
compress
save `"members.dta"', replace
