//! Writing delimited text.

mod cells;
mod encoder;
mod number;
mod quote;
mod row;
mod substitute;
mod time;
mod values;

use std::io::Write;

use arrow_array::RecordBatch;

pub use cells::Altered;
pub use encoder::{Column, RowEncoder};
pub use substitute::{Key, Substitute};
pub(crate) use time::Zone;

use crate::{TabError, WriteOptions};

/// Writes a table to a stream on one thread; [`RowEncoder`] is the part that several threads can share.
#[derive(Debug)]
pub struct TabWriter<W> {
    to: W,
    encoder: RowEncoder,
    buffer: Vec<u8>,
}

/// Rows encoded before they are handed to the stream, so that memory does not grow with the batch.
const SLICE: usize = 1024;

impl<W: Write> TabWriter<W> {
    /// Writes the header.
    ///
    /// # Errors
    /// When the options do not fit together or the stream fails.
    pub fn new(mut to: W, columns: Vec<Column>, options: &WriteOptions) -> Result<Self, TabError> {
        let encoder = RowEncoder::new(columns, options)?;
        to.write_all(&encoder.header())?;
        Ok(Self { to, encoder, buffer: Vec::new() })
    }

    /// Writes the lines of a batch.
    ///
    /// # Errors
    /// As [`RowEncoder::encode`], and when the stream fails.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), TabError> {
        for start in (0..batch.num_rows()).step_by(SLICE) {
            let part = batch.slice(start, SLICE.min(batch.num_rows() - start));
            self.buffer.clear();
            self.encoder.encode(&part, &mut self.buffer)?;
            self.to.write_all(&self.buffer)?;
        }
        Ok(())
    }

    /// Flushes the stream and gives it back.
    ///
    /// # Errors
    /// When the stream fails.
    pub fn finish(mut self) -> Result<W, TabError> {
        self.to.flush()?;
        Ok(self.to)
    }
}
