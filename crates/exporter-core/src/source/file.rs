//! Files on disk.

use std::fs::File;
use std::io;
use std::path::Path;

use super::ReadAt;

/// An open file, read at offsets without moving its cursor.
#[derive(Debug)]
pub struct FileBytes {
    file: File,
    length: u64,
}

impl FileBytes {
    /// An open file of the length that it has now.
    ///
    /// # Errors
    /// When its length cannot be found.
    pub fn new(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Self { file, length })
    }

    /// Opens the file at a path, which must be a regular one: [`super::Source::open`] opens any.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        Self::new(File::open(path)?)
    }

    /// Opens a file whose bytes stay where they are; `None` for one that gives each byte once, such as a pipe, or that has
    /// bytes but no length, such as a file of /proc. A pipe is not opened: that would wait for somebody to write to it.
    pub(super) fn open_regular(path: &Path) -> io::Result<Option<Self>> {
        if !std::fs::metadata(path)?.is_file() {
            return Ok(None);
        }
        let file = Self::open(path)?;
        Ok((file.length > 0 || file.read(0, &mut [0])? == 0).then_some(file))
    }

    #[cfg(unix)]
    fn read(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(&self.file, buffer, offset)
    }

    #[cfg(windows)]
    fn read(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(&self.file, buffer, offset)
    }

    #[cfg(not(any(unix, windows)))]
    fn read(&self, _: u64, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

impl ReadAt for FileBytes {
    fn len(&self) -> u64 {
        self.length
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        // What is appended later is not part of the bytes.
        let count =
            usize::try_from(self.length.saturating_sub(offset)).unwrap_or(usize::MAX).min(buffer.len());
        match buffer.get_mut(..count) {
            Some(inside) if count > 0 => self.read(offset, inside),
            _ => Ok(0),
        }
    }
}
