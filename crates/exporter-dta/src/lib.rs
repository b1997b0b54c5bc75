//! Stata `.dta`: writer, reader and checker.

pub mod check;
pub mod error;
pub mod missing;
pub mod reader;
pub mod spec;
pub mod spec_storage;

pub use error::DtaError;
pub use spec::{ByteOrder, Release, Widths};
pub use spec_storage::StorageType;
