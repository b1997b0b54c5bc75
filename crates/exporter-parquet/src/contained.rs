//! Decoders we did not write, kept from unwinding into the caller.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::ParquetError;

thread_local! {
    static CONTAINED: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread runs a decoder whose panic becomes an error, so that the panic hook of a program need not tell it.
///
/// ```
/// let told = std::panic::take_hook();
/// std::panic::set_hook(Box::new(move |panic| {
///     if !exporter_parquet::is_contained() {
///         told(panic);
///     }
/// }));
/// ```
pub fn is_contained() -> bool {
    CONTAINED.get()
}

/// Runs a decoder on bytes of unknown origin; when it panics, the file is reported as damaged.
///
/// This is the one place that contains panics, and decoders run nowhere else. What cannot be contained, memory that the
/// system does not have and a stack that overflows, is prevented before (`reader::footer`, `reader::pages`, `ipc::claims`).
/// A decoder that panicked is not used again.
pub(crate) fn contained<T, E: Into<ParquetError>>(
    format: &'static str,
    decode: impl FnOnce() -> Result<T, E>,
) -> Result<T, ParquetError> {
    let before = CONTAINED.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(decode));
    CONTAINED.set(before);
    match outcome {
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
