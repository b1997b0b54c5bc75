//! Reads blocks of rows in several threads and delivers them in order.

use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use crate::error::{DtaError, Result};
use crate::reader::batches::Batches;

/// Batches that each thread may have ready before they are asked for.
const AHEAD: usize = 2;

/// A batch of a block, or `None` behind the last one of a block.
type Piece = Result<Option<RecordBatch>>;

/// Record batches of the chosen rows and columns, in order, read by several threads.
#[derive(Debug)]
pub struct ParallelBatches {
    schema: SchemaRef,
    workers: Vec<Worker>,
    current: usize,
    blocks_left: u64,
}

#[derive(Debug)]
struct Worker {
    pieces: Option<Receiver<Piece>>,
    thread: Option<JoinHandle<()>>,
}

impl ParallelBatches {
    /// Starts one thread for each of `readers`, which are set up alike; `rows` are dealt out in blocks of a batch.
    pub(crate) fn start(
        readers: Vec<Batches>,
        schema: SchemaRef,
        rows: Range<u64>,
        batch_rows: usize,
    ) -> io::Result<Self> {
        let block = batch_rows.max(1) as u64;
        let blocks = (rows.end.saturating_sub(rows.start)).div_ceil(block);
        let threads = readers.len() as u64;
        let mut workers = Vec::with_capacity(readers.len());
        for (number, reader) in readers.into_iter().enumerate() {
            let (sender, receiver) = sync_channel(AHEAD);
            let mine = (number as u64..blocks).step_by(threads as usize);
            let ranges = mine.map({
                let rows = rows.clone();
                move |index| {
                    let start = rows.start + index * block;
                    start..(start + block).min(rows.end)
                }
            });
            let name = format!("dta-read-{}", number + 1);
            let thread =
                std::thread::Builder::new().name(name).spawn(move || work(reader, ranges, &sender))?;
            workers.push(Worker { pieces: Some(receiver), thread: Some(thread) });
        }
        Ok(Self { schema, workers, current: 0, blocks_left: blocks })
    }

    /// Schema of every batch.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}

/// Reads the blocks of one thread until they end or nobody listens.
fn work(mut reader: Batches, ranges: impl Iterator<Item = Range<u64>>, sender: &SyncSender<Piece>) {
    for range in ranges {
        reader.set_rows(range);
        let pieces = reader.by_ref().map(|batch| batch.map(Some)).chain(std::iter::once(Ok(None)));
        for piece in pieces {
            let failed = piece.is_err();
            if sender.send(piece).is_err() || failed {
                return;
            }
        }
    }
}

impl Iterator for ParallelBatches {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.blocks_left > 0 {
            let pieces = self.workers.get(self.current).and_then(|worker| worker.pieces.as_ref());
            match pieces.map(Receiver::recv) {
                Some(Ok(Ok(Some(batch)))) => return Some(Ok(batch)),
                Some(Ok(Ok(None))) => {
                    self.blocks_left -= 1;
                    self.current = (self.current + 1) % self.workers.len().max(1);
                }
                Some(Ok(Err(error))) => {
                    self.blocks_left = 0;
                    return Some(Err(error));
                }
                Some(Err(_)) | None => {
                    self.blocks_left = 0;
                    return Some(Err(DtaError::Io(io::Error::other("a reading thread ended early"))));
                }
            }
        }
        None
    }
}

impl Drop for ParallelBatches {
    fn drop(&mut self) {
        // A thread that waits to hand over a batch ends once nobody listens.
        self.workers.iter_mut().for_each(|worker| worker.pieces = None);
        for thread in self.workers.iter_mut().filter_map(|worker| worker.thread.take()) {
            let _ = thread.join();
        }
    }
}
