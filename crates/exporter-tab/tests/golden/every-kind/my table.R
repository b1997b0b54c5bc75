`my table` <- read.table("my table.tab", header = TRUE, sep = "\t", quote = "\"",
  comment.char = "", check.names = FALSE, na.strings = "", strip.white = FALSE, dec = ".",
  stringsAsFactors = FALSE, fileEncoding = "UTF-8-BOM", encoding = "UTF-8",
  blank.lines.skip = FALSE, colClasses = c(
    "numeric", "numeric", "numeric", "numeric", "numeric", "character", "character", "character",
    "character", "character", "numeric", "character", "character", "character", "character", "character",
    "character", "character", "numeric", "numeric", "numeric", "character", "character", "character",
    "character", "numeric", "numeric", "numeric", "numeric", "numeric", "numeric", "numeric",
    "numeric", "character", "character"
  ))
attr(`my table`[["float"]], "label") <- "The float"
attr(`my table`[["exact"]], "label") <- "The exact"
`my table`[["truth"]] <- `my table`[["truth"]] == "true"
attr(`my table`[["truth"]], "label") <- "The truth"
`my table`[["day"]] <- as.Date(`my table`[["day"]], format = "%Y-%m-%d")
attr(`my table`[["day"]], "label") <- "The day"
`my table`[["local"]] <- as.POSIXct(`my table`[["local"]], format = "%Y-%m-%dT%H:%M:%OS", tz = "UTC")
attr(`my table`[["local"]], "label") <- "The local"
`my table`[["moment"]] <- as.POSIXct(`my table`[["moment"]], format = "%Y-%m-%dT%H:%M:%OS", tz = "UTC")
attr(`my table`[["moment"]], "label") <- "The moment"
attr(`my table`[["clock"]], "label") <- "The clock"
attr(`my table`[["length"]], "label") <- "The length"
attr(`my table`[["year"]], "label") <- "The year"
attr(`my table`[["half"]], "label") <- "The half"
attr(`my table`[["quarter"]], "label") <- "The quarter"
attr(`my table`[["month"]], "label") <- "The month"
attr(`my table`[["week"]], "label") <- "The week"
attr(`my table`[["bytes"]], "label") <- "The bytes"
attr(`my table`[["many"]], "label") <- "The many"
attr(`my table`[["using"]], "label") <- "The using"
attr(`my table`[["str12"]], "label") <- "The str12"
attr(`my table`[["not"]], "label") <- "The not"
attr(`my table`[["Ends in a space "]], "label") <- "The Ends in a space "
attr(`my table`[["a name that is longer than thirty-two characters"]], "label") <- "The a name that is longer than thirty-two characters"
attr(`my table`[["a name that is longer than thirty-two letters"]], "label") <- "The a name that is longer than thirty-two letters"
attr(`my table`[["2nd \"é\" $x `y' \\z"]], "label") <- "The 2nd \"é\" $x `y' \\z"
attr(`my table`[["coded"]], "labels") <- c(
  "One" = 1,
  "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy" = 2,
  "Skipped by the set" = 7,
  "Beyond 32 bits" = 5000000000,
  "It's \"quoted\"\tand\nbroken" = -5,
  "Refused" = 9
)
attr(`my table`[["coded"]], "na_values") <- c(9, 8, 7)
attr(`my table`[["coded"]], "na_range") <- c(-Inf, -1)
class(`my table`[["coded"]]) <- c("haven_labelled_spss", "haven_labelled", "vctrs_vctr", "double")
attr(`my table`[["coded"]], "label") <- "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
attr(`my table`[["coded"]], "format.spss") <- "F8.2"
attr(`my table`[["reasons"]], "labels") <- c(
  "Reason 0" = 100,
  "Reason 1" = 101,
  "Reason 2" = 102,
  "Reason 3" = 103,
  "Reason 4" = 104,
  "Reason 5" = 105,
  "Reason 6" = 106,
  "Reason 7" = 107,
  "Reason 8" = 108,
  "Reason 9" = 109,
  "Reason 10" = 110,
  "Reason 11" = 111,
  "Reason 12" = 112,
  "Reason 13" = 113,
  "Reason 14" = 114,
  "Reason 15" = 115,
  "Reason 16" = 116,
  "Reason 17" = 117,
  "Reason 18" = 118,
  "Reason 19" = 119,
  "Reason 20" = 120,
  "Reason 21" = 121,
  "Reason 22" = 122,
  "Reason 23" = 123,
  "Reason 24" = 124,
  "Reason 25" = 125,
  "Reason 26" = 126,
  "Reason 27" = 127,
  "Reason 28" = 128,
  "Reason 29" = 129
)
attr(`my table`[["reasons"]], "na_values") <- c(100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127, 128, 129)
class(`my table`[["reasons"]]) <- c("haven_labelled_spss", "haven_labelled", "vctrs_vctr", "double")
attr(`my table`[["shown0"]], "labels") <- c(
  "Half" = 8.5
)
attr(`my table`[["shown0"]], "na_values") <- c(8.5)
class(`my table`[["shown0"]]) <- c("haven_labelled_spss", "haven_labelled", "vctrs_vctr", "double")
attr(`my table`[["shown0"]], "format.spss") <- "A1; x"
attr(`my table`[["shown1"]], "labels") <- c(
  "Half" = 8.5
)
attr(`my table`[["shown1"]], "na_values") <- c(8.5)
class(`my table`[["shown1"]]) <- c("haven_labelled_spss", "haven_labelled", "vctrs_vctr", "double")
attr(`my table`[["shown1"]], "format.spss") <- "A1; x"
attr(`my table`[["shown2"]], "labels") <- c(
  "Half" = 8.5
)
attr(`my table`[["shown2"]], "na_values") <- c(8.5)
class(`my table`[["shown2"]]) <- c("haven_labelled_spss", "haven_labelled", "vctrs_vctr", "double")
attr(`my table`[["shown2"]], "format.spss") <- "A1; x"
attr(`my table`[["shown3"]], "labels") <- c(
  "Half" = 8.5
)
attr(`my table`[["shown3"]], "na_values") <- c(8.5)
class(`my table`[["shown3"]]) <- c("haven_labelled_spss", "haven_labelled", "vctrs_vctr", "double")
attr(`my table`[["shown3"]], "format.spss") <- "A1; x"
attr(`my table`[["shown4"]], "labels") <- c(
  "Half" = 8.5
)
attr(`my table`[["shown4"]], "na_values") <- c(8.5)
class(`my table`[["shown4"]]) <- c("haven_labelled_spss", "haven_labelled", "vctrs_vctr", "double")
attr(`my table`[["shown4"]], "format.spss") <- "A1; x"
attr(`my table`[["shown5"]], "labels") <- c(
  "Half" = 8.5
)
attr(`my table`[["shown5"]], "na_values") <- c(8.5)
class(`my table`[["shown5"]]) <- c("haven_labelled_spss", "haven_labelled", "vctrs_vctr", "double")
attr(`my table`[["shown5"]], "format.spss") <- "A1; x"
attr(`my table`[["answer"]], "labels") <- c(
  "Refused" = "R",
  "Long" = "a very long code of a text"
)
attr(`my table`[["answer"]], "na_values") <- c("R", "a long text that is missing")
class(`my table`[["answer"]]) <- c("haven_labelled_spss", "haven_labelled", "vctrs_vctr", "character")
`my table`[["yes"]] <- `my table`[["yes"]] == "true"
attr(`my table`, "label") <- "A table with everything: \"quotes\", 'quotes', and a label of more than eighty characters, é"
