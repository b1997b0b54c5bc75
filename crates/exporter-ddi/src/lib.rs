//! DDI Codebook: writer, reader and check.

mod data_file;
mod error;
mod mapping;
mod reader;
mod statistics;
mod structure;
mod writer;
mod xml;

pub use error::DdiError;
pub use reader::{Column, DdiDocument, TableFile, read};
pub use structure::Version;
