//! What can go wrong with a system file.

use std::io;

use exporter_core::source::BinaryError;
use exporter_core::{Error, FETCH_AGAIN};

/// Why a system file could not be written or read; rows count from 1.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SavError {
    /// Reading or writing failed beneath the format.
    #[error("sav: {0}")]
    Io(#[from] io::Error),
    /// A record batch could not be taken from its source.
    #[error("sav: {0}")]
    Arrow(#[from] arrow_schema::ArrowError),
    /// The bytes are not those of a system file, or are damaged.
    #[error("sav: {message} at offset {offset}")]
    Damaged {
        /// Position in the file, in bytes from 0.
        offset: u64,
        /// What was expected and what was found.
        message: String,
    },
    /// The index of the blocks is damaged, which may themselves be sound.
    #[error("sav: {message} at offset {offset}")]
    Index {
        /// Position in the file, in bytes from 0.
        offset: u64,
        /// What was expected and what was found.
        message: String,
    },
    /// The description given to the writer breaks a rule of the format.
    #[error("sav: {place}: {message}")]
    Invalid {
        /// Where, for example the name of a variable.
        place: String,
        /// The rule that is broken and the way out.
        message: String,
    },
    /// A value does not fit its variable.
    #[error("sav: {value} does not fit {format} ({variable}, row {row}); {remedy}")]
    Value {
        /// The value, shortened.
        value: String,
        /// The format of the variable, such as `A8`.
        format: String,
        /// Name of the variable.
        variable: String,
        /// Row, counted from 1 over the whole table.
        row: u64,
        /// The way out.
        remedy: &'static str,
    },
    /// More or fewer rows came than were announced.
    #[error("sav: {found} rows came, {announced} were announced")]
    RowCount {
        /// Rows announced before the first byte.
        announced: u64,
        /// Rows that came.
        found: u64,
    },
    /// The column of a batch has another type than its variable can take.
    #[error("sav: column {variable} came as {found}, {expected} was agreed")]
    ColumnType {
        /// Name of the variable.
        variable: String,
        /// Arrow type that came.
        found: String,
        /// What the variable takes.
        expected: String,
    },
    /// A kind of file or feature that this crate does not read.
    #[error("sav: {0}")]
    Unsupported(String),
}

/// Result with a [`SavError`].
pub(crate) type Result<T> = std::result::Result<T, SavError>;

/// Error for bytes that are not what the format says.
pub(crate) fn damaged(offset: u64, message: impl Into<String>) -> SavError {
    SavError::Damaged { offset, message: message.into() }
}

/// Error for a description that breaks a rule.
pub(crate) fn invalid(place: impl Into<String>, message: impl Into<String>) -> SavError {
    SavError::Invalid { place: place.into(), message: message.into() }
}

impl From<BinaryError> for SavError {
    fn from(error: BinaryError) -> Self {
        match error {
            BinaryError::Damaged { offset, message } => damaged(offset, message),
            BinaryError::Io(error) => error.into(),
            other => damaged(0, format!("{other:?}")),
        }
    }
}

impl SavError {
    /// The error of reading the cases of a file, of which so many are complete; damage behind them has a hint, since a
    /// lenient reader goes on.
    pub(crate) fn in_cases(self, is_lenient: bool, rows: u64) -> Error {
        let is_of_index = matches!(self, Self::Index { .. });
        let is_damage = is_of_index || matches!(self, Self::Damaged { .. });
        let error = Error::from(self);
        match (is_damage && !is_lenient, rows > 0) {
            (true, true) => error.with_hint("to get the rows that are complete, read it as sav:lenient=true"),
            (true, false) => error.with_hint(FETCH_AGAIN),
            _ => error,
        }
    }

    /// The error of reading what stands before the cases.
    pub(crate) fn in_descriptions(self) -> Error {
        let is_damage = matches!(self, Self::Damaged { .. });
        let error = Error::from(self);
        if is_damage { error.with_hint(FETCH_AGAIN) } else { error }
    }
}

impl From<SavError> for Error {
    fn from(error: SavError) -> Self {
        let message = error.to_string();
        match error {
            SavError::Io(source) => Error::io("sav: cannot read or write", source),
            SavError::Arrow(source) => Error::from(source),
            SavError::Damaged { offset, message } | SavError::Index { offset, message } => {
                Error::invalid(format!("sav: {message}")).offset(offset)
            }
            SavError::Invalid { .. } | SavError::RowCount { .. } | SavError::ColumnType { .. } => {
                Error::invalid(message)
            }
            SavError::Value { value, format, variable, row, remedy } => {
                Error::limit(format!("sav: {value} does not fit {format}"))
                    .variable(variable)
                    .row(row)
                    .with_hint(remedy)
            }
            SavError::Unsupported(_) => Error::unsupported(message),
        }
    }
}
