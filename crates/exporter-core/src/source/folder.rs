//! The files of a folder.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::files::only_alike;
use super::{Files, ReadAt, Source};
use crate::context::Context;
use crate::error::{Error, Result};

/// Most files of a folder that are listed: more are no study, but somebody's disk.
const MOST_FILES: usize = 100_000;

/// A folder as a set of files. Names that begin with a point are not listed; links are followed when they stay below the
/// folder.
#[derive(Clone, Debug)]
pub(super) struct FolderFiles {
    folder: PathBuf,
}

impl FolderFiles {
    /// The files below a folder.
    pub(super) fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Where a file is, if it is there and stays below the folder when links are followed.
    fn file(&self, path: &str) -> Result<Option<PathBuf>> {
        let file = self.folder.join(path);
        let real = match file.canonicalize() {
            Ok(real) => real,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(Error::io(format!("cannot read {}", file.display()), error)),
        };
        let folder = self.folder.canonicalize().map_err(|error| self.unlisted(error))?;
        if !real.starts_with(folder) {
            return Err(Error::invalid(format!("{} is a link out of its folder", file.display())));
        }
        Ok(real.is_file().then_some(file))
    }

    fn unlisted(&self, error: std::io::Error) -> Error {
        Error::io(format!("cannot list the folder {}", self.folder.display()), error)
    }
}

impl Files for FolderFiles {
    fn paths(&self, context: &Context) -> Result<Vec<String>> {
        let mut found = BTreeSet::new();
        let mut folders = vec![String::new()];
        let mut seen = 0;
        while let Some(below) = folders.pop() {
            context.cancel().check()?;
            for entry in std::fs::read_dir(self.folder.join(&below)).map_err(|error| self.unlisted(error))? {
                let entry = entry.map_err(|error| self.unlisted(error))?;
                seen += 1;
                if seen > MOST_FILES {
                    let message =
                        format!("the folder {} has more than {MOST_FILES} files", self.folder.display());
                    return Err(Error::limit(message)
                        .with_hint("name the files of the study, or a folder that holds them alone"));
                }
                let Ok(name) = entry.file_name().into_string() else { continue };
                if name.starts_with('.') {
                    continue;
                }
                let path = if below.is_empty() { name } else { format!("{below}/{name}") };
                let kind = entry.file_type().map_err(|error| self.unlisted(error))?;
                if kind.is_dir() {
                    folders.push(path);
                } else if kind.is_file()
                    || (kind.is_symlink() && self.file(&path).is_ok_and(|file| file.is_some()))
                {
                    found.insert(path);
                }
            }
        }
        Ok(found.into_iter().collect())
    }

    fn open(&self, path: &str, context: &Context) -> Result<Option<Arc<dyn ReadAt>>> {
        self.file(path)?.map(|file| Ok(Source::open(file, context)?.bytes)).transpose()
    }

    fn in_any_case(&self, path: &str, context: &Context) -> Result<Option<String>> {
        // Only the folders on the way are listed.
        let mut found = String::new();
        for part in path.split('/') {
            context.cancel().check()?;
            let Ok(entries) = std::fs::read_dir(self.folder.join(&found)) else { return Ok(None) };
            let names =
                entries.take(MOST_FILES).filter_map(|entry| entry.ok()?.file_name().into_string().ok());
            let Some(name) = only_alike(names, part) else { return Ok(None) };
            found = if found.is_empty() { name } else { format!("{found}/{name}") };
        }
        Ok(Some(found))
    }

    fn is_archive(&self) -> bool {
        false
    }
}

/// The folder that a file is in.
pub(super) fn folder_of(file: &Path) -> PathBuf {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_below_are_listed_and_opened() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("more")).unwrap();
        for file in ["b.csv", "a.csv", "more/c.csv", ".hidden"] {
            std::fs::write(folder.path().join(file), file).unwrap();
        }
        let (files, context) = (FolderFiles::new(folder.path()), Context::default());
        assert_eq!(files.paths(&context).unwrap(), ["a.csv", "b.csv", "more/c.csv"]);
        assert_eq!(files.head("more/c.csv", 4, &context).unwrap().unwrap(), b"more");
        assert!(files.open("d.csv", &context).unwrap().is_none());
        std::fs::write(folder.path().join("B.csv"), "").unwrap();
        let alike = |path: &str| files.in_any_case(path, &context).unwrap();
        assert_eq!(
            (alike("More/C.CSV").as_deref(), alike("b.CSV"), alike("x/y")),
            (Some("more/c.csv"), None, None)
        );
        std::fs::remove_file(folder.path().join("B.csv")).unwrap();
        assert!(files.open("a.csv/x", &context).unwrap().is_none());
        assert!(files.open("more", &context).unwrap().is_none());
        assert!(FolderFiles::new(folder.path().join("none")).paths(&context).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_out_of_the_folder_are_refused() {
        let outer = tempfile::tempdir().unwrap();
        std::fs::write(outer.path().join("secret.csv"), "a\n1\n").unwrap();
        let folder = outer.path().join("study");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("own.csv"), "a\n1\n").unwrap();
        std::os::unix::fs::symlink(outer.path().join("secret.csv"), folder.join("x.csv")).unwrap();
        std::os::unix::fs::symlink("own.csv", folder.join("y.csv")).unwrap();
        std::os::unix::fs::symlink(&folder, folder.join("round")).unwrap();
        let (files, context) = (FolderFiles::new(&folder), Context::default());
        assert_eq!(files.paths(&context).unwrap(), ["own.csv", "y.csv"]);
        assert!(files.open("x.csv", &context).unwrap_err().message().contains("link out of its folder"));
        assert!(files.open("y.csv", &context).unwrap().is_some());
    }
}
