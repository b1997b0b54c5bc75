//! Packaging: zip (AES-256) and gzip, as codecs, as sinks round sinks, and as exporters round exporters; and a manifest.
//!
//! - [`ZipWriter`] and [`GzipWriter`] stand alone: bytes in, an archive out, from front to back to any output.
//! - [`ZipSink`] and [`GzipSink`] are sinks of the engine; [`Zipped`] and [`Gzipped`] are exporters round another one: one
//!   zip of whatever it writes, or a gzip stream of each entry. [`ManifestExporter`] lists what stands beside it.
//! - [`check`] verifies archives of this program byte by byte, and folders by their manifest.
//! - [`input`] opens archives and compressed streams of any program for reading.
//! - One entry is compressed with as many threads as are given, and the bytes are the same for any number of them.
//!
//! # Levels, speed and size
//!
//! 392 MB of survey rows as `.dta` and 199 MB of them as `.tab`, CPU seconds (user and system) whatever the number of
//! threads; sizes against Info-ZIP 3.0 `zip -6`:
//!
//! | | `.dta` CPU s | MB/s per thread | size | `.tab` CPU s | MB/s per thread | size |
//! |---|---|---|---|---|---|---|
//! | level 1 ([`DeflateLevel::FAST`]) | 1.3 | 300 | +27 % | 1.1 | 185 | +50 % |
//! | level 6 ([`DeflateLevel::DEFAULT`]) | 3.1 | 126 | +0.1 % | 2.9 | 68 | +2.1 % |
//! | `zip -6` | 8.1 | 48 | | 8.0 | 25 | |
//! | `pigz -6` | 6.5 | 60 | -0.8 % | 6.7 | 30 | +0.1 % |
//!
//! # Who opens what
//!
//! | | 7-Zip | Info-ZIP unzip 6.0 | Python `zipfile` | pyzipper |
//! |---|---|---|---|---|
//! | deflate, stored | yes | yes | yes | yes |
//! | AES-256 | yes | no | no | yes |
//! | ZipCrypto | yes | yes | yes | yes |
//! | zstd | yes | no | no | no |
//!
//! ```
//! use std::io::Write;
//!
//! use exporter_core::{EntrySpec, Password, Sink};
//! use exporter_package::{Encryption, ZipOptions, ZipSink};
//!
//! let options = ZipOptions::default().encryption(Encryption::Aes256(Password::new("correct horse")));
//! let zip = ZipSink::new(Vec::new(), options, std::env::temp_dir())?;
//! let mut entry = zip.create(&EntrySpec::new("household.tab", "text/tab-separated-values"))?;
//! entry.write_all(b"hhid\tregion\n")?;
//! entry.commit()?;
//! let (archive, receipt) = zip.close()?;
//! assert_eq!(receipt.entries[0].bytes, 12);
//! assert!(archive.starts_with(b"PK"));
//! # Ok::<(), exporter_core::Error>(())
//! ```

pub mod check;
mod deflate;
mod gzip;
pub mod input;
mod level;
mod manifest;
mod sink;
mod zip;

pub use gzip::{GzipOptions, GzipWriter};
pub use level::{Compression, DeflateLevel};
pub use manifest::{MANIFEST, ManifestExporter};
pub use sink::{GzipSink, Gzipped, ZipSink, Zipped};
pub use zip::{Encryption, EntryOptions, EntryTime, EntryTotals, NameFault, ZipError, ZipOptions, ZipWriter};

/// Adds archives and compressed streams to a registry, as inputs and as what is checked; what is in them is opened and checked
/// through the same registry.
pub fn register(registry: exporter_core::Registry) -> exporter_core::Registry {
    registry
        .register_container::<input::ZipInput>()
        .register_container::<input::GzipInput>()
        .register_container::<input::ZstdInput>()
        .register_container::<input::Bzip2Input>()
        .register_check::<check::ZipCheck>()
        .register_check::<check::GzipCheck>()
        .register_check::<input::ZstdInput>()
        .register_check::<input::Bzip2Input>()
}
