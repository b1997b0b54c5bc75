//! A script as an exporter, the same for every program.

use std::io::Write as _;
use std::marker::PhantomData;

use exporter_core::codebook::{Codebook, Table};
use exporter_core::exporter::{EntryReport, Planning, Rename, Summary};
use exporter_core::sink::EntrySpec;
use exporter_core::{
    Context, Dataset, Error, Exporter, Format, FormatInfo, Loss, LossCode, LossReport, Plan, ProfileRequest,
    Result, Sink, TableId,
};
use serde::Deserialize;

use super::Syntax;
use super::description::{DataFile, Description};
use super::page::Page;

/// The scripts take no options: what they need they learn from the data file's entry.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptOptions {}

/// Writes a script beside each delimited file.
#[derive(Clone, Copy, Debug, Default)]
pub struct Script<S>(PhantomData<fn() -> S>);

impl<S: Syntax> Format for Script<S> {
    const INFO: &'static FormatInfo = S::INFO;
    type Options = ScriptOptions;
    type Exporter = Self;

    fn exporter(_: ScriptOptions) -> Result<Self> {
        Ok(Self(PhantomData))
    }
}

impl<S: Syntax> Exporter for Script<S> {
    fn format(&self) -> &'static FormatInfo {
        S::INFO
    }

    fn needs(&self, data: &dyn Dataset, _: &Context) -> Result<ProfileRequest> {
        let mut request = ProfileRequest::new();
        for (index, table) in data.codebook().tables.iter().enumerate() {
            for (column, variable) in table.variables.iter().enumerate() {
                if let Some(facts) = S::facts(variable) {
                    request.column(TableId(index), column, facts);
                }
            }
        }
        Ok(request)
    }

    fn entries(&self, codebook: &Codebook) -> Vec<EntrySpec> {
        let extension = S::INFO.extensions.first().copied().unwrap_or("txt");
        exporter_core::table_entries(codebook, extension, S::INFO.media_type)
    }

    fn plan<'a>(
        &'a self,
        data: &'a dyn Dataset,
        with: &Planning<'_>,
        context: &Context,
    ) -> Result<Box<dyn Plan + 'a>> {
        let codebook = data.codebook();
        let mut plan = ScriptPlan::default();
        for (index, (table, spec)) in codebook.tables.iter().zip(self.entries(codebook)).enumerate() {
            let id = TableId(index);
            let data = DataFile::among(with.siblings, id, &table.name, S::INFO.id)?;
            let language = codebook.language(context.language());
            let description = Description { codebook, table, language, data };
            let names = plan.rename(table, S::names);
            let facts = with.profile.table(id);
            let mut page = Page::new(&description, &names, facts, &mut plan.losses);
            S::write(&mut page);
            let text = page.into_text();
            plan.entries.push(spec.bytes(text.len() as u64));
            plan.texts.push(text);
        }
        Ok(Box::new(plan))
    }
}

#[derive(Default)]
struct ScriptPlan {
    entries: Vec<EntrySpec>,
    texts: Vec<String>,
    losses: LossReport,
    renames: Vec<Rename>,
}

impl ScriptPlan {
    /// The names under which the variables of a table are written.
    fn rename(&mut self, table: &Table, rule: fn(&[&str]) -> Vec<String>) -> Vec<String> {
        let given: Vec<&str> = table.variables.iter().map(|variable| variable.name.as_str()).collect();
        let names = rule(&given);
        for (given, written) in given.into_iter().zip(&names).filter(|(given, written)| given != written) {
            let loss = Loss::new(LossCode::NAME_CHANGED, format!("written as {written}"));
            self.losses.add(loss.table(&table.name).variable(given).first(None, given));
            let (table, variable) = (table.name.clone(), Some(given.to_owned()));
            self.renames.push(Rename { table, variable, written: written.clone() });
        }
        names
    }
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
