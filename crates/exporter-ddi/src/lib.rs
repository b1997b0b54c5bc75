//! DDI Codebook: writer, reader and check.

pub mod check;
mod data_file;
mod dataset;
mod error;
mod exporter;
mod mapping;
mod options;
mod reader;
mod statistics;
mod structure;
#[cfg(test)]
mod tests;
mod writer;

pub use dataset::open_data_format;
pub use dataset::{DdiDataset, DdiInput, DdiInputOptions};
pub use error::DdiError;
pub use exporter::{Ddi, DdiExporter};
pub use options::{DdiOptions, LabelsFrom, Profile, STATISTICS, StatisticsOption, THRESHOLD};
pub use reader::{Column, Counts, DdiDocument, TableFile, read};
pub use structure::Version;

use exporter_core::Registry;

/// Adds the format `ddi`, written and read, to a registry.
pub fn register(registry: Registry) -> Registry {
    registry
        .register::<Ddi>()
        .register_input::<DdiInput>()
        .register_description::<DdiInput>()
        .register_check::<DdiInput>()
}
