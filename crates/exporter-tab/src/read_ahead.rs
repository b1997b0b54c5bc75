//! Batches decoded by several threads ahead of their consumer.

use std::io::Read;

use arrow_array::RecordBatch;
use exporter_core::{Cancel, Error, Result, parallel};

use crate::dataset::error;
use crate::reader::{Decoded, Decoding, Layout, Piece, ReadOptions, Rows};

/// The batches of a file in its order, decoded ahead; dropping it stops the threads.
pub(crate) struct ReadAhead {
    rows: Rows,
    decoded: parallel::ReadAhead<RecordBatch, Error>,
}

impl ReadAhead {
    /// Reads the header and starts decoding the columns at these positions.
    pub(crate) fn start(
        input: impl Read + Send + 'static,
        layout: &Layout,
        options: &ReadOptions,
        columns: &[usize],
        threads: usize,
        cancel: Cancel,
    ) -> Result<Self> {
        let (decoding, pieces, mut position) =
            Decoding::open(input, layout, options, Some(columns)).map_err(error)?;
        let pieces = pieces.map(move |piece| {
            cancel.check()?;
            piece.map_err(error)
        });
        let work = move |piece: Piece, decoded: &mut Decoded| {
            decoding.decode(&piece, decoded);
            Ok(())
        };
        let pass = move |decoded: &mut Decoded| position.pass(decoded).map_err(error);
        let decoded = parallel::read_ahead("read delimited text", threads, pieces, work, pass)
            .map_err(|source| Error::io("cannot start a thread", source))?;
        Ok(Self { rows: Rows::new(options.batch_rows), decoded })
    }
}

impl Iterator for ReadAhead {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(batch) = self.rows.next() {
            return Some(Ok(batch));
        }
        match self.decoded.next()? {
            Ok(batch) => {
                self.rows.put(Some(batch));
                self.rows.next().map(Ok)
            }
            Err(error) => Some(Err(error)),
        }
    }
}
