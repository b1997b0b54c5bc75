//! DDI Codebook as a companion of data files.

mod facts;
mod losses;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::io::Write as _;

use exporter_core::codebook::Codebook;
use exporter_core::profile::ProfileRequest;
use exporter_core::{
    Carry, Changes, Committed, Context, Dataset, EntryReport, EntrySpec, Error, Exporter, Format, FormatInfo,
    Loss, LossCode, Part, Plan, Planning, Result, Sibling, Sink, Summary, TableId, study_stem,
};

use crate::data_file::{DataFile, Program, form_of};
use crate::mapping::texts::{Languages, TextChanges};
use crate::options::{DdiOptions, OPTIONS, READ_OPTIONS};
use crate::reader::Counts;
use crate::statistics::VariableStatistics;
use crate::structure::Version;
use crate::writer::DdiWriter;

static INFO: FormatInfo = FormatInfo::new("ddi", "DDI Codebook")
    .aliases(&["ddi-codebook"])
    .extensions(&["ddi.xml", "xml"])
    .media_type("application/xml")
    .options(OPTIONS)
    .read_options(READ_OPTIONS)
    .losses(&[LossCode::DOCUMENT_DROPPED])
    .notes("The description of the study and its files for archives and catalogues; valid DDI Codebook 2.5 or 2.6.");

/// The format `ddi`.
#[derive(Clone, Debug, Default)]
pub struct Ddi(());

/// Writes a document of DDI Codebook beside the data files of the same export.
#[derive(Clone, Debug, Default)]
pub struct DdiExporter {
    options: DdiOptions,
}

impl DdiExporter {
    /// Writes documents as the options say.
    pub fn new(options: DdiOptions) -> Self {
        Self { options }
    }

    /// The language of each document; one of all languages has none.
    fn documents(&self, codebook: &Codebook) -> Vec<Option<String>> {
        let languages = &codebook.study.languages;
        match self.options.profile.is_of_one_language() && languages.len() > 1 {
            true => languages.iter().cloned().map(Some).collect(),
            false => vec![None],
        }
    }
}

impl Format for Ddi {
    const INFO: &'static FormatInfo = &INFO;
    type Options = DdiOptions;
    type Exporter = DdiExporter;

    fn exporter(options: DdiOptions) -> Result<DdiExporter> {
        Ok(DdiExporter::new(options))
    }
}

impl Exporter for DdiExporter {
    fn format(&self) -> &'static FormatInfo {
        &INFO
    }

    fn needs(&self, data: &dyn Dataset, _: &Context) -> Result<ProfileRequest> {
        Ok(facts::needs(data.codebook(), &self.options))
    }

    fn is_companion(&self) -> bool {
        true
    }

    fn needs_digests(&self) -> bool {
        true
    }

    /// Nearly everything has a place in it or a note of ours.
    fn carries(&self, part: Part) -> Carry {
        let in_note = Carry::Dropped("kept in a note that other programs do not read");
        match part {
            Part::Alignment | Part::SortOrder => in_note,
            Part::MissingReasons
            | Part::DisplayFormat
            | Part::Measure
            | Part::Documents
            | Part::QuestionLogic => Carry::Limited,
            Part::StudyTitle
            | Part::StudyDescription
            | Part::Languages
            | Part::DocumentDescription
            | Part::UnusedValueLabels
            | Part::TableLabel
            | Part::TableNotes
            | Part::Groups
            | Part::Keys
            | Part::VariableLabel
            | Part::ValueLabels
            | Part::MissingValues
            | Part::ReasonLabels
            | Part::Weight
            | Part::Question
            | Part::VariableNotes
            | Part::VariableDescription
            | Part::Attributes => Carry::Whole,
        }
    }

    fn entries(&self, codebook: &Codebook) -> Vec<EntrySpec> {
        let stem = study_stem(&codebook.study.id);
        let documents = self.documents(codebook).into_iter();
        let path = |language: Option<String>| match language {
            Some(language) => format!("{stem}.{language}.ddi.xml"),
            None => format!("{stem}.ddi.xml"),
        };
        documents.map(|language| EntrySpec::new(path(language), INFO.media_type)).collect()
    }

    fn plan<'a>(
        &'a self,
        data: &'a dyn Dataset,
        with: &Planning<'_>,
        context: &Context,
    ) -> Result<Box<dyn Plan + 'a>> {
        let codebook = data.codebook();
        if self.options.version == Version::V1 {
            return Err(Error::usage("ddi: documents of 1.2.2 are read, and not written")
                .with_hint("choose 2.5 or 2.6"));
        }
        self.is_of_a_file(with.siblings)?;
        self.describes_codes(with.siblings)?;
        self.options.profile.suits(codebook)?;
        let files: Vec<Vec<DataFile>> = codebook
            .tables
            .iter()
            .enumerate()
            .map(|(at, table)| self.files(with.siblings, TableId(at), &table.name))
            .collect();
        let has_files = |at: usize| files.get(at).is_some_and(|files| !files.is_empty());
        let documents = codebook.documents.iter();
        let documents =
            documents.map(|document| with.document(&document.name).map(|entry| entry.path.clone())).collect();
        let clock = context.clock().unix_seconds();
        let date = chrono::DateTime::from_timestamp(clock, 0).map(|time| time.format("%Y-%m-%d").to_string());
        let (statistics, hidden) = facts::statistics(codebook, with.profile, &self.options);
        let mut plan = DdiPlan {
            options: &self.options,
            codebook: Cow::Borrowed(codebook),
            entries: self.entries(codebook),
            languages: self.documents(codebook),
            changes: Changes::from(with.losses(self, codebook)),
            rows: codebook
                .tables
                .iter()
                .enumerate()
                .map(|(at, table)| facts::rows(TableId(at), table, with.profile, data, has_files(at)))
                .collect(),
            files,
            statistics,
            documents,
            date,
        };
        for (table, files) in codebook.tables.iter().zip(&plan.files) {
            for variable in &table.variables {
                let name = files.first().map_or(variable.name.as_str(), |file| file.name(&variable.name));
                self.options.profile.takes(table, variable, name)?;
            }
        }
        for (table, files) in codebook.tables.iter().zip(&plan.files) {
            let file = files.first().filter(|file| file.reading.get("header").is_some_and(|it| it == "none"));
            if let Some(file) = file {
                let action = format!(
                    "{} has no names of columns, by which readers find them: write header=names there",
                    file.path
                );
                plan.changes.losses.add(Loss::new(LossCode::METADATA_DROPPED, action).table(&table.name));
            }
        }
        if let Some((with_ids, lost)) = plan.writer(None).with_ids() {
            plan.codebook = Cow::Owned(with_ids);
            lost.into_iter().for_each(|loss| plan.changes.losses.add(loss));
        }
        // What becomes of texts shows where they are spelled.
        let told = TextChanges::default();
        plan.writer(Some(&told)).tell();
        losses::of_texts(&told)
            .into_iter()
            .chain(hidden)
            .chain(losses::of_roles(codebook))
            .chain(losses::of_descriptions(codebook, &self.options))
            .chain(losses::of_reason_columns(codebook, with.siblings))
            .for_each(|loss| plan.changes.losses.add(loss));
        Ok(Box::new(plan))
    }
}

impl DdiExporter {
    /// The data files of a table, that of the format asked for first.
    fn files(&self, siblings: &[Sibling], id: TableId, table: &str) -> Vec<DataFile> {
        let own = siblings.iter().filter(|sibling| sibling.entry.table == Some(id));
        let mut files: Vec<DataFile> = own.map(|sibling| data_file(sibling, table)).collect();
        files.sort_by_key(|file| !self.is_wanted(&file.path));
        files
    }

    /// Whether a data file is of the format whose names and values the document has; all are where none is asked for.
    fn is_wanted(&self, path: &str) -> bool {
        let wanted = self.options.file.trim_start_matches('.');
        wanted.is_empty() || path.to_lowercase().ends_with(&format!(".{}", wanted.to_lowercase()))
    }

    /// Refuses data files in which labels stand for names or values: a document says what the codes mean.
    fn describes_codes(&self, siblings: &[Sibling]) -> Result<()> {
        let mut first: Vec<&EntrySpec> = Vec::new();
        for entry in siblings.iter().map(|sibling| &sibling.entry).filter(|it| self.is_wanted(&it.path)) {
            if entry.table.is_some() && !first.iter().any(|known| known.table == entry.table) {
                first.push(entry);
            }
        }
        for entry in first {
            for (option, codes) in [("values", "codes"), ("header", "names")] {
                if entry.attributes.get(option).is_none_or(|chosen| chosen != "labels") {
                    continue;
                }
                let message = format!("ddi: {} has labels in place of {codes} ({option}=labels)", entry.path);
                let hint = format!(
                    "write {option}={codes} there, or describe another data file, such as file=dta with --to dta"
                );
                return Err(Error::usage(message).with_hint(hint));
            }
        }
        Ok(())
    }

    /// Whether some data file has the extension that is asked for.
    fn is_of_a_file(&self, siblings: &[Sibling]) -> Result<()> {
        let paths = siblings.iter().filter(|sibling| sibling.entry.table.is_some());
        let paths: Vec<&str> = paths.map(|sibling| sibling.entry.path.as_str()).collect();
        if self.options.file.is_empty() || paths.iter().any(|path| self.is_wanted(path)) {
            return Ok(());
        }
        let mut known: Vec<&str> = paths.iter().filter_map(|path| Some(path.rsplit_once('.')?.1)).collect();
        known.sort_unstable();
        known.dedup();
        let hint = match known.as_slice() {
            [] => "leave file out: the export has no data files".to_owned(),
            known => format!("file={}", known.join(" or file=")),
        };
        let message = format!("ddi: no data file of the export has the extension {}", self.options.file);
        Err(Error::usage(message).with_hint(hint))
    }
}

/// What a sibling makes of a table.
fn data_file(sibling: &Sibling, table: &str) -> DataFile {
    let Sibling { entry, renames, recodes, .. } = sibling;
    let extension = entry.path.rsplit_once('.').map_or("", |(_, extension)| extension);
    let (format, program) = form_of(extension, entry.attributes.contains_key("delimiter"));
    let renames = renames.iter().filter(|rename| rename.table == table);
    let recodes = recodes.iter().filter(|recode| recode.table == table);
    DataFile {
        path: entry.path.clone(),
        media_type: entry.media_type.clone(),
        format: format.to_owned(),
        program,
        has_letters: program == Program::Stata
            || entry.attributes.get("reasons").is_some_and(|chosen| chosen == "letter"),
        has_words_for_booleans: entry
            .attributes
            .get("booleans")
            .is_some_and(|pair| pair.split('/').any(|word| word.parse::<f64>().is_err())),
        reading: reading(&entry.attributes),
        rows: entry.rows,
        sha256: None,
        names: renames
            .filter_map(|rename| Some((rename.variable.clone()?, rename.written.clone())))
            .collect(),
        values: recodes
            .map(|recode| ((recode.variable.clone(), recode.from.clone()), recode.to.clone()))
            .collect(),
    }
}

/// What a reader of delimited text must be told of how values stand in it, by the options of the reader.
fn reading(attributes: &BTreeMap<String, String>) -> serde_json::Map<String, serde_json::Value> {
    // By attribute of the entry: the option, and what needs not be said.
    let options = [
        ("header", "header", "names"),
        ("booleans", "booleans", "true/false"),
        ("missing-text", "null", ""),
        ("decimal", "decimal", "point"),
    ];
    let said = |(attribute, option, default): (&str, &str, &str)| {
        let value = attributes.get(attribute).filter(|value| *value != default)?;
        Some((option.to_owned(), value.as_str().into()))
    };
    if attributes.contains_key("delimiter") {
        options.into_iter().filter_map(said).collect()
    } else {
        Default::default()
    }
}

struct DdiPlan<'a> {
    options: &'a DdiOptions,
    /// References in it are IDs of the document.
    codebook: Cow<'a, Codebook>,
    entries: Vec<EntrySpec>,
    /// By entry, the only language that is written.
    languages: Vec<Option<String>>,
    changes: Changes,
    files: Vec<Vec<DataFile>>,
    rows: Vec<Option<u64>>,
    statistics: Vec<Vec<Option<VariableStatistics>>>,
    documents: Vec<Option<String>>,
    date: Option<String>,
}

impl Plan for DdiPlan<'_> {
    fn entries(&self) -> &[EntrySpec] {
        &self.entries
    }

    fn changes(&self) -> &Changes {
        &self.changes
    }

    fn after(&mut self, siblings: &[Committed]) {
        let committed: HashMap<&str, &EntryReport> =
            siblings.iter().map(|it| (it.entry.path.as_str(), &it.report)).collect();
        for file in self.files.iter_mut().flatten() {
            let Some(report) = committed.get(file.path.as_str()) else { continue };
            file.sha256.clone_from(&report.sha256);
            // Whoever compresses it gives it another name.
            file.path.clone_from(&report.path);
            file.rows = report.rows.or(file.rows);
        }
    }

    fn write(self: Box<Self>, sink: &dyn Sink, context: &Context) -> Result<Summary> {
        let mut summary = Summary::default();
        let mut writer = self.writer(None);
        for (spec, language) in self.entries.iter().zip(&self.languages) {
            context.cancel().check()?;
            writer.languages.only = language.as_deref();
            let mut entry = sink.create(spec)?;
            let failed = |source| Error::io("cannot write the document", source).entry(&spec.path);
            let counts = writer.write(&mut entry).map_err(failed)?;
            entry.flush().map_err(failed)?;
            complete(counts, &self.codebook).map_err(|error| error.entry(&spec.path))?;
            summary.entries.push(EntryReport::new(spec, entry.commit()?, None));
        }
        Ok(summary)
    }
}

impl DdiPlan<'_> {
    /// What a document is about, in all languages.
    fn writer<'d>(&'d self, told: Option<&'d TextChanges>) -> DdiWriter<'d> {
        DdiWriter {
            codebook: &self.codebook,
            files: &self.files,
            rows: &self.rows,
            statistics: &self.statistics,
            documents: &self.documents,
            languages: Languages {
                told,
                is_one: self.options.profile.is_of_one_language(),
                needs_tags: self.options.profile == crate::options::Profile::Archive,
                ..Languages::of(&self.codebook)
            },
            version: self.options.version,
            profile: self.options.profile,
            date: self.date.as_deref(),
        }
    }
}

/// Holds what was written against the codebook: a document that lacks a part is never published.
fn complete(counts: Counts, codebook: &Codebook) -> Result<()> {
    let variables: usize = codebook.tables.iter().map(|table| table.variables.len()).sum();
    let labelled = |variable| codebook.value_labels_of(variable).map_or(0, |labels| labels.len());
    let categories: usize = codebook.tables.iter().flat_map(|table| &table.variables).map(labelled).sum();
    let wanted = (codebook.tables.len() as u64, variables as u64, categories as u64);
    if (counts.files, counts.variables) == (wanted.0, wanted.1) && counts.categories >= wanted.2 {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "ddi: the document has {} files, {} variables and {} categories, the codebook {}, {} and {}",
        counts.files, counts.variables, counts.categories, wanted.0, wanted.1, wanted.2
    )))
}

#[cfg(test)]
mod tests {
    use exporter_core::codebook::{Kind, Missing, Table, ValueLabels, Variable};

    use super::*;

    /// A delimited text has reasons as letters, or in columns of their own.
    #[test]
    fn reasons_of_a_text_are_letters_or_columns_that_are_told() {
        let q =
            Variable::new("q", Kind::INTEGER).with_missing(Missing::reason().letter('a').label("Refused"));
        let codebook = Codebook::new("s").with_table(Table::new("t", vec![q]));
        let sibling = |reasons: &str| {
            let mut entry = EntrySpec::new("t.csv", "text/csv");
            entry.table = Some(TableId(0));
            entry.attributes.insert("reasons".into(), reasons.into());
            Sibling::new(entry)
        };
        let letters = ["empty", "letter", "column"].map(|it| data_file(&sibling(it), "t").has_letters);
        assert_eq!(letters, [false, true, false]);
        assert_eq!(losses::of_reason_columns(&codebook, &[sibling("letter")]), []);
        let told = losses::of_reason_columns(&codebook, &[sibling("column")]);
        let first = told[0].first.as_ref().unwrap();
        assert_eq!((told.len(), told[0].count, first.value.as_str()), (1, 1, "q_reason"));
    }

    /// IQSS/dataverse #9707: a release wrote documents without any variable.
    #[test]
    fn a_document_that_lacks_a_part_is_an_error() {
        let variables =
            vec![Variable::new("a", Kind::INTEGER).with_labels("yes"), Variable::new("b", Kind::Text)];
        let codebook = Codebook::new("s")
            .with_table(Table::new("t", variables))
            .with_value_labels("yes", ValueLabels::new().with(0, "No").with(1, "Yes"));
        let whole = Counts { files: 1, variables: 2, categories: 2, missing: 0 };
        assert!(complete(whole, &codebook).is_ok());
        for counts in [
            Counts { files: 0, ..whole },
            Counts { files: 2, ..whole },
            Counts { variables: 0, ..whole },
            Counts { variables: 1, ..whole },
            Counts { categories: 1, ..whole },
        ] {
            let error = complete(counts, &codebook).unwrap_err();
            assert!(error.to_string().ends_with("the codebook 1, 2 and 2"), "{error}");
        }
    }
}
