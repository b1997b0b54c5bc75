version 14
set more off
import delimited using `"my table.tab"', delimiters(tab) varnames(nonames) rowrange(2) encoding("UTF-8") bindquote(strict) maxquotedrows(unlimited) asdouble numericcols(1 2 3 4 5 11 19 20 21 26 27 28 29 30 31 32 33) stringcols(6 7 8 9 10 12 13 14 15 16 17 18 22 23 24 25 34 35) clear
rename v1 small
rename v2 unsigned
rename v3 big
rename v4 float_
rename v5 exact
rename v6 truth
rename v7 day
rename v8 local
rename v9 moment
rename v10 clock
rename v11 length
rename v12 year
rename v13 half
rename v14 quarter
rename v15 month
rename v16 week
rename v17 bytes
rename v18 many
rename v19 using_
rename v20 str12_
rename v21 not
rename v22 Ends_in_a_space_
rename v23 a_name_that_is_longer_than_thirt
rename v24 a_name_that_is_longer_than_thi_2
rename v25 _2nd__é___x__y___z
rename v26 coded
rename v27 reasons
rename v28 shown0
rename v29 shown1
rename v30 shown2
rename v31 shown3
rename v32 shown4
rename v33 shown5
rename v34 answer
rename v35 yes
tempvar made
generate byte `made' = cond(truth == "", ., truth == "true")
drop truth
rename `made' truth
tempvar made
generate long `made' = daily(day, "YMD")
drop day
rename `made' day
tempvar made
generate double `made' = clock(substr(local, 1, 10) + " " + substr(local, 12, 8), "YMDhms")
quietly replace `made' = `made' + real(substr(local, 21, 3)) if substr(local, 20, 1) == "."
drop local
rename `made' local
tempvar made
generate double `made' = clock(substr(moment, 1, 10) + " " + substr(moment, 12, 8), "YMDhms")
quietly replace `made' = `made' + real(substr(moment, 21, 3)) if substr(moment, 20, 1) == "."
quietly replace `made' = `made' - cond(regexs(1) == "-", -1000, 1000) * (real(regexs(2)) * 3600 + real(regexs(3)) * 60 + real("0" + regexs(4))) if regexm(moment, "([+-])([0-9][0-9]):([0-9][0-9]):?([0-9]*)$")
drop moment
rename `made' moment
tempvar made
generate double `made' = clock("1960-01-01 " + clock, "YMDhms")
drop clock
rename `made' clock
tempvar made
generate long `made' = yearly(year, "Y")
drop year
rename `made' year
tempvar made
generate long `made' = halfyearly(half, "YH")
drop half
rename `made' half
tempvar made
generate long `made' = quarterly(quarter, "YQ")
drop quarter
rename `made' quarter
tempvar made
generate long `made' = monthly(month, "YM")
drop month
rename `made' month
tempvar made
generate long `made' = weekly(week, "YW")
drop week
rename `made' week
tempvar made
generate byte `made' = cond(yes == "", ., yes == "true")
drop yes
rename `made' yes
order small unsigned big float_ exact truth day local moment clock length year half quarter month week bytes many using_ str12_ not Ends_in_a_space_ a_name_that_is_longer_than_thirt a_name_that_is_longer_than_thi_2 _2nd__é___x__y___z coded reasons shown0 shown1 shown2 shown3 shown4 shown5 answer yes
label define codes_fr 1 `"Un"', modify
label define codes 1 `"One"', modify
label define codes 2 `"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"', modify
label define codes .b `"Skipped by the set"', modify
label define codes .c `"It's "quoted" and broken"', modify
label define codes .d `"Below"', modify
label define codes .r `"Refused"', modify
label define reasons .a `"Reason 0"', modify
label define reasons .b `"Reason 1"', modify
label define reasons .c `"Reason 2"', modify
label define reasons .d `"Reason 3"', modify
label define reasons .e `"Reason 4"', modify
label define reasons .f `"Reason 5"', modify
label define reasons .g `"Reason 6"', modify
label define reasons .h `"Reason 7"', modify
label define reasons .i `"Reason 8"', modify
label define reasons .j `"Reason 9"', modify
label define reasons .k `"Reason 10"', modify
label define reasons .l `"Reason 11"', modify
label define reasons .m `"Reason 12"', modify
label define reasons .n `"Reason 13"', modify
label define reasons .o `"Reason 14"', modify
label define reasons .p `"Reason 15"', modify
label define reasons .q `"Reason 16"', modify
label define reasons .r `"Reason 17"', modify
label define reasons .s `"Reason 18"', modify
label define reasons .t `"Reason 19"', modify
label define reasons .u `"Reason 20"', modify
label define reasons .v `"Reason 21"', modify
label define reasons .w `"Reason 22"', modify
label define reasons .x `"Reason 23"', modify
label define reasons .y `"Reason 24"', modify
label define reasons .z `"Reason 25"', modify
label define shown0 .a `"Half"', modify
label define shown1 .a `"Half"', modify
label define shown2 .a `"Half"', modify
label define shown3 .a `"Half"', modify
label define shown4 .a `"Half"', modify
label define shown5 .a `"Half"', modify
label define yes .a `"Never"', modify
format small %8.0g
format unsigned %8.0g
format big %8.0g
label variable float_ `"The float"'
format float_ %10.0g
label variable exact `"The exact"'
format exact %10.0g
label variable truth `"The truth"'
format truth %8.0g
label variable day `"The day"'
format day %td
label variable local `"The local"'
format local %tc
label variable moment `"The moment"'
notes moment: Times in UTC; the zone of the variable is UTC.
format moment %tc
label variable clock `"The clock"'
format clock %tcHH:MM:SS
label variable length `"The length"'
notes length: Lengths of time in seconds.
format length %8.0g
label variable year `"The year"'
format year %ty
label variable half `"The half"'
format half %th
label variable quarter `"The quarter"'
format quarter %tq
label variable month `"The month"'
format month %tm
label variable week `"The week"'
format week %tw
label variable bytes `"The bytes"'
format bytes %9s
label variable many `"The many"'
format many %9s
label variable using_ `"The using"'
format using_ %8.0g
label variable str12_ `"The str12"'
format str12_ %8.0g
label variable not `"The not"'
format not %8.0g
label variable Ends_in_a_space_ `"The Ends in a space "'
format Ends_in_a_space_ %9s
label variable a_name_that_is_longer_than_thirt `"The a name that is longer than thirty-two characters"'
format a_name_that_is_longer_than_thirt %9s
label variable a_name_that_is_longer_than_thi_2 `"The a name that is longer than thirty-two letters"'
format a_name_that_is_longer_than_thi_2 %9s
label variable _2nd__é___x__y___z `"The 2nd "é" \$x \`y' \z"'
format _2nd__é___x__y___z %9s
label variable coded `"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"'
notes coded: A note with a \`macro' and a \$global.
notes coded: How many? And "why"?
notes coded: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
quietly replace coded = .n if coded == 99
quietly replace coded = .m if coded == 98
quietly replace coded = .l if coded == 97
quietly replace coded = .k if coded == 96
quietly replace coded = .j if coded == 95
quietly replace coded = .i if coded == 94
quietly replace coded = .h if coded == 93
quietly replace coded = .g if coded == 92
quietly replace coded = .f if coded == 91
quietly replace coded = .e if coded == 90
quietly replace coded = .c if coded == -5
quietly replace coded = .b if coded == 7
quietly replace coded = .a if coded == 8
quietly replace coded = .r if coded == 9
quietly replace coded = .d if coded <= -1 & coded < .
label values coded codes
format coded %9.0g
quietly replace reasons = .z if reasons == 129
quietly replace reasons = .z if reasons == 128
quietly replace reasons = .z if reasons == 127
quietly replace reasons = .z if reasons == 126
quietly replace reasons = .z if reasons == 125
quietly replace reasons = .y if reasons == 124
quietly replace reasons = .x if reasons == 123
quietly replace reasons = .w if reasons == 122
quietly replace reasons = .v if reasons == 121
quietly replace reasons = .u if reasons == 120
quietly replace reasons = .t if reasons == 119
quietly replace reasons = .s if reasons == 118
quietly replace reasons = .r if reasons == 117
quietly replace reasons = .q if reasons == 116
quietly replace reasons = .p if reasons == 115
quietly replace reasons = .o if reasons == 114
quietly replace reasons = .n if reasons == 113
quietly replace reasons = .m if reasons == 112
quietly replace reasons = .l if reasons == 111
quietly replace reasons = .k if reasons == 110
quietly replace reasons = .j if reasons == 109
quietly replace reasons = .i if reasons == 108
quietly replace reasons = .h if reasons == 107
quietly replace reasons = .g if reasons == 106
quietly replace reasons = .f if reasons == 105
quietly replace reasons = .e if reasons == 104
quietly replace reasons = .d if reasons == 103
quietly replace reasons = .c if reasons == 102
quietly replace reasons = .b if reasons == 101
quietly replace reasons = .a if reasons == 100
label values reasons reasons
format reasons %8.0g
quietly replace shown0 = .a if shown0 == 8.5
label values shown0 shown0
format shown0 %12.3f
quietly replace shown1 = .a if shown1 == 8.5
label values shown1 shown1
format shown1 %12.3fc
quietly replace shown2 = .a if shown2 == 8.5
label values shown2 shown2
format shown2 %12.3e
quietly replace shown3 = .a if shown3 == 8.5
label values shown3 shown3
format shown3 %12.3f
quietly replace shown4 = .a if shown4 == 8.5
label values shown4 shown4
format shown4 %12.3fc
quietly replace shown5 = .a if shown5 == 8.5
label values shown5 shown5
format shown5 %012.3f
format answer %9s
quietly replace yes = .a if yes == 1
label values yes yes
format yes %8.0g
label language en, rename
label language fr, new
label variable float_ `"Le float"'
label variable exact `"Le exact"'
label variable truth `"Le truth"'
label variable day `"Le day"'
label variable local `"Le local"'
label variable moment `"Le moment"'
label variable clock `"Le clock"'
label variable length `"Le length"'
label variable year `"Le year"'
label variable half `"Le half"'
label variable quarter `"Le quarter"'
label variable month `"Le month"'
label variable week `"Le week"'
label variable bytes `"Le bytes"'
label variable many `"Le many"'
label variable using_ `"Le using"'
label variable str12_ `"Le str12"'
label variable not `"Le not"'
label variable Ends_in_a_space_ `"Le Ends in a space "'
label variable a_name_that_is_longer_than_thirt `"Le a name that is longer than thirty-two characters"'
label variable a_name_that_is_longer_than_thi_2 `"Le a name that is longer than thirty-two letters"'
label variable _2nd__é___x__y___z `"Le 2nd "é" \$x \`y' \z"'
label values coded codes_fr
label language en
label data `"A table with everything: "quotes", 'quotes', and a label of more than eighty cha"'
notes: First note
notes: A table with everything: "quotes", 'quotes', and a label of more than eighty characters, é
compress
save `"my table.dta"', replace
