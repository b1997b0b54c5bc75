//! A folder against the manifest in it.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use exporter_core::check::Checked;
use sha2::{Digest as _, Sha256};

use super::findings::Told;
use super::rule;
use super::{CheckedArchive, CheckedEntry, Inspect, manifest};
use crate::manifest::{MANIFEST, MANIFEST_BYTES};

/// Bytes read at a time.
const PIECE: usize = 64 * 1024;

/// Holds the files of a folder and of the folders in it against its `MANIFEST.json`: nothing is missing, nothing is
/// there beside, and every file has its bytes and its SHA-256. Files that the manifest lists are shown to `inspect`.
///
/// Links are not followed; nothing outside the folder is read, whatever the manifest says.
///
/// # Errors
/// [`io::ErrorKind::NotFound`] when there is no manifest; when the folder cannot be listed, or what `inspect` fails
/// with. A file that cannot be read is a finding.
pub(super) fn check_folder(
    folder: &Path,
    max_entries: u64,
    inspect: &mut dyn Inspect,
) -> io::Result<CheckedArchive> {
    let mut findings = Told::of_folder();
    let text = manifest_text(folder)?;
    let Some(manifest) = text.as_deref().and_then(|text| manifest::read(text, 0, &mut findings)) else {
        if text.is_none() {
            let message = format!("it is no file of at most {MANIFEST_BYTES} bytes");
            findings.about(rule::MANIFEST, 0, MANIFEST, message);
        }
        return Ok(CheckedArchive { findings: findings.into_findings(), entries: Vec::new() });
    };
    let listed: HashSet<&str> = manifest.entries.iter().map(|line| line.path.as_str()).collect();
    let mut entries = Vec::new();
    let mut digests = Vec::new();
    let (files, whole) = files(folder, max_entries)?;
    if !whole {
        let message = format!("there are more than {max_entries} files: none is looked at");
        findings.add(rule::LIMIT, 0, message);
        return Ok(CheckedArchive { findings: findings.into_findings(), entries });
    }
    for (path, found) in files {
        let mut entry = CheckedEntry {
            path,
            offset: 0,
            bytes: 0,
            rows: None,
            attributes: BTreeMap::new(),
            sound: false,
            contents: Checked::default(),
        };
        let mut digest = None;
        match found {
            FolderEntry::File(bytes) => {
                entry.bytes = bytes;
                if listed.contains(entry.path.as_str()) {
                    match read(&folder.join(&entry.path), &entry.path, bytes, inspect)? {
                        Ok((bytes, sha256, contents)) => {
                            (entry.bytes, entry.sound, digest) = (bytes, true, Some(sha256));
                            entry.contents = contents;
                        }
                        Err(error) => {
                            let message = format!("it cannot be read: {error}");
                            findings.about(rule::DATA, 0, &entry.path, message);
                        }
                    }
                }
            }
            FolderEntry::Other if listed.contains(entry.path.as_str()) => {
                findings.about(rule::DATA, 0, &entry.path, "it is a link or a device, not a file");
                continue;
            }
            FolderEntry::Other => {}
        }
        entries.push(entry);
        digests.push(digest);
    }
    manifest::compare(&manifest, 0, &mut entries, &digests, &mut findings);
    Ok(CheckedArchive { findings: findings.into_findings(), entries })
}

/// The text of the manifest; `None` when it is no file, or longer than any that is written.
fn manifest_text(folder: &Path) -> io::Result<Option<Vec<u8>>> {
    let path = folder.join(MANIFEST);
    if !fs::symlink_metadata(&path)?.is_file() {
        return Ok(None);
    }
    let mut text = Vec::new();
    File::open(&path)?.take(MANIFEST_BYTES + 1).read_to_end(&mut text)?;
    Ok((text.len() as u64 <= MANIFEST_BYTES).then_some(text))
}

/// What stands in a folder under a name.
enum FolderEntry {
    /// A file of so many bytes.
    File(u64),
    /// A link, a pipe, a device.
    Other,
}

/// Everything below a folder but folders, by path with `/` between the parts; `false` when there is more than `most`.
fn files(folder: &Path, most: u64) -> io::Result<(BTreeMap<String, FolderEntry>, bool)> {
    let mut found = BTreeMap::new();
    let mut folders = vec![String::new()];
    let mut seen = 0_u64;
    while let Some(below) = folders.pop() {
        for entry in fs::read_dir(folder.join(&below))? {
            let entry = entry?;
            seen += 1;
            if seen > most {
                return Ok((found, false));
            }
            // A name outside UTF-8 cannot be one of the manifest; shown with marks it is still told.
            let name = entry.file_name().to_string_lossy().into_owned();
            if is_of_the_system(&name) {
                continue;
            }
            let path = if below.is_empty() { name } else { format!("{below}/{name}") };
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                found.insert(path, FolderEntry::File(entry.metadata()?.len()));
            } else {
                found.insert(path, FolderEntry::Other);
            }
        }
    }
    Ok((found, true))
}

/// What systems put into folders that somebody looks at.
fn is_of_the_system(name: &str) -> bool {
    matches!(name, ".DS_Store" | "Thumbs.db" | "desktop.ini" | "__MACOSX") || name.starts_with("._")
}

/// Reads a file: its bytes, its SHA-256 and what was learnt, or why it cannot be read; the outer error is the inspector's.
fn read(
    file: &Path,
    path: &str,
    bytes: u64,
    inspect: &mut dyn Inspect,
) -> io::Result<io::Result<(u64, [u8; 32], Checked)>> {
    let wanted = inspect.begin(path, bytes)?;
    let mut sha256 = Sha256::new();
    let mut count = 0;
    let mut piece = vec![0; PIECE];
    let outcome = match File::open(file) {
        Err(error) => Err(error),
        Ok(mut file) => loop {
            match file.read(&mut piece) {
                Ok(0) => break Ok(()),
                Ok(read) => {
                    let data = piece.get(..read).unwrap_or_default();
                    count += read as u64;
                    sha256.update(data);
                    if wanted {
                        inspect.bytes(data)?;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
        },
    };
    let contents = if wanted { inspect.end(outcome.is_ok())? } else { Checked::default() };
    Ok(outcome.map(|()| (count, sha256.finalize().into(), contents)))
}

#[cfg(test)]
mod tests {
    use exporter_core::sink::{EntrySpec, FolderOptions, FolderSink};

    use exporter_core::check::{Finding, Rule};

    use super::*;
    use crate::manifest::write_listed;

    /// A folder with two files and their manifest.
    fn written(parent: &Path) -> std::path::PathBuf {
        let folder = parent.join("out");
        let sink = FolderSink::create(&folder, FolderOptions::default()).unwrap();
        let entries = [("a.csv", "x\n1\n"), ("more/b.tab", "y\n2\n3\n")].map(|(path, data)| {
            let spec = EntrySpec::new(path, "text/csv").rows(1).attribute("header", "names");
            (spec, data.into())
        });
        write_listed(entries, Box::new(sink));
        folder
    }

    fn told(folder: &Path) -> Vec<(Rule, String)> {
        let checked = check_folder(folder, 100, &mut ()).unwrap();
        let entry = |finding: &Finding| {
            let entry = finding.place.entry.as_deref().unwrap_or_default();
            (finding.rule, format!("{entry}: {}", finding.message))
        };
        checked.findings.listed().iter().map(entry).collect()
    }

    #[track_caller]
    fn one(folder: &Path, rule: Rule, wanted: &str) {
        let told = told(folder);
        assert!(
            matches!(told.as_slice(), [(found, message)] if *found == rule && message.contains(wanted)),
            "{told:?}"
        );
    }

    #[test]
    fn what_differs_from_the_manifest_is_found() {
        let parent = tempfile::tempdir().unwrap();
        let folder = written(parent.path());
        let checked = check_folder(&folder, 100, &mut ()).unwrap();
        assert_eq!(checked.findings.listed(), []);
        let entries: Vec<_> =
            checked.entries.iter().map(|entry| (entry.path.as_str(), entry.bytes)).collect();
        assert_eq!(entries[1..], [("a.csv", 4), ("more/b.tab", 6)]);
        assert_eq!((checked.entries[1].rows, &*checked.entries[1].attributes["header"]), (Some(1), "names"));

        fs::write(folder.join("a.csv"), "x\n2\n").unwrap();
        one(&folder, rule::MANIFEST, "a.csv: the manifest says SHA-256");
        fs::write(folder.join("a.csv"), "x\n").unwrap();
        assert!(told(&folder)[0].1.contains("a.csv: the manifest says 4 bytes, it has 2"));
        fs::remove_file(folder.join("a.csv")).unwrap();
        one(&folder, rule::MANIFEST, "a.csv: the manifest lists it, and it is not there");
        fs::write(folder.join("a.csv"), "x\n1\n").unwrap();
        fs::write(folder.join("more/extra"), "").unwrap();
        one(&folder, rule::MANIFEST, "more/extra: the manifest does not list it");
        fs::remove_file(folder.join("more/extra")).unwrap();
        fs::write(folder.join("more/.DS_Store"), "Finder was here").unwrap();
        assert_eq!(told(&folder), []);
        let checked = check_folder(&folder, 2, &mut ()).unwrap();
        assert_eq!(
            checked.findings.listed().iter().map(|finding| finding.rule).collect::<Vec<_>>(),
            [rule::LIMIT]
        );
    }

    #[cfg(unix)]
    #[test]
    fn links_are_told_and_not_followed() {
        let parent = tempfile::tempdir().unwrap();
        let folder = written(parent.path());
        fs::rename(folder.join("a.csv"), parent.path().join("a.csv")).unwrap();
        std::os::unix::fs::symlink(parent.path().join("a.csv"), folder.join("a.csv")).unwrap();
        let found = told(&folder);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.iter().any(|(rule, message)| *rule == rule::DATA && message.contains("a link")));
        fs::remove_file(folder.join("a.csv")).unwrap();
        fs::rename(parent.path().join("a.csv"), folder.join("a.csv")).unwrap();
        std::os::unix::fs::symlink(&folder, folder.join("round")).unwrap();
        one(&folder, rule::MANIFEST, "round: the manifest does not list it");
    }

    #[test]
    fn a_manifest_cannot_point_outside() {
        let parent = tempfile::tempdir().unwrap();
        let folder = written(parent.path());
        fs::write(parent.path().join("secret"), "x\n1\n").unwrap();
        let text = fs::read_to_string(folder.join(MANIFEST)).unwrap();
        fs::write(folder.join(MANIFEST), text.replace("\"a.csv\"", "\"../secret\"")).unwrap();
        let found = told(&folder);
        assert!(
            found
                .iter()
                .any(|(_, message)| message.starts_with("../secret") && message.contains("not there"))
        );
        fs::write(folder.join(MANIFEST), "[").unwrap();
        one(&folder, rule::MANIFEST, "not as this program writes it");
        fs::remove_file(folder.join(MANIFEST)).unwrap();
        let error = check_folder(&folder, 100, &mut ()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
