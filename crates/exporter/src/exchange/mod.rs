//! Exchange files of DHIS2 wherever they are: plain, or packed as gzip or zip.
//!
//! The codecs of [`exporter_dxf2`] read and write streams; here are the files: what is in one, how two differ, and how one becomes
//! another one that is put in place when it is whole.

mod convert;
mod file;
mod output;
mod summary;

pub use convert::{Cleaned, Conversion, clean, convert, diff};
pub use exporter_dxf2::ExchangeKind;
pub use file::ExchangeFile;
pub use output::OutputOptions;
pub use summary::{Summary, Unresolved, summary};
