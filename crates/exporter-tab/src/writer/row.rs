//! The buffer rows are built in: bytes with a write position and room made in advance.

/// Grows in few steps; between them cells are copied with fixed lengths and no growth check.
#[derive(Debug)]
pub(super) struct RowBuffer<'a> {
    bytes: &'a mut Vec<u8>,
    at: usize,
}

impl<'a> RowBuffer<'a> {
    /// Continues after the bytes already there.
    pub(super) fn new(bytes: &'a mut Vec<u8>) -> Self {
        let at = bytes.len();
        Self { bytes, at }
    }

    /// Makes room for `len` further bytes.
    #[inline]
    pub(super) fn reserve(&mut self, len: usize) {
        let needed = self.at + len;
        if needed > self.bytes.len() {
            self.grow(needed);
        }
    }

    #[cold]
    fn grow(&mut self, needed: usize) {
        self.bytes.resize(needed.max(self.bytes.len() * 2).max(1 << 16), 0);
    }

    /// Copies a block of which only the first `len` bytes count; room must have been made for all of it.
    #[inline]
    pub(super) fn block<const N: usize>(&mut self, block: &[u8; N], len: usize) {
        self.bytes[self.at..self.at + N].copy_from_slice(block);
        self.at += len;
    }

    /// Lets `write` fill the next `N` bytes and tell how many count; room must have been made.
    #[inline]
    pub(super) fn fill<const N: usize>(&mut self, write: impl FnOnce(&mut [u8; N]) -> usize) {
        if let Some(room) = self.bytes[self.at..].first_chunk_mut::<N>() {
            self.at += write(room);
        }
    }

    /// Copies one byte; room must have been made.
    #[inline]
    pub(super) fn byte(&mut self, byte: u8) {
        self.bytes[self.at] = byte;
        self.at += 1;
    }

    /// Copies bytes; room must have been made.
    #[inline]
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.bytes[self.at..self.at + bytes.len()].copy_from_slice(bytes);
        self.at += bytes.len();
    }

    /// Copies `from[start..end]`, by one block of fixed length where the neighbourhood allows it.
    #[inline]
    pub(super) fn slice(&mut self, from: &[u8], start: usize, end: usize) {
        const BLOCK: usize = 32;
        if end - start <= BLOCK
            && let Some(block) = from[start..].first_chunk::<BLOCK>()
        {
            self.block(block, end - start);
        } else {
            self.bytes(&from[start..end]);
        }
    }

    /// Replaces the last byte by `end`; room must have been made for its second byte.
    #[inline]
    pub(super) fn end_line(&mut self, end: &[u8]) {
        self.at = self.at.saturating_sub(1);
        self.bytes(end);
    }

    /// Cuts off the room that was not used.
    pub(super) fn finish(self) {
        self.bytes.truncate(self.at);
    }
}
