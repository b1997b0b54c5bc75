//! Files of other formats that describe the tables of the files beside them, as a codebook does.

use std::path::Path;
use std::sync::Arc;

use exporter_core::codebook::Codebook;
use exporter_core::source::path_among;
use exporter_core::{Context, Dataset, LossReport, Projection, Registry, Result, Source, TableId};
use serde_json::Value as Json;

use super::candidate::Names;
use super::{Described, InputOptions, unpacked};
use crate::assembled::TablePart;
use crate::study::{Documents, StudyFile, is_inside};

/// A file that describes tables, and where it says that their rows are.
pub(super) struct Describing {
    file: Source<'static>,
    /// By table, paths as the file names them.
    files: Vec<Vec<String>>,
    /// By table, paths of the archive or folder that the file is in.
    places: Vec<Vec<String>>,
    /// By table, names of files that are read with options, and these.
    readings: Vec<Vec<(String, Json)>>,
    losses: LossReport,
}

/// A table whose rows only the describing file makes out of theirs.
pub(super) struct Left {
    table: TableId,
    name: String,
    /// Path of the file with the rows.
    pub(super) path: String,
}

/// What a file describes, as a codebook; `None` of files that describe nothing but themselves.
pub(super) fn describing(
    file: &Source<'_>,
    options: &InputOptions,
    registry: &Registry,
    context: &Context,
) -> Result<Option<(Described, Describing)>> {
    let inner = unpacked(file, options, registry, context)?;
    let Some(description) = registry.describe(&inner, context)? else { return Ok(None) };
    let mut study = StudyFile::described_by(description.codebook);
    study.is_dictionary = description.is_dictionary;
    for (table, guessed) in study.codebook.tables.iter().zip(&description.guessed) {
        guessed.iter().for_each(|variable| study.open_kinds.open(&table.name, variable));
    }
    // Documents that are not beside it are described without their contents.
    for document in &mut study.codebook.documents {
        let Some(path) = document.path.clone() else { continue };
        let there = || -> Result<bool> {
            let path = path.to_string_lossy();
            Ok(file.beside(&path, context)?.is_some()
                || file.beside(&format!("{path}.gz"), context)?.is_some())
        };
        if !is_inside(&path) || !there()? {
            document.path = None;
        }
    }
    let documents = Documents::of(file, &mut study.codebook, options.outside, registry, context)?;
    let describing = Describing {
        file: inner.detached(),
        places: Vec::new(),
        files: description.files,
        readings: description.readings,
        losses: description.losses,
    };
    Ok(Some(((study, Some(documents)), describing)))
}

/// The last part of a path.
fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

impl Describing {
    /// As a file at a path of an archive or folder.
    pub(super) fn at(self, path: &str) -> Self {
        let places = |files: &Vec<String>| files.iter().filter_map(|file| path_among(path, file)).collect();
        Self { places: self.files.iter().map(places).collect(), ..self }
    }

    /// The table that the file at a path is said to hold, and at which of the places where it may be; one that is named with its
    /// folders goes first.
    pub(super) fn table_at<'c>(&self, path: &str, codebook: &'c Codebook) -> Option<(usize, &'c str)> {
        let path = path.to_lowercase();
        let place = |files: &[String]| files.iter().position(|file| file.to_lowercase() == path);
        let tables = codebook.tables.iter().zip(&self.places);
        let said = tables.filter_map(|(table, files)| Some((place(files)?, table)));
        said.min_by_key(|(place, _)| *place).map(|(place, table)| (place, table.name.as_str()))
    }

    /// The options of its format that a file of this name is read with.
    pub(super) fn options_of(&self, name: &str) -> Option<Json> {
        let mut readings = self.readings.iter().flatten();
        readings.find(|(file, _)| file_name(file) == file_name(name)).map(|(_, options)| options.clone())
    }

    /// Whether it says that tables are in a file of this name, which may be compressed.
    pub(super) fn is_of(&self, name: &str) -> bool {
        self.files.iter().flatten().any(|path| file_name(path) == name)
    }

    /// Whether a file of this name that it names is where it names it.
    pub(super) fn is_beside(&self, name: &str, context: &Context) -> bool {
        let mut paths = self.files.iter().flatten().filter(|path| {
            let own = file_name(path);
            own == name || own.strip_suffix(".gz") == Some(name)
        });
        paths.any(|path| matches!(self.file.named(path, context), Ok(Some(_))))
    }

    /// Whether it can be opened itself, with the files that it names.
    pub(super) fn reads(&self, registry: &Registry, context: &Context) -> bool {
        registry.open(&self.file, Json::Null, context).is_ok()
    }

    /// The files that it says a table to be in, by their names without folders.
    pub(super) fn files_of(&self, table: &str, codebook: &Codebook) -> Vec<String> {
        let files = codebook.table(table).and_then(|(at, _)| self.files.get(at));
        let names = files.into_iter().flatten().map(|path| file_name(path));
        names.filter(|name| !name.ends_with(".gz")).map(str::to_owned).collect()
    }

    /// Adds the names that files have which are said to hold tables.
    pub(super) fn name_files(&self, codebook: &Codebook, names: &mut Names) {
        for (table, files) in codebook.tables.iter().zip(&self.files) {
            for file in files {
                let file = file.strip_suffix(".gz").unwrap_or(file);
                let stem = Path::new(file).file_stem().and_then(std::ffi::OsStr::to_str);
                stem.iter().for_each(|stem| names.add(stem, &table.name));
            }
        }
    }

    /// The tables that were not found as files of a format of their own, and whose file is there.
    pub(super) fn left(&self, codebook: &Codebook, found: &[&str], paths: &[String]) -> Vec<Left> {
        let mut left = Vec::new();
        for ((at, table), files) in codebook.tables.iter().enumerate().zip(&self.places) {
            let there = |file: &&String| paths.iter().find(|path| path.to_lowercase() == file.to_lowercase());
            let path = files.iter().find_map(|file| there(&file)).cloned();
            if let Some(path) = path.filter(|_| !found.contains(&table.name.as_str())) {
                left.push(Left { table: TableId(at), name: table.name.clone(), path });
            }
        }
        left
    }

    /// Opens these tables.
    pub(super) fn open(
        &self,
        left: &[Left],
        projection: &Projection,
        registry: &Registry,
        context: &Context,
    ) -> Result<Vec<TablePart>> {
        if left.is_empty() {
            return Ok(Vec::new());
        }
        let source = self.file.clone().projection(projection.clone());
        let data: Arc<dyn Dataset> = registry.open(&source, Json::Null, context)?.into();
        let part =
            |left: &Left| TablePart::new(Box::new(Arc::clone(&data)), left.table, &left.name, &left.path);
        Ok(left.iter().map(part).collect())
    }

    /// What of the file is not in its codebook. Tables that it makes itself tell their own losses.
    pub(super) fn losses(&self, left: &[Left]) -> LossReport {
        let is_told = |table: &Option<String>| match table {
            Some(table) => left.iter().any(|left| left.name == *table),
            None => !left.is_empty(),
        };
        self.losses.iter().filter(|loss| !is_told(&loss.table)).cloned().collect()
    }
}
