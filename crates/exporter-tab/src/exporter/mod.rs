//! Delimited text as formats of the engine: `csv` and `tab`.

mod categories;
mod columns;
mod losses;
mod options;
mod plan;

use exporter_core::carry::{Carry, Part};
use exporter_core::codebook::Codebook;
use exporter_core::sink::EntrySpec;
use exporter_core::{Context, Dataset, Exporter, Format, FormatInfo, Plan, Planning, Result};

use options::{CSV, Settings, TAB};
pub use options::{DelimitedOptions, MissingAs, Preset, ReasonsAs, ValuesAs};

/// Comma-separated values.
#[derive(Clone, Copy, Debug, Default)]
pub struct Csv;

/// Tab-separated values.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tab;

impl Format for Csv {
    const INFO: &'static FormatInfo = &CSV;
    type Options = DelimitedOptions;
    type Exporter = DelimitedExporter;

    fn exporter(options: DelimitedOptions) -> Result<DelimitedExporter> {
        DelimitedExporter::csv(options)
    }
}

impl Format for Tab {
    const INFO: &'static FormatInfo = &TAB;
    type Options = DelimitedOptions;
    type Exporter = DelimitedExporter;

    fn exporter(options: DelimitedOptions) -> Result<DelimitedExporter> {
        DelimitedExporter::tab(options)
    }
}

/// Writes each table as `{table}.csv` or `{table}.tab`.
#[derive(Clone, Debug)]
pub struct DelimitedExporter {
    info: &'static FormatInfo,
    settings: Settings,
}

impl DelimitedExporter {
    /// Comma-separated unless the options say otherwise.
    ///
    /// # Errors
    /// [`exporter_core::ErrorKind::Usage`] when options contradict each other.
    pub fn csv(options: DelimitedOptions) -> Result<Self> {
        Ok(Self { info: &CSV, settings: options.settle(crate::WriteOptions::default())? })
    }

    /// Tab-separated unless the options say otherwise.
    ///
    /// # Errors
    /// [`exporter_core::ErrorKind::Usage`] when options contradict each other.
    pub fn tab(options: DelimitedOptions) -> Result<Self> {
        Ok(Self { info: &TAB, settings: options.settle(crate::WriteOptions::tab())? })
    }
}

impl Exporter for DelimitedExporter {
    fn format(&self) -> &'static FormatInfo {
        self.info
    }

    fn entries(&self, codebook: &Codebook) -> Vec<EntrySpec> {
        let extension = self.info.id;
        let dialect = self.settings.dialect();
        exporter_core::table_entries(codebook, extension, self.info.media_type)
            .into_iter()
            .map(|spec| {
                dialect.iter().fold(spec, |spec, (name, value)| spec.attribute(*name, value.as_str()))
            })
            .collect()
    }

    fn carries(&self, part: Part) -> Carry {
        losses::carries(part, &self.settings)
    }

    fn plan<'a>(
        &'a self,
        data: &'a dyn Dataset,
        with: &Planning<'_>,
        context: &Context,
    ) -> Result<Box<dyn Plan + 'a>> {
        plan::plan(self, &self.settings, data, with, context)
    }
}
