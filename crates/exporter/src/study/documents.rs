//! Where the documents are that a study file or codebook names: beside it, in the same folder or archive.

use std::io::Read;
use std::path::{Path, PathBuf};

use exporter_core::codebook::{Codebook, Document};
use exporter_core::dataset::document_file;
use exporter_core::{Context, Error, Registry, Result, Source};

use crate::input::{InputOptions, unpacked_stream};

/// The documents of a codebook by position, and the file that names them.
#[derive(Clone, Debug)]
pub(crate) struct Documents {
    file: Source<'static>,
    /// Paths relative to the file; none where the codebook holds the contents, or only an address. Those that lead out of its
    /// folder were allowed.
    paths: Vec<Option<PathBuf>>,
    registry: Registry,
    context: Context,
}

impl Documents {
    /// The documents that a file describes. The path of one that may lie outside becomes that of a file in the folder: a
    /// codebook names no other.
    pub(crate) fn of(
        file: &Source<'_>,
        codebook: &mut Codebook,
        outside: bool,
        registry: &Registry,
        context: &Context,
    ) -> Result<Self> {
        let mut paths = Vec::new();
        for document in &mut codebook.documents {
            let path = document.path.clone().filter(|_| document.bytes.is_none());
            if let Some(path) = &path
                && !is_inside(path)
            {
                if !outside {
                    return Err(leaves_folder("document", path));
                }
                document.path = path.file_name().map(PathBuf::from);
            }
            paths.push(path);
        }
        Ok(Self { file: file.detached(), paths, registry: registry.clone(), context: context.clone() })
    }

    /// The contents of a document; `None` when no path says where they are.
    pub(crate) fn open(&self, position: usize, document: &Document) -> Result<Option<Box<dyn Read + Send>>> {
        let Some(path) = self.paths.get(position).and_then(Option::as_ref) else { return Ok(None) };
        if !is_inside(path) {
            let folder = Path::new(&self.file.name).parent().unwrap_or(Path::new(""));
            return Ok(Some(Box::new(document_file(document, &folder.join(path))?)));
        }
        let path_text = path.to_string_lossy();
        let beside = match self.file.beside(&path_text, &self.context)? {
            // What exports as gzip streams put beside the codebook is compressed like the data.
            None => self.file.beside(&format!("{path_text}.gz"), &self.context)?,
            beside => beside,
        };
        let beside = beside.ok_or_else(|| {
            let file = Path::new(&self.file.name).with_file_name(path);
            Error::not_found(format!("the document {:?} has no file {}", document.name, file.display()))
                .with_hint("put the file there, or leave documents out")
        })?;
        let options = InputOptions::default();
        let beside = match path_text.ends_with(".gz") {
            true => beside,
            false => unpacked_stream(&beside, &options, &self.registry, &self.context)?,
        };
        Ok(Some(Box::new(beside.cursor())))
    }
}

/// Whether a path stays in the folder from which it is taken.
pub(crate) fn is_inside(path: &Path) -> bool {
    use std::path::Component::{CurDir, Normal};
    !path.as_os_str().is_empty() && path.components().all(|part| matches!(part, Normal(_) | CurDir))
}

/// The error of a file that a study file names outside its folder.
pub(super) fn leaves_folder(what: &str, file: &Path) -> Error {
    Error::invalid(format!("the {what} {file:?} is outside the study file's folder"))
        .with_hint("move the file below the study file, or allow files outside its folder")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_leave_the_folder_are_told_apart() {
        for outside in ["../x.pdf", "a/../../x.pdf", "/etc/passwd", ""] {
            assert!(!is_inside(Path::new(outside)), "{outside}");
        }
        assert!(is_inside(Path::new("data/x.pdf")) && is_inside(Path::new("./x.pdf")));
    }
}
