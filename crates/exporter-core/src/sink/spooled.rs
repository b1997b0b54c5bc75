//! Entries that can be rewritten, over sinks that cannot seek.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::{Entry, EntryReceipt, RandomEntry};
use crate::error::{Error, Result};

/// Collects an entry in an unnamed temporary file and hands it on when committed.
pub struct SpooledEntry<'s> {
    target: Box<dyn Entry + 's>,
    file: File,
}

impl<'s> SpooledEntry<'s> {
    /// Spools in this folder.
    ///
    /// # Errors
    /// When no temporary file can be made there.
    pub fn over(target: Box<dyn Entry + 's>, temp: &Path) -> Result<Box<dyn RandomEntry + 's>> {
        Ok(Box::new(Self { target, file: temp_file(temp)? }))
    }
}

impl Write for SpooledEntry<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.file.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Read for SpooledEntry<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }
}

impl Seek for SpooledEntry<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl Entry for SpooledEntry<'_> {
    fn commit(mut self: Box<Self>) -> Result<EntryReceipt> {
        let failed = |source| Error::io("cannot copy the spooled entry", source);
        self.file.rewind().map_err(failed)?;
        io::copy(&mut self.file, &mut self.target).map_err(failed)?;
        self.target.commit()
    }
}

impl RandomEntry for SpooledEntry<'_> {}

/// Makes a temporary file that has no name, so that nothing is left whatever happens to the process.
///
/// # Errors
/// [`crate::ErrorKind::Io`] naming the folder.
pub fn temp_file(folder: &Path) -> Result<File> {
    tempfile::tempfile_in(folder).map_err(|source| {
        Error::io(format!("cannot make a temporary file in {}", folder.display()), source)
            .with_hint("choose another temp folder with TMPDIR")
    })
}
