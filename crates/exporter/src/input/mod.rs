//! Opening whatever a user names: study files, data files with or without a codebook, archives and folders.

mod candidate;
mod description;
mod dictionary;
mod files;
mod found;
mod frameset;
mod given;
mod missing;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use exporter_core::codebook::Table;
use exporter_core::{
    Context, Dataset, Error, ErrorKind, FormatInfo, LossReport, Password, Projection, Registry, Result,
    Source, TableId,
};
use serde_json::Value as Json;

use crate::assembled::{AssembledDataset, StudyPart, TablePart};
use crate::study::{Documents, OpenKinds, StudyFile, open_study};
use files::open_files;
use found::{Found, found};
use given::given;

pub(crate) use candidate::{is_of, says_kinds};
pub(crate) use found::{is_study, unpacked, unpacked_stream};

/// How inputs are opened.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct InputOptions {
    /// A codebook that describes the tables of the data files: JSON or TOML, or any file of which the codebook is taken.
    pub codebook: Option<PathBuf>,
    /// The format of the data file, when content and extension do not say. Of several files, an archive, a folder or a study
    /// file those of other formats are not concerned.
    pub format: Option<String>,
    /// Options of the format's reader, a JSON object.
    pub options: Json,
    /// Opens encrypted archives.
    pub password: Option<Password>,
    /// Whether data files of a study file may lie outside its folder.
    pub outside: bool,
    /// The variables that are wanted ([`Source::variables`]); [`crate::Excerpt::projection`] when an excerpt is taken.
    pub projection: Projection,
    /// Whether tables will follow their parents, which needs variables beyond the projection; [`crate::Excerpt::follows`]
    /// when an excerpt is taken.
    pub follow: bool,
}

impl InputOptions {
    /// The same for files that are not in the format which is given: options of its reader are not theirs.
    fn without_format(&self) -> Self {
        Self { format: None, options: Json::Null, ..self.clone() }
    }

    /// The same with options of the reader that a description of the file states, unless some are given.
    fn with_stated(&self, stated: Option<Json>) -> Self {
        let options = stated.filter(|_| self.options.is_null()).unwrap_or_else(|| self.options.clone());
        Self { options, ..self.clone() }
    }

    /// Whether all that is given with the format is how to read damaged files of it, so that no others are meant to be left
    /// out.
    fn is_for_damage(&self) -> bool {
        let options = self.options.as_object();
        options.is_some_and(|options| !options.is_empty() && options.keys().all(|name| name == "lenient"))
    }
}

/// The path that stands for standard input.
pub(crate) const STDIN: &str = "-";

/// Opens a study file, one or more data files as the tables of one study, or archives and folders that hold such files.
///
/// Data files become tables of their file names; a codebook describes them by these names, or by its only table
/// when there is one file. Of an archive or folder the codebook in it describes the tables; where it holds a table in
/// several formats, the richest is read ([`AssembledDataset::notes`] says so). `-` is standard input. A pipe is read once,
/// into a temporary file.
///
/// # Errors
/// When a file cannot be read or recognised, names clash, or the codebook does not fit.
pub fn open(
    inputs: &[PathBuf],
    options: &InputOptions,
    registry: &Registry,
    context: &Context,
) -> Result<AssembledDataset> {
    let of_stdin = inputs.iter().chain(&options.codebook).filter(|path| path.as_os_str() == STDIN);
    if of_stdin.count() > 1 {
        return Err(Error::usage("standard input can be read only once")
            .with_hint("name one input -, and files for the others"));
    }
    let sources = inputs.iter().map(|input| source_of(input, context)).collect::<Result<Vec<_>>>()?;
    open_sources(&sources, options, registry, context)
}

/// The source at a path; `-` is standard input.
pub(crate) fn source_of(input: &Path, context: &Context) -> Result<Source<'static>> {
    if input.as_os_str() == STDIN {
        return Source::stream("stdin", std::io::stdin(), context);
    }
    missing::exists(input, "a study file or a data file")?;
    Source::open(input, context)
}

/// Opens one or more sources, wherever their bytes are, as the tables of one study; the same as [`open`] does with files.
/// What the options say goes for all of them.
///
/// ```
/// use exporter::{Context, Dataset, InputOptions, MemoryDataset, Source, TableId};
/// # use exporter::sink::MemorySink;
/// # fn upload() -> Result<Vec<u8>, Box<dyn std::error::Error>> {
/// #     let ages = std::sync::Arc::new(arrow_array::Int64Array::from(vec![31, 40]));
/// #     let batch = arrow_array::RecordBatch::try_from_iter([("age", ages as arrow_array::ArrayRef)])?;
/// #     let data = MemoryDataset::from_batches("people", vec![batch])?;
/// #     let (sink, dta) = (MemorySink::new(), exporter::registry().exporter("dta", serde_json::Value::Null)?);
/// #     exporter::export(&*dta, &data, Box::new(sink.clone()), &Context::default())?;
/// #     Ok(sink.entries().remove("people.dta").ok_or("no file")?)
/// # }
///
/// let uploaded: Vec<u8> = upload()?; // a .dta that was sent to us
/// let source = Source::memory("people.dta", uploaded);
/// let (options, context) = (InputOptions::default(), Context::default());
/// let people = exporter::open_sources(&[source], &options, &exporter::registry(), &context)?;
/// assert_eq!(people.codebook().tables[0].variables[0].name, "age");
/// assert_eq!(people.rows(TableId(0)), Some(2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`open`].
pub fn open_sources(
    sources: &[Source<'_>],
    options: &InputOptions,
    registry: &Registry,
    context: &Context,
) -> Result<AssembledDataset> {
    if sources.is_empty() {
        return Err(Error::usage("no input is given"));
    }
    let found = sources.iter().map(|source| found(source, options, registry, context));
    let found = found.collect::<Result<Vec<_>>>()?;
    if let Some(Found::Study(study)) = found.iter().find(|found| matches!(found, Found::Study(_))) {
        if found.len() > 1 {
            return Err(Error::usage("a study file is the only input: it names its data files itself")
                .with_hint(format!(
                    "leave {} out, or describe the other inputs by it: --codebook {}",
                    study.name, study.name
                )));
        }
        if options.codebook.is_some() {
            return Err(Error::usage("a study file is its own codebook: leave --codebook out"));
        }
        return open_study(study, options, registry, context);
    }
    let given = options.codebook.as_ref().map(|path| given(path, options, registry, context)).transpose()?;
    let described = given.as_ref().map(|given| given.described.clone());
    let losses = given.as_ref().map(|given| given.losses()).unwrap_or_default();
    if let [Found::Files(files)] = found.as_slice() {
        let data = open_files(files, options, described, false, registry, context)?;
        return Ok(data.with_losses(losses));
    }
    let study = described.as_ref().map(|(study, _)| study);
    let others = of_other_formats(&found, options, registry)?;
    let data = projected(options, sources.len(), |projection| {
        // By the parents of which rows are kept is decided for all inputs together.
        let each = InputOptions { projection: projection.clone(), follow: false, ..options.clone() };
        let (mut parts, mut studies) = (Vec::new(), Vec::new());
        for found in &found {
            let opened = match found {
                Found::Data(source) => {
                    let other = others.iter().any(|other| *other == source.name);
                    let each = if other { &each.without_format() } else { &each };
                    let stem = table_name(source);
                    let declared = study.and_then(|study| match study.codebook.tables.as_slice() {
                        [one] if sources.len() == 1 => Declared::of(study, &one.name),
                        _ => Declared::of(study, &stem),
                    });
                    let file = source.name.clone();
                    let stated = given.as_ref().and_then(|given| given.options_of(&file));
                    let each = &each.with_stated(stated);
                    let source = source.clone().projection(projection.clone());
                    let source = match study.filter(|study| study.is_dictionary) {
                        Some(study) => source.with_dictionary(&study.codebook),
                        None => source,
                    };
                    let format = each.format.as_deref();
                    let opened = open_data(source, &stem, declared, format, each, registry, context);
                    opened.map_err(|error| match &given {
                        Some(given) => given.read_with(error, &file, registry, context),
                        None => error,
                    })?
                }
                Found::Files(files) => {
                    let data = open_files(files, &each, described.clone(), true, registry, context)?;
                    Opened::of(Box::new(data), &files.name, None)
                }
                Found::Study(_) => continue,
            };
            match opened {
                Opened::Tables(tables) => parts.extend(tables),
                Opened::Study(study) => studies.push(study),
            }
        }
        if let Some(given) = given.as_ref().filter(|given| !given.described.0.is_dictionary) {
            given.tables_are_given(&parts, sources, context)?;
        }
        let id = if sources.len() > 1 { "study" } else { "" };
        assembled(studies, parts, study, id, None)
    });
    let data = data.map_err(|error| match &given {
        Some(given) => given.describing_fewer(error),
        None => error,
    })?;
    Ok(data.with_documents(described.and_then(|(_, documents)| documents)).with_losses(losses))
}

/// The names of those among several inputs that are in other formats than the one that is given, and are read as what they
/// are.
fn of_other_formats<'s>(
    found: &'s [Found<'_>],
    options: &InputOptions,
    registry: &Registry,
) -> Result<Vec<&'s str>> {
    let (Some(format), true) = (options.format.as_deref(), found.len() > 1) else { return Ok(Vec::new()) };
    let is_other = |found: &&'s Found<'_>| match found {
        Found::Data(source) => registry.other_format(format, source).is_some(),
        Found::Files(_) | Found::Study(_) => false,
    };
    let others: Vec<&Found<'_>> = found.iter().filter(is_other).collect();
    if others.len() == found.len() {
        let message = format!("none of these files is in the format {format}");
        return Err(Error::unsupported(message).with_hint("leave --from out"));
    }
    Ok(others.into_iter().map(Found::name).collect())
}

/// A codebook, and where its documents are.
type Described = (StudyFile, Option<Documents>);

/// The codebook in a study file or in JSON.
fn described(
    file: &Source<'_>,
    options: &InputOptions,
    registry: &Registry,
    context: &Context,
) -> Result<Described> {
    let named = |error: Error| error.entry(&file.name);
    let mut study = StudyFile::open(&unpacked(file, options, registry, context)?).map_err(named)?;
    let documents = Documents::of(file, &mut study.codebook, options.outside, registry, context);
    Ok((study, Some(documents.map_err(named)?)))
}

/// Opens so many tables with the projection of the options. When that fails they are opened without one: what a codebook
/// declares need not fit columns that were not read, and what is wrong is reported when all are.
pub(crate) fn projected<T>(
    options: &InputOptions,
    tables: usize,
    open: impl Fn(&Projection) -> Result<T>,
) -> Result<T> {
    // By which variables tables follow others may be declared in the files alone.
    let follows = options.follow && tables > 1;
    let projection = if follows { Projection::all() } else { options.projection.clone() };
    match open(&projection) {
        Err(error)
            if !projection.is_all() && matches!(error.kind(), ErrorKind::Invalid | ErrorKind::NotFound) =>
        {
            open(&Projection::all())
        }
        opened => opened,
    }
}

/// The study of these tables. Without an id of its own it gets that of its files, if they agree, else `id`. Tables that are
/// described and have no file are empty, which a note says.
fn assembled(
    studies: Vec<StudyPart>,
    mut parts: Vec<TablePart>,
    study: Option<&StudyFile>,
    id: &str,
    files: Option<&Source<'_>>,
) -> Result<AssembledDataset> {
    for (at, part) in parts.iter().enumerate() {
        if let Some(other) = parts.iter().take(at).find(|other| other.name == part.name) {
            return Err(Error::invalid(format!(
                "{} and {} are both the table {:?}",
                other.file, part.file, part.name
            ))
            .with_hint("rename one of the files, or name them in a study file"));
        }
    }
    let dictionary = study.filter(|study| study.is_dictionary);
    let fitted = dictionary.map(|study| dictionary::fitted(&study.codebook, &parts)).transpose()?;
    let (mut codebook, lost) = match fitted {
        Some((codebook, lost)) => (codebook, lost),
        None => (study.map(|study| study.codebook.clone()).unwrap_or_default(), LossReport::default()),
    };
    let has_id = |study: &StudyPart| !study.dataset.codebook().study.id.is_empty();
    if codebook.study.id.is_empty() && !id.is_empty() && !studies.iter().any(has_id) {
        let mut ids = parts.iter().map(|part| &part.dataset.codebook().study.id);
        let shared = ids.next().filter(|first| ids.all(|id| id == *first));
        codebook.study.id = shared.cloned().unwrap_or_else(|| id.into());
    }
    let has_rows = !parts.is_empty();
    let empty = files.map(|files| TablePart::add_empty(&mut parts, &codebook, &files.name));
    let (note, empty) = empty.flatten().unzip();
    let none = OpenKinds::default();
    let open = study.filter(|study| !study.is_dictionary).map_or(&none, |study| &study.open_kinds);
    let data =
        AssembledDataset::with_studies(codebook, studies, parts, open)?.with_notes(note).with_losses(lost);
    // A codebook alone describes; where other tables have rows, those of this one were lost.
    Ok(if has_rows { data.without_rows_of(empty.unwrap_or_default()) } else { data })
}

/// The description of one table, and the same without the variables whose kinds are left to the data file.
pub(crate) struct Declared<'a> {
    study: &'a StudyFile,
    table: &'a Table,
    closed: Table,
}

impl<'a> Declared<'a> {
    pub(crate) fn of(study: &'a StudyFile, table: &str) -> Option<Self> {
        let (_, table) = study.codebook.table(table).filter(|_| !study.is_dictionary)?;
        Some(Self { study, table, closed: study.open_kinds.closed(table) })
    }
}

/// What is in a source.
pub(crate) enum Opened {
    Tables(Vec<TablePart>),
    /// The description of a study without tables.
    Study(StudyPart),
}

impl Opened {
    /// All that a dataset has.
    fn of(dataset: Box<dyn Dataset>, file: &str, format: Option<&'static FormatInfo>) -> Self {
        if dataset.codebook().tables.is_empty() {
            return Self::Study(StudyPart { dataset, file: file.to_owned() });
        }
        let data: Arc<dyn Dataset> = dataset.into();
        let names = data.codebook().tables.iter().map(|table| table.name.clone()).enumerate();
        let part = |(at, name)| TablePart {
            format,
            ..TablePart::new(Box::new(Arc::clone(&data)), TableId(at), name, file)
        };
        Self::Tables(names.map(part).collect())
    }

    /// The tables alone.
    pub(crate) fn tables(self) -> Vec<TablePart> {
        match self {
            Self::Tables(tables) => tables,
            Self::Study(_) => Vec::new(),
        }
    }
}

/// What one source holds, which is a table of the name `stem` where nothing says otherwise.
pub(crate) fn open_data(
    source: Source<'_>,
    stem: &str,
    declared: Option<Declared<'_>>,
    format: Option<&str>,
    options: &InputOptions,
    registry: &Registry,
    context: &Context,
) -> Result<Opened> {
    let file = source.name.clone();
    let mut source = source;
    if let Some(Declared { study, table, closed }) = &declared {
        source = study.declare(source, table, closed);
    }
    let dataset = match format {
        Some(format) => registry.open_as(format, &source, options.options.clone(), context)?,
        None => registry.open(&source, options.options.clone(), context)?,
    };
    let format = match format {
        Some(format) => Some(registry.format(format)?),
        // It is asked for where a description is held against the file.
        None => declared.as_ref().map(|_| registry.recognise(&source, context)).transpose()?,
    };
    if let [own] = dataset.codebook().tables.as_slice() {
        let own = if own.name.is_empty() { stem } else { &own.name };
        let name = declared.map_or(own, |declared| &declared.table.name).to_owned();
        return Ok(Opened::Tables(vec![TablePart { dataset, table: TableId(0), name, file, format }]));
    }
    Ok(Opened::of(dataset, &file, format))
}

/// The table that a data file is, by its name without extension.
fn table_name(source: &Source<'_>) -> String {
    match source.stem() {
        "" => "data".to_owned(),
        stem => stem.to_owned(),
    }
}
