//! The bytes of a source as the `parquet` crate reads them.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use exporter_core::ReadAt;
use exporter_core::source::Cursor;
use parquet::errors::ParquetError as CrateError;
use parquet::file::reader::{ChunkReader, Length};

/// Bytes at any offset; the one place where the crate's own trait meets [`ReadAt`].
#[derive(Clone, Debug)]
pub(crate) struct Positioned(Arc<dyn ReadAt>);

impl Positioned {
    pub(crate) fn new(bytes: Arc<dyn ReadAt>) -> Self {
        Self(bytes)
    }

    pub(crate) fn length(&self) -> u64 {
        self.0.len()
    }

    /// Reads exactly these bytes; a range past the end is refused before memory is taken for it.
    pub(crate) fn read(&self, start: u64, length: usize) -> io::Result<Vec<u8>> {
        self.0.read_vec_at(start, length)
    }
}

impl Length for Positioned {
    fn len(&self) -> u64 {
        self.0.len()
    }
}

impl ChunkReader for Positioned {
    type T = io::BufReader<Cursor>;

    fn get_read(&self, start: u64) -> Result<Self::T, CrateError> {
        Ok(io::BufReader::new(Cursor::new(Arc::clone(&self.0)).at(start)))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, CrateError> {
        Ok(self.read(start, length)?.into())
    }
}
