//! Two sinks fed with the same bytes.

use std::io::{self, Write};

use super::{Entry, EntryReceipt, EntrySpec, Receipt, Sink};
use crate::error::Result;

/// Writes every entry to two sinks; both finish or the export fails.
///
/// The first is finished before the second. Where the second then fails, the first stays visible: two targets
/// cannot appear in one step, so give the one that is likelier to fail (a network, a small disk) second only when the
/// first may stand alone.
pub struct TeeSink<'a> {
    first: Box<dyn Sink + 'a>,
    second: Box<dyn Sink + 'a>,
}

impl<'a> TeeSink<'a> {
    /// Feeds both sinks; the first one's receipt is returned.
    pub fn new(first: Box<dyn Sink + 'a>, second: Box<dyn Sink + 'a>) -> Self {
        Self { first, second }
    }
}

impl Sink for TeeSink<'_> {
    fn create<'s>(&'s self, spec: &EntrySpec) -> Result<Box<dyn Entry + 's>> {
        Ok(Box::new(TeeEntry { first: self.first.create(spec)?, second: self.second.create(spec)? }))
    }

    fn finish(self: Box<Self>) -> Result<Receipt> {
        let receipt = self.first.finish()?;
        self.second.finish()?;
        Ok(receipt)
    }
}

struct TeeEntry<'s> {
    first: Box<dyn Entry + 's>,
    second: Box<dyn Entry + 's>,
}

impl Write for TeeEntry<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.first.write(buffer)?;
        self.second.write_all(&buffer[..written])?;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.first.flush()?;
        self.second.flush()
    }
}

impl Entry for TeeEntry<'_> {
    fn commit(self: Box<Self>) -> Result<EntryReceipt> {
        let receipt = self.first.commit()?;
        self.second.commit()?;
        Ok(receipt)
    }
}
