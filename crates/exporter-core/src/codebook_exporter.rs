//! The codebook itself as an entry, `{study}.codebook.json`.

use serde::Deserialize;

use crate::carry::{Carry, Part};
use crate::codebook::Codebook;
use crate::context::Context;
use crate::dataset::Dataset;
use crate::embedded::without_facts;
use crate::entry_names::study_stem;
use crate::error::Result;
use crate::exporter::{Exporter, Plan, Planning, PreparedPlan};
use crate::format::{Format, FormatInfo};
use crate::loss::{Loss, LossCode};
use crate::sink::EntrySpec;

static INFO: FormatInfo = FormatInfo::new("codebook", "Codebook (JSON)")
    .extensions(&["codebook.json"])
    .media_type("application/json")
    .losses(&[LossCode::DOCUMENT_DROPPED])
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

    /// Everything but the reasons of single rows, which stand in no codebook. The plan reports documents of which it has only
    /// the description.
    fn carries(&self, part: Part) -> Carry {
        if part == Part::MissingReasons { Carry::Limited } else { Carry::Whole }
    }

    fn plan<'a>(
        &'a self,
        data: &'a dyn Dataset,
        with: &Planning<'_>,
        _: &Context,
    ) -> Result<Box<dyn Plan + 'a>> {
        let codebook = &mut data.codebook().clone();
        without_facts(codebook);
        let mut losses = with.losses(self, codebook);
        place_documents(codebook, with).into_iter().for_each(|loss| losses.add(loss));
        let mut plan = PreparedPlan::new(losses);
        for spec in self.entries(codebook) {
            plan.push(spec, codebook.to_json()?);
        }
        Ok(Box::new(plan))
    }
}

/// Names the file of each document that is written beside, instead of holding its bytes. A document whose file is not written
/// there keeps its description alone, since the path would name a file that does not exist: that is the loss.
fn place_documents(codebook: &mut Codebook, with: &Planning<'_>) -> Option<Loss> {
    let mut dropped = Vec::new();
    for document in &mut codebook.documents {
        // A codebook names no file that is not in its folder or below.
        let entry = with.document(&document.name).filter(|entry| !entry.path.starts_with("../"));
        if let Some(entry) = entry {
            (document.bytes, document.path) = (None, Some(entry.path.clone().into()));
        } else if document.path.take().is_some() && document.bytes.is_none() {
            dropped.push(document.name.as_str());
        }
    }
    let first = *dropped.first()?;
    let action = "described without their files, which are not written below the folder of the codebook";
    Some(Loss::new(LossCode::DOCUMENT_DROPPED, action).count(dropped.len() as u64).first(None, first))
}
