//! Errors of reading a document.

use std::io;

use exporter_core::{Error, FETCH_AGAIN};

use exporter_xml::{Fault, Oddity};

/// Why a document cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DdiError {
    /// It is no DDI Codebook.
    #[error("this is {found}, not DDI")]
    NotDdi {
        /// What it is.
        found: String,
    },
    /// It is no well-formed XML, or more than is read.
    #[error("line {line}, column {column}: {message}{read}")]
    Damaged {
        /// Line, from 1.
        line: u64,
        /// Column in characters, from 1.
        column: u64,
        /// What is wrong.
        message: String,
        /// What was read before, as it stands in the message.
        read: String,
        /// Whether the document ends there.
        is_cut: bool,
    },
    /// Some bytes are none of the encoding that it has by its first line.
    #[error("line {line}: {}", Oddity::Encoding(unknown.clone()))]
    Encoding {
        /// Line, from 1.
        line: u64,
        /// The name of the encoding, where nothing is known of it.
        unknown: Option<String>,
    },
    /// It cannot be read.
    #[error("cannot read the document")]
    Io(#[source] io::Error),
}

/// A result of this crate.
pub(crate) type Result<T> = std::result::Result<T, DdiError>;

impl From<Fault> for DdiError {
    fn from(fault: Fault) -> Self {
        match fault.source {
            Some(source) if source.kind() != io::ErrorKind::FileTooLarge => Self::Io(source),
            source => Self::Damaged {
                line: fault.position.line,
                column: fault.position.column,
                message: source.map_or(fault.message, |source| source.to_string()),
                read: String::new(),
                is_cut: fault.is_cut,
            },
        }
    }
}

impl From<DdiError> for Error {
    fn from(error: DdiError) -> Self {
        match error {
            DdiError::Io(source) => Error::io("ddi: cannot read the document", source),
            DdiError::NotDdi { .. } => Error::unsupported(format!("ddi: {error}")),
            DdiError::Damaged { is_cut: true, .. } => {
                Error::invalid(format!("ddi: {error}")).with_hint(FETCH_AGAIN)
            }
            DdiError::Damaged { .. } => Error::invalid(format!("ddi: {error}")),
            DdiError::Encoding { .. } => Error::invalid(format!("ddi: {error}")).with_hint(
                "name the encoding of its bytes in its first line, such as <?xml version=\"1.0\" encoding=\"windows-1252\"?>, or save it \
                 as UTF-8",
            ),
        }
    }
}
