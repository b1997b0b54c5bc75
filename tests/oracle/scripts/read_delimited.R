# Reads delimited text and prints it canonically: read_delimited.R FILE DELIMITER NAME:KIND...

here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)))
source(file.path(here, "canonical.R"))

arguments <- commandArgs(trailingOnly = TRUE)
columns <- strsplit(arguments[-(1:2)], ":", fixed = TRUE)
names <- vapply(columns, `[[`, "", 1)
kinds <- vapply(columns, `[[`, "", 2)

# R has no integers of 64 bits and no decimals; what it cannot hold it must at least read as the same digits.
classes <- c(
  boolean = "logical", integer = "character", unsigned = "character", float = "numeric", decimal = "character",
  text = "character", date = "Date", time = "character", datetime = "character"
)
table <- read.delim(
  arguments[[1]], sep = arguments[[2]], quote = "\"", dec = ".", comment.char = "", na.strings = "",
  colClasses = unname(classes[kinds]), check.names = FALSE, encoding = "UTF-8", strip.white = FALSE
)
stopifnot(identical(names(table), names))

shown <- Map(function(values, kind) {
  switch(kind,
    boolean = ifelse(is.na(values), NA, ifelse(values, "true", "false")),
    float = canonical_double(values),
    date = ifelse(is.na(values), NA, sprintf("%04d-%s", as.POSIXlt(values)$year + 1900L, format(values, "%m-%d"))),
    time = ifelse(is.na(values), NA, substr(paste0(values, ifelse(grepl(".", values, fixed = TRUE), "", "."), "000000"), 1, 15)),
    datetime = ifelse(is.na(values), NA, substr(paste0(values, ifelse(grepl(".", values, fixed = TRUE), "", "."), "000000"), 1, 26)),
    values
  )
}, table, kinds)
canonical_show(shown)
