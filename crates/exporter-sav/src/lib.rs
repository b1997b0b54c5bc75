//! SPSS `.sav` and `.zsav`: writer and reader.
//!
//! [`SavWriter`] and [`SavReader`] are codecs that stand alone; [`SavExporter`] and [`SavDataset`] adapt them to the engine.
//! The feature `libdeflate` has a library in C compress and inflate `.zsav`: it inflates survey data 1.8 times as fast and
//! compresses it 1.6 times as fast at `level=fast`. The bytes of a file depend on the library, not on threads.

mod attribute_names;
mod codes;
mod dataset;
mod deflate;
mod error;
mod exporter;
mod layout;
mod metadata;
mod options;
mod reader;
mod spec;
mod translations;
mod writer;

/// The rules of SPSS that files and syntax share; their types are in descriptions of this crate.
#[doc(no_inline)]
pub use exporter_spss as spss;

/// Rows of fixed width; what the writer does with values that do not fit, and tells of it, are types of theirs.
#[doc(no_inline)]
pub use exporter_rows as rows;

pub use dataset::{SavDataset, SavInput, SavInputOptions};
pub use error::SavError;
pub use exporter::{Sav, SavExporter, Zsav};
pub use metadata::{Attribute, CaseDates, SavMetadata, SavVariable, ValueLabels, VariableSet};
pub use options::{FileOptions, Level, SavCompression, SavOptions, ZsavOptions};
pub use reader::{
    Batches, CaseCompression, EncodingSource, Header, ReadOptions, Remark, SavReader, Selection,
};
pub use writer::{Compression, SavWriter, Storing, WriterOptions, WriterSummary};

use exporter_core::{Format as _, Registry};

/// Adds the formats `sav` and `zsav`, written and read, to a registry.
pub fn register(registry: Registry) -> Registry {
    registry
        .register::<Sav>()
        .register::<Zsav>()
        .register_input::<SavInput>()
        .register_check::<SavInput>()
        .register_as(Zsav::INFO, Sav::INFO.id)
}
