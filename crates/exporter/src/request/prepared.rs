//! A request that is ready to run: its inputs are open, its formats configured, its secrets read.

use std::collections::BTreeSet;

use exporter_core::codebook::{Codebook, Document};
use exporter_core::suggest::suggestion;
use exporter_core::{
    Bundle, Changes, CodebookExporter, Context, Dataset, DocumentsExporter, EntrySpec, Error, Exporter,
    Format as _, FormatInfo, LossCode, LossPolicy, Note, Registry, Result, Sink, Summary,
};
use serde::Serialize;
use serde_json::Value as Json;

use super::Request;
use super::packaging::Wrapping;
use crate::excerpt::PartOf;

/// An export that is ready to run.
pub struct PreparedExport<D> {
    request: Request,
    exporter: Box<dyn Exporter>,
    data: PartOf<D>,
}

/// What an export would write and lose.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct DryRun {
    /// The entries in the order they would be written.
    pub entries: Vec<EntrySpec>,
    /// What would be lost in reading and writing or written otherwise, as far as it is known before the data is written.
    #[serde(flatten)]
    pub changes: Changes,
    /// What is worth saying of how the inputs were read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// Tables whose rows are not there, a line each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing_rows: Vec<String>,
    #[serde(skip)]
    policy: LossPolicy,
}

impl DryRun {
    /// Refuses what the export would refuse.
    ///
    /// # Errors
    /// [`exporter_core::ErrorKind::Loss`] when the policy does not accept a loss.
    pub fn check(&self) -> Result<()> {
        self.policy.check(&self.changes.losses)
    }
}

/// The formats and the packaging of a request, which are looked at before any data is.
pub(super) struct Output {
    exporters: Vec<Box<dyn Exporter>>,
    wrapping: Wrapping,
}

impl Output {
    pub(super) fn of(request: &Request, registry: &Registry) -> Result<Self> {
        known_codes(request.losses.as_ref(), registry).map_err(|error| error.field("losses"))?;
        let wrapping = Wrapping::of(request.packaging.as_ref(), request.manifest)?;
        if request.formats.is_empty() {
            return Err(Error::usage("no format is named")
                .with_hint("write at least one, such as {\"format\": \"csv\"}")
                .field("formats"));
        }
        let exporters = request.formats.iter().enumerate().map(|(at, format)| {
            let known = registry.format(&format.format).map_err(|error| error.field("format"));
            known
                .and_then(|_| {
                    let exporter = registry.exporter(&format.format, format.options.clone().into());
                    exporter.map_err(|error| error.field("options"))
                })
                .map_err(|error| error.field(format!("formats[{at}]")))
        });
        Ok(Self { exporters: exporters.collect::<Result<_>>()?, wrapping })
    }
}

/// Refuses a policy with a code that no format reports.
fn known_codes(policy: Option<&LossPolicy>, registry: &Registry) -> Result<()> {
    let Some(LossPolicy::Allow(codes)) = policy else { return Ok(()) };
    let formats = registry.formats();
    let known: BTreeSet<&str> = LossCode::ALL
        .iter()
        .chain(formats.iter().flat_map(|info| info.losses))
        .map(LossCode::as_str)
        .collect();
    match codes.iter().find(|code| !known.contains(code.as_str())) {
        Some(code) => Err(Error::usage(format!("no loss has the code {:?}", code.as_str()))
            .with_hint(suggestion(code.as_str(), "codes", known))),
        None => Ok(()),
    }
}

/// Refuses a format of a table that the study has and the excerpt leaves out.
fn tables_are_kept(request: &Request, study: &Codebook) -> Result<()> {
    let kept = &request.excerpt.tables;
    for (at, format) in request.formats.iter().enumerate().filter(|_| !kept.is_empty()) {
        let named: Vec<&str> = match format.options.get("tables") {
            Some(Json::String(names)) => names.split('|').collect(),
            Some(Json::Array(names)) => names.iter().filter_map(Json::as_str).collect(),
            _ => continue,
        };
        let is_left_out = |name: &&&str| study.table(name).is_some() && kept.iter().all(|kept| kept != *name);
        if let Some(name) = named.iter().find(is_left_out) {
            let (id, kept) = (&format.format, kept.join(", "));
            let message = format!("{id}: the table {name:?} is not exported, but only {kept}");
            return Err(Error::usage(message)
                .with_hint(format!("keep the table {name}"))
                .field("options")
                .field(format!("formats[{at}]")));
        }
    }
    Ok(())
}

/// Refuses a language that the study does not have.
///
/// # Errors
/// [`exporter_core::ErrorKind::Usage`] with the languages that it has.
pub fn has_language(language: Option<&str>, codebook: &Codebook) -> Result<()> {
    let Some(language) = language else { return Ok(()) };
    let known: BTreeSet<&str> = match codebook.study.languages.as_slice() {
        [] => languages_of_texts(codebook),
        listed => listed.iter().map(String::as_str).collect(),
    };
    if known.iter().any(|tag| tag.eq_ignore_ascii_case(language)) {
        return Ok(());
    }
    let hint = match known.is_empty() {
        true => "its texts name no language: leave the language out".to_owned(),
        false => suggestion(language, "languages", known.iter().copied()),
    };
    Err(Error::usage(format!("the study has no labels in {language:?}")).with_hint(hint).field("language"))
}

/// The languages in which any label is.
fn languages_of_texts(codebook: &Codebook) -> BTreeSet<&str> {
    let variables = codebook.tables.iter().flat_map(|table| &table.variables);
    let entries = codebook.value_labels.values().flat_map(|set| &set.entries);
    let tables = codebook.tables.iter().map(|table| &table.label);
    let texts =
        tables.chain(variables.map(|variable| &variable.label)).chain(entries.map(|entry| &entry.label));
    texts.chain([&codebook.study.title]).flat_map(|text| text.tagged().map(|(tag, _)| tag)).collect()
}

impl<D: Dataset> PreparedExport<D> {
    pub(super) fn new(request: &Request, output: Output, data: D, context: &Context) -> Result<Self> {
        let context = request.context(context);
        tables_are_kept(request, data.codebook())?;
        has_language(request.language.as_deref(), data.codebook())?;
        let data = request.excerpt.of(data, &context).map_err(|error| match error.place().field {
            Some(_) => error.field("excerpt"),
            None => error,
        })?;
        let codebook = data.codebook();
        let is_named =
            |format: &FormatInfo| output.exporters.iter().any(|exporter| exporter.format().id == format.id);
        let codebook_too = request.codebook && !is_named(CodebookExporter::INFO);
        let documents_too = request.documents && !is_named(DocumentsExporter::INFO);
        let mut bundle = output.exporters.into_iter().fold(Bundle::new(), Bundle::with);
        let has_contents = |document: &Document| document.bytes.is_some() || document.path.is_some();
        if documents_too && codebook.documents.iter().any(has_contents) {
            bundle = bundle.with(Box::new(DocumentsExporter::of(&data)?));
        }
        if codebook_too {
            bundle = bundle.with(Box::new(CodebookExporter));
        }
        let exporter = output.wrapping.wrap(bundle, &codebook.study.id);
        Ok(Self { request: request.clone(), exporter, data })
    }

    /// The conditions on rows.
    pub fn conditions(&self) -> &[String] {
        &self.request.excerpt.conditions
    }

    /// The part of the data that is exported.
    pub fn data(&self) -> &PartOf<D> {
        &self.data
    }

    /// The entries that the sink will be given, as far as the codebook tells.
    pub fn entries(&self) -> Vec<EntrySpec> {
        self.exporter.entries(self.data.codebook())
    }

    /// Plans the export and writes nothing. Losses are not refused here but by [`DryRun::check`].
    ///
    /// # Errors
    /// Those of [`exporter_core::plan`].
    pub fn plan(&self, context: &Context) -> Result<DryRun> {
        let context = self.request.context(context);
        exporter_core::plan(&*self.exporter, &self.data, &context, |plan| {
            let mut changes = plan.changes().clone();
            changes.losses.merge(self.data.losses());
            let (entries, policy) = (plan.entries().to_vec(), context.policy().clone());
            let (missing_rows, remarks) = texts(self.data.notes());
            Ok(DryRun { entries, changes, remarks, missing_rows, policy })
        })
    }

    /// Exports into the sink.
    ///
    /// # Errors
    /// Those of [`exporter_core::export`].
    pub fn run(&self, sink: Box<dyn Sink + '_>, context: &Context) -> Result<Summary> {
        let context = self.request.context(context);
        let mut summary = exporter_core::export(&*self.exporter, &self.data, sink, &context)?;
        let notes = self.data.notes().into_iter().filter(|note| !note.is_usual);
        let (missing_rows, remarks) = texts(notes.collect());
        summary.remarks.splice(..0, remarks);
        summary.missing_rows.extend(missing_rows);
        Ok(summary)
    }
}

/// The texts of notes: of those that name tables whose rows are not there, and of the others.
fn texts(notes: Vec<Note>) -> (Vec<String>, Vec<String>) {
    let (missing_rows, others): (Vec<Note>, Vec<Note>) = notes.into_iter().partition(|note| note.lacks_rows);
    let texts = |notes: Vec<Note>| notes.into_iter().map(|note| note.text).collect();
    (texts(missing_rows), texts(others))
}
