//! Names of attributes that have a meaning.
//!
//! | attribute | contents |
//! |---|---|
//! | `$@Role` of a variable | its role, 0 to 5 (fact sheet 6, subtype 18) |
//! | `Clock` of a variable | the clock that its date-times show, and the zone that they have elsewhere |
//! | `@exporter_codebook` of the file | the codebook as [`exporter_core::embedded`] stores it, in as many values as it needs |
//! | `spss:dates` of a table, not in files | the dates of the cases (subtype 6): six numbers, then `variable=kind period` |
//! | `spss:second-language` of a table, not in files | the languages whose labels stand in attributes of its variables, by their tags |
//!
//! The field `format` of the stored JSON names, by variable of the file, the numbers that stand for its reasons (`codes`), by
//! declaration, and the variables whose instants are stored in UTC (`utc`).

/// The clock that the date-times of a variable show which have a zone.
pub(crate) const CLOCK: &str = "Clock";
/// The role of a variable.
pub(crate) const ROLE: &str = "$@Role";
/// The embedded codebook; `@` hides it from users.
pub(crate) const CODEBOOK: &str = "@exporter_codebook";
/// The dates of the cases.
pub(crate) const DATES: &str = "spss:dates";
/// The languages of the labels in attributes.
pub(crate) const SECOND_LANGUAGE: &str = "spss:second-language";
/// The language of the labels that SPSS shows, where there are others and the file does not tell which it is.
pub(crate) const UNKNOWN_LANGUAGE: &str = "und";
