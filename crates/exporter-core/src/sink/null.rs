//! A sink that keeps nothing and counts.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use super::claims::{Claim, Claims};
use super::{Entry, EntryReceipt, EntrySpec, Receipt, Sink};
use crate::error::Result;

/// Throws every byte away and counts them: for measuring and for dry runs.
#[derive(Debug, Default)]
pub struct NullSink {
    claims: Claims,
    entries: Mutex<Vec<EntryReceipt>>,
}

impl NullSink {
    /// A sink that keeps nothing.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Sink for NullSink {
    fn create<'s>(&'s self, spec: &EntrySpec) -> Result<Box<dyn Entry + 's>> {
        let claim = self.claims.claim(spec)?;
        let receipt = EntryReceipt::new(&spec.path, 0);
        Ok(Box::new(NullEntry { sink: self, claim, receipt }))
    }

    fn finish(self: Box<Self>) -> Result<Receipt> {
        Ok(Receipt { entries: self.entries.into_inner().unwrap_or_else(PoisonError::into_inner) })
    }
}

struct NullEntry<'s> {
    sink: &'s NullSink,
    claim: Claim,
    receipt: EntryReceipt,
}

impl Write for NullEntry<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.receipt.bytes += buffer.len() as u64;
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Entry for NullEntry<'_> {
    fn commit(self: Box<Self>) -> Result<EntryReceipt> {
        let mut entries = self.sink.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.push(self.receipt.clone());
        self.claim.keep();
        Ok(self.receipt)
    }
}
