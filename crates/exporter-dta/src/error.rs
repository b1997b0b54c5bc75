//! What can go wrong with a `.dta`.

use std::io;

use exporter_core::Error;
use exporter_core::source::BinaryError;

/// Why a `.dta` could not be written, read or checked; rows and variables count from 1.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DtaError {
    /// Reading or writing failed beneath the format.
    #[error("dta: {0}")]
    Io(#[from] io::Error),
    /// A record batch could not be taken from its source.
    #[error("dta: {0}")]
    Arrow(#[from] arrow_schema::ArrowError),
    /// The bytes are not those of a `.dta`, or are damaged.
    #[error("dta: {message} at offset {offset}")]
    Damaged {
        /// Position in the file, in bytes from 0.
        offset: u64,
        /// What was expected and what was found.
        message: String,
    },
    /// The number of variables exceeds what the release holds.
    #[error("dta: {found} variables, release {release} holds {limit}; {remedy}")]
    TooManyVariables {
        /// Variables asked for.
        found: u64,
        /// Variables the release holds.
        limit: u64,
        /// Number of the release.
        release: u8,
        /// The way out.
        remedy: &'static str,
    },
    /// Something is longer or more than the format holds.
    #[error("dta: {what} of {place}: {found}, at most {limit}; {remedy}")]
    Limit {
        /// What exceeds the limit, for example `value labels`.
        what: &'static str,
        /// Where, for example the name of a variable.
        place: String,
        /// Found.
        found: u64,
        /// Allowed.
        limit: u64,
        /// The way out.
        remedy: &'static str,
    },
    /// The description given to the writer breaks a rule of the format.
    #[error("dta: {place}: {message}")]
    Invalid {
        /// Where, for example the name of a variable.
        place: String,
        /// The rule that is broken and the way out.
        message: String,
    },
    /// A value does not fit its variable.
    #[error("dta: {value} does not fit {storage} ({variable}, row {row}); {remedy}")]
    Value {
        /// The value, shortened.
        value: String,
        /// The storage type that cannot hold it.
        storage: String,
        /// Name of the variable.
        variable: String,
        /// Row, counted from 1 over the whole table.
        row: u64,
        /// The way out.
        remedy: &'static str,
    },
    /// More or fewer rows came than were announced.
    #[error("dta: {found} rows came, {announced} were announced")]
    RowCount {
        /// Rows announced before the first byte.
        announced: u64,
        /// Rows that came.
        found: u64,
    },
    /// The column of a batch has another type than the writer was set up for.
    #[error("dta: column {variable} came as {found}, {expected} was agreed")]
    ColumnType {
        /// Name of the variable.
        variable: String,
        /// Arrow type that came.
        found: String,
        /// Arrow type agreed.
        expected: String,
    },
    /// The release or feature is one this crate does not write or read.
    #[error("dta: {0}")]
    Unsupported(String),
}

/// Result with a [`DtaError`].
pub(crate) type Result<T> = std::result::Result<T, DtaError>;

/// Error for bytes that are not what the format says.
pub(crate) fn damaged(offset: u64, message: impl Into<String>) -> DtaError {
    DtaError::Damaged { offset, message: message.into() }
}

impl From<BinaryError> for DtaError {
    fn from(error: BinaryError) -> Self {
        match error {
            BinaryError::Damaged { offset, message } => damaged(offset, message),
            BinaryError::Io(error) => error.into(),
            other => damaged(0, format!("{other:?}")),
        }
    }
}

impl DtaError {
    /// The error of reading a file; damage has a hint where a lenient reader goes on, which `salvages` says.
    pub(crate) fn in_reading(self, salvages: impl FnOnce() -> bool) -> Error {
        let is_damage = matches!(self, Self::Damaged { .. });
        let error = Error::from(self);
        if is_damage && salvages() {
            return error.with_hint("to get the rows that are complete, read it as dta:lenient=true");
        }
        error
    }
}

impl From<DtaError> for Error {
    fn from(error: DtaError) -> Self {
        let message = error.to_string();
        match error {
            DtaError::Io(source) => Error::io("dta: cannot read or write", source),
            DtaError::Arrow(source) => Error::from(source),
            DtaError::Damaged { offset, message } => Error::invalid(format!("dta: {message}")).offset(offset),
            DtaError::TooManyVariables { remedy, .. } | DtaError::Limit { remedy, .. } => {
                Error::limit(message).with_hint(remedy)
            }
            DtaError::Invalid { .. } | DtaError::RowCount { .. } | DtaError::ColumnType { .. } => {
                Error::invalid(message)
            }
            DtaError::Value { value, storage, variable, row, remedy } => {
                Error::limit(format!("dta: {value} does not fit {storage}"))
                    .variable(variable)
                    .row(row)
                    .with_hint(remedy)
            }
            DtaError::Unsupported(_) => Error::unsupported(message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_names_its_place_once() {
        let error = Error::from(DtaError::Value {
            value: "101".to_owned(),
            storage: "byte".to_owned(),
            variable: "age".to_owned(),
            row: 7,
            remedy: "widen",
        });
        assert_eq!(error.to_string(), "dta: 101 does not fit byte (variable age, row 7)");
        assert_eq!(error.hint(), Some("widen"));
    }
}
