members <- read.table("members.tab", header = TRUE, sep = "\t", quote = "\"",
  comment.char = "", check.names = FALSE, na.strings = "", strip.white = FALSE, dec = ".",
  stringsAsFactors = FALSE, fileEncoding = "UTF-8-BOM", encoding = "UTF-8",
  blank.lines.skip = FALSE, colClasses = c(
    "numeric", "numeric", "character", "numeric", "numeric", "numeric", "numeric", "character"
  ))
attr(members[["line"]], "label") <- "Line number"
attr(members[["name"]], "label") <- "First name"
attr(members[["age"]], "na_range") <- c(-9, -1)
class(members[["age"]]) <- c("haven_labelled_spss", "haven_labelled", "vctrs_vctr", "double")
attr(members[["age"]], "label") <- "Age in years"
attr(members[["works"]], "labels") <- c(
  "Yes" = 1,
  "No" = 2,
  "Don't know" = 8,
  "Refused" = 9
)
attr(members[["works"]], "na_values") <- c(8, 9)
class(members[["works"]]) <- c("haven_labelled_spss", "haven_labelled", "vctrs_vctr", "double")
attr(members[["works"]], "label") <- "Works"
attr(members[["studies"]], "labels") <- c(
  "Yes" = 1,
  "No" = 2,
  "Don't know" = 8,
  "Refused" = 9
)
attr(members[["studies"]], "na_values") <- c(8, 9)
class(members[["studies"]]) <- c("haven_labelled_spss", "haven_labelled", "vctrs_vctr", "double")
attr(members[["studies"]], "label") <- "Studies"
attr(members[["height"]], "label") <- "Height in metres"
attr(members[["remarks"]], "label") <- "Remarks of the interviewer"
attr(members, "label") <- "Members of the household"
