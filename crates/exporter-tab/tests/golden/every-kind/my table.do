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
format truth %8.0g
tempvar made
generate long `made' = daily(day, "YMD")
drop day
rename `made' day
format day %td
tempvar made
generate double `made' = clock(substr(local, 1, 10) + " " + substr(local, 12, 12), "YMDhms")
drop local
rename `made' local
format local %tc
tempvar made
generate double `made' = clock(substr(moment, 1, 10) + " " + substr(moment, 12, 12), "YMDhms")
drop moment
rename `made' moment
format moment %tc
tempvar made
generate double `made' = clock("1960-01-01 " + clock, "YMDhms")
drop clock
rename `made' clock
format clock %tcHH:MM:SS
tempvar made
generate int `made' = yearly(year, "Y")
drop year
rename `made' year
format year %ty
tempvar made
generate int `made' = halfyearly(half, "YH")
drop half
rename `made' half
format half %th
tempvar made
generate int `made' = quarterly(quarter, "YQ")
drop quarter
rename `made' quarter
format quarter %tq
tempvar made
generate int `made' = monthly(month, "YM")
drop month
rename `made' month
format month %tm
tempvar made
generate int `made' = weekly(week, "YW")
drop week
rename `made' week
format week %tw
tempvar made
generate byte `made' = cond(yes == "", ., yes == "true")
drop yes
rename `made' yes
format yes %8.0g
order small unsigned big float_ exact truth day local moment clock length year half quarter month week bytes many using_ str12_ not Ends_in_a_space_ a_name_that_is_longer_than_thirt a_name_that_is_longer_than_thi_2 _2nd__é___x__y___z coded reasons shown0 shown1 shown2 shown3 shown4 shown5 answer yes
label variable float_ `"The float"'
label variable exact `"The exact"'
label variable truth `"The truth"'
label variable day `"The day"'
label variable local `"The local"'
label variable moment `"The moment"'
label variable clock `"The clock"'
label variable length `"The length"'
label variable year `"The year"'
label variable half `"The half"'
label variable quarter `"The quarter"'
label variable month `"The month"'
label variable week `"The week"'
label variable bytes `"The bytes"'
label variable many `"The many"'
label variable using_ `"The using"'
label variable str12_ `"The str12"'
label variable not `"The not"'
label variable Ends_in_a_space_ `"The Ends in a space "'
label variable a_name_that_is_longer_than_thirt `"The a name that is longer than thirty-two characters"'
label variable a_name_that_is_longer_than_thi_2 `"The a name that is longer than thirty-two letters"'
label variable _2nd__é___x__y___z `"The 2nd "é" \$x \`y' \z"'
label variable coded `"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"'
notes coded: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
notes coded: How many? And "why"?
notes coded: A note with a \`macro' and a \$global.
quietly replace coded = .r if coded == 9
quietly replace coded = .a if coded == 8
quietly replace coded = .b if coded <= -1 & coded < .
quietly replace coded = .c if coded >= 90 & coded <= 99 & coded < .
quietly replace coded = .d if coded == 7
label define coded 1 `"One"', modify
label define coded 2 `"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"', modify
label define coded .d `"Skipped by the set"', modify
label define coded .b `"It's "quoted" and broken"', modify
label define coded .r `"Refused"', modify
label values coded coded
format coded %9.0g
quietly replace reasons = .a if reasons == 100
quietly replace reasons = .b if reasons == 101
quietly replace reasons = .c if reasons == 102
quietly replace reasons = .d if reasons == 103
quietly replace reasons = .e if reasons == 104
quietly replace reasons = .f if reasons == 105
quietly replace reasons = .g if reasons == 106
quietly replace reasons = .h if reasons == 107
quietly replace reasons = .i if reasons == 108
quietly replace reasons = .j if reasons == 109
quietly replace reasons = .k if reasons == 110
quietly replace reasons = .l if reasons == 111
quietly replace reasons = .m if reasons == 112
quietly replace reasons = .n if reasons == 113
quietly replace reasons = .o if reasons == 114
quietly replace reasons = .p if reasons == 115
quietly replace reasons = .q if reasons == 116
quietly replace reasons = .r if reasons == 117
quietly replace reasons = .s if reasons == 118
quietly replace reasons = .t if reasons == 119
quietly replace reasons = .u if reasons == 120
quietly replace reasons = .v if reasons == 121
quietly replace reasons = .w if reasons == 122
quietly replace reasons = .x if reasons == 123
quietly replace reasons = .y if reasons == 124
quietly replace reasons = .z if reasons == 125
quietly replace reasons = .z if reasons == 126
quietly replace reasons = .z if reasons == 127
quietly replace reasons = .z if reasons == 128
quietly replace reasons = .z if reasons == 129
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
label values reasons reasons
quietly replace shown0 = .a if shown0 == 8.5
label define shown0 .a `"Half"', modify
label values shown0 shown0
format shown0 %12.3f
quietly replace shown1 = .a if shown1 == 8.5
label define shown1 .a `"Half"', modify
label values shown1 shown1
format shown1 %12.3f
quietly replace shown2 = .a if shown2 == 8.5
label define shown2 .a `"Half"', modify
label values shown2 shown2
format shown2 %12.3f
quietly replace shown3 = .a if shown3 == 8.5
label define shown3 .a `"Half"', modify
label values shown3 shown3
format shown3 %12.3f
quietly replace shown4 = .a if shown4 == 8.5
label define shown4 .a `"Half"', modify
label values shown4 shown4
format shown4 %12.3f
quietly replace shown5 = .a if shown5 == 8.5
label define shown5 .a `"Half"', modify
label values shown5 shown5
format shown5 %12.3f
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
label variable coded `"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"'
label define coded_fr 1 `"Un"', modify
label define coded_fr 2 `"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"', modify
label define coded_fr .d `"Skipped by the set"', modify
label define coded_fr .b `"It's "quoted" and broken"', modify
label define coded_fr .r `"Refused"', modify
label values coded coded_fr
label define reasons_fr .a `"Reason 0"', modify
label define reasons_fr .b `"Reason 1"', modify
label define reasons_fr .c `"Reason 2"', modify
label define reasons_fr .d `"Reason 3"', modify
label define reasons_fr .e `"Reason 4"', modify
label define reasons_fr .f `"Reason 5"', modify
label define reasons_fr .g `"Reason 6"', modify
label define reasons_fr .h `"Reason 7"', modify
label define reasons_fr .i `"Reason 8"', modify
label define reasons_fr .j `"Reason 9"', modify
label define reasons_fr .k `"Reason 10"', modify
label define reasons_fr .l `"Reason 11"', modify
label define reasons_fr .m `"Reason 12"', modify
label define reasons_fr .n `"Reason 13"', modify
label define reasons_fr .o `"Reason 14"', modify
label define reasons_fr .p `"Reason 15"', modify
label define reasons_fr .q `"Reason 16"', modify
label define reasons_fr .r `"Reason 17"', modify
label define reasons_fr .s `"Reason 18"', modify
label define reasons_fr .t `"Reason 19"', modify
label define reasons_fr .u `"Reason 20"', modify
label define reasons_fr .v `"Reason 21"', modify
label define reasons_fr .w `"Reason 22"', modify
label define reasons_fr .x `"Reason 23"', modify
label define reasons_fr .y `"Reason 24"', modify
label define reasons_fr .z `"Reason 25"', modify
label values reasons reasons_fr
label define shown0_fr .a `"Half"', modify
label values shown0 shown0_fr
label define shown1_fr .a `"Half"', modify
label values shown1 shown1_fr
label define shown2_fr .a `"Half"', modify
label values shown2 shown2_fr
label define shown3_fr .a `"Half"', modify
label values shown3 shown3_fr
label define shown4_fr .a `"Half"', modify
label values shown4 shown4_fr
label define shown5_fr .a `"Half"', modify
label values shown5 shown5_fr
label language pt_BR, new
label variable float_ `"The float"'
label variable exact `"The exact"'
label variable truth `"The truth"'
label variable day `"The day"'
label variable local `"The local"'
label variable moment `"The moment"'
label variable clock `"The clock"'
label variable length `"The length"'
label variable year `"The year"'
label variable half `"The half"'
label variable quarter `"The quarter"'
label variable month `"The month"'
label variable week `"The week"'
label variable bytes `"The bytes"'
label variable many `"The many"'
label variable using_ `"The using"'
label variable str12_ `"The str12"'
label variable not `"The not"'
label variable Ends_in_a_space_ `"The Ends in a space "'
label variable a_name_that_is_longer_than_thirt `"The a name that is longer than thirty-two characters"'
label variable a_name_that_is_longer_than_thi_2 `"The a name that is longer than thirty-two letters"'
label variable _2nd__é___x__y___z `"The 2nd "é" \$x \`y' \z"'
label variable coded `"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"'
label define coded_pt_BR 1 `"One"', modify
label define coded_pt_BR 2 `"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"', modify
label define coded_pt_BR .d `"Skipped by the set"', modify
label define coded_pt_BR .b `"It's "quoted" and broken"', modify
label define coded_pt_BR .r `"Refused"', modify
label values coded coded_pt_BR
label define reasons_pt_BR .a `"Reason 0"', modify
label define reasons_pt_BR .b `"Reason 1"', modify
label define reasons_pt_BR .c `"Reason 2"', modify
label define reasons_pt_BR .d `"Reason 3"', modify
label define reasons_pt_BR .e `"Reason 4"', modify
label define reasons_pt_BR .f `"Reason 5"', modify
label define reasons_pt_BR .g `"Reason 6"', modify
label define reasons_pt_BR .h `"Reason 7"', modify
label define reasons_pt_BR .i `"Reason 8"', modify
label define reasons_pt_BR .j `"Reason 9"', modify
label define reasons_pt_BR .k `"Reason 10"', modify
label define reasons_pt_BR .l `"Reason 11"', modify
label define reasons_pt_BR .m `"Reason 12"', modify
label define reasons_pt_BR .n `"Reason 13"', modify
label define reasons_pt_BR .o `"Reason 14"', modify
label define reasons_pt_BR .p `"Reason 15"', modify
label define reasons_pt_BR .q `"Reason 16"', modify
label define reasons_pt_BR .r `"Reason 17"', modify
label define reasons_pt_BR .s `"Reason 18"', modify
label define reasons_pt_BR .t `"Reason 19"', modify
label define reasons_pt_BR .u `"Reason 20"', modify
label define reasons_pt_BR .v `"Reason 21"', modify
label define reasons_pt_BR .w `"Reason 22"', modify
label define reasons_pt_BR .x `"Reason 23"', modify
label define reasons_pt_BR .y `"Reason 24"', modify
label define reasons_pt_BR .z `"Reason 25"', modify
label values reasons reasons_pt_BR
label define shown0_pt_BR .a `"Half"', modify
label values shown0 shown0_pt_BR
label define shown1_pt_BR .a `"Half"', modify
label values shown1 shown1_pt_BR
label define shown2_pt_BR .a `"Half"', modify
label values shown2 shown2_pt_BR
label define shown3_pt_BR .a `"Half"', modify
label values shown3 shown3_pt_BR
label define shown4_pt_BR .a `"Half"', modify
label values shown4 shown4_pt_BR
label define shown5_pt_BR .a `"Half"', modify
label values shown5 shown5_pt_BR
label language en
label data `"A table with everything: "quotes", 'quotes', and a label of more than eighty cha"'
notes: First note
compress
save `"my table.dta"', replace
