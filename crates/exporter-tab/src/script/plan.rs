//! Planning and writing scripts, the same for every language.

use std::io::Write as _;

use exporter_core::codebook::Codebook;
use exporter_core::exporter::{EntryReport, Planning, Rename, Summary};
use exporter_core::sink::EntrySpec;
use exporter_core::{Context, Dataset, Error, FormatInfo, LossReport, Plan, Profile, Result, Sink, TableId};

use super::description::{DataFile, Description};

/// What a language makes of a table.
pub(super) struct Script {
    pub(super) text: String,
    pub(super) losses: LossReport,
    /// Names the language forces to change, as (given, written).
    pub(super) renames: Vec<(String, String)>,
}

/// Writes the script of one table.
pub(super) type WriteScript = fn(&Description<'_>, TableId, &Profile) -> Script;

pub(super) fn entries(codebook: &Codebook, info: &FormatInfo) -> Vec<EntrySpec> {
    let extension = info.extensions.first().copied().unwrap_or("txt");
    let entry = |(index, table): (usize, &exporter_core::codebook::Table)| {
        EntrySpec::new(format!("{}.{extension}", table.name), info.media_type).table(TableId(index))
    };
    codebook.tables.iter().enumerate().map(entry).collect()
}

pub(super) fn plan(
    info: &'static FormatInfo,
    write: WriteScript,
    data: &dyn Dataset,
    with: &Planning<'_>,
    context: &Context,
) -> Result<Box<dyn Plan + 'static>> {
    let codebook = data.codebook();
    let mut plan = ScriptPlan {
        entries: Vec::new(),
        texts: Vec::new(),
        losses: LossReport::default(),
        renames: Vec::new(),
    };
    for (index, (table, spec)) in codebook.tables.iter().zip(entries(codebook, info)).enumerate() {
        let id = TableId(index);
        let data = DataFile::among(with.siblings, id, &table.name, info.id)?;
        let description =
            Description { codebook, table, language: codebook.language(context.language()), data };
        let script = write(&description, id, with.profile);
        plan.entries.push(spec.bytes(script.text.len() as u64));
        plan.texts.push(script.text);
        plan.losses.merge(script.losses);
        plan.renames.extend(script.renames.into_iter().map(|(given, written)| Rename {
            table: table.name.clone(),
            variable: Some(given),
            written,
        }));
    }
    Ok(Box::new(plan))
}

struct ScriptPlan {
    entries: Vec<EntrySpec>,
    texts: Vec<String>,
    losses: LossReport,
    renames: Vec<Rename>,
}

impl Plan for ScriptPlan {
    fn entries(&self) -> &[EntrySpec] {
        &self.entries
    }

    fn losses(&self) -> &LossReport {
        &self.losses
    }

    fn renames(&self) -> &[Rename] {
        &self.renames
    }

    fn write(self: Box<Self>, sink: &dyn Sink, context: &Context) -> Result<Summary> {
        let mut summary = Summary::default();
        for (spec, text) in self.entries.iter().zip(&self.texts) {
            context.cancel().check()?;
            let mut entry = sink.create(spec)?;
            entry
                .write_all(text.as_bytes())
                .map_err(|source| Error::io("cannot write the script", source).entry(&spec.path))?;
            let receipt = entry.commit()?;
            summary.entries.push(EntryReport {
                path: receipt.path,
                media_type: spec.media_type.clone(),
                table: spec.table,
                rows: None,
                bytes: receipt.bytes,
            });
        }
        Ok(summary)
    }
}
