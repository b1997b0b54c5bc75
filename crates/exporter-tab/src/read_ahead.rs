//! Batches decoded by several threads ahead of whoever takes them.

use std::io::Read;
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, JoinHandle};

use arrow_array::RecordBatch;
use exporter_core::context::Cancel;
use exporter_core::{Error, Result, pipeline};

use crate::dataset::error;
use crate::reader::{Decoded, Decoding, Layout, Piece, ReadOptions, Rows};

/// The batches of a file in its order. At most a few pieces a thread are held; dropping it stops the threads.
pub(crate) struct ReadAhead {
    rows: Rows,
    /// None once the end or an error came.
    batches: Option<Receiver<Result<RecordBatch>>>,
    thread: Option<JoinHandle<()>>,
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
        let (send, batches) = sync_channel(threads);
        let decode = move || {
            let pieces = pieces.map(|piece| {
                cancel.check()?;
                piece.map_err(error)
            });
            let work = |piece: Piece, decoded: &mut Decoded| {
                decoding.decode(&piece, decoded);
                Ok(())
            };
            let done = pipeline::ordered(threads, pieces, work, |decoded| {
                match position.pass(decoded).map_err(error)? {
                    // Nobody takes batches any more: the error only stops the threads.
                    Some(batch) => send.send(Ok(batch)).map_err(|_| Error::cancelled()),
                    None => Ok(()),
                }
            });
            if let Err(error) = done {
                let _ = send.send(Err(error));
            }
        };
        let thread = thread::Builder::new()
            .name("read delimited text".into())
            .spawn(decode)
            .map_err(|source| Error::io("cannot start a thread", source))?;
        Ok(Self { rows: Rows::new(options.batch_rows), batches: Some(batches), thread: Some(thread) })
    }

    /// Waits for the threads, whose next batch nobody takes.
    fn stop(&mut self) -> thread::Result<()> {
        self.batches = None;
        self.thread.take().map_or(Ok(()), JoinHandle::join)
    }
}

impl Iterator for ReadAhead {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(batch) = self.rows.next() {
            return Some(Ok(batch));
        }
        match self.batches.as_ref()?.recv() {
            Ok(Ok(batch)) => {
                self.rows.put(Some(batch));
                self.rows.next().map(Ok)
            }
            Ok(Err(error)) => {
                self.batches = None;
                Some(Err(error))
            }
            // The end, or a panic that goes on here: it must not look like the end.
            Err(_) => match self.stop() {
                Ok(()) => None,
                Err(panic) => resume_unwind(panic),
            },
        }
    }
}

impl Drop for ReadAhead {
    fn drop(&mut self) {
        let _ = self.stop();
    }
}
