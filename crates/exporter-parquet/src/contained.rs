//! Decoders we did not write, kept from unwinding into the caller.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::ParquetError;

/// Runs a decoder on bytes of unknown origin; when it panics, the file is reported as damaged.
///
/// The `parquet` and `arrow-ipc` crates assert inside (slices past a buffer, offsets out of order) on some damaged files
/// that no check before decoding can see, because it would have to decode them. A decoder that panicked is not used again.
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
