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
mod documents;
mod file;

use std::path::Path;

use exporter_core::{Context, Error, Registry, Result, Source, TableId};

use crate::assembled::{AssembledDataset, TablePart};
use crate::input::{Declared, InputOptions, open_data, projected, unpacked};

pub(crate) use documents::Documents;
use documents::{is_inside, leaves_folder};
pub use file::{DataFile, DetailedFile, OpenKinds, StudyFile};

/// Largest study file that is read, in bytes: descriptions, not data.
pub const STUDY_FILE_BYTES: u64 = 256 << 20;

/// Opens the tables that a study file names. A codebook that names no data files describes tables without rows.
///
/// Paths are relative to the study file and may not leave its folder or archive unless the options say so. Opening costs
/// only the columns in the projection of the options.
///
/// # Errors
/// When the study file or one of its data files cannot be read, or they do not fit together.
pub fn open_study(
    file: &Source<'_>,
    options: &InputOptions,
    registry: &Registry,
    context: &Context,
) -> Result<AssembledDataset> {
    let named = |error: Error| error.entry(&file.name);
    let mut study = StudyFile::open(&unpacked(file, options, registry, context)?).map_err(named)?;
    let documents =
        Documents::of(file, &mut study.codebook, options.outside, registry, context).map_err(named)?;
    if study.data.is_empty() {
        let mut parts = Vec::new();
        let note = TablePart::add_empty(&mut parts, &study.codebook, &file.name).map(|(note, _)| note);
        let data = AssembledDataset::new(study.codebook, parts, &study.open_kinds).map_err(named)?;
        return Ok(data.with_documents(Some(documents)).with_notes(note));
    }
    let mut sources = Vec::new();
    for (table, data) in &study.data {
        let source = data_source(file, data.file(), options, registry, context);
        sources.push((table.as_str(), data, source.map_err(|error| named(error.table(table)))?));
    }
    projected(options, sources.len(), |projection| {
        let mut parts = Vec::new();
        for (table, data, source) in &sources {
            let source = source.clone().projection(projection.clone());
            let part = data.part(table, source, &study, registry, context);
            parts.push(part.map_err(|error| named(error.table(*table)))?);
        }
        AssembledDataset::new(study.codebook.clone(), parts, &study.open_kinds).map_err(named)
    })
    .map(|study| study.with_documents(Some(documents)))
}

/// A data file of a study file, unpacked.
fn data_source(
    study: &Source<'_>,
    file: &str,
    options: &InputOptions,
    registry: &Registry,
    context: &Context,
) -> Result<Source<'static>> {
    unpacked(&file_beside(study, file, options, context)?, options, registry, context)
}

fn file_beside(
    study: &Source<'_>,
    file: &str,
    options: &InputOptions,
    context: &Context,
) -> Result<Source<'static>> {
    let folder = study.name.strip_suffix(study.file_name()).unwrap_or_default();
    let path = format!("{folder}{file}");
    if !is_inside(Path::new(file)) {
        if !options.outside {
            return Err(leaves_folder("data file", Path::new(file)));
        }
        return Source::open(if Path::new(file).is_absolute() { file } else { &path }, context);
    }
    let beside = study.beside(file, context)?;
    beside.ok_or_else(|| Error::not_found(format!("the data file {path} does not exist")))
}

impl DataFile {
    /// Opens the table that is in this file as the study describes it.
    fn part(
        &self,
        table: &str,
        source: Source<'_>,
        study: &StudyFile,
        registry: &Registry,
        context: &Context,
    ) -> Result<TablePart> {
        let own = InputOptions { options: self.options(), ..InputOptions::default() };
        let declared = Declared::of(study, table);
        let parts = open_data(source, table, declared, self.format(), &own, registry, context)?;
        let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
        let TableId(inner) = self.inner_table(table, &names)?;
        let part = parts.into_iter().nth(inner).ok_or_else(|| Error::not_found("the table is gone"))?;
        Ok(TablePart { name: table.to_owned(), file: self.file().to_owned(), ..part })
    }
}
