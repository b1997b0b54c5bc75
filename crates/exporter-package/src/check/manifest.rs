//! The archive against its own manifest.

use std::collections::HashMap;

use super::CheckedEntry;
use super::findings::Told;
use super::rule;
use crate::manifest::{MANIFEST, MANIFEST_VERSION, Manifest, hex};

/// Reads a manifest that begins at offset `at`; a finding says why there is none.
pub(super) fn read(text: &[u8], at: u64, findings: &mut Told) -> Option<Manifest> {
    let manifest: Manifest = match serde_json::from_slice(text) {
        Ok(manifest) => manifest,
        Err(error) => {
            let message = format!("it is not as this program writes it: {error}");
            findings.about(rule::MANIFEST, at, MANIFEST, message);
            return None;
        }
    };
    if manifest.manifest != MANIFEST_VERSION {
        let message = format!("version {} is not known, {MANIFEST_VERSION} is", manifest.manifest);
        findings.about(rule::MANIFEST, at, MANIFEST, message);
        return None;
    }
    Some(manifest)
}

/// Compares the lines of a manifest that begins at offset `at` with the entries, and fills in what it claims.
pub(super) fn compare(
    manifest: &Manifest,
    at: u64,
    entries: &mut [CheckedEntry],
    digests: &[Option<[u8; 32]>],
    findings: &mut Told,
) {
    let places: HashMap<String, usize> =
        entries.iter().enumerate().map(|(index, entry)| (entry.path.clone(), index)).collect();
    let mut listed = vec![false; entries.len()];
    for line in &manifest.entries {
        let mut wrong = |at: u64, message: String| findings.about(rule::MANIFEST, at, &line.path, message);
        let known = places.get(&line.path).filter(|_| line.path != MANIFEST);
        let Some((entry, seen, digest)) = known.and_then(|index| {
            Some((entries.get_mut(*index)?, listed.get_mut(*index)?, digests.get(*index)?))
        }) else {
            wrong(at, "the manifest lists it, and it is not there".into());
            continue;
        };
        if std::mem::replace(seen, true) {
            wrong(at, "the manifest lists it twice".into());
        }
        entry.rows = line.rows;
        entry.attributes.clone_from(&line.attributes);
        if entry.bytes != line.bytes {
            wrong(entry.offset, format!("the manifest says {} bytes, it has {}", line.bytes, entry.bytes));
        }
        if let Some(message) = wrong_rows(entry) {
            wrong(entry.offset, message);
        }
        if let Some(found) = digest.as_ref().map(|digest| hex(digest)).filter(|found| *found != line.sha256) {
            wrong(entry.offset, format!("the manifest says SHA-256 {}, it is {found}", line.sha256));
        }
    }
    for (entry, listed) in entries.iter().zip(listed) {
        if !listed && entry.path != MANIFEST {
            findings.about(rule::MANIFEST, entry.offset, &entry.path, "the manifest does not list it");
        }
    }
}

/// What is wrong with the rows that the manifest claims for an entry, by what its contents showed.
fn wrong_rows(entry: &CheckedEntry) -> Option<String> {
    let claimed = entry.rows.filter(|_| entry.sound)?;
    let headers = match entry.attributes.get("header").map(String::as_str) {
        Some("none") => Some(0),
        Some("names" | "labels") => Some(1),
        Some("both") => Some(2),
        _ => None,
    };
    match (entry.contents.rows, entry.contents.records.zip(headers)) {
        (Some(found), _) if found != claimed => {
            Some(format!("the manifest says {claimed} rows, it has {found}"))
        }
        (None, Some((records, lines))) if records != claimed.saturating_add(lines) => {
            let noun = if lines == 1 { "line" } else { "lines" };
            Some(format!(
                "the manifest says {claimed} rows below {lines} header {noun}, it has {records} records"
            ))
        }
        _ => None,
    }
}
