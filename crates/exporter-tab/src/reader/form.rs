//! How a text is cut into records and cells, all of it known.

use super::encoding::Encoding;
use super::options::{ReadHeader, ReadOptions};
use super::split::{Cell, Dialect, Marks};
use crate::options::{DecimalMark, Delimiter};
use crate::{Mark, TabError};

/// What options leave open, decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) delimiter: Delimiter,
    pub(super) quote: Mark,
    pub(super) escape: Mark,
    pub(super) comment: Mark,
    pub(super) skip_lines: u64,
    /// Never [`ReadHeader::Auto`].
    pub(super) header: ReadHeader,
    pub(super) trailing: bool,
    pub(super) spaced: bool,
    pub(super) row_names: bool,
    pub(super) decimal: DecimalMark,
    pub(super) encoding: Encoding,
}

impl Form {
    /// What the options say, and plain text separated by this where they say nothing.
    pub(super) fn of(options: &ReadOptions, delimiter: Delimiter) -> Self {
        Self {
            delimiter: options.delimiter.unwrap_or(delimiter),
            quote: options.quote.unwrap_or(Mark::DOUBLE_QUOTE),
            escape: options.escape.unwrap_or(Mark::NONE),
            comment: options.comment.unwrap_or(Mark::NONE),
            skip_lines: options.skip_lines.unwrap_or(0),
            header: match options.header {
                ReadHeader::Auto => ReadHeader::Names,
                header => header,
            },
            trailing: options.trailing_delimiter.unwrap_or(false),
            spaced: options.spaced_quotes.unwrap_or(false),
            row_names: options.row_names.unwrap_or(false),
            decimal: options.decimal_mark.unwrap_or(DecimalMark::Point),
            encoding: options.encoding,
        }
    }

    /// The options with nothing left open.
    pub(super) fn options(&self, options: &ReadOptions) -> ReadOptions {
        // Every field is named, so that the compiler refuses one that is forgotten here.
        let Self {
            delimiter,
            quote,
            escape,
            comment,
            skip_lines,
            header,
            trailing,
            spaced,
            row_names,
            decimal,
            encoding,
        } = *self;
        ReadOptions {
            delimiter: Some(delimiter),
            quote: Some(quote),
            escape: Some(escape),
            comment: Some(comment),
            skip_lines: Some(skip_lines),
            header,
            trailing_delimiter: Some(trailing),
            spaced_quotes: Some(spaced),
            row_names: Some(row_names),
            decimal_mark: Some(decimal),
            encoding,
            ..options.clone()
        }
    }

    /// What is needed to split records.
    pub(super) fn dialect(&self, options: &ReadOptions) -> Dialect {
        let (quote, escape) = (self.quote.byte(), self.escape.byte());
        Dialect {
            // The quote itself as an escape means that it is doubled.
            marks: Marks {
                delimiter: self.delimiter.byte(),
                quote,
                escape: escape.filter(|_| escape != quote),
            },
            comment: self.comment.byte(),
            ragged: options.ragged,
            trailing: self.trailing,
            spaced: self.spaced,
            lenient: options.lenient,
            max_record_bytes: options.max_record_bytes.min(Cell::REACH - 2),
        }
    }

    /// # Errors
    /// When the sign of decimals separates groups of digits.
    pub(super) fn check(&self, options: &ReadOptions) -> Result<(), TabError> {
        if options.thousands.byte() == Some(self.decimal.byte()) {
            return Err(TabError::Option {
                option: "thousands",
                problem: "it is the decimal mark too: give decimal=comma or decimal=point with it".into(),
            });
        }
        Ok(())
    }
}
