//! Zips and compressed streams of other programs: what they say of each entry is compared with what comes out of it.

use std::io;
use std::sync::Arc;

use exporter_core::check::{Checked, Checking, Finding, Findings};
use exporter_core::source::Files;
use exporter_core::{Context, ErrorKind, Result, Source};

use super::archive::Archive;
use super::directory::DirectoryEntry;
use super::findings::{Stop, Told};
use super::{directory, end, rule};
use crate::input::ZipFiles;

/// What is said of an archive of another program.
pub(super) const SCOPE: &str = "an archive of another program: checksums, sizes and names are checked, and what is inside by the rules of its format";

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
            // Some entries of others are written as ours are, and a few of ours may be damaged.
            let ours = entries.iter().filter(|entry| is_ours(entry)).count();
            Ok(!entries.is_empty() && 2 * ours <= entries.len())
        }
        // What others open, such as an archive behind a program that unpacks it, is whole.
        Err(Stop::Told) => Ok(ZipFiles::open(Arc::clone(&source.bytes), None).is_ok()),
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
            let files = Arc::new(files);
            let is_shut = |path: &str| password.is_none() && files.is_locked(path);
            check_files(source, files.clone(), &is_shut, checking, findings, context).map(drop)
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
    archive: &Source<'_>,
    files: Arc<dyn Files>,
    is_shut: &dyn Fn(&str) -> bool,
    checking: &Checking<'_>,
    findings: &mut Findings,
    context: &Context,
) -> Result<Checked> {
    let mut archive = archive.clone();
    archive.contents = Some(Arc::clone(&files));
    let inside = checking.inside_archive();
    let (mut locked, mut checked) = (0, Checked::default());
    let paths = files.paths(context)?;
    for path in &paths {
        context.cancel().check()?;
        // A frameset of Stata holds each file once more without its rows.
        let is_without_rows =
            path.strip_suffix(".hdr").is_some_and(|stem| paths.contains(&format!("{stem}.dta")));
        if is_without_rows {
            continue;
        }
        let entry = match archive.entry(path, context) {
            Ok(Some(entry)) => entry,
            Ok(None) => continue,
            Err(error) if matches!(error.kind(), ErrorKind::Io | ErrorKind::Cancelled) => return Err(error),
            Err(_) if is_shut(path) => {
                locked += 1;
                continue;
            }
            Err(error) => {
                findings.add(Finding::new(rule::DATA, error.message()).entry(path));
                continue;
            }
        };
        checked = inside.contents(path, &entry, findings, context)?.unwrap_or_default();
    }
    if locked > 0 {
        findings.add(Finding::new(rule::PASSWORD, super::contents::locked(locked)));
    }
    Ok(checked)
}
