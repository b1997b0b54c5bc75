//! Packaging as sinks round other outputs, and as an exporter round other exporters.

mod gzip;
mod manifest;
mod packaged;
mod zip;

pub use gzip::GzipSink;
pub use manifest::ManifestSink;
pub(crate) use packaged::{GZIP, ZIP};
pub use packaged::{Gzipped, WithManifest, Zipped};
pub use zip::ZipSink;
