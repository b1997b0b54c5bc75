# Sources a companion script in its folder and prints what it made: one JSON object a column.
# Usage: source_script.R FOLDER SCRIPT FRAME
suppressPackageStartupMessages({ library(jsonlite); library(haven) })
arguments <- commandArgs(trailingOnly = TRUE)
setwd(arguments[[1]])
source(arguments[[2]], encoding = "UTF-8")
frame <- get(arguments[[3]])
one <- function(value) if (is.null(value)) NULL else unbox(as.character(value))
for (name in names(frame)) {
  column <- frame[[name]]
  labels <- attr(column, "labels")
  missing <- is.na(column)
  values <- if (inherits(column, "Date")) format(column) else as.character(unclass(column))
  cat(toJSON(list(
    name = unbox(name),
    label = one(attr(column, "label")),
    labels = if (is.null(labels)) NULL else as.list(setNames(names(labels), format(unname(labels), trim = TRUE))),
    missing = sum(missing),
    first = unbox(values[[1]])
  ), auto_unbox = TRUE, null = "null"), "\n", sep = "")
}
