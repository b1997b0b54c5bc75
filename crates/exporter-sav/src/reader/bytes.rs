//! Pieces of records whose texts are still bytes.

use exporter_core::source::{ByteOrder, unsigned};

/// Takes pieces off the front of a record; what is not there is `None`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pieces<'b> {
    bytes: &'b [u8],
    order: ByteOrder,
}

impl<'b> Pieces<'b> {
    pub(crate) fn new(bytes: &'b [u8], order: ByteOrder) -> Self {
        Self { bytes, order }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(crate) fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (piece, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        Some(piece)
    }

    pub(crate) fn integer(&mut self) -> Option<u32> {
        let order = self.order;
        self.take(4).map(|bytes| unsigned(bytes, order) as u32)
    }

    /// A text behind its length.
    pub(crate) fn counted(&mut self) -> Option<&'b [u8]> {
        let count = self.integer()?;
        self.take(usize::try_from(count).ok()?)
    }

    /// A length in digits, a blank, and so many bytes.
    pub(crate) fn counted_in_digits(&mut self) -> Option<&'b [u8]> {
        let digits = self.until(b' ')?;
        let count = std::str::from_utf8(digits).ok()?.parse().ok()?;
        self.take(count)
    }

    /// What stands before a byte, which is passed over.
    pub(crate) fn until(&mut self, end: u8) -> Option<&'b [u8]> {
        let at = memchr::memchr(end, self.bytes)?;
        let piece = self.take(at)?;
        self.take(1)?;
        Some(piece)
    }

    /// Passes over a byte if it comes next.
    pub(crate) fn accept(&mut self, byte: u8) -> bool {
        let comes = self.bytes.first() == Some(&byte);
        if comes {
            self.bytes = self.bytes.get(1..).unwrap_or_default();
        }
        comes
    }

    /// The rest of the line, without its end, which is passed over; all there is where no line ends.
    pub(crate) fn line(&mut self) -> &'b [u8] {
        let line = self.until(b'\n').unwrap_or_else(|| std::mem::take(&mut self.bytes));
        line.strip_suffix(b"\r").unwrap_or(line)
    }
}
