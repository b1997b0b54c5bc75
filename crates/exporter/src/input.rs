//! Opening whatever a user names: study files, or data files with or without a codebook.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use exporter_core::codebook::Codebook;
use exporter_core::suggest::nearest;
use exporter_core::{Context, Dataset, Error, Projection, Registry, Result, Source, TableId};
use serde_json::Value as Json;

use crate::assembled::{AssembledDataset, TablePart};
use crate::study::paths;
use crate::study::{OpenKinds, StudyFile, open_study};

/// How inputs are opened.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct InputOptions {
    /// A codebook (JSON or TOML) that describes the tables of the data files.
    pub codebook: Option<PathBuf>,
    /// The format of every data file, when content and extension do not say.
    pub format: Option<String>,
    /// Options of the format's reader, a JSON object.
    pub options: Json,
    /// Whether data files of a study file may lie outside its folder.
    pub outside: bool,
    /// The variables that are wanted ([`Source::variables`]); [`crate::Excerpt::projection`] when an excerpt is taken.
    pub projection: Projection,
    /// Whether tables will follow their parents, which needs variables beyond the projection; [`crate::Excerpt::follows`]
    /// when an excerpt is taken.
    pub follow: bool,
}

/// Opens a study file, or one or more data files as the tables of one study.
///
/// Data files become tables of their file names; a codebook describes them by these names, or by its only table
/// when there is one file. A pipe is read once, into a temporary file.
///
/// # Errors
/// When a file cannot be read or recognised, names clash, or the codebook does not fit.
pub fn open(
    inputs: &[PathBuf],
    options: &InputOptions,
    registry: &Registry,
    context: &Context,
) -> Result<AssembledDataset> {
    for input in inputs {
        exists(input)?;
    }
    if let Some(study) = inputs.first().filter(|first| options.format.is_none() && is_study_file(first)) {
        if inputs.len() > 1 {
            return Err(Error::usage("a study file is the only input: it names its data files itself"));
        }
        if options.codebook.is_some() {
            return Err(Error::usage("a study file is its own codebook: leave --codebook out"));
        }
        return open_study(study, options, registry, context);
    }
    let sources = inputs.iter().map(|input| Source::open(input, context)).collect::<Result<Vec<_>>>()?;
    open_sources(&sources, options, registry, context)
}

/// Opens one or more sources, wherever their bytes are, as the tables of one study; the same as [`open`] does with data
/// files. What the options say goes for all of them.
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
    let (mut study, mut documents) = (None, Vec::new());
    if let Some(path) = &options.codebook {
        let named = |error: Error| error.entry(path.display().to_string());
        let mut read = StudyFile::read(path).map_err(named)?;
        let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        documents = paths::documents(folder, &mut read.codebook, options.outside).map_err(named)?;
        study = Some(read);
    }
    projected(options, sources.len(), |projection| {
        assembled(sources, study.as_ref(), projection, options, registry, context)
    })
    .map(|study| study.with_document_files(documents))
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
        Err(_) if !projection.is_all() => open(&Projection::all()),
        opened => opened,
    }
}

fn assembled(
    sources: &[Source<'_>],
    study: Option<&StudyFile>,
    projection: &Projection,
    options: &InputOptions,
    registry: &Registry,
    context: &Context,
) -> Result<AssembledDataset> {
    let mut parts: Vec<TablePart> = Vec::new();
    for source in sources {
        let source = source.clone().projection(projection.clone());
        for part in open_data(source, study, sources.len() == 1, options, registry, context)? {
            if let Some(other) = parts.iter().find(|other| other.name == part.name) {
                return Err(Error::invalid(format!(
                    "{} and {} are both the table {:?}",
                    other.file, part.file, part.name
                ))
                .with_hint("rename one of the files, or name them in a study file"));
            }
            parts.push(part);
        }
    }
    let mut codebook = study.map(|study| study.codebook.clone()).unwrap_or_default();
    if codebook.study.id.is_empty() && sources.len() > 1 {
        let mut ids = parts.iter().map(|part| &part.dataset.codebook().study.id);
        let shared = ids.next().filter(|first| ids.all(|id| id == *first));
        codebook.study.id = shared.cloned().unwrap_or_else(|| "study".into());
    }
    let none = OpenKinds::default();
    AssembledDataset::new(codebook, parts, study.map_or(&none, |study| &study.open_kinds))
}

/// Says which file of the folder may be meant when there is none of this name.
fn exists(input: &Path) -> Result<()> {
    if input.exists() {
        return Ok(());
    }
    let error = Error::not_found(format!("there is no file {}", input.display()));
    let folder = input.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(read) => {
            let what = if read.kind() == ErrorKind::NotFound { "does not exist" } else { "cannot be read" };
            return Err(error.with_hint(format!("the folder {} {what}", folder.display())));
        }
    };
    let names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .take(FILES_LOOKED_AT)
        .collect();
    let wanted = input.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Err(error.with_hint(match nearest(&wanted, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {}?", input.with_file_name(near).display()),
        None => "give the path of a study file or a data file".into(),
    }))
}

/// Most files of a folder that are looked at for the one that may be meant.
const FILES_LOOKED_AT: usize = 10_000;

/// The tables of one source.
fn open_data(
    source: Source<'_>,
    study: Option<&StudyFile>,
    only: bool,
    options: &InputOptions,
    registry: &Registry,
    context: &Context,
) -> Result<Vec<TablePart>> {
    let file = source.name.clone();
    let stem = table_name(source.file_name());
    let codebook: Option<&Codebook> = study.map(|study| &study.codebook);
    let declared = codebook.and_then(|codebook| match codebook.tables.as_slice() {
        [one] if only => Some(one),
        _ => codebook.table(&stem).map(|(_, table)| table),
    });
    let closed = declared.zip(study).map(|(table, study)| study.open_kinds.closed(table));
    let mut source = source;
    if let (Some(study), Some(declared), Some(closed)) = (study, declared, &closed) {
        source = study.declare(source, declared, closed);
    }
    let dataset = match &options.format {
        Some(format) => registry.open_as(format, &source, options.options.clone(), context)?,
        None => registry.open(&source, options.options.clone(), context)?,
    };
    let names: Vec<String> = dataset.codebook().tables.iter().map(|table| table.name.clone()).collect();
    match (names.len(), declared) {
        (1, Some(declared)) => {
            Ok(vec![TablePart { dataset, table: TableId(0), name: declared.name.clone(), file }])
        }
        (1, None) => Ok(vec![TablePart {
            dataset,
            table: TableId(0),
            name: names.into_iter().next().unwrap_or(stem),
            file,
        }]),
        _ => {
            let shared: std::sync::Arc<dyn Dataset> = dataset.into();
            Ok(names
                .into_iter()
                .enumerate()
                .map(|(index, name)| TablePart {
                    dataset: Box::new(shared.clone()),
                    table: TableId(index),
                    name,
                    file: file.clone(),
                })
                .collect())
        }
    }
}

/// The table that a data file is, by its name without extensions of packaging and format.
fn table_name(file: &str) -> String {
    let stem = file.split_once('.').map_or(file, |(stem, _)| stem);
    if stem.is_empty() { "data".into() } else { stem.into() }
}

/// A JSON or TOML file is a study file; everything else is data.
fn is_study_file(path: &Path) -> bool {
    path.extension().is_some_and(|extension| {
        extension.eq_ignore_ascii_case("toml") || extension.eq_ignore_ascii_case("json")
    })
}
