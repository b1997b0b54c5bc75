//! A sink in memory.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::claims::{Claim, Claims};
use super::{Entry, EntryReceipt, EntrySpec, RandomEntry, Receipt, Sink};
use crate::error::{Error, ErrorKind, Result};

/// Finished entries of a [`MemorySink`] by path.
pub type MemoryEntries = BTreeMap<String, Vec<u8>>;

/// Keeps entries in memory. A clone is a sink of its own on the same target: hand one to an export and read what it
/// wrote from the other.
#[derive(Debug, Default)]
pub struct MemorySink {
    finished: Arc<Mutex<MemoryEntries>>,
    claims: Claims,
    committed: Mutex<Vec<(EntryReceipt, Vec<u8>)>>,
}

impl Clone for MemorySink {
    fn clone(&self) -> Self {
        Self { finished: Arc::clone(&self.finished), ..Self::default() }
    }
}

impl MemorySink {
    /// An empty sink.
    pub fn new() -> Self {
        Self::default()
    }

    /// The entries of finished exports; empty before.
    pub fn entries(&self) -> MemoryEntries {
        self.finished.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn start(&self, spec: &EntrySpec) -> Result<MemoryEntry<'_>> {
        let claim = self.claims.claim(spec)?;
        Ok(MemoryEntry { sink: self, claim, path: spec.path.clone(), bytes: Cursor::new(Vec::new()) })
    }
}

impl Sink for MemorySink {
    fn create<'s>(&'s self, spec: &EntrySpec) -> Result<Box<dyn Entry + 's>> {
        Ok(Box::new(self.start(spec)?))
    }

    fn create_random<'s>(&'s self, spec: &EntrySpec, _: &Path) -> Result<Box<dyn RandomEntry + 's>> {
        Ok(Box::new(self.start(spec)?))
    }

    fn is_seekable(&self) -> bool {
        true
    }

    /// Makes all entries visible.
    ///
    /// # Errors
    /// [`ErrorKind::Exists`] when an earlier export into the same target wrote an entry of the same path.
    fn finish(self: Box<Self>) -> Result<Receipt> {
        let committed = self.committed.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut finished = self.finished.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((receipt, _)) = committed.iter().find(|(receipt, _)| finished.contains_key(&receipt.path))
        {
            return Err(Error::new(ErrorKind::Exists, "the entry exists already").entry(&receipt.path));
        }
        let entries = committed
            .into_iter()
            .map(|(receipt, bytes)| {
                finished.insert(receipt.path.clone(), bytes);
                receipt
            })
            .collect();
        Ok(Receipt { entries })
    }
}

struct MemoryEntry<'s> {
    sink: &'s MemorySink,
    claim: Claim,
    path: String,
    bytes: Cursor<Vec<u8>>,
}

impl Write for MemoryEntry<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.bytes.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for MemoryEntry<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.bytes.read(buffer)
    }
}

impl Seek for MemoryEntry<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.bytes.seek(to)
    }
}

impl Entry for MemoryEntry<'_> {
    fn commit(self: Box<Self>) -> Result<EntryReceipt> {
        let bytes = self.bytes.into_inner();
        let receipt = EntryReceipt::new(self.path, bytes.len() as u64);
        let mut committed = self.sink.committed.lock().unwrap_or_else(PoisonError::into_inner);
        committed.push((receipt.clone(), bytes));
        self.claim.keep();
        Ok(receipt)
    }
}

impl RandomEntry for MemoryEntry<'_> {}
