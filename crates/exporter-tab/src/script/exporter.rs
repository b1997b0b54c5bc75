//! A script as an exporter, the same for every program.

use std::marker::PhantomData;

use exporter_core::codebook::Codebook;
use exporter_core::sink::EntrySpec;
use exporter_core::{
    Carry, Context, Dataset, Exporter, Format, FormatInfo, Part, Plan, Planning, PreparedPlan,
    ProfileRequest, Result, TableId,
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
            S::needs(table, TableId(index), &mut request);
        }
        Ok(request)
    }

    fn is_companion(&self) -> bool {
        true
    }

    fn entries(&self, codebook: &Codebook) -> Vec<EntrySpec> {
        let extension = S::INFO.extensions.first().copied().unwrap_or("txt");
        exporter_core::table_entries(codebook, extension, S::INFO.media_type)
    }

    fn carries(&self, part: Part) -> Carry {
        let dropped = Carry::Dropped("a script has no place for it");
        match part {
            Part::TableLabel
            | Part::VariableLabel
            | Part::ValueLabels
            | Part::MissingValues
            | Part::DisplayFormat => Carry::Limited,
            Part::MissingReasons => Carry::Dropped("the delimited file holds nulls"),
            // They go with their reasons.
            Part::ReasonLabels => Carry::Limited,
            Part::Languages
            | Part::StudyTitle
            | Part::TableNotes
            | Part::Groups
            | Part::Measure
            | Part::Question
            | Part::VariableNotes => S::carries(part).unwrap_or(dropped),
            Part::StudyDescription
            | Part::Documents
            | Part::DocumentDescription
            | Part::Keys
            | Part::SortOrder
            | Part::UnusedValueLabels
            | Part::Alignment
            | Part::Weight
            | Part::QuestionLogic
            | Part::VariableDescription
            | Part::Attributes => dropped,
        }
    }

    fn plan<'a>(
        &'a self,
        data: &'a dyn Dataset,
        with: &Planning<'_>,
        context: &Context,
    ) -> Result<Box<dyn Plan + 'a>> {
        let codebook = data.codebook();
        let mut plan = PreparedPlan::new(with.losses_in_language(self, codebook, context.language()));
        for (index, (table, spec)) in codebook.tables.iter().zip(self.entries(codebook)).enumerate() {
            let id = TableId(index);
            let data = DataFile::among(with.siblings, id, &table.name, S::INFO.id)?;
            let language = codebook.language(context.language());
            let siblings = with.siblings;
            let description = Description { codebook, table, language, data, siblings };
            let mut page = Page::new(&description, with.profile.table(id), &mut plan);
            S::write(&mut page)?;
            let text = page.into_text();
            plan.push(spec, text);
        }
        Ok(Box::new(plan))
    }
}
