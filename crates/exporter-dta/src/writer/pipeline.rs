//! Filling in other threads while this one takes batches and writes blocks in order.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use crate::error::{DtaError, Result};
use crate::metadata::DtaMetadata;
use crate::writer::batch::ReadyBatch;
use crate::writer::findings::Findings;

/// Rows to fill: a range of a batch and the block they go to.
struct Job {
    number: u64,
    batch: Arc<ReadyBatch>,
    rows: Range<usize>,
    block: Vec<u8>,
}

/// A filled block.
pub(super) struct Filled {
    pub(super) batch: Arc<ReadyBatch>,
    pub(super) rows: Range<usize>,
    pub(super) block: Vec<u8>,
    pub(super) findings: Findings,
}

type Outcome = (u64, Result<Filled>);

/// Blocks that exist at a time: one for each worker, one being written, one waiting.
pub(super) const fn blocks_in_flight(workers: usize) -> usize {
    workers + 2
}

/// Fills what `next` gives with `workers` threads and hands it to `emit` in order; `emit` returns the block.
///
/// No more blocks exist than [`blocks_in_flight`] says, so memory does not grow with the rows.
pub(super) fn fill_in_order(
    metadata: &DtaMetadata,
    width: usize,
    workers: usize,
    mut next: impl FnMut() -> Result<Option<(Arc<ReadyBatch>, Range<usize>)>>,
    mut emit: impl FnMut(Filled) -> Result<Vec<u8>>,
) -> Result<()> {
    let (jobs, queue) = channel::<Job>();
    let (done, outcomes) = channel::<Outcome>();
    let queue = Mutex::new(queue);
    std::thread::scope(|scope| {
        // Moved in, so that leaving early closes the queue and the threads end.
        let jobs = jobs;
        for _ in 0..workers {
            let (queue, done) = (&queue, done.clone());
            scope.spawn(move || work(metadata, width, queue, &done));
        }
        drop(done);
        let mut early = BTreeMap::new();
        let mut free = Vec::new();
        let (mut sent, mut emitted, mut ended) = (0, 0, false);
        loop {
            while !ended && sent - emitted < blocks_in_flight(workers) as u64 {
                let Some((batch, rows)) = next()? else {
                    ended = true;
                    break;
                };
                let block = free.pop().unwrap_or_default();
                if jobs.send(Job { number: sent, batch, rows, block }).is_err() {
                    return Err(stopped());
                }
                sent += 1;
            }
            if emitted == sent {
                return Ok(());
            }
            let filled = loop {
                if let Some(filled) = early.remove(&emitted) {
                    break filled;
                }
                let (number, filled) = outcomes.recv().map_err(|_| stopped())?;
                early.insert(number, filled);
            };
            free.push(emit(filled?)?);
            emitted += 1;
        }
    })
}

fn work(metadata: &DtaMetadata, width: usize, queue: &Mutex<Receiver<Job>>, done: &Sender<Outcome>) {
    loop {
        let job = match queue.lock() {
            Ok(queue) => queue.recv(),
            Err(_) => return,
        };
        let Ok(Job { number, batch, rows, block }) = job else { return };
        if done.send((number, fill(metadata, width, batch, rows, block))).is_err() {
            return;
        }
    }
}

/// Fills one range of rows.
pub(super) fn fill(
    metadata: &DtaMetadata,
    width: usize,
    batch: Arc<ReadyBatch>,
    rows: Range<usize>,
    mut block: Vec<u8>,
) -> Result<Filled> {
    // Every byte is written by some column, so old contents need no clearing.
    block.resize(rows.len() * width, 0);
    let mut findings = Findings::default();
    match batch.fill(rows.clone(), width, &mut block, &mut findings) {
        Ok(()) => Ok(Filled { batch, rows, block, findings }),
        Err((position, bad)) => Err(batch.error(metadata, position, bad)),
    }
}

fn stopped() -> DtaError {
    DtaError::Unsupported("a thread that fills rows stopped".to_owned())
}
