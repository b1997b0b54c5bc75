//! The one trait of everything that can be read.

use std::fmt::Debug;
use std::io::{Error, ErrorKind, Result};

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
