//! Stata `.dta`: writer, reader and checker.
//!
//! [`writer::DtaWriter`] and [`reader::DtaReader`] are codecs that stand alone; [`DtaExporter`] and
//! [`dataset::DtaDataset`] adapt them to the engine. Record batches become a file of release 118:
//!
//! ```
//! use std::sync::Arc;
//!
//! use arrow_array::{ArrayRef, Int32Array, RecordBatch, StringArray};
//! use exporter_dta::metadata::{DtaMetadata, DtaVariable};
//! use exporter_dta::writer::{DtaWriter, WriterOptions};
//! use exporter_dta::{Release, StorageType};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let age: ArrayRef = Arc::new(Int32Array::from(vec![Some(41), None]));
//! let name: ArrayRef = Arc::new(StringArray::from(vec!["Ana", "Zoë"]));
//! let batch = RecordBatch::try_from_iter([("age", age), ("name", name)])?;
//!
//! let mut metadata = DtaMetadata::new(Release::V118);
//! metadata.variables.push(DtaVariable::new("age", StorageType::Byte));
//! metadata.variables.push(DtaVariable::new("name", StorageType::Str(4)));
//! let mut options = WriterOptions::new(Box::new(tempfile::tempfile));
//! options.rows = Some(2);
//! let mut writer = DtaWriter::new(Vec::new(), metadata, options)?;
//! writer.write(&batch)?;
//! let (file, summary) = writer.finish()?;
//! assert_eq!((summary.rows, summary.bytes), (2, file.len() as u64));
//! assert!(file.windows(10).any(|bytes| bytes == b"\x29Ana\0\x65Zo\xC3\xAB"));
//! # Ok(())
//! # }
//! ```

pub mod characteristics;
pub mod check;
pub mod dataset;
pub mod error;
pub mod exporter;
pub mod layout;
pub mod metadata;
pub mod missing;
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
    registry.register::<Dta>().register_input::<dataset::DtaInput>().register_check::<dataset::DtaInput>()
}
