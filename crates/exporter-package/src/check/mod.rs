//! Checks a zip archive that this program wrote: every byte of its structure and everything in it.
//!
//! An archive holds most things twice, and [`crate::ZipWriter`] writes each of them in one way only. So the check reads
//! the directory, writes every header anew and compares: what differs is damaged, forged, or the work of another
//! program. Then it decrypts and unpacks each entry, compares sizes and checksums, and holds the whole against
//! `MANIFEST.json` when there is one.
//!
//! ```
//! use std::io::{Cursor, Write};
//! use exporter_core::check::CheckOptions;
//! use exporter_package::check::check;
//! use exporter_package::{EntryOptions, ZipOptions, ZipWriter};
//!
//! let mut zip = ZipWriter::new(Vec::new(), ZipOptions::default())?;
//! zip.start_entry(&EntryOptions::new("household.tab"))?;
//! zip.write_all(b"hhid\tregion\n1\t4\n")?;
//! zip.finish_entry()?;
//! let mut archive = zip.finish()?;
//! assert!(check(Cursor::new(&archive), &CheckOptions::default(), &mut ())?.findings.is_empty());
//!
//! archive[50] ^= 1;
//! let damaged = check(Cursor::new(&archive), &CheckOptions::default(), &mut ())?;
//! assert!(!damaged.findings.is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`GzipCheck`] does the same for gzip streams, and [`folder()`] holds a folder against its `MANIFEST.json`.
//!
//! Hostile archives are safe to check: memory follows the directory and stays below a limit, no byte of the file is
//! unpacked twice, an entry is unpacked only as far as the size it claims, and claims beyond
//! [`CheckOptions::max_expansion`] are refused.

mod archive;
mod contents;
mod decoder;
mod directory;
mod end;
mod face;
mod findings;
mod folder;
mod foreign;
mod gzip;
mod inside;
mod layout;
mod manifest;
pub mod rule;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::{self, Read, Seek};

use exporter_core::check::{CheckOptions, Checked, Findings};

use crate::manifest::MANIFEST;

use archive::Archive;
use contents::Contents;
pub use face::{GzipCheck, ZipCheck, folder};
use findings::{Stop, Told};

/// What a check found.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct CheckedArchive {
    /// What is wrong; empty when nothing is.
    pub findings: Findings,
    /// The entries of the directory in their order, as far as it could be read.
    pub entries: Vec<CheckedEntry>,
}

/// One entry of a checked archive.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CheckedEntry {
    /// Its name.
    pub path: String,
    /// Where its header begins, in bytes from 0; always 0 in a folder.
    pub offset: u64,
    /// Bytes that it unpacks to, as the directory says, or of the file.
    pub bytes: u64,
    /// Rows that the manifest claims.
    pub rows: Option<u64>,
    /// How it is written, as the manifest says: delimiter and header of delimited text.
    pub attributes: BTreeMap<String, String>,
    /// Whether it was unpacked and everything about it agreed.
    pub sound: bool,
    /// What a look at its contents showed.
    pub contents: Checked,
}

/// Looks at the contents of entries while they are unpacked.
pub trait Inspect {
    /// An entry begins; `true` requests its bytes.
    ///
    /// # Errors
    /// Any error ends the check.
    fn begin(&mut self, path: &str, bytes: u64) -> io::Result<bool>;

    /// The next bytes of the entry.
    ///
    /// # Errors
    /// Any error ends the check.
    fn bytes(&mut self, data: &[u8]) -> io::Result<()>;

    /// The entry has ended; `sound` says whether all of it came and agreed with its checksum. What is learnt of it is held
    /// against the manifest.
    ///
    /// # Errors
    /// Any error ends the check.
    fn end(&mut self, sound: bool) -> io::Result<Checked>;
}

/// Looks at nothing.
impl Inspect for () {
    fn begin(&mut self, _: &str, _: u64) -> io::Result<bool> {
        Ok(false)
    }

    fn bytes(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn end(&mut self, _: bool) -> io::Result<Checked> {
        Ok(Checked::default())
    }
}

/// Checks an archive and shows the contents of its entries as they are unpacked; at most a hundred findings of one rule are
/// listed.
///
/// # Errors
/// When the file cannot be read, or what `inspect` fails with.
pub fn check<R: Read + Seek>(
    file: R,
    options: &CheckOptions,
    inspect: &mut dyn Inspect,
) -> io::Result<CheckedArchive> {
    let mut archive = Archive::new(file)?;
    let mut findings = Told::of_archive(archive.length());
    let mut entries = Vec::new();
    match check_all(&mut archive, options, inspect, &mut findings, &mut entries) {
        Ok(()) | Err(Stop::Told) => {}
        Err(Stop::Failed(error)) => return Err(error),
    }
    Ok(CheckedArchive { findings: findings.into_findings(), entries })
}

/// How many entries the end record of an archive claims, wherever its directory is; `None` when there is no such record.
pub(crate) fn entries<R: Read + Seek>(file: R) -> io::Result<Option<u64>> {
    end::count(&mut Archive::new(file)?)
}

fn check_all<R: Read + Seek>(
    archive: &mut Archive<R>,
    options: &CheckOptions,
    inspect: &mut dyn Inspect,
    findings: &mut Told,
    entries: &mut Vec<CheckedEntry>,
) -> Result<(), Stop> {
    let end = end::find(archive, findings)?;
    let listed = directory::read(archive, &end, options.max_entries, findings)?;
    let placed = layout::check(archive, &listed, end.start, findings)?;
    let has_manifest = listed.iter().any(|entry| entry.record.name == MANIFEST);
    let mut contents = Contents::new(options, has_manifest);
    let mut digests = Vec::with_capacity(listed.len());
    let mut text = None;
    for (entry, place) in listed.iter().zip(&placed) {
        let unpacked = match place {
            Some(place) => contents.check(archive, entry, *place, inspect, findings)?,
            None => None,
        };
        entries.push(CheckedEntry {
            path: entry.record.name.clone(),
            offset: entry.record.offset,
            bytes: entry.record.size,
            rows: None,
            attributes: BTreeMap::new(),
            sound: entry.sound && unpacked.is_some(),
            contents: unpacked.as_ref().map(|unpacked| unpacked.contents).unwrap_or_default(),
        });
        let (digest, captured) =
            unpacked.map_or((None, None), |unpacked| (unpacked.sha256, unpacked.captured));
        digests.push(digest);
        text = text.or(captured);
    }
    contents.tell_of_locked_entries(findings);
    if let Some(text) = text {
        let at = entries.iter().find(|entry| entry.path == MANIFEST).map_or(0, |entry| entry.offset);
        if let Some(manifest) = manifest::read(&text, at, findings) {
            manifest::compare(&manifest, at, entries, &digests, findings);
        }
    }
    Ok(())
}
