//! Study files: a codebook plus `data`, in JSON or TOML (`study.json`, `study.toml`).
//!
//! ```toml
//! codebook = 1
//! [study]
//! id = "pets"
//! [data]
//! owners = "owners.csv"
//! [[tables]]
//! name = "owners"
//! [[tables.variables]]
//! name = "age"
//! kind = "integer"
//! label = "Age in years"
//! ```

mod check;
mod file;
pub(crate) mod paths;

use std::path::Path;

use exporter_core::{Context, Error, Registry, Result, Source};

use crate::assembled::{AssembledDataset, TablePart};
use crate::input::{InputOptions, projected};

pub use file::{DataFile, DetailedFile, OpenKinds, StudyFile};

/// Largest study file that is read, in bytes: descriptions, not data.
pub const STUDY_FILE_BYTES: u64 = 256 << 20;

/// Opens the tables that a study file names.
///
/// Paths are relative to the study file and may not leave its folder unless the options say so. Opening costs only the
/// columns in the projection of the options.
///
/// # Errors
/// When the study file or one of its data files cannot be read, or they do not fit together.
pub fn open_study(
    path: &Path,
    options: &InputOptions,
    registry: &Registry,
    context: &Context,
) -> Result<AssembledDataset> {
    let named = |error: Error| error.entry(path.display().to_string());
    let mut study = StudyFile::read(path).map_err(named)?;
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let documents = paths::documents(folder, &mut study.codebook, options.outside).map_err(named)?;
    let mut sources = Vec::new();
    for (table, data) in &study.data {
        let file = paths::inside(folder, "data file", Path::new(data.file()), options.outside);
        let source = file.and_then(|file| data_source(&file, context));
        sources.push((table.as_str(), data, source.map_err(|error| named(error.table(table)))?));
    }
    projected(options, sources.len(), |projection| {
        let mut parts = Vec::new();
        for (table, data, source) in &sources {
            let source = source.clone().projection(projection.clone());
            let part = part(table, data, &study, source, registry, context);
            parts.push(part.map_err(|error| named(error.table(*table)))?);
        }
        AssembledDataset::new(study.codebook.clone(), parts, &study.open_kinds).map_err(named)
    })
    .map(|study| study.with_document_files(documents))
}

fn data_source(file: &Path, context: &Context) -> Result<Source<'static>> {
    if !file.is_file() {
        return Err(Error::not_found(format!("the data file {} does not exist", file.display())));
    }
    Source::open(file, context)
}

fn part(
    table: &str,
    data: &DataFile,
    study: &StudyFile,
    source: Source<'_>,
    registry: &Registry,
    context: &Context,
) -> Result<TablePart> {
    let declared = study.codebook.table(table).map(|(_, declared)| declared);
    let closed = declared.map(|declared| study.open_kinds.closed(declared));
    let mut source = source;
    if let (Some(declared), Some(closed)) = (declared, &closed) {
        source = study.declare(source, declared, closed);
    }
    let dataset = match data.format() {
        Some(format) => registry.open_as(format, &source, data.options(), context),
        None => registry.open(&source, data.options(), context),
    }?;
    let inner = data.inner_table(table, dataset.codebook())?;
    Ok(TablePart { dataset, table: inner, name: table.to_owned(), file: data.file().to_owned() })
}
