//! Bytes at an offset, never more than the file holds.

use std::io;
use std::sync::Arc;

use exporter_core::ReadAt;

use crate::error::{DtaError, Result};
use crate::spec::ByteOrder;

/// Bytes that a cursor reads ahead.
const WINDOW: usize = 64 * 1024;

/// The bytes of a `.dta`; those that should be there and are not are damage.
#[derive(Clone, Debug)]
pub(crate) struct DtaBytes(Arc<dyn ReadAt>);

impl DtaBytes {
    pub(crate) fn new(bytes: Arc<dyn ReadAt>) -> Self {
        Self(bytes)
    }

    /// Length of the file in bytes.
    pub(crate) fn length(&self) -> u64 {
        self.0.len()
    }

    /// Fills `buffer` from `offset`.
    pub(crate) fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        match self.0.read_exact_at(offset, buffer) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Err(damaged(offset, format!("the file ends within {} bytes that must follow", buffer.len())))
            }
            outcome => Ok(outcome?),
        }
    }

    /// Bytes from `offset`, refused before anything is allocated when the file does not hold them.
    pub(crate) fn block_at(&self, offset: u64, count: u64) -> Result<Vec<u8>> {
        if offset.checked_add(count).is_none_or(|end| end > self.length()) {
            return Err(damaged(
                offset,
                format!("{count} bytes must follow, the file ends at {}", self.length()),
            ));
        }
        let mut bytes = vec![0; to_usize(count, offset)?];
        self.read_at(offset, &mut bytes)?;
        Ok(bytes)
    }

    pub(crate) fn cursor(&self, at: u64, order: ByteOrder) -> Cursor<'_> {
        Cursor { bytes: self, order, window: Vec::new(), start: at, at }
    }
}

/// Error for bytes that are not what the format says.
pub(crate) fn damaged(offset: u64, message: impl Into<String>) -> DtaError {
    DtaError::Damaged { offset, message: message.into() }
}

/// A length as `usize`; only a 32-bit machine can refuse it.
pub(crate) fn to_usize(count: u64, offset: u64) -> Result<usize> {
    usize::try_from(count)
        .map_err(|_| damaged(offset, format!("{count} bytes exceed the memory of this machine")))
}

/// Unsigned number of up to eight bytes.
pub(crate) fn unsigned(bytes: &[u8], order: ByteOrder) -> u64 {
    let add = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
    match order {
        ByteOrder::Little => bytes.iter().rev().fold(0, add),
        ByteOrder::Big => bytes.iter().fold(0, add),
    }
}

/// Bytes before the first NUL.
pub(crate) fn until_nul(bytes: &[u8]) -> &[u8] {
    match memchr::memchr(0, bytes) {
        Some(end) => &bytes[..end],
        None => bytes,
    }
}

/// Reads forward through the file with a small window.
#[derive(Debug)]
pub(crate) struct Cursor<'s> {
    bytes: &'s DtaBytes,
    order: ByteOrder,
    window: Vec<u8>,
    start: u64,
    at: u64,
}

impl Cursor<'_> {
    /// Offset of the next byte.
    pub(crate) fn at(&self) -> u64 {
        self.at
    }

    /// Moves back to `at`.
    pub(crate) fn rewind(&mut self, at: u64) {
        self.at = at;
    }

    pub(crate) fn set_order(&mut self, order: ByteOrder) {
        self.order = order;
    }

    /// Bytes between here and the end of the file.
    pub(crate) fn remaining(&self) -> u64 {
        self.bytes.length().saturating_sub(self.at)
    }

    /// The next `count` bytes without moving, or fewer at the end of the file.
    pub(crate) fn peek(&mut self, count: usize) -> Result<&[u8]> {
        let wanted = self.remaining().min(count as u64) as usize;
        let offset = self.at.saturating_sub(self.start) as usize;
        if self.at < self.start || offset.saturating_add(wanted) > self.window.len() {
            let fill = (wanted.max(WINDOW) as u64).min(self.remaining());
            self.window.resize(to_usize(fill, self.at)?, 0);
            self.start = self.at;
            self.bytes.read_at(self.at, &mut self.window)?;
            return Ok(self.window.get(..wanted).unwrap_or_default());
        }
        Ok(self.window.get(offset..offset + wanted).unwrap_or_default())
    }

    /// The next `count` bytes; `what` names them in the error when the file is too short.
    pub(crate) fn take(&mut self, count: usize, what: &str) -> Result<&[u8]> {
        let at = self.at;
        if self.remaining() < count as u64 {
            let length = self.bytes.length();
            return Err(damaged(
                at,
                format!("{count} bytes of {what} must follow, the file ends at {length}"),
            ));
        }
        self.peek(count)?;
        self.at += count as u64;
        let from = (at - self.start) as usize;
        self.window.get(from..from + count).ok_or_else(|| damaged(at, format!("{what} is out of reach")))
    }

    /// The next `count` items of `width` bytes each.
    pub(crate) fn block(&mut self, count: u64, width: usize, what: &str) -> Result<Vec<u8>> {
        let Some(bytes) = count.checked_mul(width as u64) else {
            return Err(damaged(self.at, format!("{count} fields of {what} exceed any file")));
        };
        if bytes > self.remaining() {
            let length = self.bytes.length();
            return Err(damaged(
                self.at,
                format!("{bytes} bytes of {what} must follow, the file ends at {length}"),
            ));
        }
        let block = self.bytes.block_at(self.at, bytes)?;
        self.at += bytes;
        Ok(block)
    }

    /// Moves on by `count` bytes, at most to the end of the file.
    pub(crate) fn skip(&mut self, count: u64, what: &str) -> Result<()> {
        if count > self.remaining() {
            let length = self.bytes.length();
            return Err(damaged(
                self.at,
                format!("{count} bytes of {what} must follow, the file ends at {length}"),
            ));
        }
        self.at += count;
        Ok(())
    }

    /// An unsigned number of `width` bytes.
    pub(crate) fn number(&mut self, width: usize, what: &str) -> Result<u64> {
        let order = self.order;
        Ok(unsigned(self.take(width, what)?, order))
    }

    /// Whether `text` comes next; moves past it when it does.
    pub(crate) fn accept(&mut self, text: &str) -> Result<bool> {
        if self.peek(text.len())? == text.as_bytes() {
            self.at += text.len() as u64;
            return Ok(true);
        }
        Ok(false)
    }

    /// Moves past `tag`, which must come next.
    pub(crate) fn tag(&mut self, tag: &str) -> Result<()> {
        if self.accept(tag)? {
            return Ok(());
        }
        let at = self.at;
        let found = self.peek(tag.len())?.escape_ascii().to_string();
        Err(damaged(at, format!("{tag} expected, \"{found}\" found")))
    }
}
