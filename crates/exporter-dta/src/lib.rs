//! Stata `.dta`: writer, reader and checker.
//!
//! [`DtaWriter`] and [`DtaReader`] are codecs that stand alone; [`DtaExporter`] and
//! [`DtaDataset`] adapt them to the engine. Record batches become a file of release 118:
//!
//! ```
//! use std::sync::Arc;
//!
//! use arrow_array::{ArrayRef, Int32Array, RecordBatch, StringArray};
//! use exporter_dta::{DtaMetadata, DtaVariable, DtaWriter, Release, WriterOptions};
//! use exporter_dta::stata::StorageType;
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

mod characteristics;
pub mod check;
mod dataset;
mod error;
mod exporter;
mod layout;
mod metadata;
mod options;
mod reader;
mod spec;
mod spec_storage;
mod writer;

/// The rules of Stata that files and do-files share; their types are in descriptions and options of this crate.
#[doc(no_inline)]
pub use exporter_stata as stata;

/// Rows of fixed width; what the writer does with values that do not fit, and tells of it, are types of theirs.
#[doc(no_inline)]
pub use exporter_rows as rows;

pub use dataset::{DtaDataset, DtaInput, DtaInputOptions, Letters};
pub use error::DtaError;
pub use exporter::{Dta, DtaExporter};
pub use metadata::{Characteristic, DtaMetadata, DtaVariable};
pub use options::{DtaOptions, ReleaseOption};
pub use reader::{
    Batches, ColumnType, Damage, Dates, Dictionary, DtaReader, ParallelBatches, ReadOptions, Selection,
    TextEncoding, ValueFacts, ValueLabels, Variable,
};
pub use spec::Release;
pub use writer::{DtaWriter, WriterOptions, WriterSummary, strl_bytes};

use exporter_core::Registry;

/// Adds the format `dta`, written and read, to a registry.
pub fn register(registry: Registry) -> Registry {
    registry.register::<Dta>().register_input::<DtaInput>().register_check::<DtaInput>()
}
