//! Packaging as sinks round other outputs, and as an exporter round other exporters.

mod error;
mod gzip;
mod gzipped;
mod manifest;
mod with_manifest;
mod zip;
mod zipped;

pub use gzip::GzipSink;
pub(crate) use gzipped::GZIP;
pub use gzipped::Gzipped;
pub use manifest::ManifestSink;
pub use with_manifest::WithManifest;
pub use zip::ZipSink;
pub(crate) use zipped::ZIP;
pub use zipped::Zipped;
