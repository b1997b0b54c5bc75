//! A reader with a position over bytes that have none.

use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom};
use std::sync::Arc;

use super::ReadAt;

/// Reads bytes from a position of its own; every read goes to the bytes, so that code that reads little at a time puts a
/// [`std::io::BufReader`] around it.
#[derive(Clone, Debug)]
pub struct Cursor {
    bytes: Arc<dyn ReadAt>,
    position: u64,
}

impl Cursor {
    /// Starts at the beginning.
    pub fn new(bytes: Arc<dyn ReadAt>) -> Self {
        Self { bytes, position: 0 }
    }

    /// Starts at an offset.
    #[must_use]
    pub fn at(mut self, offset: u64) -> Self {
        self.position = offset;
        self
    }
}

impl Read for Cursor {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let count = self.bytes.read_at(self.position, buffer)?;
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for Cursor {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let position = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(offset) => self.bytes.len().checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position =
            position.ok_or_else(|| Error::new(ErrorKind::InvalidInput, "a position before the beginning"))?;
        Ok(self.position)
    }
}
