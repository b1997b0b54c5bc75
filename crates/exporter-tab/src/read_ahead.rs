//! Batches decoded by several threads ahead of their consumer.

use std::io::Read;

use arrow_array::RecordBatch;
use exporter_core::{Cancel, Error, Result, parallel};

use crate::TabError;
use crate::reader::{Decoded, Decoding, Piece, Pieces, Position, Rows};

/// The batches of a file in its order, decoded ahead; dropping it stops the threads.
pub(crate) struct ReadAhead {
    rows: Rows,
    decoded: parallel::ReadAhead<RecordBatch, Error>,
}

impl ReadAhead {
    /// Starts decoding pieces, the first of which is at a position.
    pub(crate) fn start(
        decoding: Decoding,
        pieces: Pieces<impl Read + Send + 'static>,
        mut position: Position,
        batch_rows: usize,
        threads: usize,
        cancel: Cancel,
        error: impl Fn(TabError) -> Error + Clone + Send + 'static,
    ) -> Result<Self> {
        let cutting = error.clone();
        let pieces = pieces.map(move |piece| {
            cancel.check()?;
            piece.map_err(&cutting)
        });
        let work = move |piece: Piece, decoded: &mut Decoded| {
            decoding.decode(&piece, decoded);
            Ok(())
        };
        let pass = move |decoded: &mut Decoded| position.pass(decoded).map_err(&error);
        let decoded = parallel::read_ahead("read delimited text", threads, pieces, work, pass)
            .map_err(|source| Error::io("cannot start a thread", source))?;
        Ok(Self { rows: Rows::new(batch_rows), decoded })
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
