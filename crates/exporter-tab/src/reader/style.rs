//! How the cells of a file stand for values.

use super::number::NumberStyle;
use super::split::Marks;
use crate::TabError;
use crate::options::BinaryText;
use crate::pattern::Pattern;
use crate::reader::ReadOptions;

/// What cells share over all columns.
#[derive(Debug, Clone)]
pub(super) struct CellStyle {
    pub(super) marks: Marks,
    pub(super) numbers: NumberStyle,
    pub(super) booleans: Option<[String; 2]>,
    pub(super) date_pattern: Option<Pattern>,
    pub(super) date_time_pattern: Option<Pattern>,
    pub(super) binary: BinaryText,
    /// See [`ReadOptions::has_own_texts`].
    pub(super) has_own_texts: bool,
}

impl CellStyle {
    /// # Errors
    /// When a pattern reads no dates.
    pub(super) fn new(options: &ReadOptions, marks: Marks) -> Result<Self, TabError> {
        Ok(Self {
            marks,
            numbers: NumberStyle::of(options),
            booleans: options.booleans.clone(),
            date_pattern: Pattern::of_dates(options.date_pattern.as_deref(), true)?,
            date_time_pattern: Pattern::of_date_times(options.date_time_pattern.as_deref(), true)?,
            binary: options.binary,
            has_own_texts: options.has_own_texts(),
        })
    }

    /// The truth value of a text, if it is one.
    pub(super) fn boolean(&self, text: &[u8]) -> Option<bool> {
        if let Some([no, yes]) = &self.booleans {
            return match text {
                _ if text == yes.as_bytes() => Some(true),
                _ if text == no.as_bytes() => Some(false),
                _ => None,
            };
        }
        match text {
            b"1" | b"1.0" => Some(true),
            b"0" | b"0.0" => Some(false),
            _ if text.eq_ignore_ascii_case(b"true") => Some(true),
            _ if text.eq_ignore_ascii_case(b"false") => Some(false),
            _ => None,
        }
    }
}

/// Which cells are missing values.
#[derive(Debug, Clone, Default)]
pub(super) struct MissingTexts {
    texts: Vec<Box<[u8]>>,
    /// The bytes with which they start, one bit each: hardly any cell has to be compared.
    starts: [u64; 4],
    /// Whether two quotes with nothing between are one.
    quoted_empty: bool,
}

impl MissingTexts {
    /// Nothing is, and the texts of the options.
    pub(super) fn new(options: &ReadOptions) -> Self {
        options.missing_texts.iter().fold(Self::default(), |missing, text| missing.and(text))
    }

    /// Adds a text.
    pub(super) fn and(mut self, text: &str) -> Self {
        if let Some(start) = text.bytes().next() {
            self.starts[usize::from(start / 64)] |= 1 << (start % 64);
            self.texts.push(text.as_bytes().into());
        }
        self
    }

    /// Two quotes with nothing between are missing too.
    pub(super) fn and_quoted_empty(mut self) -> Self {
        self.quoted_empty = true;
        self
    }

    /// Whether a cell is a missing value.
    #[inline]
    pub(super) fn has(&self, raw: &[u8], quoted: bool) -> bool {
        if quoted {
            return raw.is_empty() && self.quoted_empty;
        }
        match raw.first() {
            None => true,
            Some(start) if self.starts[usize::from(start / 64)] & (1 << (start % 64)) == 0 => false,
            Some(_) => self.texts.iter().any(|text| **text == *raw),
        }
    }
}
