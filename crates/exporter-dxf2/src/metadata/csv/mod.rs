//! Metadata as CSV (section 9): one table for each class key, its columns by position.

mod class;
mod reader;
mod writer;

pub use class::{CsvClass, CsvColumn, csv_class, csv_classes};
pub use reader::{MetadataCsvReader, ReadCsv};
pub use writer::MetadataCsvWriter;
