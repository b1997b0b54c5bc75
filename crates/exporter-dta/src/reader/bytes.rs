//! The bytes of a `.dta`.

use exporter_core::source::BinaryError;
pub(crate) use exporter_core::source::{
    BinaryCursor as Cursor, BinaryFile as DtaBytes, to_usize, unsigned, until_nul,
};

use crate::error::DtaError;

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
