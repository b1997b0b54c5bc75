//! Decoders we did not write, kept from unwinding into the caller.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::ParquetError;

/// Runs a decoder on bytes of unknown origin; when it panics, the file is reported as damaged.
///
/// This is the one place that contains panics, and decoders run nowhere else. What cannot be contained, memory that the
/// system does not have and a stack that overflows, is prevented before (`reader::footer`, `reader::pages`, `ipc::claims`).
/// A decoder that panicked is not used again.
pub(crate) fn contained<T, E: Into<ParquetError>>(
    format: &'static str,
    decode: impl FnOnce() -> Result<T, E>,
) -> Result<T, ParquetError> {
    match catch_unwind(AssertUnwindSafe(decode)) {
        Ok(outcome) => outcome.map_err(Into::into),
        Err(payload) => {
            let what = payload
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned()))
                .unwrap_or_else(|| "unknown reason".into());
            Err(ParquetError::Damaged { format, what })
        }
    }
}
