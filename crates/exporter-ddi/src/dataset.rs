//! A document as an input: the tables that it describes, with the rows of the files that it names.

use exporter_core::codebook::Codebook;
use exporter_core::dataset::{arrow_schema, table_of};
use exporter_core::{
    Batches, Context, Dataset, Input, LossReport, Recognition, Result, Sample, Scan, Source, TableId,
};
use exporter_core::{Format as _, FormatInfo};
use serde::Deserialize;

use crate::exporter::Ddi;
use crate::reader::{DdiDocument, read};

/// Reads documents.
#[derive(Clone, Copy, Debug, Default)]
pub struct DdiInput;

/// Options of reading.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub struct DdiInputOptions {}

impl Input for DdiInput {
    const INFO: &'static FormatInfo = Ddi::INFO;
    type Options = DdiInputOptions;

    fn recognise(sample: &Sample<'_>) -> Recognition {
        match sample.xml_root() {
            Some("codeBook") => Recognition::Yes,
            _ => Recognition::No,
        }
    }

    fn open(source: &Source<'_>, _: DdiInputOptions, context: &Context) -> Result<Box<dyn Dataset>> {
        let bytes = std::io::BufReader::with_capacity(256 << 10, source.cursor());
        let DdiDocument { codebook, losses, .. } =
            read(bytes).map_err(|error| exporter_core::Error::from(error).entry(&source.name))?;
        context.cancel().check()?;
        let mut report = LossReport::default();
        losses.into_iter().for_each(|loss| report.add(loss));
        Ok(Box::new(DdiDataset { codebook, losses: report }))
    }
}

/// The study that a document describes.
#[derive(Debug)]
pub struct DdiDataset {
    codebook: Codebook,
    losses: LossReport,
}

impl Dataset for DdiDataset {
    fn codebook(&self) -> &Codebook {
        &self.codebook
    }

    fn rows(&self, _: TableId) -> Option<u64> {
        Some(0)
    }

    fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
        let table = table_of(&self.codebook, table)?;
        Ok(Batches::new(arrow_schema(table, &scan.projection(table)?), std::iter::empty()))
    }

    fn losses(&self) -> LossReport {
        self.losses.clone()
    }
}
