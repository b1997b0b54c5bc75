//! The files that running a request reads, so that none of them is replaced by what it writes.

use std::path::{Path, PathBuf};

use exporter_core::{Context, Registry, Result, Sample, Source};

use super::{Request, SecretRef};
use crate::input::{InputOptions, is_study, unpacked};
use crate::study::{StudyFile, is_inside};

impl Request {
    /// The files of this machine that running it reads: inputs, what study files among them name, the codebook, and files
    /// of secrets. A file that cannot be looked at is told of when it is opened, and here names no others.
    pub fn files(&self, registry: &Registry, context: &Context) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = Vec::new();
        for path in self.input.paths.iter().chain(&self.input.codebook) {
            match path.is_dir() {
                true => files.extend(files_of(path, registry, context).unwrap_or_default()),
                false => files.extend(with_named(path, registry, context)),
            }
        }
        files.extend(self.secrets().filter_map(|secret| match secret {
            SecretRef::File(file) => Some(file.clone()),
            SecretRef::Env(_) => None,
        }));
        files
    }
}

/// The files of a folder that are data, describe data, or are named by those that do.
fn files_of(folder: &Path, registry: &Registry, context: &Context) -> Result<Vec<PathBuf>> {
    let Some(files) = Source::open(folder, context)?.contents else { return Ok(Vec::new()) };
    let mut read = Vec::new();
    for path in files.paths(context)? {
        let Some(head) = files.head(&path, Sample::BYTES, context)? else { continue };
        let (path, sample) = (folder.join(&path), Sample::of(&head));
        let name = path.to_string_lossy();
        if registry.is_description(&name, &sample) {
            read.extend(with_named(&path, registry, context));
        } else if registry.reader(&name, &sample).is_some() || registry.is_packed(&name, &sample) {
            read.push(path);
        } else if !sample.json_keys().is_empty() || name.to_lowercase().ends_with(".toml") {
            let named = with_named(&path, registry, context);
            // Alone it describes nothing, such as the report of an earlier export.
            read.extend(
                Some(named)
                    .filter(|named| named.len() > 1 || is_described(&path, context))
                    .into_iter()
                    .flatten(),
            );
        }
    }
    Ok(read)
}

fn is_described(path: &Path, context: &Context) -> bool {
    Source::open(path, context).is_ok_and(|source| StudyFile::open(&source).is_ok())
}

/// A file, and those that it names where it is a study file.
fn with_named(path: &Path, registry: &Registry, context: &Context) -> Vec<PathBuf> {
    let named = named_by(path, registry, context).unwrap_or_default();
    std::iter::once(path.to_owned()).chain(named).collect()
}

fn named_by(path: &Path, registry: &Registry, context: &Context) -> Result<Vec<PathBuf>> {
    // A pipe can be read only once.
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let source = unpacked(&Source::open(path, context)?, &InputOptions::default(), registry, context)?;
    let head = source.head(Sample::BYTES)?;
    if source.contents.is_some() {
        return Ok(Vec::new());
    }
    if !is_study(&source, &Sample::of(&head)) {
        let files = registry.describe(&source, context)?.map(|description| description.files);
        let files = files.into_iter().flatten().flatten().filter(|file| is_inside(Path::new(file)));
        return Ok(files.map(|file| path.with_file_name(file)).filter(|file| file.is_file()).collect());
    }
    let study = StudyFile::open(&source)?;
    let data = study.data.iter().map(|(_, data)| path.with_file_name(data.file()));
    let documents = study.codebook.documents.iter().filter_map(|document| document.path.as_ref());
    Ok(data.chain(documents.map(|document| path.with_file_name(document))).collect())
}
