//! Paths in study files stay below the study file's folder.

use std::path::{Component, Path, PathBuf};

use exporter_core::{Error, Result};

/// The path of a data file below a folder; links are followed before it is judged.
pub(super) fn inside(folder: &Path, file: &str, outside: bool) -> Result<PathBuf> {
    let path = folder.join(file);
    if outside {
        return Ok(path);
    }
    let leaves = || {
        Error::invalid(format!("the data file {file:?} is outside the study file's folder"))
            .with_hint("move the file below the study file, or allow files outside its folder")
    };
    let below =
        Path::new(file).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if file.is_empty() || !below {
        return Err(leaves());
    }
    // A file that does not exist is reported as such by the caller.
    match (folder.canonicalize(), path.canonicalize()) {
        (Ok(folder), Ok(real)) if !real.starts_with(&folder) => Err(leaves()),
        _ => Ok(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_leave_the_folder_are_refused() {
        let folder = Path::new("study");
        for bad in ["../x.csv", "a/../../x.csv", "/etc/passwd", ""] {
            let error = inside(folder, bad, false).unwrap_err();
            assert!(error.message().contains("outside"), "{bad}");
        }
        assert!(inside(folder, "data/x.csv", false).is_ok());
        assert!(inside(folder, "../x.csv", true).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn links_out_of_the_folder_are_refused() {
        let outer = tempfile::tempdir().unwrap();
        std::fs::write(outer.path().join("secret.csv"), "a\n1\n").unwrap();
        let folder = outer.path().join("study");
        std::fs::create_dir(&folder).unwrap();
        std::os::unix::fs::symlink(outer.path().join("secret.csv"), folder.join("x.csv")).unwrap();
        assert!(inside(&folder, "x.csv", false).is_err());
    }
}
