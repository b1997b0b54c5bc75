//! What goes wrong in Parquet and Arrow IPC files.

use arrow_schema::ArrowError;
use parquet::errors::ParquetError as CrateError;

/// What helps where other programs are more lenient.
const WRITE_ANEW: &str = "where pyarrow reads the file it can write it anew: \
    python -c \"import pyarrow.parquet as pq; pq.write_table(pq.read_table('OLD.parquet'), 'NEW.parquet')\"";

/// An error of the Parquet and Arrow IPC codecs.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ParquetError {
    /// The file breaks the rules of its format.
    #[error("{format}: {what}")]
    Malformed {
        /// `parquet` or `arrow`.
        format: &'static str,
        /// Which rule, with the value and the limit.
        what: String,
    },
    /// A form of the format that is not read.
    #[error("{format}: {what}")]
    NotRead {
        /// `parquet` or `arrow`.
        format: &'static str,
        /// What the file is.
        what: &'static str,
        /// What to type to have one that is read.
        hint: &'static str,
    },
    /// The decoder gave up on bytes that no check had refused.
    #[error("{format}: the file is damaged, its decoder stopped: {what}")]
    Damaged {
        /// `parquet` or `arrow`.
        format: &'static str,
        /// What the decoder said.
        what: String,
    },
    /// More row groups than a reader can number (Parquet format, `RowGroup.ordinal` is an `i16`).
    #[error("parquet: more than {0} row groups; raise row-group-rows")]
    TooManyRowGroups(usize),
    /// A table without columns.
    #[error("parquet: a table without variables cannot be stored, its rows would be lost")]
    NoColumns,
    /// A record without fields, which Parquet has no type for.
    #[error("parquet: the structure of {0:?} has no fields, which the format cannot hold")]
    EmptyStructure(String),
    /// A column of polars' integers of 128 bits, which are bytes to Parquet.
    #[error(
        "whole numbers of 128 bits, which Parquet has no type for; in polars they are cast to Int64, Decimal or String"
    )]
    LongIntegers,
    /// A file none of whose columns is of a type that is read.
    #[error("{format}: no column of the file is read; {column:?} is {why}")]
    NothingRead {
        /// `parquet` or `arrow`.
        format: &'static str,
        /// The first column.
        column: String,
        /// What becomes of it.
        why: String,
    },
    /// Values do not fit the type they are stored as.
    #[error("parquet: a value of {column:?} does not fit the stored type {stored}: {source}")]
    Stored {
        /// The column.
        column: String,
        /// Its type in the file.
        stored: String,
        /// Why.
        source: arrow_schema::ArrowError,
    },
    /// A categorical variable has a value that is none of its categories.
    #[error("the value {value} of {column:?} is none of its categories")]
    NoCategory {
        /// The variable.
        column: String,
        /// The value.
        value: i64,
    },
    /// The codec's own error.
    #[error("parquet: {0}")]
    Parquet(#[source] CrateError),
    /// An error of the Arrow layer.
    #[error("arrow: {0}")]
    Arrow(#[source] arrow_schema::ArrowError),
    /// The output or input failed.
    #[error("{0}")]
    Io(#[source] std::io::Error),
    /// The source of the rows failed.
    #[error(transparent)]
    Rows(exporter_core::Error),
}

impl From<CrateError> for ParquetError {
    fn from(error: CrateError) -> Self {
        match error {
            CrateError::External(inner) => match inner.downcast::<std::io::Error>() {
                Ok(io) => ParquetError::Io(*io),
                Err(other) => ParquetError::Parquet(CrateError::External(other)),
            },
            other => ParquetError::Parquet(other),
        }
    }
}

impl From<arrow_schema::ArrowError> for ParquetError {
    fn from(error: arrow_schema::ArrowError) -> Self {
        match error {
            arrow_schema::ArrowError::IoError(_, io) => ParquetError::Io(io),
            other => ParquetError::Arrow(other),
        }
    }
}

impl From<std::io::Error> for ParquetError {
    fn from(error: std::io::Error) -> Self {
        ParquetError::Io(error)
    }
}

impl From<ParquetError> for exporter_core::Error {
    fn from(error: ParquetError) -> Self {
        use exporter_core::Error;
        let message = error.to_string();
        match error {
            ParquetError::Rows(inner) => inner,
            ParquetError::Io(io) => Error::io("input or output failed", io),
            ParquetError::Arrow(ArrowError::ParquetError(told)) => {
                let told = told.strip_prefix("Parquet error: ").unwrap_or(&told);
                let error = Error::invalid(format!("parquet: {told}"));
                // A limit says itself what helps.
                if told.contains("--memory") { error } else { error.with_hint(WRITE_ANEW) }
            }
            ParquetError::Arrow(inner) => Error::from(inner),
            ParquetError::TooManyRowGroups(_) => Error::limit(message),
            ParquetError::NoColumns => Error::unsupported(message).with_hint("add a variable to the table"),
            ParquetError::EmptyStructure(column) => Error::unsupported(message).variable(column),
            ParquetError::NoCategory { column, .. } => Error::invalid(message)
                .variable(column)
                .with_hint("pass categories=codes to write the numbers"),
            ParquetError::NothingRead { .. } => Error::unsupported(message).with_hint(
                "write the file anew with the program that made it, and cast the columns there, such as to texts",
            ),
            ParquetError::NotRead { hint, .. } => Error::unsupported(message).with_hint(hint),
            ParquetError::Stored { column, source, .. } => {
                Error::limit(message).variable(column).with_source(source)
            }
            other @ (ParquetError::Parquet(_) | ParquetError::Damaged { .. }) => {
                Error::invalid(message).with_hint(WRITE_ANEW).with_source(other)
            }
            other => {
                let is_cut_off = message.contains("cut off");
                let error = Error::invalid(message).with_source(other);
                if is_cut_off { error.with_hint(exporter_core::FETCH_AGAIN) } else { error }
            }
        }
    }
}
