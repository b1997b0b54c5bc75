//! Choices for reading delimited text.

use arrow_schema::DataType;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::encoding::Encoding;
use super::form::Form;
use crate::options::{BinaryText, DecimalMark, Delimiter, booleans, pattern};
use crate::pattern::Pattern;
use crate::{Mark, TabError};

/// What stands above the rows of the input.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ReadHeader {
    /// One record of names, unless the first record looks like the others.
    #[default]
    Auto,
    /// One record of names.
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
    Error,
    /// The later ones get `_2`, `_3` and so on: a loss of reading.
    #[default]
    Rename,
}

/// What becomes of a record that has more or fewer cells than the header.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Ragged {
    /// It is an error.
    #[default]
    Error,
    /// Cells that are not there are missing values; surplus cells are an error unless they are empty.
    Pad,
    /// Cells that are not there are missing values, surplus cells are left out: a loss of reading.
    Truncate,
}

/// What becomes of decimals with digits that no double holds, where no kind is declared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum KeptDigits {
    /// The column holds decimals, or texts where no decimal has that many digits.
    #[default]
    Keep,
    /// They are rounded to doubles: a loss of reading.
    Double,
}

/// What becomes of the offsets of times, where no kind is declared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum KeptOffsets {
    /// The column has the zone that all of its times have, and holds texts where they have several.
    #[default]
    Keep,
    /// They are read as moments in UTC: the local hour is a loss of reading.
    Utc,
}

/// How delimited text is read; as JSON these are the options of the formats `csv` and `tab`.
///
/// What is left open is found in the first part of the text, see [`Layout::read`](crate::Layout::read).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct ReadOptions {
    /// The byte between cells; none = found.
    pub delimiter: Option<Delimiter>,
    /// The sign round cells, which is doubled inside; none = found.
    pub quote: Option<Mark>,
    /// The sign that makes a quote, delimiter or line end behind it a part of the cell; none = found.
    pub escape: Option<Mark>,
    /// The sign at the start of lines that are no rows; none = found.
    pub comment: Option<Mark>,
    /// Lines above the header; none = found.
    pub skip_lines: Option<u64>,
    /// What stands above the rows.
    pub header: ReadHeader,
    /// What becomes of records of another length than the header.
    pub ragged: Ragged,
    /// Whether a delimiter ends each record; none = found.
    pub trailing_delimiter: Option<bool>,
    /// Whether spaces may stand between a quote and the delimiters round the cell; none = found.
    pub spaced_quotes: Option<bool>,
    /// Whether rows start with a name for which the header has no cell, as R writes them; none = found.
    pub row_names: Option<bool>,
    /// Whether a quoted cell behind whose closing quote text follows is taken as it stands, quotes included.
    pub lenient: bool,
    /// How the bytes stand for characters.
    pub encoding: Encoding,
    /// What happens when two columns share a name.
    pub duplicates: Duplicates,
    /// Texts that stand for a missing value when they are not in quotes, besides the empty one; in JSON with bars between:
    /// `NA|.`.
    #[serde(rename = "null", deserialize_with = "between_bars", serialize_with = "with_bars")]
    pub missing_texts: Vec<String>,
    /// The sign between whole part and fraction; none = found.
    #[serde(rename = "decimal")]
    pub decimal_mark: Option<DecimalMark>,
    /// The sign between groups of three digits.
    pub thousands: Mark,
    /// What stands for false and for true, in place of `false` and `true` in any case and for declared booleans 0 and 1.
    #[serde(deserialize_with = "booleans", serialize_with = "with_slash")]
    pub booleans: Option<[String; 2]>,
    /// Pattern of dates in the letters of `strftime`; none = ISO 8601.
    #[serde(rename = "dates", deserialize_with = "pattern")]
    pub date_pattern: Option<String>,
    /// Pattern of date-times; none = ISO 8601.
    #[serde(rename = "datetimes", deserialize_with = "pattern")]
    pub date_time_pattern: Option<String>,
    /// What becomes of the offsets of times.
    pub offsets: KeptOffsets,
    /// What becomes of decimals with digits that no double holds.
    pub digits: KeptDigits,
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

fn with_bars<S: Serializer>(texts: &[String], to: S) -> Result<S::Ok, S::Error> {
    (!texts.is_empty()).then(|| texts.join("|")).serialize(to)
}

fn with_slash<S: Serializer>(texts: &Option<[String; 2]>, to: S) -> Result<S::Ok, S::Error> {
    texts.as_ref().map(|[no, yes]| format!("{yes}/{no}")).serialize(to)
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            delimiter: None,
            quote: None,
            escape: None,
            comment: None,
            skip_lines: None,
            header: ReadHeader::Auto,
            ragged: Ragged::Error,
            trailing_delimiter: None,
            spaced_quotes: None,
            row_names: None,
            lenient: false,
            encoding: Encoding::AUTO,
            duplicates: Duplicates::Rename,
            missing_texts: Vec::new(),
            decimal_mark: None,
            thousands: Mark::NONE,
            booleans: None,
            date_pattern: None,
            date_time_pattern: None,
            offsets: KeptOffsets::Keep,
            digits: KeptDigits::Keep,
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
    /// When a pattern cannot read a date, or two signs are the same.
    pub fn check(&self) -> Result<(), TabError> {
        Pattern::of_dates(self.date_pattern.as_deref(), true)?;
        Pattern::of_date_times(self.date_time_pattern.as_deref(), true)?;
        let quote = self.quote.map_or(Some(b'"'), Mark::byte);
        let delimiter = self.delimiter.map(Delimiter::byte);
        let differ = |option, problem: &str, one: Option<u8>, other: Option<u8>| match (one, other) {
            (Some(one), Some(other)) if one == other => {
                Err(TabError::Option { option, problem: problem.to_owned() })
            }
            _ => Ok(()),
        };
        let escape = self.escape.and_then(Mark::byte);
        let comment = self.comment.and_then(Mark::byte);
        differ("quote", "the quote is the delimiter too", quote, delimiter)?;
        differ("escape", "the escape is the delimiter too", escape, delimiter)?;
        differ("comment", "the sign of comments is the delimiter too", comment, delimiter)?;
        differ("comment", "the sign of comments is the quote too", comment, quote)?;
        if let Some(mark) = self.decimal_mark {
            differ("thousands", "it is the decimal mark too", self.thousands.byte(), Some(mark.byte()))?;
        }
        Ok(())
    }

    /// Whether two quotes with nothing between are a missing text in a file of this many columns: with one column there is no
    /// other way to write one, see `RowEncoder`.
    pub(super) fn quoted_empty_is_missing(&self, columns: usize) -> bool {
        columns == 1 && self.missing_texts.is_empty()
    }

    /// How most files are written, nothing left open.
    pub(crate) fn plain() -> Self {
        Form::of(&Self::default(), Delimiter::COMMA).options(&Self::default())
    }

    /// Whether any option says how the values of a kind are written.
    pub(crate) fn has_own_texts(&self) -> bool {
        self.booleans.is_some() || self.date_pattern.is_some() || self.date_time_pattern.is_some()
    }

    /// Whether an option says how the values of this kind are written; the summary of a column leaves such values out.
    pub(super) fn says_how(&self, kind: &DataType) -> bool {
        match kind {
            DataType::Boolean => self.booleans.is_some(),
            DataType::Date32 => self.date_pattern.is_some(),
            DataType::Timestamp(..) => self.date_time_pattern.is_some(),
            _ => false,
        }
    }
}
