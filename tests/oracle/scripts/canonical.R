# The canonical form of values that the comparison expects: one JSON array of texts and nulls a row.

canonical_double <- function(values) {
  ifelse(is.na(values), NA_character_, sprintf("%.17g", values))
}

canonical_show <- function(columns) {
  for (name in names(columns)) columns[[name]] <- enc2utf8(as.character(columns[[name]]))
  rows <- length(columns[[1]])
  for (row in seq_len(rows)) {
    cells <- lapply(columns, function(column) if (is.na(column[[row]])) NA_character_ else column[[row]])
    cat(jsonlite::toJSON(unname(cells), auto_unbox = TRUE, na = "null"), "\n", sep = "")
  }
}
