//! Delimited text, tab- or comma-separated: a fast writer and reader over Arrow record batches.

mod binary;
mod error;
mod options;
mod period;
mod reader;
mod writer;

pub use error::TabError;
pub use options::{
    BinaryText, Breaks, DecimalMark, Delimiter, EmptyText, Header, LineEnd, Quoting, WriteOptions,
};
pub use period::PeriodUnit;
pub use reader::{
    CellKind, Declared, Duplicates, Encoding, Layout, LayoutColumn, ReadHeader, ReadOptions, TabReader,
    read_text,
};
pub use writer::{Altered, Column, Key, RowEncoder, Substitute, TabWriter};
