//! The codebook itself as an entry, `{study}.codebook.json`.

use std::io::Write as _;

use serde::Deserialize;

use crate::codebook::Codebook;
use crate::context::Context;
use crate::dataset::Dataset;
use crate::entry_names::study_stem;
use crate::error::{Error, Result};
use crate::exporter::{EntryReport, Exporter, Plan, Planning, Summary};
use crate::format::{Format, FormatInfo, Supports};
use crate::loss::LossReport;
use crate::sink::{EntrySpec, Sink};

static INFO: FormatInfo = FormatInfo::new("codebook", "Codebook (JSON)")
    .extensions(&["codebook.json"])
    .media_type("application/json")
    .supports(Supports::ALL)
    .notes("The whole description of the study without its rows; pass it back with --codebook.");

/// Writes the whole codebook as JSON; never reads a row.
#[derive(Clone, Copy, Debug, Default)]
pub struct CodebookExporter;

/// The codebook format takes no options.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodebookOptions {}

impl Format for CodebookExporter {
    const INFO: &'static FormatInfo = &INFO;
    type Options = CodebookOptions;
    type Exporter = Self;

    fn exporter(_options: CodebookOptions) -> Result<Self> {
        Ok(Self)
    }
}

impl Exporter for CodebookExporter {
    fn format(&self) -> &'static FormatInfo {
        &INFO
    }

    fn entries(&self, codebook: &Codebook) -> Vec<EntrySpec> {
        let path = format!("{}.codebook.json", study_stem(&codebook.study.id));
        vec![EntrySpec::new(path, INFO.media_type)]
    }

    fn plan<'a>(
        &'a self,
        data: &'a dyn Dataset,
        _: &Planning<'_>,
        _: &Context,
    ) -> Result<Box<dyn Plan + 'a>> {
        let json = data.codebook().to_json()?;
        let entries =
            self.entries(data.codebook()).into_iter().map(|spec| spec.bytes(json.len() as u64)).collect();
        Ok(Box::new(CodebookPlan { json, entries, losses: LossReport::default() }))
    }
}

struct CodebookPlan {
    json: String,
    entries: Vec<EntrySpec>,
    losses: LossReport,
}

impl Plan for CodebookPlan {
    fn entries(&self) -> &[EntrySpec] {
        &self.entries
    }

    fn losses(&self) -> &LossReport {
        &self.losses
    }

    fn write(self: Box<Self>, sink: &dyn Sink, _: &Context) -> Result<Summary> {
        let mut summary = Summary::default();
        for spec in &self.entries {
            let mut entry = sink.create(spec)?;
            entry
                .write_all(self.json.as_bytes())
                .map_err(|source| Error::io("cannot write the codebook", source).entry(&spec.path))?;
            let receipt = entry.commit()?;
            summary.entries.push(EntryReport {
                path: receipt.path,
                media_type: spec.media_type.clone(),
                table: None,
                rows: None,
                bytes: receipt.bytes,
            });
        }
        Ok(summary)
    }
}
