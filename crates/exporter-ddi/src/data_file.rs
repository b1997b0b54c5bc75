//! How the tables of a study stand in the data files of the same export.

use std::collections::HashMap;

use exporter_core::codebook::Value;

/// Which program's types a data file has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Program {
    /// Stata.
    Stata,
    /// SPSS.
    Spss,
    /// None: numbers and texts.
    #[default]
    Other,
}

/// The physical form of files with an extension, in words, and the program whose types they have.
pub(crate) fn form_of(extension: &str, is_delimited: bool) -> (&'static str, Program) {
    match extension {
        _ if is_delimited => ("delimited format", Program::Other),
        "dta" => ("Stata", Program::Stata),
        "sav" | "zsav" => ("SPSS", Program::Spss),
        "parquet" => ("Parquet", Program::Other),
        "arrow" | "arrows" => ("Arrow", Program::Other),
        _ => ("", Program::Other),
    }
}

/// A data file of a table.
#[derive(Clone, Debug, Default)]
pub(crate) struct DataFile {
    /// Path below the document's folder.
    pub(crate) path: String,
    pub(crate) media_type: String,
    /// Name of its format for people.
    pub(crate) format: String,
    pub(crate) program: Program,
    /// Whether reasons stand in it as their letters after a point.
    pub(crate) has_letters: bool,
    /// Whether true and false are words in it, as in delimited text.
    pub(crate) has_words_for_booleans: bool,
    /// What its reader must be told, as options of its format.
    pub(crate) reading: serde_json::Map<String, serde_json::Value>,
    pub(crate) rows: Option<u64>,
    /// SHA-256 in hexadecimal digits.
    pub(crate) sha256: Option<String>,
    /// Names of variables that are others in it.
    pub(crate) names: HashMap<String, String>,
    /// Declared values that are others in it, by variable and text.
    pub(crate) values: HashMap<(String, String), String>,
}

impl DataFile {
    /// The name of a variable in it.
    pub(crate) fn name<'a>(&'a self, variable: &'a str) -> &'a str {
        self.names.get(variable).map_or(variable, String::as_str)
    }

    /// A value of a variable in it.
    pub(crate) fn value(&self, variable: &str, value: &Value) -> String {
        let text = value.to_string();
        match self.values.is_empty() {
            true => text,
            false => self.values.get(&(variable.to_owned(), text.clone())).cloned().unwrap_or(text),
        }
    }
}
