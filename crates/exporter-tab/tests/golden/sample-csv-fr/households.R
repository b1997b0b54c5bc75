households <- read.table("households.csv", header = TRUE, sep = ",", quote = "\"",
  comment.char = "", check.names = FALSE, na.strings = "", strip.white = FALSE, dec = ".",
  stringsAsFactors = FALSE, fileEncoding = "UTF-8-BOM", encoding = "UTF-8",
  blank.lines.skip = FALSE, colClasses = c(
    "numeric", "character", "character", "numeric", "character", "character"
  ))
attr(households[["hhid"]], "label") <- "Household"
attr(households[["region"]], "labels") <- c(
  "North" = "N",
  "South" = "S"
)
class(households[["region"]]) <- c("haven_labelled", "vctrs_vctr", "character")
attr(households[["region"]], "label") <- "Région"
households[["visited"]] <- as.Date(households[["visited"]], format = "%Y-%m-%d")
attr(households[["visited"]], "label") <- "Day of the visit"
attr(households[["income"]], "label") <- "Income of the last month"
households[["started"]] <- as.POSIXct(households[["started"]], format = "%Y-%m-%dT%H:%M:%OS", tz = "UTC")
households[["electricity"]] <- households[["electricity"]] == "true"
attr(households[["electricity"]], "label") <- "Has electricity"
attr(households, "label") <- "Ménages"
