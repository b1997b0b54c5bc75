# Reads Stata files and prints what they say, as read_dta.py does: read_dta.R TOOL stored|dates FILE...

library(jsonlite)

number <- function(values) ifelse(is.na(values), NA_character_, sprintf("%.17g", as.numeric(values)))

# R pads no years, and formatting cuts instead of rounding, so milliseconds are split off first.
day <- function(values) sprintf("%04d-%s", as.integer(format(values, "%Y")), format(values, "%m-%d"))
iso <- function(values) {
  if (inherits(values, "Date")) return(ifelse(is.na(values), NA_character_, day(values)))
  millis <- round(as.numeric(values) * 1000)
  whole <- as.POSIXct(floor(millis / 1000), origin = "1970-01-01", tz = "UTC")
  shown <- sprintf("%sT%s.%03d", day(whole), format(whole, "%H:%M:%S"), as.integer(millis %% 1000))
  ifelse(is.na(millis), NA_character_, shown)
}

# Bytes that are no UTF-8 are shown as such, `<e9>`.
utf8 <- function(texts) iconv(enc2utf8(as.character(texts)), "UTF-8", "UTF-8", sub = "byte")

letters_of <- function(code) {
  letter <- code - 2147483621
  ifelse(letter >= 1 & letter <= 26, paste0(".", letters[pmin(pmax(letter, 1), 26)]), sprintf("%.0f", code))
}

# A set of labels, as keys and texts side by side: objects of many fields take long to print.
set_of <- function(keys, values) list(I(as.character(keys)), I(utf8(values)))

with_haven <- function(file, dates) {
  data <- haven::read_dta(file)
  text <- function(found) if (is.null(found)) "" else utf8(found)
  stored <- function(values) {
    if (is.character(values)) return(utf8(values))
    if (inherits(values, c("Date", "POSIXct"))) {
      if (dates) return(iso(values))
      values <- if (inherits(values, "Date")) as.numeric(values) + 3653 else as.numeric(values) * 1000 + 315619200000
      return(number(values))
    }
    bare <- as.numeric(values)
    shown <- number(bare)
    tag <- haven::na_tag(bare)
    ifelse(is.na(tag), shown, paste0(".", tag))
  }
  # A plain list gives its columns a hundred times as fast as a tibble of very many.
  columns <- unclass(data)
  labelled <- which(vapply(columns, function(column) !is.null(attr(column, "labels", exact = TRUE)), NA))
  sets <- lapply(labelled, function(index) {
    found <- attr(columns[[index]], "labels", exact = TRUE)
    tag <- haven::na_tag(as.numeric(found))
    set_of(ifelse(is.na(tag), sprintf("%.0f", as.numeric(found)), paste0(".", tag)), names(found))
  })
  list(
    names = I(utf8(names(data))),
    labels = I(vapply(columns, function(column) text(attr(column, "label", exact = TRUE)), "")),
    formats = I(vapply(columns, function(column) text(attr(column, "format.stata", exact = TRUE)), "")),
    value_labels = setNames(sets, utf8(names(data)[labelled])),
    dataset_label = unbox(text(attr(data, "label", exact = TRUE))),
    notes = I(utf8(attr(data, "notes", exact = TRUE))),
    columns = lapply(unname(as.list(columns)), function(column) I(stored(column)))
  )
}

# Notes by owner: `note0` says how many there are.
notes_of <- function(fields) {
  contents <- function(owner, name) {
    Find(function(field) field[[1]] == owner && field[[2]] == name, fields)[[3]]
  }
  counted <- Filter(function(field) field[[2]] == "note0", fields)
  owners <- vapply(counted, `[[`, "", 1)
  setNames(lapply(owners, function(owner) {
    numbers <- seq_len(as.integer(contents(owner, "note0")))
    I(utf8(vapply(numbers, function(number) contents(owner, paste0("note", number)), "")))
  }), utf8(owners))
}

# What readstata13's own functions make of label languages: the labels and sets of each language but the current one.
languages_of <- function(data) {
  known <- readstata13::get.lang(data, print = FALSE)
  if (all(is.na(known$languages))) return(NULL)
  others <- setdiff(known$languages, known$default)
  labels <- lapply(others, function(language) {
    capture.output(spoken <- suppressWarnings(readstata13::set.lang(data, language)))
    I(utf8(attr(spoken, "var.labels")))
  })
  sets <- lapply(others, function(language) {
    I(utf8(rep_len(readstata13::get.label.name(data, NULL, language), ncol(data))))
  })
  list(
    list = I(known$languages), current = unbox(known$default), labels = setNames(labels, others),
    sets = setNames(sets, others)
  )
}

with_readstata13 <- function(file, dates) {
  data <- readstata13::read.dta13(file, convert.factors = FALSE, convert.dates = dates, missing.type = TRUE)
  attributes <- attributes(data)
  missing <- attributes$missing
  stored <- function(index) {
    values <- data[[index]]
    if (is.character(values)) return(utf8(values))
    if (inherits(values, c("Date", "POSIXct"))) return(iso(values))
    shown <- number(values)
    codes <- missing[[index]]
    ifelse(is.na(shown) & !is.na(codes) & codes > 0, paste0(".", letters[pmax(codes, 1)]), shown)
  }
  sets <- attributes$label.table
  used <- attributes$val.labels
  labelled <- which(used %in% names(sets))
  fields <- attributes$expansion.fields
  list(
    names = I(utf8(names(data))),
    labels = I(utf8(attributes$var.labels)),
    formats = I(utf8(attributes$formats)),
    value_labels = setNames(
      lapply(labelled, function(index) {
        set <- sets[[used[[index]]]]
        set_of(letters_of(as.numeric(set)), names(set))
      }),
      utf8(names(data)[labelled])
    ),
    dataset_label = unbox(utf8(attributes$datalabel)),
    timestamp = unbox(as.character(attributes$time.stamp)),
    characteristics = lapply(fields, function(field) I(utf8(field))),
    notes_of = notes_of(fields),
    languages = languages_of(data),
    columns = lapply(seq_along(data), function(index) I(stored(index)))
  )
}

arguments <- commandArgs(trailingOnly = TRUE)
read <- switch(arguments[[1]], haven = with_haven, readstata13 = with_readstata13)
for (file in arguments[-(1:2)]) {
  said <- tryCatch(
    suppressWarnings(read(file, arguments[[2]] == "dates")),
    error = function(error) list(error = unbox(conditionMessage(error)))
  )
  cat(toJSON(said, na = "null", null = "null", auto_unbox = FALSE), "\n", sep = "")
}
