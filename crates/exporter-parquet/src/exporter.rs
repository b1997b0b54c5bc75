//! Parquet and Arrow IPC as formats of the engine: one entry per table.

pub(crate) mod arrow;
pub(crate) mod parquet;
mod plan;

pub use arrow::{ArrowExporter, ArrowFile, ArrowStream, ArrowStreamExporter};
pub use parquet::{Parquet, ParquetExporter};
