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
mod paths;

use std::path::Path;

use exporter_core::Projection;
use exporter_core::format::Source;
use exporter_core::{Context, Error, ErrorKind, Registry, Result};

use crate::assembled::{AssembledDataset, Part};
use crate::input::InputOptions;

pub use file::{DataFile, StudyFile};

/// Largest study file that is read, in bytes: descriptions, not data.
pub const STUDY_FILE_BYTES: u64 = 256 << 20;

/// Opens the tables that a study file names.
///
/// Paths are relative to the study file and may not leave its folder unless the options say so. Opening costs
/// only the columns in `projection`.
///
/// # Errors
/// When the study file or one of its data files cannot be read, or they do not fit together.
pub fn open_study(
    path: &Path,
    projection: &Projection,
    options: &InputOptions,
    registry: &Registry,
    context: &Context,
) -> Result<AssembledDataset> {
    let named = |error: Error| error.entry(path.display().to_string());
    let study = StudyFile::read(path).map_err(named)?;
    let projection = &options.with_links(projection, study.data.len());
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut parts = Vec::new();
    for (table, data) in &study.data {
        let file = paths::inside(folder, data.file(), options.outside);
        let part = file.and_then(|file| part(table, data, &study, &file, projection, registry, context));
        parts.push(part.map_err(|error| named(error.table(table)))?);
    }
    AssembledDataset::new(study.codebook, parts, &|table, variable| {
        study.open_kinds.contains(table, variable)
    })
    .map_err(named)
}

fn part(
    table: &str,
    data: &DataFile,
    study: &StudyFile,
    file: &Path,
    projection: &Projection,
    registry: &Registry,
    context: &Context,
) -> Result<Part> {
    if !file.is_file() {
        return Err(Error::new(
            ErrorKind::NotFound,
            format!("the data file {} does not exist", file.display()),
        ));
    }
    let declared = study.codebook.table(table).map(|(_, declared)| declared);
    let closed = declared.map(|declared| study.open_kinds.closed(declared));
    let mut source = Source::new(file).projection(projection.clone());
    if let (Some(declared), Some(closed)) = (declared, &closed) {
        source.projection = source.projection.and(study.open_kinds.names(declared));
        source = source.declared(&study.codebook, closed);
    }
    let dataset = match data.format() {
        Some(format) => registry.open_as(format, &source, data.options(), context),
        None => registry.open(&source, data.options(), context),
    }?;
    let inner = data.inner_table(table, dataset.codebook())?;
    Ok(Part { dataset, table: inner, name: table.to_owned(), file: data.file().to_owned() })
}
