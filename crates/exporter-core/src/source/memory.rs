//! Bytes in memory.

use std::fmt;
use std::io::Result;

use super::ReadAt;

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
