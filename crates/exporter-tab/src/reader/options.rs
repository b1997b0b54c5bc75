//! Choices for reading delimited text.

use arrow_schema::DataType;
use serde::{Deserialize, Deserializer, Serialize};

use crate::TabError;
use crate::options::{BinaryText, DecimalMark, Delimiter, booleans, pattern};
use crate::pattern::Pattern;

/// How the bytes of the input stand for characters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Encoding {
    /// By the byte order mark; UTF-8 without one.
    #[default]
    Auto,
    /// UTF-8.
    #[serde(rename = "utf-8")]
    Utf8,
    /// UTF-16, low byte first.
    #[serde(rename = "utf-16le")]
    Utf16Le,
    /// UTF-16, high byte first.
    #[serde(rename = "utf-16be")]
    Utf16Be,
    /// The Western European code page of Windows.
    #[serde(rename = "windows-1252", alias = "latin1")]
    Windows1252,
}

/// What stands above the rows of the input.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ReadHeader {
    /// One record of names.
    #[default]
    Names,
    /// A record of names, then a record of labels.
    Both,
    /// Nothing: columns are named `column_1`, `column_2` and so on.
    None,
}

/// What happens when two columns share a name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Duplicates {
    /// It is an error.
    #[default]
    Error,
    /// The later ones get `_2`, `_3` and so on.
    Rename,
}

/// How delimited text is read; as JSON these are the options of the formats `csv` and `tab`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct ReadOptions {
    /// The byte between cells; none = the one of tab, comma, semicolon and pipe that the first line holds most.
    pub delimiter: Option<Delimiter>,
    /// A byte that makes a quote after it part of the cell, such as the backslash that R's `write.table` writes.
    #[serde(skip)]
    pub escape: Option<u8>,
    /// How the bytes stand for characters.
    pub encoding: Encoding,
    /// What stands above the rows.
    pub header: ReadHeader,
    /// What happens when two columns share a name.
    pub duplicates: Duplicates,
    /// Texts that stand for a missing value when they are not in quotes, besides the empty one; in JSON with bars between:
    /// `NA|.`.
    #[serde(deserialize_with = "between_bars")]
    pub missing_texts: Vec<String>,
    /// The sign between whole part and fraction.
    #[serde(rename = "decimal")]
    pub decimal_mark: DecimalMark,
    /// What stands for false and for true, in place of `false` and `true` in any case and for declared booleans 0 and 1.
    #[serde(deserialize_with = "booleans")]
    pub booleans: Option<[String; 2]>,
    /// Pattern of dates in the letters of `strftime`; none = ISO 8601.
    #[serde(rename = "dates", deserialize_with = "pattern")]
    pub date_pattern: Option<String>,
    /// Pattern of date-times; none = ISO 8601.
    #[serde(rename = "datetimes", deserialize_with = "pattern")]
    pub date_time_pattern: Option<String>,
    /// How declared bytes are written.
    pub binary: BinaryText,
    /// Most columns a file may have.
    pub max_columns: usize,
    /// Most bytes a record (and so a cell or a line) may have.
    pub max_record_bytes: usize,
    /// Most rows of a batch; wide tables have fewer.
    #[serde(skip)]
    pub batch_rows: usize,
    /// Bytes of text that a thread takes at a time, unless one record is longer.
    #[serde(skip)]
    pub piece_bytes: usize,
}

fn between_bars<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let texts = Option::<String>::deserialize(from)?;
    Ok(texts.map_or_else(Vec::new, |texts| texts.split('|').map(str::to_owned).collect()))
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            delimiter: None,
            escape: None,
            encoding: Encoding::Auto,
            header: ReadHeader::Names,
            duplicates: Duplicates::Error,
            missing_texts: Vec::new(),
            decimal_mark: DecimalMark::Point,
            booleans: None,
            date_pattern: None,
            date_time_pattern: None,
            binary: BinaryText::Base64,
            max_columns: 100_000,
            max_record_bytes: 64 << 20,
            batch_rows: 8192,
            // Enough to outweigh handing it over, little enough for the caches.
            piece_bytes: 1 << 20,
        }
    }
}

impl ReadOptions {
    /// Checks that the choices can work.
    ///
    /// # Errors
    /// When a pattern cannot read a date.
    pub fn check(&self) -> Result<(), TabError> {
        Pattern::of_dates(self.date_pattern.as_deref(), true)?;
        Pattern::of_date_times(self.date_time_pattern.as_deref(), true)?;
        Ok(())
    }

    /// Whether two quotes with nothing between are a missing text in a file of so many columns: with one column there is no
    /// other way to write one, see `RowEncoder`.
    pub(super) fn quoted_empty_is_missing(&self, columns: usize) -> bool {
        columns == 1 && self.missing_texts.is_empty()
    }

    /// Whether options say how values of this kind are written, so that nothing was summed up of them.
    pub(super) fn has_own_texts(&self, kind: &DataType) -> bool {
        match kind {
            DataType::Boolean => self.booleans.is_some(),
            DataType::Date32 => self.date_pattern.is_some(),
            DataType::Timestamp(..) => self.date_time_pattern.is_some(),
            _ => false,
        }
    }
}
