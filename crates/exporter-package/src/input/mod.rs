//! Packaging the other way round: archives and compressed streams as inputs.
//!
//! Zips of any program are read by the crate `zip`, streams by the decoders of their formats. What a reader has to seek in is
//! unpacked into a copy without a name ([`Spool`](exporter_core::source::Spool)); a stored entry is read where it is.

mod expansion;
mod stream;
mod zip;

pub use stream::{Bzip2Input, GzipInput, ZstdInput};
pub(crate) use zip::ZipFiles;
pub use zip::ZipInput;
