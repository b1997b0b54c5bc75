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

mod file;
mod paths;

use std::path::Path;

use exporter_core::format::Source;
use exporter_core::{Context, Error, ErrorKind, Registry, Result};

use crate::assembled::{AssembledDataset, Part};

pub use file::{DataFile, StudyFile};

/// Largest study file that is read, in bytes: descriptions, not data.
pub const STUDY_FILE_BYTES: u64 = 256 << 20;

/// Opens the tables that a study file names.
///
/// Paths are relative to the study file and may not leave its folder unless `outside` is set.
///
/// # Errors
/// When the study file or one of its data files cannot be read, or they do not fit together.
pub fn open_study(
    path: &Path,
    outside: bool,
    registry: &Registry,
    context: &Context,
) -> Result<AssembledDataset> {
    let named = |error: Error| error.entry(path.display().to_string());
    let study = StudyFile::read(path).map_err(named)?;
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut parts = Vec::new();
    for (table, data) in &study.data {
        parts.push(part(table, data, &study, folder, outside, registry, context).map_err(named)?);
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
    folder: &Path,
    outside: bool,
    registry: &Registry,
    context: &Context,
) -> Result<Part> {
    let file = paths::inside(folder, data.file(), outside).map_err(|error| error.table(table))?;
    if !file.is_file() {
        return Err(Error::new(
            ErrorKind::NotFound,
            format!("the data file {} does not exist", file.display()),
        )
        .table(table));
    }
    let declared = study.codebook.table(table).map(|(_, declared)| study.open_kinds.closed(declared));
    let mut source = Source::new(&file);
    if let Some(declared) = &declared {
        source = source.declared(&study.codebook, declared);
    }
    let dataset = match data.format() {
        Some(format) => registry.open_as(format, &source, data.options(), context),
        None => registry.open(&source, data.options(), context),
    }
    .map_err(|error| error.table(table))?;
    let inner = data.inner_table(table, dataset.codebook())?;
    Ok(Part { dataset, table: inner, name: table.to_owned(), file: data.file().to_owned() })
}
