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
use serde_json::Value as Json;

use crate::assembled::{AssembledDataset, TablePart};
use crate::input::{Declared, InputOptions, is_of, open_data, projected, unpacked};

use documents::leaves_folder;
pub(crate) use documents::{Documents, is_inside};
pub use file::{DataFile, DetailedFile, OpenKinds, StudyFile};

/// Largest study file that is read, in bytes: descriptions, not data.
pub const STUDY_FILE_BYTES: u64 = 256 << 20;

/// Opens the tables that a study file names. A codebook that names no data files describes tables without rows.
///
/// A format and options of its reader that are given are those of its data files, but for files that the study says or their
/// content shows to be in another format; of the options they go before those that the study states.
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
        if let Some(format) = &options.format {
            let message = format!("it names no data files that could be read as {format}");
            return Err(named(Error::usage(message).with_hint("leave --from out")));
        }
        let mut parts = Vec::new();
        let note = TablePart::add_empty(&mut parts, &study.codebook, &file.name).map(|(note, _)| note);
        let data = AssembledDataset::new(study.codebook, parts, &study.open_kinds).map_err(named)?;
        return Ok(data.with_documents(Some(documents)).with_notes(note));
    }
    let mut sources = Vec::new();
    let mut is_given = options.format.is_none();
    for (table, data) in &study.data {
        let opened = data_source(file, data.file(), options, registry, context)
            .and_then(|source| Ok((data.reading(&source, options, registry)?, source)));
        let (reading, source) = opened.map_err(|error| named(error.table(table)))?;
        is_given |= reading.is_given;
        sources.push((table.as_str(), data, reading.options, source));
    }
    if let (false, Some(format)) = (is_given, &options.format) {
        let message = format!("none of its data files is in the format {format}");
        return Err(named(Error::unsupported(message).with_hint("leave --from out")));
    }
    projected(options, sources.len(), |projection| {
        let mut parts = Vec::new();
        for (table, data, reading, source) in &sources {
            let source = source.clone().projection(projection.clone());
            let part = data.part(table, source, reading, &study, registry, context);
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

/// How a data file is read.
struct Reading {
    /// Format and options of the reader.
    options: InputOptions,
    /// Whether it is in the format that was given for all.
    is_given: bool,
}

impl DataFile {
    /// How the file is read as the study states.
    fn stated(&self) -> InputOptions {
        let format = self.format().map(str::to_owned);
        InputOptions { format, options: self.options(), ..InputOptions::default() }
    }

    /// How the file is read: as the study states, and as is given where it may be in the format that is given.
    fn reading(&self, source: &Source<'_>, given: &InputOptions, registry: &Registry) -> Result<Reading> {
        let mut options = self.stated();
        if let Some(wanted) = &given.format {
            let wanted = registry.format(wanted)?;
            let stated = self.format().map(|format| registry.format(format)).transpose()?;
            let own = stated.or_else(|| registry.other_format(wanted.id, source));
            if own.is_some_and(|own| !is_of(self.file(), own, wanted)) {
                return Ok(Reading { options, is_given: false });
            }
            options.format = Some(wanted.id.to_owned());
        }
        match (&mut options.options, &given.options) {
            (_, Json::Null) => {}
            (Json::Object(own), Json::Object(given)) => own.extend(given.clone()),
            (own, given) => own.clone_from(given),
        }
        Ok(Reading { options, is_given: given.format.is_some() })
    }

    /// Opens the table that is in this file as the study describes it.
    fn part(
        &self,
        table: &str,
        source: Source<'_>,
        reading: &InputOptions,
        study: &StudyFile,
        registry: &Registry,
        context: &Context,
    ) -> Result<TablePart> {
        let declared = Declared::of(study, table);
        let format = reading.format.as_deref();
        let parts = open_data(source, table, declared, format, reading, registry, context)?.tables();
        let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
        let TableId(inner) = self.inner_table(table, &names)?;
        let part = parts.into_iter().nth(inner).ok_or_else(|| Error::not_found("the table is gone"))?;
        Ok(TablePart { name: table.to_owned(), file: self.file().to_owned(), ..part })
    }
}
