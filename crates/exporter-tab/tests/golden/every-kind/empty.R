empty <- read.table("empty.tab", header = TRUE, sep = "\t", quote = "\"",
  comment.char = "", check.names = FALSE, na.strings = "", strip.white = FALSE, dec = ".",
  stringsAsFactors = FALSE, fileEncoding = "UTF-8-BOM", encoding = "UTF-8",
  blank.lines.skip = FALSE, colClasses = c(
    "character"
  ))
