//! A sink in memory.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Entry, EntryReceipt, EntrySpec, RandomEntry, Receipt, Sink};
use crate::error::{Error, ErrorKind, Result};

/// Finished entries of a [`MemorySink`] by path.
pub type MemoryEntries = BTreeMap<String, Vec<u8>>;

/// Keeps entries in memory; clones share them, so that the caller reads what an export wrote.
#[derive(Clone, Debug, Default)]
pub struct MemorySink {
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug, Default)]
struct Shared {
    committed: MemoryEntries,
    order: Vec<EntryReceipt>,
    finished: bool,
}

impl MemorySink {
    /// An empty sink.
    pub fn new() -> Self {
        Self::default()
    }

    /// The entries of a finished export; empty before.
    pub fn entries(&self) -> MemoryEntries {
        let shared = self.lock();
        if shared.finished { shared.committed.clone() } else { MemoryEntries::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start(&self, spec: &EntrySpec) -> Result<MemoryEntry> {
        spec.check_path()?;
        if self.lock().committed.contains_key(&spec.path) {
            return Err(Error::new(ErrorKind::Exists, "the entry exists already").entry(&spec.path));
        }
        Ok(MemoryEntry { sink: self.clone(), path: spec.path.clone(), bytes: Cursor::new(Vec::new()) })
    }
}

impl Sink for MemorySink {
    fn create<'s>(&'s self, spec: &EntrySpec) -> Result<Box<dyn Entry + 's>> {
        Ok(Box::new(self.start(spec)?))
    }

    fn create_random<'s>(&'s self, spec: &EntrySpec) -> Result<Box<dyn RandomEntry + 's>> {
        Ok(Box::new(self.start(spec)?))
    }

    fn finish(self: Box<Self>) -> Result<Receipt> {
        let mut shared = self.lock();
        shared.finished = true;
        Ok(Receipt { entries: shared.order.clone() })
    }
}

struct MemoryEntry {
    sink: MemorySink,
    path: String,
    bytes: Cursor<Vec<u8>>,
}

impl Write for MemoryEntry {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.bytes.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for MemoryEntry {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.bytes.read(buffer)
    }
}

impl Seek for MemoryEntry {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.bytes.seek(to)
    }
}

impl Entry for MemoryEntry {
    fn commit(self: Box<Self>) -> Result<EntryReceipt> {
        let bytes = self.bytes.into_inner();
        let receipt = EntryReceipt { path: self.path, bytes: bytes.len() as u64 };
        let mut shared = self.sink.lock();
        if shared.committed.contains_key(&receipt.path) {
            return Err(Error::new(ErrorKind::Exists, "the entry exists already").entry(&receipt.path));
        }
        shared.committed.insert(receipt.path.clone(), bytes);
        shared.order.push(receipt.clone());
        Ok(receipt)
    }
}

impl RandomEntry for MemoryEntry {}
