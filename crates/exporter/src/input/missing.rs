//! Inputs that are not there.

use std::io::ErrorKind;
use std::path::Path;

use exporter_core::suggest::nearest;
use exporter_core::{Error, Result};

/// Says what is wrong with an input that cannot be opened, and which file of the folder may be meant when there is none of
/// this name; `wanted` is what the path should be of.
pub(super) fn exists(input: &Path, wanted: &str) -> Result<()> {
    let Err(problem) = std::fs::metadata(input) else { return Ok(()) };
    if problem.kind() != ErrorKind::NotFound || input.is_symlink() {
        let hint = if input.is_symlink() {
            "correct the link, or name the file itself"
        } else {
            "name a file that can be read"
        };
        let error = Error::io(format!("cannot open {}", input.display()), problem);
        return Err(error.with_hint(hint));
    }
    let error = Error::not_found(format!("there is no file {}", input.display()));
    let folder = input.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(read) => {
            let what = if read.kind() == ErrorKind::NotFound { "does not exist" } else { "cannot be read" };
            return Err(error.with_hint(format!("the folder {} {what}", folder.display())));
        }
    };
    let names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .take(FILES_LOOKED_AT)
        .collect();
    let name = input.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Err(error.with_hint(match nearest(&name, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {}?", input.with_file_name(near).display()),
        None => format!("give the path of {wanted}"),
    }))
}

/// Most files of a folder that are looked at for the one that may be meant.
const FILES_LOOKED_AT: usize = 10_000;
