//! The one trait of everything that can be read, for bytes in memory and sections of other bytes.

use std::fmt::{self, Debug};
use std::io::{Error, ErrorKind, Result};
use std::sync::Arc;

/// Bytes of known length that can be read at any offset, by several threads at once.
///
/// The bytes are presumed not to change. Readers ask for blocks of some hundred KiB where they scan, so that a store at the
/// other end of a network can answer each call with one request.
///
/// ```
/// use std::io::Result;
/// use exporter_core::source::ReadAt;
///
/// /// A store that has kept one object in pieces of four bytes.
/// #[derive(Debug)]
/// struct Pieces(Vec<[u8; 4]>);
///
/// impl ReadAt for Pieces {
///     fn len(&self) -> u64 {
///         4 * self.0.len() as u64
///     }
///
///     fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
///         let Some(piece) = self.0.get((offset / 4) as usize) else { return Ok(0) };
///         let rest = &piece[(offset % 4) as usize..];
///         let count = rest.len().min(buffer.len());
///         buffer[..count].copy_from_slice(&rest[..count]);
///         Ok(count)
///     }
/// }
///
/// let pieces = Pieces(vec![*b"abcd", *b"efgh"]);
/// assert_eq!(pieces.read_vec_at(2, 4)?, b"cdef");
/// # Result::Ok(())
/// ```
pub trait ReadAt: Send + Sync + Debug {
    /// How many bytes there are.
    fn len(&self) -> u64;

    /// Reads some bytes from an offset on into the buffer and returns how many: at least one, unless the buffer is empty or
    /// the offset is at the end or beyond.
    ///
    /// # Errors
    /// When the bytes cannot be had; [`ErrorKind::Interrupted`] asks to try again.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize>;

    /// Whether there are no bytes.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Fills the buffer from an offset on, up to the end of the bytes; returns how many were read.
    ///
    /// # Errors
    /// As [`ReadAt::read_at`].
    fn fill_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.read_at(offset.saturating_add(filled as u64), rest) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    /// Fills the whole buffer from an offset on.
    ///
    /// # Errors
    /// [`ErrorKind::UnexpectedEof`] when the bytes end before, and as [`ReadAt::read_at`].
    fn read_exact_at(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        let count = self.fill_at(offset, buffer)?;
        if count < buffer.len() { Err(beyond(offset, buffer.len(), self.len())) } else { Ok(()) }
    }

    /// So many bytes from an offset on; a range beyond the end is refused before memory is allocated for it.
    ///
    /// # Errors
    /// As [`ReadAt::read_exact_at`].
    fn read_vec_at(&self, offset: u64, count: usize) -> Result<Vec<u8>> {
        if offset.checked_add(count as u64).is_none_or(|end| end > self.len()) {
            return Err(beyond(offset, count, self.len()));
        }
        let mut bytes = vec![0; count];
        self.read_exact_at(offset, &mut bytes)?;
        Ok(bytes)
    }
}

fn beyond(offset: u64, count: usize, length: u64) -> Error {
    let message = format!("{count} bytes at offset {offset} lie beyond the end of the file ({length})");
    Error::new(ErrorKind::UnexpectedEof, message)
}

/// Bytes in memory, whatever owns them.
#[derive(Clone)]
pub struct MemoryBytes<B>(B);

impl<B: AsRef<[u8]>> MemoryBytes<B> {
    /// The bytes of a `Vec<u8>`, a `&'static [u8]`, an `Arc<[u8]>`, a memory map.
    pub fn new(bytes: B) -> Self {
        Self(bytes)
    }
}

impl<B: AsRef<[u8]>> fmt::Debug for MemoryBytes<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryBytes").field("len", &self.0.as_ref().len()).finish()
    }
}

impl<B: AsRef<[u8]> + Send + Sync> ReadAt for MemoryBytes<B> {
    fn len(&self) -> u64 {
        self.0.as_ref().len() as u64
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize> {
        let rest = usize::try_from(offset).ok().and_then(|offset| self.0.as_ref().get(offset..));
        let rest = rest.unwrap_or_default();
        let count = rest.len().min(buffer.len());
        if let (Some(from), Some(to)) = (rest.get(..count), buffer.get_mut(..count)) {
            to.copy_from_slice(from);
        }
        Ok(count)
    }
}

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
