//! The codecs' errors as the engine's.

use exporter_core::{Error, ErrorKind};

use crate::zip::ZipError;

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
