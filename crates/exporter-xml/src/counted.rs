//! Counts lines and columns of what is read, and bounds what one event takes.

use std::fmt;
use std::io::{self, BufRead, Read};

/// Where a character stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u64,
    /// Column in characters, from 1.
    pub column: u64,
}

impl Position {
    /// The beginning of a line.
    pub fn of_line(line: u64) -> Self {
        Self { line, column: 1 }
    }

    /// Goes on to the place behind these bytes of UTF-8.
    pub fn pass(&mut self, bytes: &[u8]) {
        let mut behind = bytes;
        if let Some(last) = memchr::memrchr(b'\n', bytes) {
            *self = Self::of_line(self.line + memchr::memchr_iter(b'\n', bytes).count() as u64);
            behind = bytes.get(last + 1..).unwrap_or_default();
        }
        self.column += match behind.is_ascii() {
            true => behind.len() as u64,
            // Bytes that go on a character begin no column.
            false => behind.iter().filter(|byte| !matches!(byte, 0x80..=0xBF)).count() as u64,
        };
    }
}

impl fmt::Display for Position {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}, column {}", self.line, self.column)
    }
}

/// Bytes in UTF-8 with the position behind those that were read, and a bound for what is read at once.
#[derive(Debug)]
pub struct Counted<R> {
    inner: R,
    position: Position,
    /// Bytes that may still be read before [`Counted::allow`] is called again.
    room: usize,
}

impl<R> Counted<R> {
    /// Counts from the first line.
    pub fn new(inner: R) -> Self {
        Self { inner, position: Position::of_line(1), room: usize::MAX }
    }

    /// Where the next byte stands.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Lets so many bytes be read; reading fails behind them, until this is called again.
    pub fn allow(&mut self, bytes: usize) {
        self.room = bytes;
    }

    /// The bytes underneath.
    pub fn inner(&self) -> &R {
        &self.inner
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.room == 0 {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "one text or tag is too long"));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        // What was filled is still there until it is consumed.
        if let Ok(bytes) = self.inner.fill_buf() {
            self.position.pass(bytes.get(..count).unwrap_or(bytes));
        }
        self.inner.consume(count);
        self.room = self.room.saturating_sub(count);
    }
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}
