//! What can go wrong while an archive is written.

use std::io;

use exporter_core::{Error, ErrorKind};

use super::name::NameFault;

/// Why an archive could not be written. No message ever holds a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ZipError {
    /// An entry was begun and never ended, or an earlier call failed; the archive stays torn.
    #[error("zip: the archive was abandoned after an entry failed")]
    Abandoned,
    /// Two names are the same to a system that ignores case, or one is a folder of the other.
    #[error("zip: the entry {name:?} clashes with {other:?}; rename one of them")]
    Clash {
        /// The name that was asked for.
        name: String,
        /// The name that is there already.
        other: String,
    },
    /// A password of no bytes protects nothing.
    #[error("zip: the password is empty; give one or turn encryption off")]
    EmptyPassword,
    /// An entry is begun while another one is open.
    #[error("zip: the entry {open:?} is still open")]
    EntryOpen {
        /// The open entry.
        open: String,
    },
    /// The entry was declared small and grew past what its header can say.
    #[error(
        "zip: the entry {name:?} was declared with at most {declared} bytes and exceeds 4294967295; declare its true \
         size or none"
    )]
    EntryTooLarge {
        /// The entry.
        name: String,
        /// The declared limit in bytes.
        declared: u64,
    },
    /// The operating system gave no random bytes for a salt.
    #[error("zip: no random bytes for the encryption: {0}")]
    Entropy(String),
    /// The output refused bytes.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The archive could be written, but 7-Zip would not open it.
    #[error(
        "zip: the password has {bytes} bytes, and 7-Zip opens no archive with a password of more than {limit}"
    )]
    LongPassword {
        /// Bytes of the password.
        bytes: usize,
        /// Bytes that are allowed.
        limit: usize,
    },
    /// The name could leave the folder it is unpacked into, or some system cannot store it.
    #[error("zip: the entry name {name:?} is refused: {fault}")]
    Name {
        /// The refused name.
        name: String,
        /// What is wrong with it.
        fault: NameFault,
    },
    /// Bytes or an end came without an open entry.
    #[error("zip: no entry is open")]
    NoEntry,
    /// The zstd level is outside its range.
    #[error("zip: the zstd level {0} is not between 1 and 22")]
    ZstdLevel(u8),
}

impl From<ZipError> for Error {
    fn from(source: ZipError) -> Self {
        let message = source.to_string();
        match source {
            ZipError::Io(source) => Error::io("cannot write the zip", source),
            ZipError::Clash { name, .. } => Error::new(ErrorKind::Exists, message).entry(name),
            ZipError::Name { .. } => Error::invalid(message),
            ZipError::EmptyPassword | ZipError::ZstdLevel(_) => Error::usage(message),
            ZipError::LongPassword { limit, .. } => {
                Error::usage(message).with_hint(format!("choose a password of at most {limit} bytes"))
            }
            ZipError::EntryTooLarge { name, .. } => Error::limit(message).entry(name),
            other => Error::new(ErrorKind::Io, message).with_source(other),
        }
    }
}
