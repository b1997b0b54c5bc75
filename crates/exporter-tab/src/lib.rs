//! Delimited text, tab- or comma-separated: a fast writer and reader over Arrow record batches, the formats `csv` and
//! `tab`, and scripts that load their files in Stata, SPSS and R.
//!
//! [`TabWriter`] and [`TabReader`] are codecs that stand alone; [`DelimitedExporter`] and [`TabDataset`] adapt them to the
//! engine. [`register`] adds everything to a registry:
//!
//! ```
//! use std::sync::Arc;
//!
//! use arrow_array::{ArrayRef, Int64Array, RecordBatch};
//! use exporter_core::codebook::{Codebook, Kind, Missing, Table, ValueLabels, Variable};
//! use exporter_core::sink::MemorySink;
//! use exporter_core::{Context, Dataset as _, MemoryDataset, Registry, Source, TableId, export};
//! use serde_json::json;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let vote: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), Some(9), None]));
//! let codebook = Codebook::new("anes").with_value_labels("vote", ValueLabels::new().with(1, "Dole, R.")).with_table(
//!     Table::new("people", vec![
//!         Variable::new("vote", Kind::INTEGER).with_labels("vote").with_missing(Missing::value(9).label("Refused")),
//!     ]),
//! );
//! let data = MemoryDataset::new(codebook, vec![vec![RecordBatch::try_from_iter([("vote", vote)])?]])?;
//!
//! let (registry, context) = (exporter_tab::register(Registry::new()), Context::default());
//! let (csv, sink) = (registry.exporter("csv", json!({"values": "labels"}))?, MemorySink::new());
//! export(&*csv, &data, Box::new(sink.clone()), &context)?;
//! let file = sink.entries()["people.csv"].clone();
//! assert_eq!(file, b"vote\n\"Dole, R.\"\nRefused\n\"\"\n");
//!
//! let read = registry.open_as("csv", &Source::memory("people.csv", file), json!({}), &context)?;
//! assert_eq!((read.rows(TableId(0)), &read.codebook().tables[0].variables[0].kind), (Some(3), &Kind::Text));
//! # Ok(())
//! # }
//! ```
//!
//! # What is written
//!
//! One file per table, UTF-8, quoted by RFC 4180. Options ([`DelimitedOptions`]):
//!
//! | option | decides |
//! |---|---|
//! | `preset` | all choices at once, such as those of the Survey Solutions export service |
//! | `delimiter`, `quoting`, `bom`, `line-end`, `breaks` | the dialect |
//! | `header` | variable names, their labels, both or nothing above the rows |
//! | `values` | codes, or the labels of labelled values |
//! | `missing`, `missing-text`, `empty` | the cells of declared missing codes, of nulls and of empty texts |
//! | `reasons` | the cells of missing values that have a reason and no code (Stata's `.a`): empty, the letter, or a column `NAME_reason` |
//! | `decimal`, `booleans`, `dates`, `datetimes`, `binary` | how numbers, times and bytes are written |
//!
//! Numbers have the fewest digits that give the same number when they are read. Structures and lists are JSON in a cell.
//! The scripts ([`StataScript`], [`SpssScript`], [`RScript`]) load such a file and apply its codebook: labels, missing
//! values and display formats.
//!
//! # What is read
//!
//! Text in any encoding of the WHATWG standard. Options ([`ReadOptions`]):
//!
//! | option | decides |
//! |---|---|
//! | `delimiter`, `quote`, `escape`, `comment`, `skip-lines`, `header` | how the text is cut |
//! | `ragged`, `trailing-delimiter`, `spaced-quotes`, `row-names`, `lenient` | what becomes of records and quotes that do not fit |
//! | `encoding`, `duplicates` | how bytes stand for characters, and columns of one name |
//! | `null`, `decimal`, `thousands`, `booleans`, `dates`, `datetimes`, `offsets`, `digits`, `binary` | which texts are which values |
//! | `max-columns`, `max-record-bytes` | the limits |
//!
//! What the options leave open is found in the first 128 KiB: the way to cut by which all records have as many cells, and the
//! plainest of equals. Where none is clear, the first line says what separates the cells, and what does not fit is an error.
//! The first line is a row only where it looks like the others in columns of numbers, dates or codes. Titles above the header
//! and comments are found, also where delimiters fill them up. Later columns of one name get a number. What was found is
//! told as words to type ([`Dataset::notes`](exporter_core::Dataset::notes)); lines that are not read are losses.
//!
//! A codebook may declare the columns ([`Source::declared`](exporter_core::Source)); the kinds of others follow from all of
//! their cells. Numbers with leading zeros stay text. An empty line is a row where there is one column, also at the end (as in
//! DuckDB; pandas passes over it), and nothing where there are several, as is a line of spaces. A Ctrl-Z at the end of the text
//! is none of it. A damaged record, a cell of another kind than was declared and a record of the wrong
//! length are errors with their row and column; the hint has the words to type with which the text is read, found by trying,
//! and says what they leave out. Reasons in cells of numbers and dates, or in columns of their own, become missing reasons
//! again where a codebook declares them.
//!
//! # Losses
//!
//! A text file holds no codebook. Labels, value labels, missing values, languages, keys, groups, notes and display formats
//! are reported as lost unless another entry of the same export (a codebook, a script, a Parquet file) holds them. Values
//! lose at most the zone of a time, parts below what a date pattern shows, the difference between a null and an empty text
//! (with `empty=bare`), and characters that the dialect cannot hold; each is reported with its count and first row.
//!
//! # Limits
//!
//! A file that is read has at most 100,000 columns and records of at most 64 MiB unless its options say otherwise. Memory
//! follows the batch, the columns and the threads. Bytes and rows do not depend on the number of threads.

mod advice;
mod binary;
mod dataset;
mod error;
mod exporter;
mod input;
mod mark;
mod options;
mod pattern;
mod read_ahead;
mod reader;
mod record_count;
mod script;
mod words;
mod writer;

use exporter_core::Registry;

pub use dataset::TabDataset;
pub use error::TabError;
pub use exporter::{Csv, DelimitedExporter, DelimitedOptions, MissingAs, Preset, ReasonsAs, Tab, ValuesAs};
pub use mark::Mark;
pub use options::{
    BinaryText, Breaks, DecimalMark, Delimiter, EmptyText, Header, LineEnd, Quoting, WriteOptions,
};
pub use reader::{
    CellKind, DeclaredColumn, Duplicates, Encoding, KeptDigits, KeptOffsets, Layout, LayoutColumn, Ragged,
    ReadHeader, ReadOptions, Reasons, TabReader, read_text,
};
pub use record_count::RecordCount;
pub use script::{RScript, ScriptOptions, SpssScript, StataScript};
pub use writer::{Altered, Column, Key, RowEncoder, Substitute, TabWriter};

/// Adds the formats of this crate to a registry: `csv` and `tab`, written and read, and the scripts.
pub fn register(registry: Registry) -> Registry {
    registry
        .register::<Csv>()
        .register::<Tab>()
        .register::<StataScript>()
        .register::<SpssScript>()
        .register::<RScript>()
        .register_input::<Csv>()
        .register_input::<Tab>()
        .register_check::<Csv>()
        .register_check::<Tab>()
}
