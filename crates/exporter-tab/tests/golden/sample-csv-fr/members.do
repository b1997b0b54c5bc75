version 14
set more off
import delimited using `"members.csv"', delimiters(",") varnames(nonames) rowrange(2) encoding("UTF-8") bindquote(strict) maxquotedrows(unlimited) asdouble numericcols(2 4 5 6 7) stringcols(1 3 8) clear
rename v1 hhid
rename v2 line
rename v3 name
rename v4 age
rename v5 works
rename v6 studies
rename v7 height
rename v8 remarks
label define age_en .a `"No answer"', modify
label define age_en .b `"No answer"', modify
label define age_en .c `"No answer"', modify
label define age_en .d `"No answer"', modify
label define age_en .e `"No answer"', modify
label define age_en .f `"No answer"', modify
label define age_en .g `"No answer"', modify
label define age_en .h `"No answer"', modify
label define age_en .i `"No answer"', modify
label define age .a `"No answer"', modify
label define age .b `"No answer"', modify
label define age .c `"No answer"', modify
label define age .d `"No answer"', modify
label define age .e `"No answer"', modify
label define age .f `"No answer"', modify
label define age .g `"No answer"', modify
label define age .h `"No answer"', modify
label define age .i `"No answer"', modify
label define yes_no_en 1 `"Yes"', modify
label define yes_no_en 2 `"No"', modify
label define yes_no_en .d `"Don't know"', modify
label define yes_no_en .r `"Refused"', modify
label define yes_no 1 `"Oui"', modify
label define yes_no 2 `"Non"', modify
label define yes_no .d `"Ne sait pas"', modify
label define yes_no .r `"Refus"', modify
format hhid %16s
label variable line `"Line number"'
format line %8.0g
label variable name `"First name"'
format name %11s
label variable age `"Age in years"'
quietly replace age = .i if age == -1
quietly replace age = .h if age == -2
quietly replace age = .g if age == -3
quietly replace age = .f if age == -4
quietly replace age = .e if age == -5
quietly replace age = .d if age == -6
quietly replace age = .c if age == -7
quietly replace age = .b if age == -8
quietly replace age = .a if age == -9
label values age age
format age %8.0g
label variable works `"Works (fr)"'
notes works: Avez-vous travaillé la semaine dernière ?
quietly replace works = .r if works == 9
quietly replace works = .d if works == 8
label values works yes_no
format works %8.0g
label variable studies `"Studies (fr)"'
quietly replace studies = .r if studies == 9
quietly replace studies = .d if studies == 8
label values studies yes_no
format studies %8.0g
label variable height `"Height in metres"'
format height %10.0g
label variable remarks `"Remarks of the interviewer"'
format remarks %21s
label language fr, rename
label language en, new
label data `"Members of the household"'
label variable line `"Line number"'
label variable name `"First name"'
label variable age `"Age in years"'
label values age age_en
label variable works `"Works"'
label values works yes_no_en
label variable studies `"Studies"'
label values studies yes_no_en
label variable height `"Height in metres"'
label variable remarks `"Remarks of the interviewer"'
label language fr
label data `"Members of the household"'
compress
save `"members.dta"', replace
