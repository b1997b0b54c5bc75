* Encoding: UTF-8.
SET DECIMAL=DOT.
GET DATA /TYPE=TXT /FILE='members.csv' /ENCODING='UTF8' /ARRANGEMENT=DELIMITED /DELCASE=LINE /FIRSTCASE=2 /DELIMITERS="," /QUALIFIER='"' /VARIABLES= hhid F40.16 line F11.0 name A11 age F11.0 works F11.0 studies F11.0 height F40.16
  remarks A21.
FORMATS hhid (F16.0).
VARIABLE LABELS line 'Line number'.
FORMATS line (F12.0).
VARIABLE LABELS name 'First name'.
VARIABLE LABELS age 'Age in years'.
MISSING VALUES age (-9 THRU -1).
VARIABLE LEVEL age (SCALE).
FORMATS age (F12.0).
VARIABLE LABELS works 'Works (fr)'.
VALUE LABELS works 1 'Oui' 2 'Non' 8 'Ne sait pas' 9 'Refus'.
MISSING VALUES works (8, 9).
VARIABLE LEVEL works (NOMINAL).
FORMATS works (F12.0).
VARIABLE LABELS studies 'Studies (fr)'.
VALUE LABELS studies 1 'Oui' 2 'Non' 8 'Ne sait pas' 9 'Refus'.
MISSING VALUES studies (8, 9).
VARIABLE LEVEL studies (NOMINAL).
FORMATS studies (F12.0).
VARIABLE LABELS height 'Height in metres'.
FORMATS height (F12.2).
VARIABLE LABELS remarks 'Remarks of the interviewer'.
MRSETS /MDGROUP NAME=$activities LABEL='' VARIABLES=works studies VALUE=1.
FILE LABEL 'Members of the household'.
SAVE OUTFILE='members.sav'.
