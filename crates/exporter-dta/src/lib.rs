//! Stata `.dta`: writer, reader and checker.

pub mod characteristics;
pub mod charset;
pub mod check;
pub mod dataset;
pub mod error;
pub mod exporter;
pub mod format;
pub mod layout;
pub mod leap_seconds;
pub mod metadata;
pub mod missing;
pub mod names;
pub mod options;
pub mod reader;
pub mod spec;
pub mod spec_storage;
pub mod writer;

pub use error::DtaError;
pub use exporter::{Dta, DtaExporter};
pub use options::DtaOptions;
pub use spec::{ByteOrder, Release, Widths};
pub use spec_storage::StorageType;

use exporter_core::Registry;

/// Adds the format `dta`, written and read, to a registry.
pub fn register(registry: Registry) -> Registry {
    registry.register::<Dta>().register_input::<dataset::DtaInput>()
}
