//! What archives and folders hold: entries are copied as they go by and checked by the rules of their own formats.

use std::io;
use std::path::Path;

use exporter_core::check::{Checked, Checking, Finding, Findings};
use exporter_core::source::Spool;
use exporter_core::{Context, Result, Source};

use super::{Inspect, rule};
use crate::manifest::MANIFEST;

/// Bytes by which the format of an entry is recognised.
const HEAD_BYTES: usize = 4096;
/// Largest copy: the disk is not an attacker's.
const COPIED_BYTES: u64 = 16 << 30;

/// Checks entries through the registry.
pub(super) struct Inside<'a> {
    checking: Checking<'a>,
    context: &'a Context,
    /// The folder in which entries are files; those of an archive are copied.
    folder: Option<&'a Path>,
    /// The archive whose entries are copied.
    archive: Option<&'a Source<'a>>,
    /// The entry that goes by.
    entry: Option<Entry>,
    pub(super) findings: Findings,
}

struct Entry {
    path: String,
    /// Bytes that it is said to have.
    claimed: u64,
    stage: Stage,
}

/// How far an entry is known.
enum Stage {
    /// Its first bytes: what format it has is not known yet.
    Head(Vec<u8>),
    /// No format recognises it, or it is too large.
    Passed,
    /// It is a file of the folder.
    InFolder,
    /// It is copied.
    Copied(Spool),
}

impl<'a> Inside<'a> {
    pub(super) fn of_archive(archive: &'a Source<'a>, checking: &Checking<'a>, context: &'a Context) -> Self {
        Self { archive: Some(archive), ..Self::new(checking.inside_archive(), context, None) }
    }

    pub(super) fn of_folder(folder: &'a Path, checking: &Checking<'a>, context: &'a Context) -> Self {
        Self::new(*checking, context, Some(folder))
    }

    fn new(checking: Checking<'a>, context: &'a Context, folder: Option<&'a Path>) -> Self {
        Self { checking, context, folder, archive: None, entry: None, findings: Findings::default() }
    }

    /// What becomes of an entry that begins so.
    fn recognised(&mut self, path: &str, claimed: u64, head: &[u8]) -> Result<Stage> {
        if !self.checking.knows(path, head) {
            return Ok(Stage::Passed);
        }
        if self.folder.is_some() {
            return Ok(Stage::InFolder);
        }
        if claimed > COPIED_BYTES {
            return Ok(self.passed(path));
        }
        let mut copied = Spool::new();
        copied.add(head, self.context)?;
        Ok(Stage::Copied(copied))
    }

    /// An entry that is too large.
    fn passed(&mut self, path: &str) -> Stage {
        let message =
            format!("it has more than {COPIED_BYTES} bytes: unpack it to check it by its own rules");
        self.findings.add(Finding::new(rule::UNCHECKED, message).entry(path));
        Stage::Passed
    }

    fn add(&mut self, data: &[u8]) -> Result<()> {
        let Some(mut entry) = self.entry.take() else { return Ok(()) };
        entry.stage = match entry.stage {
            Stage::Head(mut head) => {
                head.extend_from_slice(data);
                match head.len() {
                    0..HEAD_BYTES => Stage::Head(head),
                    _ => self.recognised(&entry.path, entry.claimed, &head)?,
                }
            }
            Stage::Copied(mut copied) => {
                copied.add(data, self.context)?;
                if copied.len() > COPIED_BYTES { self.passed(&entry.path) } else { Stage::Copied(copied) }
            }
            stage => stage,
        };
        self.entry = Some(entry);
        Ok(())
    }

    /// The copy of an entry, or the entry among the others where its check looks at these.
    fn among_others(&self, copy: Source<'static>) -> Result<Source<'static>> {
        let head = copy.head(HEAD_BYTES)?;
        let archive = self.archive.filter(|_| self.checking.looks_beside(&copy.name, &head));
        let files = archive.and_then(|archive| self.checking.files_of(archive, self.context));
        let entry = files.map(|files| files.entry(&copy.name, self.context)).transpose()?.flatten();
        let Some(mut entry) = entry else { return Ok(copy) };
        // Its bytes went by and are right; names in findings are those of entries.
        (entry.bytes, entry.name) = (copy.bytes, copy.name);
        Ok(entry)
    }

    fn check(&mut self) -> Result<Checked> {
        let Some(Entry { path, claimed, mut stage }) = self.entry.take() else {
            return Ok(Checked::default());
        };
        if let Stage::Head(head) = &stage {
            stage = self.recognised(&path, claimed, head)?;
        }
        let source = match (stage, self.folder) {
            (Stage::Copied(copied), _) => self.among_others(Source::new(&path, copied.into_bytes()?))?,
            (Stage::InFolder, Some(folder)) => Source::open(folder.join(&path), self.context)?,
            _ => return Ok(Checked::default()),
        };
        let checked = self.checking.contents(&path, &source, &mut self.findings, self.context)?;
        Ok(checked.unwrap_or_default())
    }
}

impl Inspect for Inside<'_> {
    fn begin(&mut self, path: &str, claimed: u64) -> io::Result<bool> {
        let entry = || Entry { path: path.to_owned(), claimed, stage: Stage::Head(Vec::new()) };
        self.entry = (path != MANIFEST).then(entry);
        Ok(self.entry.is_some())
    }

    fn bytes(&mut self, data: &[u8]) -> io::Result<()> {
        self.add(data).map_err(io::Error::other)
    }

    fn end(&mut self, sound: bool) -> io::Result<Checked> {
        if !sound {
            self.entry = None;
        }
        self.check().map_err(io::Error::other)
    }
}
