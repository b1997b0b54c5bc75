//! A part of other bytes.

use std::io::{Error, ErrorKind, Result};
use std::sync::Arc;

use super::ReadAt;

/// A section of other bytes, such as a stored entry of an archive; offsets count from its beginning.
#[derive(Clone, Debug)]
pub struct Section {
    bytes: Arc<dyn ReadAt>,
    start: u64,
    length: u64,
}

impl Section {
    /// So many bytes from `start` on.
    ///
    /// # Errors
    /// [`ErrorKind::UnexpectedEof`] when the bytes end before.
    pub fn new(bytes: Arc<dyn ReadAt>, start: u64, length: u64) -> Result<Self> {
        if start.checked_add(length).is_none_or(|end| end > bytes.len()) {
            let message = format!("{length} bytes at offset {start} are no section of {} bytes", bytes.len());
            return Err(Error::new(ErrorKind::UnexpectedEof, message));
        }
        Ok(Self { bytes, start, length })
    }
}

impl ReadAt for Section {
    fn len(&self) -> u64 {
        self.length
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        let rest = usize::try_from(self.length.saturating_sub(offset)).unwrap_or(usize::MAX);
        let count = rest.min(buffer.len());
        match buffer.get_mut(..count) {
            Some(inside) if count > 0 => self.bytes.read_at(self.start + offset, inside),
            _ => Ok(0),
        }
    }
}
