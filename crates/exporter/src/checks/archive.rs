//! Zips, gzip streams and folders that this program wrote.

use std::fs::File;
use std::io::{self, BufReader, Read as _};
use std::path::Path;

use exporter_core::check::{CheckOptions, Findings};
use exporter_core::{Context, Error, Result};
use exporter_package::MANIFEST;
use exporter_package::check::{
    ArchiveCheckOptions, CheckedArchive, check_and_inspect, check_folder, check_gzip,
};

use super::contents::Contents;

/// Checks an archive or folder; `None` when it is neither.
pub(super) fn check(path: &Path, options: &CheckOptions, context: &Context) -> Result<Option<Findings>> {
    if path.is_dir() {
        return folder(path).map(Some);
    }
    let failed = |source| Error::io(format!("cannot read {}", path.display()), source);
    let mut head = Vec::new();
    File::open(path).map_err(failed)?.take(2).read_to_end(&mut head).map_err(failed)?;
    let extension = path.extension().map(|extension| extension.to_ascii_lowercase()).unwrap_or_default();
    if head.starts_with(&[0x1f, 0x8b]) || extension == "gz" {
        let file = BufReader::new(File::open(path).map_err(failed)?);
        return check_gzip(file).map(Some).map_err(failed);
    }
    if head.starts_with(b"PK") || extension == "zip" {
        return zip(path, options, context).map(Some);
    }
    Ok(None)
}

/// A zip and what is inside.
fn zip(path: &Path, options: &CheckOptions, context: &Context) -> Result<Findings> {
    let failed = failed(path);
    let mut zip_options = ArchiveCheckOptions::default();
    zip_options.password.clone_from(&options.password);
    let mut contents = Contents::unpacked(context.temp().to_owned());
    let file = BufReader::new(File::open(path).map_err(&failed)?);
    let checked = check_and_inspect(file, &zip_options, &mut contents).map_err(&failed)?;
    Ok(all(checked, contents, true))
}

/// A folder, by its manifest, and the files in it.
fn folder(path: &Path) -> Result<Findings> {
    let mut contents = Contents::in_folder(path.to_owned());
    let options = ArchiveCheckOptions::default();
    let checked = check_folder(path, &options, &mut contents).map_err(|source| {
        if source.kind() == io::ErrorKind::NotFound {
            Error::not_found(format!(
                "the folder {} has no {MANIFEST}, by which it is checked",
                path.display()
            ))
            .hint("export it with --manifest, or check its files one by one")
        } else {
            failed(path)(source)
        }
    })?;
    Ok(all(checked, contents, false))
}

fn all(checked: CheckedArchive, contents: Contents, archive: bool) -> Findings {
    let CheckedArchive { mut findings, entries, .. } = checked;
    entries
        .iter()
        .filter_map(|entry| contents.wrong_rows(entry, archive))
        .for_each(|found| findings.add(found));
    findings.merge(contents.findings);
    findings
}

fn failed(path: &Path) -> impl Fn(io::Error) -> Error {
    move |source| Error::io(format!("cannot check {}", path.display()), source)
}
