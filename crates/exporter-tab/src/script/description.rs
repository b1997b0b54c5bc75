//! What a script says about a table, whatever its language.

use exporter_core::codebook::{Codebook, Kind, Language, MissingValues, Table, Text, Value, Variable};
use exporter_core::{EntrySpec, Error, Result, Sibling, TableId};

/// A table, the file that holds its rows and the language its labels are taken from.
pub(super) struct Description<'a> {
    pub(super) codebook: &'a Codebook,
    pub(super) table: &'a Table,
    pub(super) language: Language<'a>,
    pub(super) data: DataFile,
    /// What else the export writes.
    pub(super) siblings: &'a [Sibling],
}

impl Description<'_> {
    /// The file that the script saves, beside itself: it has the stem of the data file, and never the name of a file of the
    /// export, which it would replace.
    pub(super) fn saved(&self, extension: &str) -> String {
        let name = self.data.path.rsplit('/').next().unwrap_or_default();
        let stem = name.rsplit_once('.').map_or(self.table.name.as_str(), |(stem, _)| stem);
        let mut saved = format!("{stem}.{extension}");
        for number in 1.. {
            let is_taken = |sibling: &Sibling| sibling.entry.path.to_lowercase() == saved.to_lowercase();
            if !self.siblings.iter().any(is_taken) {
                break;
            }
            let number = if number == 1 { String::new() } else { number.to_string() };
            saved = format!("{stem}-script{number}.{extension}");
        }
        saved
    }

    /// The labelled values of a variable: those of its set, then missing values with a label of their own.
    pub(super) fn labelled<'v>(&'v self, variable: &'v Variable) -> Vec<(&'v Value, &'v str)> {
        let set = self.codebook.value_labels_of(variable).map_or(&[][..], |labels| &labels.entries);
        let mut pairs: Vec<(&Value, &str)> =
            set.iter().map(|entry| (&entry.value, entry.label.get(self.language))).collect();
        for (value, label) in missing_labels(variable) {
            if pairs.iter().all(|(known, _)| *known != value) {
                pairs.push((value, label.get(self.language)));
            }
        }
        pairs
    }
}

/// The delimited file of a table.
pub(super) struct DataFile {
    /// Path from the folder of the script.
    pub(super) path: String,
    pub(super) tab: bool,
}

impl DataFile {
    /// The sibling entry that holds the rows of a table and can be loaded: in the folder of the script before others.
    pub(super) fn among(siblings: &[Sibling], id: TableId, table: &str, format: &str) -> Result<Self> {
        let is_data =
            |entry: &&EntrySpec| entry.table == Some(id) && entry.attributes.contains_key("delimiter");
        let mut entries: Vec<&EntrySpec> =
            siblings.iter().map(|sibling| &sibling.entry).filter(is_data).collect();
        entries.sort_by_key(|entry| entry.path.contains('/'));
        let mut refused = None;
        for entry in entries {
            match Self::of(entry, format) {
                Ok(data) => return Ok(data),
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        Err(refused.unwrap_or_else(|| {
            let message = "loads a delimited file, and this export writes none for the table";
            Error::usage(format!("{format} {message}"))
                .table(table)
                .with_hint(format!("export both: --to tab --to {format}"))
        }))
    }

    /// A delimited entry, unless it is written otherwise than a script can load.
    fn of(entry: &EntrySpec, format: &str) -> Result<Self> {
        for (attribute, wanted) in REQUIRED {
            let found = entry.attributes.get(*attribute).map_or(*wanted, String::as_str);
            if found != *wanted {
                return Err(Error::usage(format!(
                    "{format} cannot load a file written with {attribute}={found}"
                ))
                .entry(&entry.path)
                .with_hint(format!("write the data file with {attribute}={wanted}")));
            }
        }
        let tab = match entry.attributes.get("delimiter").map(String::as_str) {
            Some("tab") => true,
            Some("comma") => false,
            other => {
                return Err(Error::usage(format!(
                    "{format} cannot load a file delimited by {}",
                    other.unwrap_or("nothing")
                ))
                .entry(&entry.path)
                .with_hint("write the data file with delimiter=tab or delimiter=comma"));
            }
        };
        Ok(Self { path: entry.path.clone(), tab })
    }
}

/// What the data file must look like, by attribute of its entry.
const REQUIRED: &[(&str, &str)] = &[
    ("header", "names"),
    ("values", "codes"),
    ("missing", "code"),
    ("reasons", "empty"),
    ("decimal", "point"),
    ("dates", "iso"),
    ("booleans", "true/false"),
    ("missing-text", ""),
];

/// What a column of the data file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LoadedColumn {
    /// Whole numbers that 32 bits hold.
    Small,
    /// Other numbers.
    Number,
    /// `true` and `false`.
    Boolean,
    /// ISO dates.
    Date,
    /// ISO date-times; with a zone the text ends in `Z` or an offset.
    DateTime {
        /// Whether the text ends in `Z` or an offset.
        zoned: bool,
    },
    /// `HH:MM:SS` with an optional fraction.
    Time,
    /// A period such as `2020m5`.
    Period(exporter_core::codebook::Period),
    /// Text.
    Text,
}

impl LoadedColumn {
    pub(super) fn of(variable: &Variable) -> Self {
        match &variable.kind {
            Kind::Boolean => LoadedColumn::Boolean,
            Kind::Integer { bits: 8 | 16, .. } | Kind::Integer { bits: 32, signed: true } => {
                LoadedColumn::Small
            }
            Kind::Integer { .. } | Kind::Float { .. } | Kind::Decimal { .. } | Kind::Duration(_) => {
                LoadedColumn::Number
            }
            Kind::Date => LoadedColumn::Date,
            Kind::DateTime { zone, .. } => LoadedColumn::DateTime { zoned: zone.is_some() },
            Kind::Time(_) => LoadedColumn::Time,
            Kind::Period(period) => LoadedColumn::Period(*period),
            // Nested values travel as JSON text, bytes as base64.
            _ => LoadedColumn::Text,
        }
    }

    pub(super) fn is_numeric(self) -> bool {
        matches!(self, LoadedColumn::Small | LoadedColumn::Number)
    }
}

/// The labels of a variable's missing values, which are in the declaration rather than in the set.
fn missing_labels(variable: &Variable) -> impl Iterator<Item = (&Value, &Text)> {
    variable.missing.iter().filter_map(|missing| match &missing.values {
        MissingValues::One(value) if !missing.label.is_empty() => Some((value, &missing.label)),
        _ => None,
    })
}

/// Texts in one line: line ends, tabs and other control characters become spaces.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}
