* Encoding: UTF-8.
SET DECIMAL=DOT.
GET DATA /TYPE=TXT /FILE='my table.tab' /ENCODING='UTF8' /ARRANGEMENT=DELIMITED /DELCASE=LINE /FIRSTCASE=2 /DELIMITERS="\t" /QUALIFIER='"' /VARIABLES= small F11.0 unsigned F40.16 big F40.16 float F40.16 exact F40.16 @raw6 A5 day SDATE10
  @raw8 A40 @raw9 A40 clock TIME20.9 length F40.16 @raw12 A12 @raw13 A12 @raw14 A12 @raw15 A12 @raw16 A12 bytes A1 many A1 using F40.16 str12 F40.16 not_ F40.16 Ends_in_a_space_ A1 a_name_that_is_longer_than_thirty_two_characters A1
  a_name_that_is_longer_than_thirty_two_letters A1 @2nd__é__$x__y___z A1 coded F11.0 reasons F40.16 shown0 F40.16 shown1 F40.16 shown2 F40.16 shown3 F40.16 shown4 F40.16 shown5 F40.16 answer A1 @raw35 A5.
IF (@raw6 = 'true') truth = 1.
IF (@raw6 = 'false') truth = 0.
COMPUTE local = DATE.DMY(NUMBER(SUBSTR(@raw8, 9, 2), F2.0), NUMBER(SUBSTR(@raw8, 6, 2), F2.0), NUMBER(SUBSTR(@raw8, 1, 4), F4.0)) +
  (NUMBER(SUBSTR(@raw8, 12, 2), F2.0) * 60 + NUMBER(SUBSTR(@raw8, 15, 2), F2.0)) * 60 + NUMBER(SUBSTR(@raw8, 18, 2), F2.0).
IF (SUBSTR(@raw8, 20, 1) = '.') local = local + NUMBER(SUBSTR(@raw8, 21, 9), F9.0) / 10 ** LENGTH(RTRIM(RTRIM(SUBSTR(@raw8, 21)), 'Z')).
COMPUTE moment = DATE.DMY(NUMBER(SUBSTR(@raw9, 9, 2), F2.0), NUMBER(SUBSTR(@raw9, 6, 2), F2.0), NUMBER(SUBSTR(@raw9, 1, 4), F4.0)) +
  (NUMBER(SUBSTR(@raw9, 12, 2), F2.0) * 60 + NUMBER(SUBSTR(@raw9, 15, 2), F2.0)) * 60 + NUMBER(SUBSTR(@raw9, 18, 2), F2.0).
COMPUTE year = NUMBER(SUBSTR(@raw12, 1, 4), F4.0).
COMPUTE half = (NUMBER(SUBSTR(@raw13, 1, 4), F4.0) - 1960) * 2 + NUMBER(SUBSTR(@raw13, 6, 2), F2.0) - 1.
COMPUTE quarter = (NUMBER(SUBSTR(@raw14, 1, 4), F4.0) - 1960) * 4 + NUMBER(SUBSTR(@raw14, 6, 2), F2.0) - 1.
COMPUTE month = (NUMBER(SUBSTR(@raw15, 1, 4), F4.0) - 1960) * 12 + NUMBER(SUBSTR(@raw15, 6, 2), F2.0) - 1.
COMPUTE week = (NUMBER(SUBSTR(@raw16, 1, 4), F4.0) - 1960) * 52 + NUMBER(SUBSTR(@raw16, 6, 2), F2.0) - 1.
IF (@raw35 = 'true') yes = 1.
IF (@raw35 = 'false') yes = 0.
ADD FILES /FILE=* /KEEP= small unsigned big float exact truth day local moment clock length year half quarter month week bytes many using str12 not_ Ends_in_a_space_ a_name_that_is_longer_than_thirty_two_characters
  a_name_that_is_longer_than_thirty_two_letters @2nd__é__$x__y___z coded reasons shown0 shown1 shown2 shown3 shown4 shown5 answer yes.
VARIABLE LEVEL small (NOMINAL).
FORMATS small (F12.0).
VARIABLE ROLE /INPUT small.
VARIABLE LEVEL unsigned (ORDINAL).
FORMATS unsigned (F12.0).
VARIABLE ROLE /TARGET unsigned.
VARIABLE LEVEL big (SCALE).
FORMATS big (F12.0).
VARIABLE ROLE /SPLIT big.
VARIABLE LABELS float 'The float'.
FORMATS float (F12.2).
VARIABLE LABELS exact 'The exact'.
FORMATS exact (F22.4).
VARIABLE LABELS truth 'The truth'.
FORMATS truth (F1.0).
VARIABLE LABELS day 'The day'.
FORMATS day (SDATE10).
VARIABLE LABELS local 'The local'.
FORMATS local (DATETIME24.3).
VARIABLE LABELS moment 'The moment'.
FORMATS moment (DATETIME24.3).
VARIABLE LABELS clock 'The clock'.
FORMATS clock (TIME8).
VARIABLE LABELS length 'The length'.
FORMATS length (F12.0).
VARIABLE LABELS year 'The year'.
FORMATS year (F8.0).
VARIABLE LABELS half 'The half'.
FORMATS half (F8.0).
VARIABLE LABELS quarter 'The quarter'.
FORMATS quarter (F8.0).
VARIABLE LABELS month 'The month'.
FORMATS month (F8.0).
VARIABLE LABELS week 'The week'.
FORMATS week (F8.0).
VARIABLE LABELS bytes 'The bytes'.
VARIABLE LABELS many 'The many'.
VARIABLE LABELS using 'The using'.
FORMATS using (F12.0).
VARIABLE LABELS str12 'The str12'.
FORMATS str12 (F12.0).
VARIABLE LABELS not_ 'The not'.
FORMATS not_ (F12.0).
VARIABLE LABELS Ends_in_a_space_ 'The Ends in a space '.
VARIABLE LABELS a_name_that_is_longer_than_thirty_two_characters 'The a name that is longer than thirty-two characters'.
VARIABLE LABELS a_name_that_is_longer_than_thirty_two_letters 'The a name that is longer than thirty-two letters'.
VARIABLE LABELS @2nd__é__$x__y___z 'The 2nd "é" $x `y'' \z'.
VARIABLE LABELS coded
  'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' +
  'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' +
  'xxxxxxxxxxxxxxxx'.
VALUE LABELS coded 1 'One' 2 'yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy' 7 'Skipped by the set' 5000000000 'Beyond 32 bits' -5 'It''s "quoted" and broken'
  9 'Refused'.
MISSING VALUES coded (LOWEST THRU -1, 9).
FORMATS coded (F8.2).
VALUE LABELS reasons 100 'Reason 0' 101 'Reason 1' 102 'Reason 2' 103 'Reason 3' 104 'Reason 4' 105 'Reason 5' 106 'Reason 6' 107 'Reason 7' 108 'Reason 8' 109 'Reason 9' 110 'Reason 10' 111 'Reason 11' 112 'Reason 12' 113 'Reason 13'
  114 'Reason 14' 115 'Reason 15' 116 'Reason 16' 117 'Reason 17' 118 'Reason 18' 119 'Reason 19' 120 'Reason 20' 121 'Reason 21' 122 'Reason 22' 123 'Reason 23' 124 'Reason 24' 125 'Reason 25' 126 'Reason 26' 127 'Reason 27'
  128 'Reason 28' 129 'Reason 29'.
MISSING VALUES reasons (100, 101, 102).
FORMATS reasons (F12.0).
VALUE LABELS shown0 8.5 'Half'.
MISSING VALUES shown0 (8.5).
FORMATS shown0 (F12.3).
VALUE LABELS shown1 8.5 'Half'.
MISSING VALUES shown1 (8.5).
FORMATS shown1 (COMMA12.3).
VALUE LABELS shown2 8.5 'Half'.
MISSING VALUES shown2 (8.5).
FORMATS shown2 (E12.3).
VALUE LABELS shown3 8.5 'Half'.
MISSING VALUES shown3 (8.5).
FORMATS shown3 (PCT12.3).
VALUE LABELS shown4 8.5 'Half'.
MISSING VALUES shown4 (8.5).
FORMATS shown4 (DOLLAR12.3).
VALUE LABELS shown5 8.5 'Half'.
MISSING VALUES shown5 (8.5).
FORMATS shown5 (N12).
VALUE LABELS answer 'R' 'Refused'.
MISSING VALUES answer ('R').
VALUE LABELS yes 1 'Never'.
MISSING VALUES yes (1).
FORMATS yes (F1.0).
MRSETS /MCGROUP NAME=$picks LABEL='Group picks' VARIABLES=small coded.
MRSETS /MDGROUP NAME=$marks LABEL='Group marks' VARIABLES=small coded str12 VALUE=1.
MRSETS /MDGROUP NAME=$values LABEL='Things' VARIABLES=small coded VALUE=1 CATEGORYLABELS=COUNTEDVALUES.
MRSETS /MDGROUP NAME=$first LABELSOURCE=VARLABEL VARIABLES=small coded VALUE=1 CATEGORYLABELS=COUNTEDVALUES.
FILE LABEL 'A table with everything: "quotes", ''quotes'', and a label of '.
SAVE OUTFILE='my table.sav'.
