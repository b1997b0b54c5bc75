//! What is written is apart from what is read: no export replaces a file that it reads.

use std::path::{Path, PathBuf};

use exporter::request::Request;
use exporter::sink::EntrySpec;
use exporter::{Context, Error, Registry, Result};

use crate::args::WorkArgs;
use crate::target::Target;

/// Refuses to write over what is read, and a report in the place of an entry; `stored` is the file of the request.
///
/// # Errors
/// A usage error with another place to write to.
pub(crate) fn check(
    request: &Request,
    stored: Option<&Path>,
    (target, entries): (&Target, &[EntrySpec]),
    work: &WorkArgs,
    registry: &Registry,
) -> Result<()> {
    let written: Vec<PathBuf> = match target {
        Target::Folder(folder) => entries.iter().map(|entry| folder.join(&entry.path)).collect(),
        Target::File(file) => vec![file.clone()],
        Target::Output => Vec::new(),
    };
    let report = work.report.as_deref().filter(|report| report.as_os_str() != "-");
    if let Some(report) = report
        && written.iter().any(|written| is_same(written, report))
    {
        let what = if target.holds_many() { "an entry" } else { "the target" };
        return Err(Error::usage(format!("{} is {what} of the export too", report.display()))
            .with_hint("give --report another name"));
    }
    if !written.iter().map(PathBuf::as_path).chain(report).any(Path::exists) {
        return Ok(());
    }
    let mut read = request.files(registry, &Context::default());
    read.extend(stored.map(Path::to_owned));
    let is_read = |path: &&Path| path.exists() && read.iter().any(|read| is_same(read, path));
    if let Some(report) = report.filter(is_read) {
        return Err(Error::usage(format!(
            "{} is read by this export, and a report would replace it",
            report.display()
        ))
        .with_hint("give --report another name"));
    }
    let Some(taken) = written.iter().map(PathBuf::as_path).find(is_read) else { return Ok(()) };
    let error = Error::usage(format!("{} is read by this export, which would replace it", taken.display()));
    Err(match target {
        Target::Folder(folder) => {
            let named = folder.file_name().map(|name| name.to_string_lossy().into_owned());
            let other = format!("{}-export", named.unwrap_or_else(|| "study".to_owned()));
            error.with_hint(format!("export to another folder, such as --out {other}"))
        }
        _ => {
            let name = taken.file_name().unwrap_or_default().to_string_lossy();
            error.with_hint(format!("write a file of another name, such as new-{name}"))
        }
    })
}

/// Whether two names are those of one file, which need not exist.
pub(crate) fn is_same(one: &Path, other: &Path) -> bool {
    whole(one) == whole(other) || is_linked(one, other)
}

/// Whether two names are hard links to one file.
#[cfg(unix)]
fn is_linked(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let file = |path: &Path| path.metadata().map(|file| (file.dev(), file.ino())).ok();
    file(one).is_some_and(|one| file(other) == Some(one))
}

#[cfg(not(unix))]
fn is_linked(_: &Path, _: &Path) -> bool {
    false
}

/// A path without links and detours, as far as its folders are there.
pub(crate) fn whole(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    match (absolute.parent().map(Path::canonicalize), absolute.file_name()) {
        (Some(Ok(folder)), Some(name)) => folder.join(name),
        _ => absolute,
    }
}
