//! What can go wrong when delimited text is written or read.

use std::io;

/// A failure of the delimited-text codec.
///
/// Records and columns are counted from 1; the header is not a record. Lines are counted from 1 as an
/// editor shows them, so that a quoted line end inside a cell does not hide the place.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TabError {
    /// Reading or writing bytes failed.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// An option has a value that cannot work.
    #[error("option {option}: {problem}")]
    Option {
        /// Name of the option.
        option: &'static str,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// A batch does not fit the columns the encoder was made for.
    #[error("a batch has {found} columns where the table has {expected}")]
    BatchShape {
        /// Columns of the table.
        expected: usize,
        /// Columns of the batch.
        found: usize,
    },
    /// A column has an Arrow type that delimited text cannot hold.
    #[error("{column}: the Arrow type {found} cannot be written as delimited text; cast it first")]
    Unsupported {
        /// Name of the column.
        column: String,
        /// The Arrow type.
        found: String,
    },
    /// A date lies outside what a custom pattern can write.
    #[error(
        "{column}, row {row} of the batch: the pattern cannot write the date, which is outside the years -262143 to 262142 or has no zone to name; use ISO dates"
    )]
    DateRange {
        /// Name of the column.
        column: String,
        /// Row of the batch, from 1.
        row: u64,
    },
    /// The input holds no header although one is expected.
    #[error("the input is empty; a header line with the column names is expected")]
    Empty,
    /// A record has more or fewer cells than the header.
    #[error(
        "{}: expected {expected} {}, got {found}; check the delimiter and the quotes",
        spot(*record, *line),
        if *expected == 1 { "cell" } else { "cells" }
    )]
    Ragged {
        /// Record, from 1.
        record: u64,
        /// Line, from 1.
        line: u64,
        /// Cells that the header announces.
        expected: usize,
        /// Cells found; of a longer record only one more than expected is counted.
        found: usize,
    },
    /// The header or a record has more cells than the limit.
    #[error("line {line} has more than {limit} columns; check the delimiter or raise max-columns")]
    TooManyColumns {
        /// Line, from 1.
        line: u64,
        /// The limit.
        limit: usize,
    },
    /// A record is longer than the limit.
    #[error(
        "the record that starts on line {line} is longer than {limit} bytes; a quote may be left open, or raise max-record-bytes"
    )]
    RecordTooLong {
        /// Line on which the record starts, from 1.
        line: u64,
        /// The limit in bytes.
        limit: usize,
    },
    /// A quoted cell is not closed before the end of the input.
    #[error("{}, column {column}: the quote opened on line {line} is never closed", record_name(*record))]
    OpenQuote {
        /// Record, from 1 (0 = the header).
        record: u64,
        /// Column, from 1.
        column: usize,
        /// Line on which the record starts, from 1.
        line: u64,
    },
    /// Text follows a closing quote.
    #[error(
        "{}, column {column}: text follows the closing quote; quotes inside a cell are doubled",
        spot(*record, *line)
    )]
    AfterQuote {
        /// Record, from 1 (0 = the header).
        record: u64,
        /// Column, from 1.
        column: usize,
        /// Line on which the record starts, from 1.
        line: u64,
    },
    /// Bytes are not valid in the encoding.
    #[error("{}, column {column}: not valid {encoding}", spot(*record, *line))]
    Encoding {
        /// Record, from 1 (0 = the header).
        record: u64,
        /// Line on which the record starts, from 1.
        line: u64,
        /// Column, from 1.
        column: usize,
        /// The encoding in use.
        encoding: &'static str,
    },
    /// The header holds a NUL byte.
    #[error("the header holds a NUL byte: this is UTF-16 without a byte order mark, or a binary file")]
    NulInHeader,
    /// Two columns share a name.
    #[error("columns {first} and {second} are both named {name:?}")]
    DuplicateName {
        /// The name.
        name: String,
        /// Position of the first, from 1.
        first: usize,
        /// Position of the second, from 1.
        second: usize,
    },
    /// Declared columns are not in the header.
    #[error("{}", unknown_columns(name, others))]
    UnknownColumn {
        /// The first declared name.
        name: String,
        /// The others.
        others: Vec<String>,
    },
    /// A cell does not hold a value of its column's kind.
    #[error("{column}, record {record} (line {line}): {value:?} is not {kind}")]
    Value {
        /// Name of the column.
        column: String,
        /// Record, from 1.
        record: u64,
        /// Line on which the record starts, from 1.
        line: u64,
        /// The start of the cell.
        value: String,
        /// What was expected.
        kind: String,
        /// The argument of the command line with which the cell is read, if one is known.
        suggestion: Option<String>,
    },
    /// Arrow refused the decoded columns.
    #[error("{0}")]
    Arrow(#[from] arrow_schema::ArrowError),
}

/// Where a record is: the header is not one.
/// Columns that a message names at most.
const NAMED: usize = 10;

fn unknown_columns(first: &str, others: &[String]) -> String {
    if others.is_empty() {
        return format!("column {first:?} is declared but the header does not have it");
    }
    let shown: Vec<String> = others.iter().take(NAMED - 1).map(|name| format!("{name:?}")).collect();
    let more = match others.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("columns {first:?}, {}{more} are declared but the header does not have them", shown.join(", "))
}

fn spot(record: u64, line: u64) -> String {
    format!("{} (line {line})", record_name(record))
}

fn record_name(record: u64) -> String {
    if record == 0 { "the header".to_owned() } else { format!("record {record}") }
}

impl TabError {
    /// The error of a part of a file with its place in the whole file; this many records and lines stand before the part.
    pub(crate) fn after(mut self, records: u64, lines: u64) -> Self {
        match &mut self {
            Self::Ragged { record, line, .. }
            | Self::OpenQuote { record, line, .. }
            | Self::AfterQuote { record, line, .. }
            | Self::Encoding { record, line, .. }
            | Self::Value { record, line, .. } => {
                *record += records;
                *line += lines;
            }
            Self::RecordTooLong { line, .. } | Self::TooManyColumns { line, .. } => *line += lines,
            Self::Io(_)
            | Self::Option { .. }
            | Self::BatchShape { .. }
            | Self::Unsupported { .. }
            | Self::DateRange { .. }
            | Self::Empty
            | Self::NulInHeader
            | Self::DuplicateName { .. }
            | Self::UnknownColumn { .. }
            | Self::Arrow(_) => {}
        }
        self
    }
}
