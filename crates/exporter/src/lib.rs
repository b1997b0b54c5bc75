#![doc = include_str!("../../../README.md")]

mod assembled;
mod excerpt;
#[cfg(feature = "dxf2")]
pub mod exchange;
mod formats;
mod input;
#[cfg(all(feature = "ddi", feature = "package", feature = "tab"))]
pub mod open_data_format;
pub mod request;
pub mod study;

pub use exporter_core::*;

#[cfg(feature = "ddi")]
pub use exporter_ddi as ddi;
#[cfg(feature = "dta")]
pub use exporter_dta as dta;
#[cfg(feature = "dxf2")]
pub use exporter_dxf2 as dxf2;
#[cfg(feature = "package")]
pub use exporter_package as package;
#[cfg(feature = "parquet")]
pub use exporter_parquet as parquet;
#[cfg(feature = "tab")]
pub use exporter_tab as tab;

pub use assembled::{AssembledDataset, TablePart};
pub use excerpt::{Excerpt, PartOf};
pub use formats::{check, registry};
pub use input::{InputOptions, open, open_sources};
pub use request::Request;
