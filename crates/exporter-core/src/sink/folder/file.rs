//! A single file that appears at once.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::staging::Staging;
use super::{FolderOptions, StagedEntry, StagedFiles, publish};
use crate::error::{Error, ErrorKind, Result};
use crate::sink::{Entry, EntryReceipt, EntrySpec, RandomEntry, Receipt, Sink};

/// Name of the only entry in the staging folder.
const NAME: &str = "entry";

/// One entry as a file of a given name, whatever the entry is called; appears at once. Its receipt has the name of the file.
///
/// A symbolic link to a file is followed: the file it points to is replaced, the link stays.
#[derive(Debug)]
pub struct FileSink {
    target: PathBuf,
    options: FolderOptions,
    files: StagedFiles,
    /// Entries under way or committed.
    started: AtomicUsize,
}

impl FileSink {
    /// Prepares a staging folder beside the target file.
    ///
    /// # Errors
    /// [`ErrorKind::Exists`] when the target exists and overwriting was not asked for, or when it is no ordinary file
    /// (a folder, a device); [`ErrorKind::Io`] when nothing can be written there.
    pub fn create(target: impl Into<PathBuf>, options: FolderOptions) -> Result<Self> {
        let given = target.into();
        let target = fs::canonicalize(&given).unwrap_or(given);
        if let Ok(known) = fs::symlink_metadata(&target) {
            let refused = |what: &str, hint: &str| {
                Error::new(ErrorKind::Exists, format!("{} {what}", target.display())).with_hint(hint)
            };
            if !known.is_file() {
                return Err(refused("exists and is no ordinary file", "choose another target"));
            }
            if !options.overwrite {
                return Err(refused("exists", "choose another target or overwrite it"));
            }
        }
        let files = StagedFiles::new(Staging::beside(&target)?, options.sync);
        Ok(Self { target, options, files, started: AtomicUsize::new(0) })
    }

    fn start(&self, spec: &EntrySpec) -> Result<FileEntry<'_>> {
        spec.check_path()?;
        if self.started.fetch_add(1, Ordering::SeqCst) > 0 {
            self.started.fetch_sub(1, Ordering::SeqCst);
            return Err(Error::unsupported(format!("{} holds a single entry", self.target.display()))
                .entry(&spec.path)
                .with_hint("export to a folder or package the entries as a zip"));
        }
        let slot = Slot { started: &self.started, committed: false };
        let mut inner = self.files.start(spec, NAME)?;
        // Who gave the file a name looks for that one.
        if let Some(name) = self.target.file_name() {
            inner.name = name.to_string_lossy().into_owned();
        }
        Ok(FileEntry { inner, slot })
    }
}

impl Sink for FileSink {
    fn create<'s>(&'s self, spec: &EntrySpec) -> Result<Box<dyn Entry + 's>> {
        Ok(Box::new(self.start(spec)?))
    }

    fn create_random<'s>(&'s self, spec: &EntrySpec, _: &Path) -> Result<Box<dyn RandomEntry + 's>> {
        Ok(Box::new(self.start(spec)?))
    }

    fn is_seekable(&self) -> bool {
        true
    }

    fn finish(self: Box<Self>) -> Result<Receipt> {
        let (staging, entries) = self.files.into_parts();
        if entries.is_empty() {
            return Err(Error::invalid(format!("no entry was written for {}", self.target.display())));
        }
        publish::file(staging, NAME, &self.target, self.options)?;
        Ok(Receipt { entries })
    }
}

/// The only place for an entry; free again when the entry is dropped uncommitted.
struct Slot<'s> {
    started: &'s AtomicUsize,
    committed: bool,
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        if !self.committed {
            self.started.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

struct FileEntry<'s> {
    /// Dropped before the slot, so that the name is free when the slot is.
    inner: StagedEntry<'s>,
    slot: Slot<'s>,
}

impl std::io::Write for FileEntry<'_> {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        self.inner.write(buffer)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

impl std::io::Read for FileEntry<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.inner.read(buffer)
    }
}

impl std::io::Seek for FileEntry<'_> {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        self.inner.seek(to)
    }
}

impl Entry for FileEntry<'_> {
    fn commit(mut self: Box<Self>) -> Result<EntryReceipt> {
        let receipt = Box::new(self.inner).commit()?;
        self.slot.committed = true;
        Ok(receipt)
    }
}

impl RandomEntry for FileEntry<'_> {}
