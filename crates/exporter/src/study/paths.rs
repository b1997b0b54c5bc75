//! Paths in study files stay below the study file's folder.

use std::path::{Component, Path, PathBuf};

use exporter_core::codebook::Codebook;
use exporter_core::{Error, Result};

/// The path of a file of a study (`what` says which) below a folder; links are followed before it is judged.
pub(super) fn inside(folder: &Path, what: &str, file: &Path, outside: bool) -> Result<PathBuf> {
    let path = folder.join(file);
    if outside {
        return Ok(path);
    }
    let leaves = || {
        Error::invalid(format!("the {what} {file:?} is outside the study file's folder"))
            .with_hint("move the file below the study file, or allow files outside its folder")
    };
    let below = file.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if file.as_os_str().is_empty() || !below {
        return Err(leaves());
    }
    // A file that does not exist is reported as such by the caller.
    match (folder.canonicalize(), path.canonicalize()) {
        (Ok(folder), Ok(real)) if !real.starts_with(&folder) => Err(leaves()),
        _ => Ok(path),
    }
}

/// The files of a codebook's documents, by position. The path of one that may lie outside becomes that of a file in the folder:
/// a codebook names no other.
pub(crate) fn documents(
    folder: &Path,
    codebook: &mut Codebook,
    outside: bool,
) -> Result<Vec<Option<PathBuf>>> {
    let mut files = Vec::new();
    for document in &mut codebook.documents {
        let Some(path) = &document.path else {
            files.push(None);
            continue;
        };
        files.push(Some(inside(folder, "document", path, outside)?));
        if inside(Path::new(""), "document", path, false).is_err() {
            document.path = path.file_name().map(PathBuf::from);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_leave_the_folder_are_refused() {
        let folder = Path::new("study");
        for bad in ["../x.csv", "a/../../x.csv", "/etc/passwd", ""] {
            let error = inside(folder, "data file", Path::new(bad), false).unwrap_err();
            assert!(error.message().contains("outside"), "{bad}");
        }
        assert!(inside(folder, "data file", Path::new("data/x.csv"), false).is_ok());
        assert!(inside(folder, "data file", Path::new("../x.csv"), true).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn links_out_of_the_folder_are_refused() {
        let outer = tempfile::tempdir().unwrap();
        std::fs::write(outer.path().join("secret.csv"), "a\n1\n").unwrap();
        let folder = outer.path().join("study");
        std::fs::create_dir(&folder).unwrap();
        std::os::unix::fs::symlink(outer.path().join("secret.csv"), folder.join("x.csv")).unwrap();
        assert!(inside(&folder, "data file", Path::new("x.csv"), false).is_err());
    }
}
