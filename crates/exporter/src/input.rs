//! Opening whatever a user names: study files, or data files with or without a codebook.

use std::path::{Path, PathBuf};

use exporter_core::Projection;
use exporter_core::codebook::Codebook;
use exporter_core::format::Source;
use exporter_core::near_name::nearest;
use exporter_core::{Context, Dataset, Error, Registry, Result, TableId};
use serde_json::Value as Json;

use crate::assembled::{AssembledDataset, Part};
use crate::study::{StudyFile, open_study};

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

impl InputOptions {
    /// The projection for each of so many tables: all of it where tables will follow others, because the files themselves
    /// may declare by which variables.
    pub(crate) fn with_links(&self, projection: &Projection, tables: usize) -> Projection {
        if self.follow && tables > 1 { Projection::all() } else { projection.clone() }
    }
}

/// Opens a study file, or one or more data files as the tables of one study.
///
/// Data files become tables of their file names; a codebook describes them by these names, or by its only table
/// when there is one file.
///
/// # Errors
/// When a file cannot be read or recognised, names clash, or the codebook does not fit.
pub fn open(
    inputs: &[PathBuf],
    options: &InputOptions,
    registry: &Registry,
    context: &Context,
) -> Result<AssembledDataset> {
    let opened = open_for(&options.projection, inputs, options, registry, context);
    if opened.is_ok() || options.projection.is_all() {
        return opened;
    }
    // What a codebook declares need not fit columns that no format has looked at: what is wrong shows when all are.
    open_for(&Projection::all(), inputs, options, registry, context)
}

fn open_for(
    projection: &Projection,
    inputs: &[PathBuf],
    options: &InputOptions,
    registry: &Registry,
    context: &Context,
) -> Result<AssembledDataset> {
    let [first, ..] = inputs else { return Err(Error::usage("no input is given")) };
    for input in inputs {
        exists(input)?;
    }
    if options.format.is_none() && is_study_file(first) {
        if inputs.len() > 1 {
            return Err(Error::usage("a study file is the only input: it names its data files itself"));
        }
        if options.codebook.is_some() {
            return Err(Error::usage("a study file is its own codebook: leave --codebook out"));
        }
        return open_study(first, projection, options, registry, context);
    }
    let projection = &options.with_links(projection, inputs.len());
    let study = match &options.codebook {
        Some(path) => Some(StudyFile::read(path).map_err(|error| error.entry(path.display().to_string()))?),
        None => None,
    };
    let mut parts: Vec<Part> = Vec::new();
    for input in inputs {
        let source = Source::new(input).projection(projection.clone());
        for part in open_data(source, study.as_ref(), inputs.len() == 1, options, registry, context)? {
            if let Some(other) = parts.iter().find(|other| other.name == part.name) {
                return Err(Error::invalid(format!(
                    "{} and {} are both the table {:?}",
                    other.file, part.file, part.name
                ))
                .hint("rename one of the files, or name them in a study file"));
            }
            parts.push(part);
        }
    }
    let open_kinds = study.as_ref().map(|study| study.open_kinds.clone()).unwrap_or_default();
    let mut codebook = study.map(|study| study.codebook).unwrap_or_default();
    if codebook.study.id.is_empty() && inputs.len() > 1 {
        codebook.study.id = "study".into();
    }
    AssembledDataset::new(codebook, parts, &|table, variable| open_kinds.contains(table, variable))
}

/// Says which file of the folder may be meant when there is none of this name.
fn exists(input: &Path) -> Result<()> {
    if input.exists() {
        return Ok(());
    }
    let error = Error::not_found(format!("there is no file {}", input.display()));
    let folder = input.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Err(error.hint(format!("the folder {} cannot be read", folder.display())));
    };
    let names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .take(FILES_LOOKED_AT)
        .collect();
    let wanted = input.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Err(error.hint(match nearest(&wanted, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {}?", input.with_file_name(near).display()),
        None => "give the path of a study file or a data file".into(),
    }))
}

/// Most files of a folder that are looked at for the one that may be meant.
const FILES_LOOKED_AT: usize = 10_000;

/// The tables of one data file.
fn open_data(
    source: Source<'_>,
    study: Option<&StudyFile>,
    only: bool,
    options: &InputOptions,
    registry: &Registry,
    context: &Context,
) -> Result<Vec<Part>> {
    let file = source.path.display().to_string();
    let stem = table_name(source.path);
    let codebook: Option<&Codebook> = study.map(|study| &study.codebook);
    let declared = codebook.and_then(|codebook| match codebook.tables.as_slice() {
        [one] if only => Some(one),
        _ => codebook.table(&stem).map(|(_, table)| table),
    });
    let closed = declared.zip(study).map(|(table, study)| study.open_kinds.closed(table));
    let mut source = source;
    if let (Some(study), Some(declared), Some(closed)) = (study, declared, &closed) {
        source.projection = source.projection.and(study.open_kinds.names(declared));
        source = source.declared(&study.codebook, closed);
    }
    let dataset = match &options.format {
        Some(format) => registry.open_as(format, &source, options.options.clone(), context)?,
        None => registry.open(&source, options.options.clone(), context)?,
    };
    let names: Vec<String> = dataset.codebook().tables.iter().map(|table| table.name.clone()).collect();
    match (names.len(), declared) {
        (1, Some(declared)) => {
            Ok(vec![Part { dataset, table: TableId(0), name: declared.name.clone(), file }])
        }
        (1, None) => Ok(vec![Part {
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
                .map(|(index, name)| Part {
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
fn table_name(input: &Path) -> String {
    let name = input.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = name.split_once('.').map_or(name.as_str(), |(stem, _)| stem);
    if stem.is_empty() { "data".into() } else { stem.into() }
}

/// A JSON or TOML file is a study file; everything else is data.
fn is_study_file(path: &Path) -> bool {
    path.extension().is_some_and(|extension| {
        extension.eq_ignore_ascii_case("toml") || extension.eq_ignore_ascii_case("json")
    })
}
