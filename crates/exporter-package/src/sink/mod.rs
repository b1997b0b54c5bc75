//! Packaging as sinks round other outputs, and as exporters round other exporters.

mod gzip;
mod packaged;
mod zip;

pub use gzip::GzipSink;
pub(crate) use packaged::{GZIP, ZIP};
pub use packaged::{Gzipped, Zipped};
pub use zip::ZipSink;
