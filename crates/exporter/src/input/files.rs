//! The study that an archive or folder holds.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use exporter_core::codebook::{Codebook, Language};
use exporter_core::dataset::ReasonColumn;
use exporter_core::source::Files;
use exporter_core::{
    Context, Dataset as _, Error, FormatInfo, Registry, Result, Sample, Source, TableId, table_entries,
};

use super::found::{HEAD_BYTES, is_study, unpacked};
use super::{Declared, Described, InputOptions, assembled, described, open_data, projected};
use crate::assembled::{AssembledDataset, TablePart};
use crate::study::open_study;

/// Formats in the order in which they are preferred where they hold the same table: the more they keep of it, the earlier.
/// Those that are not named here come behind.
const RICHEST_FIRST: [&str; 5] = ["parquet", "arrow", "arrows", "dta", "sav"];

/// A file that may be a table.
struct Candidate<'a> {
    path: &'a str,
    /// File name without compression and extension.
    stem: String,
    format: &'static FormatInfo,
}

/// Opens the tables among the files of an archive or folder as one study, described by the codebook among them. Where the
/// same table is there in several formats, the richest is read.
pub(super) fn open_files(
    source: &Source<'_>,
    options: &InputOptions,
    codebook: Option<Described>,
    registry: &Registry,
    context: &Context,
) -> Result<AssembledDataset> {
    let Some(files) = &source.contents else {
        return Err(Error::unsupported("this is no archive or folder"));
    };
    let paths = files.paths(context)?;
    let mut candidates = Vec::new();
    let mut studies = Vec::new();
    for path in paths.iter().filter(|path| is_meant(path)) {
        context.cancel().check()?;
        match look(source, &**files, path, options, registry, context)? {
            Look::Study => studies.push(path),
            Look::Table(candidate) => candidates.push(candidate),
            Look::Other => {}
        }
    }
    let is_given = codebook.is_some();
    let (mut study, documents) = match (codebook, studies.as_slice()) {
        (Some((study, documents)), _) => (Some(study), documents),
        (None, []) => (None, None),
        (None, [path]) => {
            let entry = entry(source, path, context)?;
            let (study, documents) = described(&entry, options, context)?;
            if !study.data.is_empty() {
                return open_study(&entry, options, registry, context);
            }
            (Some(study), documents)
        }
        (None, [first, second, ..]) => {
            let hint = match files.is_archive() {
                true => "unpack the archive, and keep one of them".to_owned(),
                false => {
                    format!("name the one that describes the tables with --codebook {}/{first}", source.name)
                }
            };
            let message = format!("{first} and {second} are both codebooks");
            return Err(Error::invalid(message).entry(&source.name).with_hint(hint));
        }
    };
    if let Some(study) = &study {
        // A document of the study may well be a table in itself, and is none of the study.
        let folder = studies.first().and_then(|path| path.rsplit_once('/')).map_or("", |(folder, _)| folder);
        let paths = study.codebook.documents.iter().filter_map(|document| document.path.as_deref());
        let documents: HashSet<PathBuf> = paths.map(|path| Path::new(folder).join(path)).collect();
        candidates.retain(|candidate| !documents.contains(Path::new(candidate.path)));
    }
    if candidates.is_empty() && study.as_ref().is_none_or(|study| study.codebook.tables.is_empty()) {
        return Err(none_found(source, &paths, registry));
    }
    let mut tables: BTreeMap<String, Vec<Candidate<'_>>> = BTreeMap::new();
    let names = study.as_ref().map(|study| Names::of(&study.codebook)).unwrap_or_default();
    for candidate in candidates {
        tables.entry(names.table(&candidate.stem)).or_default().push(candidate);
    }
    let mut chosen = Vec::new();
    let mut choices = Choices::default();
    for (table, mut candidates) in tables {
        candidates.sort_by_key(|candidate| rank(candidate.format));
        let open = |candidate: &Candidate<'_>| {
            let entry = entry(source, candidate.path, context)?;
            unpacked(&entry, options, registry, context)
        };
        let declared = study.as_ref().map(|study| &study.codebook);
        let at = match candidates.as_slice() {
            [_] => 0,
            several => holding_reasons(several, &table, declared, |candidate| {
                registry.open_as(candidate.format.id, &open(candidate)?, options.options.clone(), context)
            })?,
        };
        let best = candidates.remove(at);
        choices.add(&table, &best, &candidates);
        chosen.push((table, open(&best)?, best.format));
    }
    if let Some(study) = study.as_mut().filter(|_| !is_given) {
        // What a format could not hold as it is described stands in the file as another kind.
        for (table, _, format) in &chosen {
            if says_kinds(format) {
                study.open_kinds.open(&study.codebook, table);
            }
        }
    }
    let mut notes: Vec<String> = choices.note(source).into_iter().collect();
    let title = source.file_name().split_once('.').map_or(source.file_name(), |(stem, _)| stem);
    let study_id = if chosen.len() > 1 { title } else { "" };
    let mut data = projected(options, chosen.len(), |projection| {
        let mut parts = Vec::new();
        for (table, source, format) in &chosen {
            let source = source.clone().projection(projection.clone());
            let study = study.as_ref().filter(|_| is_given || !says_kinds(format));
            let declared = study.and_then(|study| Declared::of(study, table));
            let opened = open_data(source, table, declared, Some(format.id), options, registry, context)?;
            match <[TablePart; 1]>::try_from(opened) {
                Ok([part]) => parts.push(TablePart { name: table.clone(), ..part }),
                Err(several) => parts.extend(several),
            }
        }
        assembled(parts, study.as_ref(), study_id, Some(source))
    })?;
    notes.append(&mut data.notes);
    data.notes = notes;
    Ok(data.with_documents(documents))
}

enum Look<'a> {
    Study,
    Table(Candidate<'a>),
    Other,
}

/// What a file is by its name and its first bytes.
fn look<'a>(
    source: &Source<'_>,
    files: &dyn Files,
    path: &'a str,
    options: &InputOptions,
    registry: &Registry,
    context: &Context,
) -> Result<Look<'a>> {
    let name = |path: &str| format!("{}/{path}", source.name);
    let named = |error: Error| error.entry(name(path));
    let Some(mut head) = files.head(path, HEAD_BYTES, context).map_err(named)? else {
        return Ok(Look::Other);
    };
    let mut inner = path.to_owned();
    if registry.is_stream(path, &Sample::of(&head)) {
        let whole = unpacked(&entry(source, path, context)?, options, registry, context)?;
        if whole.contents.is_some() {
            return Ok(Look::Other);
        }
        (head, inner) = (whole.head(HEAD_BYTES)?, whole.file_name().to_owned());
    }
    let sample = Sample::of(&head);
    let described = Source::memory(name(&inner), []);
    if inner == path && is_study(&described, &sample) {
        return Ok(Look::Study);
    }
    let Some(format) = registry.reader(&described.name, &sample) else { return Ok(Look::Other) };
    // A text without a mark between cells is somebody's note, whatever could be read of it as a table of one column.
    let first_line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if inner.to_lowercase().ends_with(".txt") && !first_line.iter().any(|byte| b"\t,;|".contains(byte)) {
        return Ok(Look::Other);
    }
    let wanted = options.format.as_ref().map(|format| registry.format(format)).transpose()?;
    if wanted.is_some_and(|wanted| wanted.id != format.id) {
        return Ok(Look::Other);
    }
    let file = inner.rsplit('/').next().unwrap_or(&inner).to_owned();
    let extension = format.extensions.iter().find_map(|extension| {
        let end = file.len().checked_sub(extension.len() + 1)?;
        file.get(end..)?.eq_ignore_ascii_case(&format!(".{extension}")).then_some(end)
    });
    let end = extension.or_else(|| file.rfind('.')).unwrap_or(file.len());
    let stem = file.get(..end).unwrap_or(&file).to_owned();
    Ok(Look::Table(Candidate { path, stem, format }))
}

/// Not what systems put beside files: hidden ones, resource forks.
fn is_meant(path: &str) -> bool {
    path.split('/').all(|part| !part.starts_with('.') && part != "__MACOSX")
}

fn entry(source: &Source<'_>, path: &str, context: &Context) -> Result<Source<'static>> {
    let entry = source.entry(path, context)?;
    entry.ok_or_else(|| Error::not_found("the file is gone").entry(format!("{}/{path}", source.name)))
}

fn none_found(source: &Source<'_>, paths: &[String], registry: &Registry) -> Error {
    let shown: Vec<&str> = paths.iter().map(String::as_str).take(5).collect();
    let more = if paths.len() > shown.len() { ", …" } else { "" };
    let what = match shown.as_slice() {
        [] => "it holds no file".to_owned(),
        _ => format!("none of its files is in a format that is read: {}{more}", shown.join(", ")),
    };
    let formats: Vec<&str> =
        registry.formats().iter().map(|info| info.id).filter(|id| registry.faces(id).reads).collect();
    Error::unsupported(what).entry(&source.name).with_hint(format!(
        "name a folder or archive that holds files in one of these formats: {}",
        formats.join(", ")
    ))
}

fn rank(format: &FormatInfo) -> usize {
    RICHEST_FIRST.iter().position(|id| *id == format.id).unwrap_or(RICHEST_FIRST.len())
}

/// Whether files of a format say of what kinds their columns are.
fn says_kinds(format: &FormatInfo) -> bool {
    rank(format) < RICHEST_FIRST.len()
}

/// The first candidate that tells the missing reasons of its table, if the richest one does not.
fn holding_reasons(
    candidates: &[Candidate<'_>],
    table: &str,
    declared: Option<&Codebook>,
    open: impl Fn(&Candidate<'_>) -> Result<Box<dyn exporter_core::Dataset>>,
) -> Result<usize> {
    let declared = declared.and_then(|codebook| codebook.table(table)).map(|(_, table)| table);
    for (at, candidate) in candidates.iter().enumerate() {
        let data = open(candidate)?;
        let Some(own) = data.codebook().tables.first() else { continue };
        let described = declared.unwrap_or(own);
        let columns = ReasonColumn::of_table(described, Language::default());
        let has_columns = || columns.iter().any(|column| own.variable(column.name()).is_some());
        if columns.is_empty() || data.holds_reasons(TableId(0)) || has_columns() {
            return Ok(at);
        }
    }
    Ok(0)
}

/// The tables of a codebook by the names that their files have.
#[derive(Default)]
struct Names(BTreeMap<String, String>);

impl Names {
    fn of(codebook: &Codebook) -> Self {
        let entries = table_entries(codebook, "x", "");
        let stem = |path: &str| path.strip_suffix(".x").unwrap_or(path).to_lowercase();
        let named = entries.iter().zip(&codebook.tables);
        Self(named.map(|(entry, table)| (stem(&entry.path), table.name.clone())).collect())
    }

    fn table(&self, stem: &str) -> String {
        self.0.get(&stem.to_lowercase()).cloned().unwrap_or_else(|| stem.to_owned())
    }
}

/// Which tables were there in several formats, and which of them is read.
#[derive(Default)]
struct Choices(BTreeMap<(String, Vec<String>), Vec<String>>);

impl Choices {
    fn add(&mut self, table: &str, best: &Candidate<'_>, others: &[Candidate<'_>]) {
        if others.is_empty() {
            return;
        }
        let same = |other: &Candidate<'_>| other.format.id == best.format.id;
        let name = |candidate: &Candidate<'_>| match others.iter().any(same) {
            true => candidate.path.to_owned(),
            false => candidate.format.id.to_owned(),
        };
        let others = others.iter().map(name).collect();
        self.0.entry((name(best), others)).or_default().push(table.to_owned());
    }

    /// The choice in one line.
    fn note(self, source: &Source<'_>) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let part = |((best, others), tables): ((String, Vec<String>), Vec<String>)| {
            let are = if tables.len() == 1 { "is" } else { "are" };
            format!("{} {are} read from {best}, not from {}", tables.join(", "), others.join(", "))
        };
        let parts: Vec<String> = self.0.into_iter().map(part).collect();
        Some(format!("{} holds tables more than once: {}", source.name, parts.join("; ")))
    }
}
