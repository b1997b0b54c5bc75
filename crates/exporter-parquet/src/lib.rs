//! Parquet and Arrow IPC with the whole codebook inside: exporters, and readers that bring it back.
//!
//! Every table becomes one file. The codebook is stored as JSON in the file's metadata under
//! [`layout::codebook::CODEBOOK_KEY`], the table's name under [`layout::codebook::TABLE_KEY`].
//! Columns of missing reasons, written on request, name their variable under [`layout::reasons::REASONS_KEY`].

mod contained;
pub mod error;
pub mod exporter;
mod input;
pub mod ipc;
pub mod layout;
pub mod options;
mod positioned;
mod readable;
pub mod reader;
mod selection;
mod shown;
pub mod writer;

pub use contained::is_contained;
pub use error::ParquetError;
pub use exporter::{ArrowExporter, ArrowFile, ArrowStream, ArrowStreamExporter, Parquet, ParquetExporter};
pub use ipc::reader::ArrowDataset;
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
