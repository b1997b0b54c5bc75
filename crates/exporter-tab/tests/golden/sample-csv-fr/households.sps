* Encoding: UTF-8.
SET DECIMAL=DOT.
GET DATA /TYPE=TXT /FILE='households.csv' /ENCODING='UTF8' /ARRANGEMENT=DELIMITED /DELCASE=LINE /FIRSTCASE=2 /DELIMITERS="," /QUALIFIER='"' /VARIABLES= hhid F40.16 region A1 visited SDATE10 income F40.16 @raw5 A40 @raw6 A5.
COMPUTE started = DATE.DMY(NUMBER(SUBSTR(@raw5, 9, 2), F2.0), NUMBER(SUBSTR(@raw5, 6, 2), F2.0), NUMBER(SUBSTR(@raw5, 1, 4), F4.0)) +
  (NUMBER(SUBSTR(@raw5, 12, 2), F2.0) * 60 + NUMBER(SUBSTR(@raw5, 15, 2), F2.0)) * 60 + NUMBER(SUBSTR(@raw5, 18, 2), F2.0).
IF (@raw6 = 'true') electricity = 1.
IF (@raw6 = 'false') electricity = 0.
ADD FILES /FILE=* /KEEP= hhid region visited income started electricity.
VARIABLE LABELS hhid 'Household'.
FORMATS hhid (F16.0).
VARIABLE LABELS region 'Région'.
VALUE LABELS region 'N' 'North' 'S' 'South'.
VARIABLE LABELS visited 'Day of the visit'.
FORMATS visited (SDATE10).
VARIABLE LABELS income 'Income of the last month'.
VARIABLE LEVEL income (SCALE).
FORMATS income (F12.2).
FORMATS started (DATETIME24.3).
VARIABLE LABELS electricity 'Has electricity'.
FORMATS electricity (F1.0).
FILE LABEL 'Ménages'.
SAVE OUTFILE='households.sav'.
