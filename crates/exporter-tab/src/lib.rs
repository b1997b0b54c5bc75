//! Delimited text, tab- or comma-separated: a fast writer and reader over Arrow record batches, the formats `csv` and
//! `tab`, and scripts that load their files in Stata, SPSS and R.

mod binary;
mod dataset;
mod error;
mod exporter;
mod input;
mod options;
mod period;
mod read_ahead;
mod reader;
mod record_count;
mod script;
mod writer;

use exporter_core::Registry;

pub use dataset::TabDataset;
pub use error::TabError;
pub use exporter::{Csv, DelimitedExporter, DelimitedOptions, MissingAs, Preset, ReasonsAs, Tab, ValuesAs};
pub use input::DelimitedInputOptions;
pub use options::{
    BinaryText, Breaks, DecimalMark, Delimiter, EmptyText, Header, LineEnd, Quoting, WriteOptions,
};
pub use period::PeriodUnit;
pub use reader::{
    CellKind, Declared, Duplicates, Encoding, Layout, LayoutColumn, ReadHeader, ReadOptions, TabReader,
    read_text,
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
