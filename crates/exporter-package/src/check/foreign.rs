//! Zips and compressed streams of other programs: what they say of each entry is compared with what comes out of it.

use std::io;
use std::sync::Arc;

use exporter_core::check::{Checked, Checking, Finding, Findings};
use exporter_core::source::{Files, ReadAt};
use exporter_core::{Context, ErrorKind, Result, Source};

use super::archive::Archive;
use super::directory::DirectoryEntry;
use super::findings::{Stop, Told};
use super::{directory, end, rule};
use crate::input::ZipFiles;

/// What is said of an archive of another program.
pub(super) const SCOPE: &str =
    "an archive of another program, of which checksums, sizes, names and contents are checked";

/// Whether an archive has a directory, and no entry of it is written as this program writes entries.
pub(super) fn is_foreign(source: &Source<'_>, max_entries: u64) -> io::Result<bool> {
    let mut archive = Archive::new(source.cursor())?;
    let mut findings = Told::of_archive(archive.length());
    let listed = end::find(&mut archive, &mut findings)
        .and_then(|end| directory::read(&mut archive, &end, max_entries, &mut findings));
    match listed {
        Ok(entries) => {
            let is_ours =
                |entry: &DirectoryEntry| entry.sound && entry.record.version >= entry.record.needed_version();
            Ok(!entries.is_empty() && !entries.iter().any(is_ours))
        }
        Err(Stop::Told) => Ok(false),
        Err(Stop::Failed(error)) => Err(error),
    }
}

/// Checks a zip.
pub(super) fn check_zip(
    source: &Source<'_>,
    checking: &Checking<'_>,
    findings: &mut Findings,
    context: &Context,
) -> Result<()> {
    let password = checking.options().password.as_ref();
    match ZipFiles::open(Arc::clone(&source.bytes), password.cloned()) {
        Ok(files) => {
            let is_shut = |path: &str| password.is_none() && files.is_locked(path);
            check_files(&files, &is_shut, checking, findings, context).map(drop)
        }
        Err(error) if matches!(error.kind(), ErrorKind::Io | ErrorKind::Cancelled) => Err(error),
        Err(error) => {
            findings.add(Finding::new(rule::ARCHIVE, error.message()));
            Ok(())
        }
    }
}

/// Unpacks every entry, which compares checksum and size, and checks it by the rules of its own format; entries that are
/// `shut` are counted. Gives what was learnt of the last.
pub(super) fn check_files(
    files: &dyn Files,
    is_shut: &dyn Fn(&str) -> bool,
    checking: &Checking<'_>,
    findings: &mut Findings,
    context: &Context,
) -> Result<Checked> {
    let inside = checking.inside_archive();
    let (mut locked, mut checked) = (0, Checked::default());
    for path in files.paths(context)? {
        context.cancel().check()?;
        let bytes: Arc<dyn ReadAt> = match files.open(&path, context) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => continue,
            Err(error) if error.kind() == ErrorKind::Cancelled => return Err(error),
            Err(_) if is_shut(&path) => {
                locked += 1;
                continue;
            }
            Err(error) => {
                findings.add(Finding::new(rule::DATA, error.message()).entry(&path));
                continue;
            }
        };
        checked = inside.contents(&path, &Source::new(&path, bytes), findings, context)?.unwrap_or_default();
    }
    if locked > 0 {
        findings.add(Finding::new(rule::PASSWORD, super::contents::locked(locked)));
    }
    Ok(checked)
}
