//! Packaging: zip (AES-256), gzip and manifest, as codecs, as sinks round sinks, and as an exporter round exporters.

mod deflate;
mod gzip;
mod level;
mod sink;
mod zip;

pub use deflate::{DeflateTotals, ParallelDeflate};
pub use gzip::{GzipOptions, GzipWriter};
pub use level::{Compression, DeflateLevel};
pub use sink::{GzipSink, MANIFEST, ManifestSink, Packaged, ZipSink};
pub use zip::{
    Encryption, EntryOptions, EntryTime, EntryTotals, NameFault, Password, ZipError, ZipOptions, ZipWriter,
};
