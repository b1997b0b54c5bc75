//! Checksums of what is written, for those who ask for them.

use std::io::{self, Write};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::{Entry, EntryReceipt, EntrySpec, RandomEntry, Receipt, Sink, SpooledEntry};
use crate::error::Result;

/// Passes entries on to another sink; their receipts get the SHA-256 of what was written.
#[derive(Debug)]
pub struct HashingSink<S> {
    inner: S,
}

impl<S: Sink> HashingSink<S> {
    /// Hashes what goes to `inner`.
    pub fn new(inner: S) -> Self {
        Self { inner }
    }
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl<S: Sink> Sink for HashingSink<S> {
    fn create<'s>(&'s self, spec: &EntrySpec) -> Result<Box<dyn Entry + 's>> {
        Ok(Box::new(HashedEntry { inner: self.inner.create(spec)?, hash: Sha256::new() }))
    }

    /// The bytes are hashed in their order: an entry that is rewritten is spooled.
    fn create_random<'s>(&'s self, spec: &EntrySpec, temp: &Path) -> Result<Box<dyn RandomEntry + 's>> {
        SpooledEntry::over(self.create(spec)?, temp)
    }

    fn is_seekable(&self) -> bool {
        false
    }

    fn shows_at_once(&self) -> bool {
        self.inner.shows_at_once()
    }

    fn finish(self: Box<Self>) -> Result<Receipt> {
        Box::new(self.inner).finish()
    }
}

struct HashedEntry<'s> {
    inner: Box<dyn Entry + 's>,
    hash: Sha256,
}

impl Write for HashedEntry<'_> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(data)?;
        self.hash.update(data.get(..written).unwrap_or(data));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl Entry for HashedEntry<'_> {
    fn commit(self: Box<Self>) -> Result<EntryReceipt> {
        let Self { inner, hash } = *self;
        let receipt = inner.commit()?;
        let sha256 = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(EntryReceipt { sha256: Some(sha256), ..receipt })
    }
}
