//! The files of an archive or folder that may be tables, and which of several of one table is read.

use std::collections::BTreeMap;

use exporter_core::codebook::{Codebook, Kind, Language, Table, Variable};
use exporter_core::dataset::ReasonColumn;
use exporter_core::{
    Context, Dataset, Error, ErrorKind, FormatInfo, Registry, Result, Sample, Source, TableId, table_entries,
};

use serde_json::Value as Json;

use super::InputOptions;
use super::found::{is_study, unpacked};

/// Formats in the order in which they are preferred where they hold the same table: the more they keep of it, the earlier.
/// Those that are not named here come behind.
const RICHEST_FIRST: [&str; 6] = ["parquet", "arrow", "arrows", "dta", "sav", "zsav"];

/// A file that may be a table.
pub(super) struct Candidate<'a> {
    pub(super) path: &'a str,
    /// File name without compression and extension.
    pub(super) stem: String,
    pub(super) format: &'static FormatInfo,
    /// Whether it is in another format than the one that is given, whose options are not its own.
    pub(super) is_other: bool,
}

/// What a file of an archive or folder is.
pub(super) enum Look<'a> {
    /// A study file or a codebook.
    Study,
    /// A file of another format that describes the tables of other files.
    Description,
    /// A table.
    Table(Candidate<'a>),
    /// A table in another format than the one that is given.
    Unwanted,
    /// Nothing that is read.
    Other,
}

/// Looks at the name and the first bytes of a file.
pub(super) fn look<'a>(
    source: &Source<'_>,
    path: &'a str,
    options: &InputOptions,
    registry: &Registry,
    context: &Context,
) -> Result<Look<'a>> {
    let Some((name, head)) = beginning(source, path, registry, context)? else { return Ok(Look::Other) };
    if head.is_empty() {
        return Ok(Look::Other);
    }
    let sample = Sample::of(&head);
    let is_json = name.to_lowercase().ends_with(".json");
    let whole = match is_json {
        true => unpacked(&entry(source, path, context)?, options, registry, context)?,
        false => Source::memory(name.as_str(), []),
    };
    if is_study(&whole, &sample) {
        return Ok(Look::Study);
    }
    if registry.is_description(&name, &sample) {
        return Ok(Look::Description);
    }
    if let Some(format) = archive_format(source, path, &name, &sample, options, registry, context)? {
        return wanted(path, &name, format, options, registry);
    }
    // Of what describes others an extension such as xml says little.
    let is_table =
        |format: &&FormatInfo| !registry.describes(format.id) && !registry.is_packed(&name, &sample);
    let format = match registry.reader(&name, &sample) {
        Some(format) => format,
        None => match named_by(&name, registry).filter(is_table) {
            // A file that says by its name what it is and is not, is damaged.
            Some(format) if says_kinds(format) => {
                return Err(Error::invalid(format!("it is no {}, whose extension it has", format.name))
                    .entry(name)
                    .with_hint("leave it out, or give it another extension"));
            }
            Some(format) => format,
            None => return Ok(Look::Other),
        },
    };
    // A text without a mark between cells is somebody's note, whatever could be read of it as a table of one column.
    let first_line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if name.to_lowercase().ends_with(".txt") && !first_line.iter().any(|byte| b"\t,;|".contains(byte)) {
        return Ok(Look::Other);
    }
    wanted(path, &name, format, options, registry)
}

/// The format of a file that is an archive itself, such as one of the Open Data Format; what cannot be opened as one is none.
fn archive_format(
    source: &Source<'_>,
    path: &str,
    name: &str,
    sample: &Sample<'_>,
    options: &InputOptions,
    registry: &Registry,
    context: &Context,
) -> Result<Option<&'static FormatInfo>> {
    if !registry.is_packed(name, sample) || registry.is_stream(name, sample) {
        return Ok(None);
    }
    let file = entry(source, path, context)?;
    let contents = registry.contents(&file, options.password.as_ref(), context);
    match contents.and_then(|files| files.map(|files| files.paths(context)).transpose()) {
        Ok(entries) => {
            let wanted = options.format.as_deref();
            Ok(entries.and_then(|entries| registry.archive_reader(name, &entries, wanted)))
        }
        Err(error) if error.kind() == ErrorKind::Cancelled => Err(error),
        Err(_) => Ok(None),
    }
}

/// A file of a format as a table, if its format is wanted.
fn wanted<'a>(
    path: &'a str,
    name: &str,
    format: &'static FormatInfo,
    options: &InputOptions,
    registry: &Registry,
) -> Result<Look<'a>> {
    let wanted = options.format.as_ref().map(|format| registry.format(format)).transpose()?;
    let is_other = wanted.is_some_and(|wanted| !is_of(name, format, wanted));
    if is_other && !options.is_for_damage() {
        return Ok(Look::Unwanted);
    }
    let format = wanted.filter(|_| !is_other).unwrap_or(format);
    let file = name.rsplit('/').next().unwrap_or(name);
    let formats = registry.formats();
    let others =
        formats.iter().flat_map(|other| other.extensions).filter(|extension| extension.contains('.'));
    let end = format.extensions.iter().chain(others).find_map(|extension| {
        let end = file.len().checked_sub(extension.len() + 1)?;
        file.get(end..)?.eq_ignore_ascii_case(&format!(".{extension}")).then_some(end)
    });
    let end = end.or_else(|| file.rfind('.')).unwrap_or(file.len());
    let stem = file.get(..end).unwrap_or(file).to_owned();
    Ok(Look::Table(Candidate { path, stem, format, is_other }))
}

/// Whether a file of this name that was taken for one of the format `found` is one of the format `wanted`.
pub(crate) fn is_of(name: &str, found: &FormatInfo, wanted: &FormatInfo) -> bool {
    let name = name.to_lowercase();
    let has = |extension: &&str| name.strip_suffix(extension).is_some_and(|stem| stem.ends_with('.'));
    found.id == wanted.id || wanted.extensions.iter().any(has)
}

/// The format that is read and has the extension of a name.
fn named_by(name: &str, registry: &Registry) -> Option<&'static FormatInfo> {
    let (_, extension) = name.rsplit_once('.')?;
    let readers = registry.formats().into_iter().filter(|info| registry.readers().contains(&info.id));
    readers.into_iter().find(|info| info.extensions.contains(&extension))
}

/// The name and the first bytes of a file; of a compressed stream those of what is inside.
fn beginning(
    source: &Source<'_>,
    path: &str,
    registry: &Registry,
    context: &Context,
) -> Result<Option<(String, Vec<u8>)>> {
    let name = format!("{}/{path}", source.name);
    let named = |error: Error| error.entry(&name);
    let head = source.contents.as_ref().map(|files| files.head(path, Sample::BYTES, context));
    let Some(head) = head.transpose().map_err(named)?.flatten() else { return Ok(None) };
    if !registry.is_stream(path, &Sample::of(&head)) {
        return Ok(Some((name, head)));
    }
    let stream = entry(source, path, context)?;
    let inside = registry.contents(&stream, None, context)?;
    let Some(inside) = inside else { return Ok(Some((name, head))) };
    let paths = inside.paths(context)?;
    let Some(inner) = paths.first() else { return Ok(None) };
    let head = inside.head(inner, Sample::BYTES, context).map_err(named)?;
    Ok(head.map(|head| (format!("{name}/{inner}"), head)))
}

/// A file of an archive or folder.
pub(super) fn entry(source: &Source<'_>, path: &str, context: &Context) -> Result<Source<'static>> {
    let entry = source.entry(path, context)?;
    entry.ok_or_else(|| Error::not_found("the file is gone").entry(format!("{}/{path}", source.name)))
}

/// Whether files of a format say of what kinds their columns are.
pub(crate) fn says_kinds(format: &FormatInfo) -> bool {
    rank(format) < RICHEST_FIRST.len()
}

fn rank(format: &FormatInfo) -> usize {
    RICHEST_FIRST.iter().position(|id| *id == format.id).unwrap_or(RICHEST_FIRST.len())
}

/// What is read of a table, and what is left aside.
pub(super) struct Choice<'a> {
    pub(super) file: Source<'static>,
    pub(super) best: Candidate<'a>,
    pub(super) others: Vec<Candidate<'a>>,
}

/// A candidate that was opened to choose.
struct Opened {
    file: Source<'static>,
    /// Whether it tells the missing reasons that are declared.
    tells_reasons: bool,
    /// Whether no column of texts is declared as numbers or dates.
    fits: bool,
}

/// Chooses among the files of one table: the richest that tells its missing reasons, above others of the same format. Of
/// several that are equal so far, those have it whose columns are of the declared kinds; and of these the first, where they
/// stand side by side and differ in nothing but the extension, as one export writes them.
///
/// # Errors
/// When two files could be the table.
pub(super) fn choose<'a>(
    mut candidates: Vec<Candidate<'a>>,
    table: &str,
    source: &Source<'_>,
    declared: Option<&Codebook>,
    options: &InputOptions,
    registry: &Registry,
    context: &Context,
) -> Result<Choice<'a>> {
    let order = |candidate: &Candidate<'_>| {
        (candidate.is_other, rank(candidate.format), candidate.path.matches('/').count())
    };
    candidates.sort_by_key(order);
    let declared = declared.and_then(|codebook| codebook.table(table)).map(|(_, table)| table);
    let open = |candidate: &Candidate<'_>| {
        let file = unpacked(&entry(source, candidate.path, context)?, options, registry, context)?;
        if candidates.len() == 1 {
            return Ok(Opened { file, tells_reasons: true, fits: true });
        }
        let data = registry.open_as(candidate.format.id, &file, candidate.options(options), context)?;
        Ok(Opened::of(file, &*data, declared))
    };
    let (mut chosen, mut place) = (None, 0);
    for equals in candidates.chunk_by(|one, other| order(one) == order(other)) {
        let opened = equals.iter().map(open).collect::<Result<Vec<Opened>>>()?;
        let is_enough = opened.iter().any(|opened| opened.tells_reasons);
        if is_enough || chosen.is_none() {
            chosen = Some((place, opened));
        }
        if is_enough {
            break;
        }
        place += equals.len();
    }
    let Some((place, opened)) = chosen else {
        return Err(Error::not_found("no file holds the table").table(table));
    };
    let fits_none = !opened.iter().any(|opened| opened.fits);
    let fitting = opened.into_iter().zip(candidates.iter().enumerate().skip(place));
    let mut fitting = fitting.filter(|(opened, _)| fits_none || opened.fits);
    let Some((Opened { file, .. }, (at, first))) = fitting.next() else {
        return Err(Error::not_found("no file holds the table").table(table));
    };
    if let Some((_, (_, other))) = fitting.find(|(_, (_, other))| !first.is_beside(other)) {
        return Err(twice(source, table, first, other));
    }
    let best = candidates.remove(at);
    Ok(Choice { file, best, others: candidates })
}

impl Candidate<'_> {
    /// The options of its reader among those that are given.
    fn options(&self, given: &InputOptions) -> Json {
        if self.is_other { Json::Null } else { given.options.clone() }
    }

    /// Whether another file has the same name in the same folder but for the extension.
    pub(super) fn is_beside(&self, other: &Self) -> bool {
        self.stem == other.stem && folder_of(self.path) == folder_of(other.path)
    }
}

/// The folder of a path, without which the files of an archive or folder are at its top.
pub(super) fn folder_of(path: &str) -> Option<&str> {
    path.rsplit_once('/').map(|(folder, _)| folder)
}

impl Opened {
    fn of(file: Source<'static>, data: &dyn Dataset, declared: Option<&Table>) -> Self {
        let Some(own) = data.codebook().tables.first() else {
            return Self { file, tells_reasons: false, fits: false };
        };
        let columns = ReasonColumn::of_table(declared.unwrap_or(own), Language::default());
        let known = own.columns_by_name();
        let has_columns = || columns.iter().any(|column| known.contains_key(column.name()));
        let tells_reasons = columns.is_empty() || data.holds_reasons(TableId(0)) || has_columns();
        let variables = declared.map(|table| table.variables.as_slice()).unwrap_or_default();
        let is_other = |variable: &Variable| {
            let own = known.get(variable.name.as_str()).and_then(|column| own.variables.get(*column));
            variable.kind != Kind::Text && own.is_none_or(|own| own.kind == Kind::Text)
        };
        Self { file, tells_reasons, fits: !variables.iter().any(is_other) }
    }
}

/// The error of a table that two files could be.
fn twice(source: &Source<'_>, table: &str, best: &Candidate<'_>, other: &Candidate<'_>) -> Error {
    let is_archive = source.contents.as_ref().is_some_and(|files| files.is_archive());
    let hint = match (folder_of(best.path), folder_of(other.path)) {
        (folder, other) if folder == other => "rename one of the files".to_owned(),
        _ if is_archive => {
            "unpack the archive, and name the folder that is meant, or rename one of the files".to_owned()
        }
        (folder, other) => {
            let folder = folder.or(other).unwrap_or_default();
            format!("name the folder that is meant, {}/{folder}, or rename one of the files", source.name)
        }
    };
    let message = format!("{} and {} are both the table {table:?}", best.path, other.path);
    Error::invalid(message).entry(&source.name).with_hint(hint)
}

/// The tables of a codebook by the names that their files have.
#[derive(Default)]
pub(super) struct Names(BTreeMap<String, String>);

impl Names {
    pub(super) fn of(codebook: &Codebook) -> Self {
        let entries = table_entries(codebook, "x", "");
        let stem = |path: &str| path.strip_suffix(".x").unwrap_or(path).to_lowercase();
        let named = entries.iter().zip(&codebook.tables);
        Self(named.map(|(entry, table)| (stem(&entry.path), table.name.clone())).collect())
    }

    /// Adds another name that the file of a table has, unless it is that of one already.
    pub(super) fn add(&mut self, stem: &str, table: &str) {
        self.0.entry(stem.to_lowercase()).or_insert_with(|| table.to_owned());
    }

    pub(super) fn table(&self, stem: &str) -> String {
        self.0.get(&stem.to_lowercase()).cloned().unwrap_or_else(|| stem.to_owned())
    }
}

/// Which tables were there in several files, and which of these is read.
#[derive(Default)]
pub(super) struct Choices(BTreeMap<(String, Vec<String>), Vec<String>>);

impl Choices {
    pub(super) fn add(&mut self, table: &str, best: &Candidate<'_>, others: &[Candidate<'_>]) {
        if others.is_empty() {
            return;
        }
        let is_unclear = others.iter().any(|other| other.format.id == best.format.id);
        let name = |candidate: &Candidate<'_>| match is_unclear {
            true => candidate.path.to_owned(),
            false => candidate.format.id.to_owned(),
        };
        let others = others.iter().map(name).collect();
        self.0.entry((name(best), others)).or_default().push(table.to_owned());
    }

    /// The choice in one line.
    pub(super) fn note(self, source: &Source<'_>) -> Option<String> {
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
