# Writes one table as Stata files, as write_dta.py does: write_dta.R TOOL FOLDER

library(jsonlite)

arguments <- commandArgs(trailingOnly = TRUE)
tool <- arguments[[1]]
folder <- arguments[[2]]
table <- fromJSON(file("stdin", encoding = "UTF-8"), simplifyVector = FALSE)

plain <- function(values) lapply(values, function(value) if (is.null(value)) NA else value)

letter <- function(value) {
  if (is.null(value)) NA_real_ else if (is.character(value)) haven::tagged_na(substr(value, 2, 2)) else as.double(value)
}

column_of <- function(column) {
  values <- unlist(plain(column$values))
  made <- switch(column$kind,
    byte = , int = , long = as.integer(values),
    float = , double = as.double(values),
    date = as.Date(values),
    datetime = as.POSIXct(values, format = "%Y-%m-%dT%H:%M:%OS", tz = "UTC"),
    # Milliseconds since 1960 with leap seconds, which have no type of their own in R.
    leap = as.double(values),
    letters = do.call(c, lapply(column$values, letter)),
    as.character(values)
  )
  if (tool == "haven") {
    if (length(column$labels) > 0) {
      codes <- as.integer(names(column$labels))
      made <- haven::labelled(made, setNames(codes, unlist(column$labels)))
    }
    attr(made, "label") <- column$label
    if (column$kind == "leap") attr(made, "format.stata") <- "%tC"
  } else if (length(column$labels) > 0) {
    made <- factor(made, levels = as.integer(names(column$labels)), labels = unlist(column$labels))
  }
  made
}

for (version in if (tool == "haven") c(8, 10, 12, 13, 14, 15) else setdiff(102:119, c(109, 116))) {
  columns <- Filter(function(column) column$kind != "strl" || version %in% c(13, 14, 15, 117:119), table$columns)
  data <- lapply(columns, column_of)
  names(data) <- vapply(columns, `[[`, "", "name")
  data <- as.data.frame(data, stringsAsFactors = FALSE, check.names = FALSE)
  name <- sprintf("%s_%d.dta", tool, version)
  if (tool == "haven") {
    attr(data, "label") <- table$label
    haven::write_dta(data, file.path(folder, name), version = version)
  } else {
    attr(data, "var.labels") <- vapply(columns, `[[`, "", "label")
    readstata13::save.dta13(data, file.path(folder, name), version = version, data.label = table$label)
  }
  cat(name, "\n", sep = "")
}
