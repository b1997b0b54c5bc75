# Reads SPSS files with haven or foreign and prints what they say, as read_sav.py does: read_sav.R TOOL FILE...

library(jsonlite)

number <- function(values) ifelse(is.na(values), NA_character_, sprintf("%.17g", as.numeric(values)))
utf8 <- function(texts) iconv(enc2utf8(as.character(texts)), "UTF-8", "UTF-8", sub = "byte")
text <- function(found) if (is.null(found)) "" else utf8(found)

# haven turns dates, date-times and times into its own classes; back to seconds since 1582-10-14.
stored <- function(values) {
  bare <- unclass(values)
  if (is.character(bare)) return(utf8(bare))
  seconds <- 12219379200
  if (inherits(values, "Date")) return(number(as.numeric(bare) * 86400 + seconds))
  if (inherits(values, "POSIXct")) return(number(as.numeric(bare) + seconds))
  number(bare)
}

key <- function(values) if (is.character(values)) utf8(sub(" +$", "", values)) else number(values)

with_haven <- function(file) {
  columns <- unclass(haven::read_sav(file, user_na = TRUE))
  named <- names(columns)
  of <- function(column, what) attr(column, what, exact = TRUE)
  labelled <- Filter(function(name) !is.null(of(columns[[name]], "labels")), named)
  sets <- lapply(labelled, function(name) {
    found <- of(columns[[name]], "labels")
    lapply(seq_along(found), function(index) I(c(key(unname(found[index])), utf8(names(found)[index]))))
  })
  missing <- list()
  for (name in named) {
    range <- of(columns[[name]], "na_range")
    values <- of(columns[[name]], "na_values")
    all <- c(
      if (!is.null(range)) list(I(key(range))) else NULL,
      lapply(values, function(value) I(c(key(value), key(value))))
    )
    if (length(all) > 0) missing[[name]] <- all
  }
  list(
    names = I(utf8(named)),
    labels = I(vapply(columns, function(column) text(of(column, "label")), "")),
    formats = I(vapply(columns, function(column) text(of(column, "format.spss")), "")),
    value_labels = setNames(sets, utf8(labelled)),
    missing = missing,
    columns = lapply(unname(columns), function(column) I(stored(column)))
  )
}

with_foreign <- function(file) {
  columns <- foreign::read.spss(
    file, use.value.labels = FALSE, to.data.frame = FALSE, use.missings = FALSE, reencode = "UTF-8"
  )
  named <- names(columns)
  # Of variables that have one.
  labels <- as.list(attr(columns, "variable.labels", exact = TRUE))
  tables <- Filter(function(set) !is.null(set), attr(columns, "label.table", exact = TRUE))
  sets <- lapply(tables, function(set) {
    # Texts are filled up with blanks, and stay texts where they could be numbers.
    lapply(seq_along(set), function(index) I(c(key(unname(set[index])), utf8(names(set)[index]))))
  })
  list(
    names = I(utf8(named)),
    labels = I(vapply(named, function(name) text(labels[[name]]), "", USE.NAMES = FALSE)),
    value_labels = setNames(sets, utf8(names(tables))),
    columns = lapply(named, function(name) {
      column <- columns[[name]]
      I(if (is.character(column)) utf8(sub(" +$", "", column)) else number(column))
    })
  )
}

arguments <- commandArgs(trailingOnly = TRUE)
read <- switch(arguments[1], haven = with_haven, foreign = with_foreign)
for (file in arguments[-1]) {
  said <- tryCatch(
    suppressWarnings(read(file)),
    error = function(error) list(error = unbox(conditionMessage(error)))
  )
  cat(toJSON(said, na = "null", null = "null", auto_unbox = FALSE), "\n", sep = "")
}
