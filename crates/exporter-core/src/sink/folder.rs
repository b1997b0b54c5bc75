//! A folder, or a single file, that appears at once.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::{Counted, Entry, EntryReceipt, EntrySpec, RandomEntry, Receipt, Sink};
use crate::error::{Error, ErrorKind, Result};

mod staging;

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

/// Entries as files below a folder; written in a staging folder beside it and moved when the export finishes.
#[derive(Debug)]
pub struct FolderSink {
    target: PathBuf,
    options: FolderOptions,
    staging: Staging,
    entries: Mutex<Vec<EntryReceipt>>,
}

impl FolderSink {
    /// Prepares a staging folder beside the target and sweeps those that dead processes left there.
    ///
    /// # Errors
    /// [`ErrorKind::Exists`] when the target is a file or a folder that is not empty and overwriting was not asked
    /// for; [`ErrorKind::Io`] when nothing can be written there.
    pub fn create(target: impl Into<PathBuf>, options: FolderOptions) -> Result<Self> {
        let target = target.into();
        refuse_existing(&target, options)?;
        let staging = Staging::beside(&target)?;
        Ok(Self { target, options, staging, entries: Mutex::default() })
    }

    fn start(&self, spec: &EntrySpec) -> Result<FolderEntry<'_>> {
        spec.check_path()?;
        let path = self.staging.folder().join(&spec.path);
        let failed = |source| Error::io("cannot create the entry", source).entry(&spec.path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(failed)?;
        }
        let file = File::options().read(true).write(true).create_new(true).open(&path).map_err(failed)?;
        Ok(FolderEntry {
            sink: self,
            path: Some(path),
            name: spec.path.clone(),
            file: Counted { inner: file, bytes: 0 },
        })
    }
}

fn refuse_existing(target: &Path, options: FolderOptions) -> Result<()> {
    let refused = |what: &str| {
        Error::new(ErrorKind::Exists, format!("{} {what}", target.display()))
            .hint("choose another target or overwrite it")
    };
    match fs::read_dir(target).map(|mut content| content.next().is_some()) {
        Ok(true) if !options.overwrite => Err(refused("exists and is not empty")),
        Err(_) if target.exists() => Err(refused("exists and is not a folder that can be read")),
        _ => Ok(()),
    }
}

impl Sink for FolderSink {
    fn create<'s>(&'s self, spec: &EntrySpec) -> Result<Box<dyn Entry + 's>> {
        Ok(Box::new(self.start(spec)?))
    }

    fn create_random<'s>(&'s self, spec: &EntrySpec) -> Result<Box<dyn RandomEntry + 's>> {
        Ok(Box::new(self.start(spec)?))
    }

    fn finish(self: Box<Self>) -> Result<Receipt> {
        refuse_existing(&self.target, self.options)?;
        let entries = self.entries.into_inner().unwrap_or_else(PoisonError::into_inner);
        let paths: Vec<&str> = entries.iter().map(|entry| entry.path.as_str()).collect();
        self.staging.publish(&self.target, &paths, self.options.sync)?;
        Ok(Receipt { entries })
    }
}

struct FolderEntry<'s> {
    sink: &'s FolderSink,
    /// `None` once committed.
    path: Option<PathBuf>,
    name: String,
    file: Counted<File>,
}

impl Write for FolderEntry<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.file.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Read for FolderEntry<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.inner.read(buffer)
    }
}

impl Seek for FolderEntry<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.inner.seek(to)
    }
}

impl Entry for FolderEntry<'_> {
    fn commit(mut self: Box<Self>) -> Result<EntryReceipt> {
        let failed = |source| Error::io("cannot complete the entry", source).entry(&self.name);
        if self.sink.options.sync {
            self.file.inner.sync_all().map_err(failed)?;
        }
        let bytes = self.file.inner.metadata().map_err(failed)?.len();
        let receipt = EntryReceipt { path: self.name.clone(), bytes };
        self.path = None;
        self.sink.entries.lock().unwrap_or_else(PoisonError::into_inner).push(receipt.clone());
        Ok(receipt)
    }
}

impl Drop for FolderEntry<'_> {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            // Best effort: the staging folder goes with the sink anyway.
            let _ = fs::remove_file(path);
        }
    }
}

impl RandomEntry for FolderEntry<'_> {}

/// One entry as a file of a given name, whatever the entry is called; appears at once.
#[derive(Debug)]
pub struct FileSink {
    target: PathBuf,
    folder: FolderSink,
}

impl FileSink {
    /// Prepares a staging folder beside the target file.
    ///
    /// # Errors
    /// [`ErrorKind::Exists`] when the target exists and overwriting was not asked for; [`ErrorKind::Io`] when nothing
    /// can be written there.
    pub fn create(target: impl Into<PathBuf>, options: FolderOptions) -> Result<Self> {
        let target = target.into();
        if target.is_dir() || (target.exists() && !options.overwrite) {
            return Err(Error::new(ErrorKind::Exists, format!("{} exists", target.display()))
                .hint("choose another target or overwrite it"));
        }
        let staging = Staging::beside(&target)?;
        let folder = FolderSink { target: target.clone(), options, staging, entries: Mutex::default() };
        Ok(Self { target, folder })
    }

    fn single(&self, spec: &EntrySpec) -> Result<EntrySpec> {
        let started =
            fs::read_dir(self.folder.staging.folder()).is_ok_and(|mut content| content.next().is_some());
        if started {
            return Err(Error::unsupported(format!("{} holds a single entry", self.target.display()))
                .entry(&spec.path)
                .hint("export to a folder or package the entries as a zip"));
        }
        Ok(EntrySpec { path: staging::SINGLE.into(), ..spec.clone() })
    }
}

impl Sink for FileSink {
    fn create<'s>(&'s self, spec: &EntrySpec) -> Result<Box<dyn Entry + 's>> {
        self.folder.create(&self.single(spec)?)
    }

    fn create_random<'s>(&'s self, spec: &EntrySpec) -> Result<Box<dyn RandomEntry + 's>> {
        self.folder.create_random(&self.single(spec)?)
    }

    fn finish(self: Box<Self>) -> Result<Receipt> {
        let FolderSink { options, staging, entries, .. } = self.folder;
        let entries = entries.into_inner().unwrap_or_else(PoisonError::into_inner);
        if !options.overwrite && self.target.exists() {
            return Err(Error::new(ErrorKind::Exists, format!("{} exists", self.target.display())));
        }
        staging.publish_single(&self.target, options.sync)?;
        Ok(Receipt { entries })
    }
}
