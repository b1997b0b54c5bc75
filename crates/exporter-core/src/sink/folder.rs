//! A folder that appears at once.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::claims::{Claim, Claims};
use super::{Entry, EntryReceipt, EntrySpec, RandomEntry, Receipt, Sink};
use crate::error::{Error, ErrorKind, Result};

mod file;
mod publish;
mod room;
mod staging;

pub use file::FileSink;

use staging::Staging;

/// How a folder or file is made.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct FolderOptions {
    /// Replace entries of the same name instead of refusing a target that is not empty.
    pub overwrite: bool,
    /// Wait until the disk has every byte before anything becomes visible.
    pub sync: bool,
}

impl FolderOptions {
    /// Replaces entries of the same name.
    #[must_use]
    pub fn overwrite(mut self, overwrite: bool) -> Self {
        self.overwrite = overwrite;
        self
    }

    /// Waits for the disk.
    #[must_use]
    pub fn sync(mut self, sync: bool) -> Self {
        self.sync = sync;
        self
    }
}

/// Entries as files below a folder, written in a hidden staging folder and moved when the export finishes.
///
/// A target that does not exist appears as one rename. In a folder that exists (a symbolic link to one is followed)
/// each entry appears or is replaced by a rename of its own, other files are left alone, and when one of them cannot
/// be moved all are put back. Whatever happens to the process, the next sink on the same target sweeps what it left.
#[derive(Debug)]
pub struct FolderSink {
    target: PathBuf,
    options: FolderOptions,
    files: StagedFiles,
}

impl FolderSink {
    /// Prepares a staging folder and sweeps those that dead processes left there.
    ///
    /// # Errors
    /// [`ErrorKind::Exists`] when the target is a file or a folder that is not empty and overwriting was not asked
    /// for; [`ErrorKind::Io`] when nothing can be written there.
    pub fn create(target: impl Into<PathBuf>, options: FolderOptions) -> Result<Self> {
        let given = target.into();
        // The name of a link stays; what it points to is filled.
        let target = fs::canonicalize(&given).unwrap_or(given);
        refuse_existing(&target, options)?;
        // Inside a folder that exists: it may be another file system than its parent, where renames do not reach.
        let staging = if target.is_dir() { Staging::inside(&target)? } else { Staging::beside(&target)? };
        Ok(Self { target, options, files: StagedFiles::new(staging, options.sync) })
    }
}

fn refuse_existing(target: &Path, options: FolderOptions) -> Result<()> {
    let refused = |what: &str, hint: &str| {
        Error::new(ErrorKind::Exists, format!("{} {what}", target.display())).with_hint(hint)
    };
    match fs::read_dir(target) {
        Ok(mut content) => {
            let stranger = |item: io::Result<fs::DirEntry>| {
                item.is_ok_and(|item| !staging::is_staging(&item.file_name()))
            };
            if !options.overwrite && content.any(stranger) {
                return Err(refused("exists and is not empty", "choose another target or overwrite it"));
            }
            Ok(())
        }
        // A link that leads nowhere is something, too.
        Err(_) if fs::symlink_metadata(target).is_ok() => {
            Err(refused("exists and is not a folder that can be read", "choose another target"))
        }
        Err(_) => Ok(()),
    }
}

impl Sink for FolderSink {
    fn create<'s>(&'s self, spec: &EntrySpec) -> Result<Box<dyn Entry + 's>> {
        Ok(Box::new(self.files.start(spec, &spec.path)?))
    }

    fn create_random<'s>(&'s self, spec: &EntrySpec, _: &Path) -> Result<Box<dyn RandomEntry + 's>> {
        Ok(Box::new(self.files.start(spec, &spec.path)?))
    }

    fn is_seekable(&self) -> bool {
        true
    }

    fn finish(self: Box<Self>) -> Result<Receipt> {
        refuse_existing(&self.target, self.options)?;
        let (staging, entries) = self.files.into_parts();
        let paths: Vec<&str> = entries.iter().map(|entry| entry.path.as_str()).collect();
        publish::folder(staging, &self.target, &paths, self.options)?;
        Ok(Receipt { entries })
    }
}

/// Files that grow in a staging folder.
#[derive(Debug)]
struct StagedFiles {
    staging: Staging,
    sync: bool,
    claims: Claims,
    entries: Mutex<Vec<EntryReceipt>>,
}

impl StagedFiles {
    fn new(staging: Staging, sync: bool) -> Self {
        Self { staging, sync, claims: Claims::default(), entries: Mutex::default() }
    }

    /// Starts a file of this name in the staging folder for an entry.
    fn start(&self, spec: &EntrySpec, name: &str) -> Result<StagedEntry<'_>> {
        let claim = self.claims.claim(spec)?;
        let path = self.staging.entries().join(name);
        let failed = |source| Error::io("cannot create the entry", source).entry(&spec.path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        let file = File::options().read(true).write(true).create_new(true).open(&path).map_err(failed)?;
        let entry = StagedEntry { files: self, claim: Some(claim), path, name: spec.path.clone(), file };
        let bytes = spec.bytes.or(spec.least_bytes).unwrap_or(0);
        room::reserve(&entry.file, bytes).map_err(|source| {
            Error::io(format!("the disk has no room for the {bytes} bytes that will come"), source)
                .entry(&spec.path)
        })?;
        Ok(entry)
    }

    fn into_parts(self) -> (Staging, Vec<EntryReceipt>) {
        (self.staging, self.entries.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

struct StagedEntry<'s> {
    files: &'s StagedFiles,
    /// `None` once committed.
    claim: Option<Claim>,
    path: PathBuf,
    name: String,
    file: File,
}

impl Write for StagedEntry<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.file.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Read for StagedEntry<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }
}

impl Seek for StagedEntry<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl Entry for StagedEntry<'_> {
    fn commit(mut self: Box<Self>) -> Result<EntryReceipt> {
        let failed = |source| Error::io("cannot complete the entry", source).entry(&self.name);
        if self.files.sync {
            self.file.sync_all().map_err(failed)?;
        }
        let bytes = self.file.metadata().map_err(failed)?.len();
        let receipt = EntryReceipt::new(&self.name, bytes);
        self.files.entries.lock().unwrap_or_else(PoisonError::into_inner).push(receipt.clone());
        if let Some(claim) = self.claim.take() {
            claim.keep();
        }
        Ok(receipt)
    }
}

impl Drop for StagedEntry<'_> {
    fn drop(&mut self) {
        if self.claim.is_some() {
            // Before the claim is dropped, so that the name is free when the path is. Best effort: the staging folder
            // goes with the sink anyway.
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl RandomEntry for StagedEntry<'_> {}
