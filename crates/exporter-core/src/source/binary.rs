//! The fields of a binary file: bytes at an offset, never more than the file holds.

use std::io;
use std::sync::Arc;

use super::ReadAt;

/// Why a field cannot be read.
#[derive(Debug)]
#[non_exhaustive]
pub enum BinaryError {
    /// The bytes are not what the format says.
    Damaged {
        /// Offset of the first byte in question.
        offset: u64,
        /// What is wrong.
        message: String,
    },
    /// The file cannot be read.
    Io(io::Error),
}

impl From<io::Error> for BinaryError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

type Result<T> = std::result::Result<T, BinaryError>;

/// Order of the bytes of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ByteOrder {
    /// Least significant byte first.
    Little,
    /// Most significant byte first.
    Big,
}

/// Bytes that a cursor reads ahead.
const WINDOW: usize = 64 * 1024;

/// The bytes of a binary file; those that should be there and are not are damage.
///
/// ```
/// use std::sync::Arc;
/// use exporter_core::source::{BinaryError, BinaryFile, ByteOrder, MemoryBytes};
///
/// let file = BinaryFile::new(Arc::new(MemoryBytes::new(*b"HEAD\x02\x01")));
/// let mut cursor = file.cursor(0, ByteOrder::Little);
/// cursor.tag("HEAD")?;
/// assert_eq!(cursor.number(2, "the count")?, 0x0102);
/// assert!(cursor.take(1, "the name").is_err());
/// # Ok::<(), BinaryError>(())
/// ```
#[derive(Clone, Debug)]
pub struct BinaryFile(Arc<dyn ReadAt>);

impl BinaryFile {
    /// The bytes of a file.
    pub fn new(bytes: Arc<dyn ReadAt>) -> Self {
        Self(bytes)
    }

    /// Length of the file in bytes.
    pub fn length(&self) -> u64 {
        self.0.len()
    }

    /// Fills `buffer` from `offset`.
    ///
    /// # Errors
    /// The file ends before, or cannot be read.
    pub fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        match self.0.read_exact_at(offset, buffer) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Err(damaged(offset, format!("the file ends within {} bytes that must follow", buffer.len())))
            }
            outcome => Ok(outcome?),
        }
    }

    /// Bytes from `offset`, refused before anything is allocated when the file does not hold them.
    ///
    /// # Errors
    /// The file ends before, or cannot be read.
    pub fn block_at(&self, offset: u64, count: u64) -> Result<Vec<u8>> {
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

    /// A cursor at an offset, for numbers of this byte order.
    pub fn cursor(&self, at: u64, order: ByteOrder) -> BinaryCursor<'_> {
        BinaryCursor { bytes: self, order, window: Vec::new(), start: at, at }
    }
}

/// Error for bytes that are not what the format says.
fn damaged(offset: u64, message: impl Into<String>) -> BinaryError {
    BinaryError::Damaged { offset, message: message.into() }
}

/// A length as `usize`; only a 32-bit machine can refuse it.
///
/// # Errors
/// The length exceeds the memory of this machine.
pub fn to_usize(count: u64, offset: u64) -> Result<usize> {
    usize::try_from(count)
        .map_err(|_| damaged(offset, format!("{count} bytes exceed the memory of this machine")))
}

/// Unsigned number of up to eight bytes.
pub fn unsigned(bytes: &[u8], order: ByteOrder) -> u64 {
    let add = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
    match order {
        ByteOrder::Little => bytes.iter().rev().fold(0, add),
        ByteOrder::Big => bytes.iter().fold(0, add),
    }
}

/// Bytes before the first NUL.
pub fn until_nul(bytes: &[u8]) -> &[u8] {
    match memchr::memchr(0, bytes) {
        Some(end) => bytes.get(..end).unwrap_or(bytes),
        None => bytes,
    }
}

/// Reads forward through the file with a small window.
#[derive(Debug)]
pub struct BinaryCursor<'s> {
    bytes: &'s BinaryFile,
    order: ByteOrder,
    window: Vec<u8>,
    start: u64,
    at: u64,
}

impl BinaryCursor<'_> {
    /// Offset of the next byte.
    pub fn at(&self) -> u64 {
        self.at
    }

    /// Moves back to `at`.
    pub fn rewind(&mut self, at: u64) {
        self.at = at;
    }

    /// Changes the byte order.
    pub fn set_order(&mut self, order: ByteOrder) {
        self.order = order;
    }

    /// Bytes between here and the end of the file.
    pub fn remaining(&self) -> u64 {
        self.bytes.length().saturating_sub(self.at)
    }

    /// The next `count` bytes without moving, or fewer at the end of the file.
    ///
    /// # Errors
    /// The file ends before, or cannot be read.
    pub fn peek(&mut self, count: usize) -> Result<&[u8]> {
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
    ///
    /// # Errors
    /// The file ends before, or cannot be read.
    pub fn take(&mut self, count: usize, what: &str) -> Result<&[u8]> {
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
    ///
    /// # Errors
    /// The file ends before, or cannot be read.
    pub fn block(&mut self, count: u64, width: usize, what: &str) -> Result<Vec<u8>> {
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
    ///
    /// # Errors
    /// The file ends before, or cannot be read.
    pub fn skip(&mut self, count: u64, what: &str) -> Result<()> {
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
    ///
    /// # Errors
    /// The file ends before, or cannot be read.
    pub fn number(&mut self, width: usize, what: &str) -> Result<u64> {
        let order = self.order;
        Ok(unsigned(self.take(width, what)?, order))
    }

    /// Whether `text` comes next; moves past it when it does.
    ///
    /// # Errors
    /// The file ends before, or cannot be read.
    pub fn accept(&mut self, text: &str) -> Result<bool> {
        if self.peek(text.len())? == text.as_bytes() {
            self.at += text.len() as u64;
            return Ok(true);
        }
        Ok(false)
    }

    /// Moves past `tag`, which must come next.
    ///
    /// # Errors
    /// Something else comes next.
    pub fn tag(&mut self, tag: &str) -> Result<()> {
        if self.accept(tag)? {
            return Ok(());
        }
        let at = self.at;
        let found = self.peek(tag.len())?.escape_ascii().to_string();
        Err(damaged(at, format!("{tag} expected, \"{found}\" found")))
    }
}
