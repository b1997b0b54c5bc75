//! Bytes in a store that is far away.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use exporter_core::ReadAt;

/// Bytes elsewhere: a request is answered with so many bytes at most, requests are counted, and once the store is gone
/// there are no answers.
#[derive(Debug)]
pub struct Store {
    bytes: Arc<dyn ReadAt>,
    answer: usize,
    requests: AtomicU64,
    read: AtomicU64,
    gone: AtomicBool,
}

impl Store {
    /// A store that answers requests of any size.
    pub fn new(bytes: Arc<dyn ReadAt>) -> Self {
        Self::slow(bytes, usize::MAX)
    }

    /// A store that answers each request with at most so many bytes.
    pub fn slow(bytes: Arc<dyn ReadAt>, answer: usize) -> Self {
        let answer = answer.max(1);
        Self {
            bytes,
            answer,
            requests: AtomicU64::new(0),
            read: AtomicU64::new(0),
            gone: AtomicBool::new(false),
        }
    }

    /// Requests since the last call.
    pub fn requests(&self) -> u64 {
        self.requests.swap(0, Ordering::Relaxed)
    }

    /// Bytes read since the last call.
    pub fn bytes(&self) -> u64 {
        self.read.swap(0, Ordering::Relaxed)
    }

    /// From now on every request fails, or none does.
    pub fn set_gone(&self, gone: bool) {
        self.gone.store(gone, Ordering::Relaxed);
    }
}

impl ReadAt for Store {
    fn len(&self) -> u64 {
        self.bytes.len()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        if self.gone.load(Ordering::Relaxed) {
            return Err(io::Error::other("the store is gone"));
        }
        let count = buffer.len().min(self.answer);
        let read = self.bytes.read_at(offset, &mut buffer[..count])?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
