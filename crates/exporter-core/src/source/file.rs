//! Files, and streams copied into files.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use super::ReadAt;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::sink::temp_file;

/// Bytes of a stream that are copied at a time.
const COPIED: usize = 1 << 20;

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

    /// Whether the bytes stay where they are; pipes give each byte once, files of /proc have bytes but no length.
    pub(super) fn can_be_read_again(&self) -> io::Result<bool> {
        let is_regular = self.file.metadata()?.is_file();
        Ok(is_regular && (self.length > 0 || self.read(0, &mut [0])? == 0))
    }

    pub(super) fn into_file(self) -> File {
        self.file
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

/// Copies a stream into a temporary file without a name.
pub(super) fn spooled(name: &str, mut stream: impl Read, context: &Context) -> Result<FileBytes> {
    let failed = |source| {
        let temp = context.temp().display();
        Error::io(format!("cannot copy {name} into the temp folder {temp}"), source)
    };
    let mut file = temp_file(context.temp())?;
    let mut buffer = vec![0; COPIED];
    loop {
        context.cancel().check()?;
        let count = match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Error::io(format!("cannot read {name}"), error)),
        };
        file.write_all(buffer.get(..count).unwrap_or_default()).map_err(&failed)?;
    }
    FileBytes::new(file).map_err(&failed)
}
