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

    /// The same with truth values of Thrift's compact protocol at these offsets, ascending, true where they are false.
    pub(crate) fn with_true(&self, places: Vec<u64>) -> Self {
        if places.is_empty() {
            self.clone()
        } else {
            Self(Arc::new(WithTrue { bytes: Arc::clone(&self.0), places }))
        }
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

/// Bytes with other truth values.
#[derive(Debug)]
struct WithTrue {
    bytes: Arc<dyn ReadAt>,
    places: Vec<u64>,
}

impl ReadAt for WithTrue {
    fn len(&self) -> u64 {
        self.bytes.len()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read_at(offset, buffer)?;
        let from = self.places.partition_point(|place| *place < offset);
        for place in self.places.iter().skip(from).take_while(|place| **place - offset < count as u64) {
            // The type of a field is its truth value: 1 is true, 2 false.
            if let Some(head) = buffer.get_mut((place - offset) as usize).filter(|head| **head & 0x0f == 2) {
                *head ^= 3;
            }
        }
        Ok(count)
    }
}
