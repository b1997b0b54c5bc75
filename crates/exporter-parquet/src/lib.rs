//! Parquet and Arrow IPC with the whole codebook inside: exporters, and readers that bring it back.
//!
//! Every table becomes one file. The codebook is stored as JSON in the file's metadata under
//! [`CODEBOOK_KEY`], the table's name under [`TABLE_KEY`].
//! Columns of missing reasons, written on request, name their variable under [`REASONS_KEY`].

mod contained;
mod error;
mod exporter;
mod input;
mod ipc;
mod layout;
mod options;
mod positioned;
mod readable;
mod reader;
mod selection;
mod shown;
mod writer;

pub use contained::is_contained;
pub use error::ParquetError;
pub use exporter::{ArrowExporter, ArrowFile, ArrowStream, ArrowStreamExporter, Parquet, ParquetExporter};
pub use ipc::reader::ArrowDataset;
pub use layout::codebook::{CODEBOOK_KEY, TABLE_KEY};
pub use layout::reasons::REASONS_KEY;
pub use options::{
    ArrowCompression, ArrowOptions, ParquetCompression, ParquetOptions, ReadOptions, ReasonsAs, Statistics,
};
pub use reader::ParquetDataset;

use exporter_core::Registry;

/// Adds the formats of this crate to a registry: `parquet`, `arrow` and `arrows`, all written and read.
pub fn register(registry: Registry) -> Registry {
    registry
        .register::<Parquet>()
        .register::<ArrowFile>()
        .register::<ArrowStream>()
        .register_input::<Parquet>()
        .register_input::<ArrowFile>()
        .register_input::<ArrowStream>()
        .register_check::<Parquet>()
        .register_check::<ArrowFile>()
        .register_check::<ArrowStream>()
}
