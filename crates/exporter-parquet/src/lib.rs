//! Parquet and Arrow IPC with the whole codebook inside: exporters, and readers that bring it back.
//!
//! Every table becomes one file. [`register`] adds the formats to a registry:
//!
//! ```
//! use std::sync::Arc;
//!
//! use arrow_array::{ArrayRef, Int64Array, RecordBatch};
//! use exporter_core::codebook::{Codebook, Kind, Table, ValueLabels, Variable};
//! use exporter_core::sink::MemorySink;
//! use exporter_core::{Context, Dataset as _, MemoryDataset, Registry, Source, export};
//! use serde_json::json;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let vote: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None]));
//! let vote = (RecordBatch::try_from_iter([("vote", vote)])?, Variable::new("vote", Kind::INTEGER).with_labels("vote"));
//! let codebook = Codebook::new("anes")
//!     .with_value_labels("vote", ValueLabels::new().with(1, "Dole"))
//!     .with_table(Table::new("people", vec![vote.1]));
//! let data = MemoryDataset::new(codebook, vec![vec![vote.0]])?;
//!
//! let (registry, context) = (exporter_parquet::register(Registry::new()), Context::default());
//! let (parquet, sink) = (registry.exporter("parquet", json!({"level": 3}))?, MemorySink::new());
//! export(&*parquet, &data, Box::new(sink.clone()), &context)?;
//!
//! let file = Source::memory("people.parquet", sink.entries()["people.parquet"].clone());
//! let read = registry.open_as("parquet", &file, json!({}), &context)?;
//! assert_eq!(read.codebook(), data.codebook());
//! # Ok(())
//! # }
//! ```
//!
//! # What is written
//!
//! | format | file | options |
//! |---|---|---|
//! | `parquet` | zstd pages of format version 1.0, row groups of at most 1,048,576 rows or 128 MiB, statistics of pages | [`ParquetOptions`] |
//! | `arrow` | Arrow IPC file (Feather 2), uncompressed unless asked, so that it can be mapped into memory | [`ArrowOptions`] |
//! | `arrows` | Arrow IPC stream, which can be read while it is being written | [`ArrowOptions`] |
//!
//! The codebook is stored as JSON in the file's metadata under [`CODEBOOK_KEY`] unless the schema says all of it, and the
//! table's name under [`TABLE_KEY`]; `codebook=false` leaves both out. With `reasons=column` the reasons of missing values
//! that have no code (Stata's `.a`) are text columns of their own behind all others, and their fields name the variable
//! under [`REASONS_KEY`]; readers of this crate turn them back into reasons.
//!
//! Categorical variables ([`Variable::categorical`](exporter_core::codebook::Variable::categorical)) are dictionaries of all their
//! texts, in their order, which pandas, polars and R read as categories; `categories=codes` writes their numbers. Periods are
//! texts after ISO 8601, since Arrow has none: `2024-03`, `2024-Q1`, `2024-H1`, and `2024-W05` for Stata's weeks, of which the
//! first begins on January 1. pandas makes them periods with `PeriodIndex(…, freq="M")`, R with `zoo::as.yearmon`. Years are
//! numbers.
//!
//! # What is read
//!
//! Every encoding, compression and type that the `parquet` and `arrow-ipc` crates decode, on all threads. The stored
//! codebook describes the columns; where it disagrees with them the columns win, which is a loss
//! ([`Dataset::losses`](exporter_core::Dataset::losses)). Without one, or with `codebook=false` ([`ReadOptions`]), kinds follow from the columns.
//! Dictionaries of texts, which are categories in pandas, polars and R, become numbers from 1 in the order of the texts, which
//! are their value labels ([`CategoriesAs`]); those of more than 10,000 texts, with an empty text, or of contradicting orders
//! become texts. What pandas had to call `__index_level_0__` is named `index`. Numbers of more than 38 digits are decimals
//! where all values fit one and else texts. UUIDs are texts, and so are periods without a codebook that says more.
//! Parquet statistics replace the scan of values for a plan, and row groups without a row that a filter keeps are skipped.
//! Damaged files are errors; see [`is_contained`] for programs that are built with `panic = "abort"`.
//!
//! # Losses
//!
//! - Written: documents that make the stored codebook larger than 64 MiB, what another entry would have to hold with
//!   `codebook=false`, and reasons of missing values with `reasons=empty`. Parquet has no durations: they are whole numbers, and
//!   so are periods inside lists and structures.
//! - Read: columns of intervals, unions and variants are left out and named with their type; INT96 times keep microseconds;
//!   columns without a name or with that of another are renamed, and so is the index of a data frame.
//!
//! # Limits
//!
//! A Parquet file has at most 32,767 row groups; a table that would have more is an error, which a larger `row-group-rows` or
//! `Context::memory` avoids. Parquet has no table without variables and no structure without fields. The stored codebook has
//! at most 64 MiB.

mod categories;
mod contained;
mod error;
mod exporter;
mod index;
mod input;
mod ipc;
mod layout;
mod look;
mod options;
mod pandas_period;
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
    ArrowCompression, ArrowOptions, CategoriesAs, ParquetCompression, ParquetOptions, ReadOptions, ReasonsAs,
    Statistics, WriteCategoriesAs,
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
