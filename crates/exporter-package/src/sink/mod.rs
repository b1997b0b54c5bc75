//! Packaging as sinks round other outputs, and as an exporter round other exporters.

mod error;
mod gzip;
mod gzipped;
mod listed;
mod manifest;
mod packaged;
mod zip;

pub use gzip::GzipSink;
pub(crate) use gzipped::GZIP;
pub use gzipped::Gzipped;
pub use listed::Listed;
pub use manifest::ManifestSink;
pub use packaged::Packaged;
pub(crate) use packaged::ZIP;
pub use zip::ZipSink;
