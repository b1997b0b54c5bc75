//! Filling and writing in several threads: whoever has filled the block whose turn it is writes it and those that wait
//! behind it, while the others go on filling.
//!
//! So the file is written without a pause and nobody sleeps as long as there are free blocks.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::error::Result;
use crate::metadata::DtaMetadata;
use crate::writer::batch::ReadyBatch;
use crate::writer::findings::Findings;

/// More threads than this are not started: one that fills is nearly as fast as one that writes.
pub(super) const MOST_THREADS: usize = 32;

/// A filled block.
pub(super) struct Filled {
    pub(super) batch: Arc<ReadyBatch>,
    pub(super) rows: Range<usize>,
    pub(super) block: Vec<u8>,
    pub(super) findings: Findings,
}

/// Rows to fill: a range of a batch.
pub(super) type Job = (Arc<ReadyBatch>, Range<usize>);

/// Fills what `next` gives in `threads` threads and hands the blocks to `emit` in order; `emit` gives the block back.
///
/// At most `blocks` blocks exist, and never fewer than threads. The first error in order ends the run.
pub(super) fn fill_in_turn(
    metadata: &DtaMetadata,
    width: usize,
    (threads, blocks): (usize, usize),
    mut next: impl FnMut() -> Result<Option<Job>> + Send,
    mut emit: impl FnMut(Filled) -> Result<Vec<u8>> + Send,
) -> Result<()> {
    if threads <= 1 {
        let mut block = Vec::new();
        while let Some(job) = next()? {
            block = emit(fill(metadata, width, job, block)?)?;
        }
        return Ok(());
    }
    let source = Mutex::new(Source { next, number: 0, ended: false });
    let state = State {
        emit: Some(emit),
        turn: 0,
        waiting: BTreeMap::new(),
        // Every thread begins with a block of its own.
        spare: vec![Vec::new(); blocks.saturating_sub(threads)],
        outcome: Ok(()),
    };
    let turns = Turns { state: Mutex::new(state), changed: Condvar::new() };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(|| work(metadata, width, &source, &turns));
        }
        work(metadata, width, &source, &turns);
    });
    turns.state.into_inner().unwrap_or_else(PoisonError::into_inner).outcome
}

struct Source<N> {
    next: N,
    number: u64,
    ended: bool,
}

struct Turns<E> {
    state: Mutex<State<E>>,
    changed: Condvar,
}

struct State<E> {
    /// Taken by the thread that writes.
    emit: Option<E>,
    /// Number of the block whose turn it is; [`STOPPED`] ends everything.
    turn: u64,
    /// Blocks filled before their turn.
    waiting: BTreeMap<u64, Result<Filled>>,
    /// Blocks that nobody uses.
    spare: Vec<Vec<u8>>,
    outcome: Result<()>,
}

/// No block has this number.
const STOPPED: u64 = u64::MAX;

fn work<N, E>(metadata: &DtaMetadata, width: usize, source: &Mutex<Source<N>>, turns: &Turns<E>)
where
    N: FnMut() -> Result<Option<Job>>,
    E: FnMut(Filled) -> Result<Vec<u8>>,
{
    let _stop = StopOnPanic(turns);
    let mut block = Vec::new();
    // A poisoned lock means that another thread panics, which the scope passes on.
    while let Some((number, job)) = source.lock().ok().and_then(|mut source| source.take()) {
        let filled = job.and_then(|job| fill(metadata, width, job, block));
        match turns.emit(number, filled) {
            Some(written) => block = written,
            None => return,
        }
    }
}

impl<N: FnMut() -> Result<Option<Job>>> Source<N> {
    /// The next job with its number; an error has a number too and is the last.
    fn take(&mut self) -> Option<(u64, Result<Job>)> {
        if self.ended {
            return None;
        }
        let job = (self.next)().transpose();
        self.ended = !matches!(job, Some(Ok(_)));
        self.number += 1;
        job.map(|job| (self.number - 1, job))
    }
}

impl<E: FnMut(Filled) -> Result<Vec<u8>>> Turns<E> {
    /// Puts a block where its turn will find it, writes what is due unless another thread does, and returns a block to
    /// fill; `None` once the run has ended.
    fn emit(&self, number: u64, filled: Result<Filled>) -> Option<Vec<u8>> {
        let mut state = self.state.lock().ok()?;
        state.waiting.insert(number, filled);
        loop {
            state = self.write_due(state)?;
            if state.turn == STOPPED {
                return None;
            }
            if let Some(block) = state.spare.pop() {
                return Some(block);
            }
            state = self.changed.wait(state).ok()?;
        }
    }

    /// Writes the blocks whose turn has come, without the lock; `None` when another thread panicked.
    fn write_due<'a>(&'a self, mut state: MutexGuard<'a, State<E>>) -> Option<MutexGuard<'a, State<E>>> {
        while state.turn != STOPPED && state.emit.is_some() {
            let turn = state.turn;
            let Some(filled) = state.waiting.remove(&turn) else { break };
            let Some(mut emit) = state.emit.take() else { break };
            drop(state);
            let emitted = filled.and_then(&mut emit);
            state = self.state.lock().ok()?;
            state.emit = Some(emit);
            match emitted {
                Ok(block) => {
                    state.spare.push(block);
                    if state.turn != STOPPED {
                        state.turn += 1;
                    }
                }
                Err(error) => {
                    state.turn = STOPPED;
                    state.outcome = Err(error);
                }
            }
            self.changed.notify_all();
        }
        Some(state)
    }
}

/// Lets nobody wait for the turn of a thread that panics.
struct StopOnPanic<'a, E>(&'a Turns<E>);

impl<E> Drop for StopOnPanic<'_, E> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.state.lock().unwrap_or_else(PoisonError::into_inner).turn = STOPPED;
            self.0.changed.notify_all();
        }
    }
}

/// Fills one range of rows.
fn fill(metadata: &DtaMetadata, width: usize, (batch, rows): Job, mut block: Vec<u8>) -> Result<Filled> {
    // Every byte is written by some column, so old contents need no clearing.
    block.resize(rows.len() * width, 0);
    let mut findings = Findings::default();
    match batch.fill(rows.clone(), width, &mut block, &mut findings) {
        Ok(()) => Ok(Filled { batch, rows, block, findings }),
        Err((position, bad)) => Err(batch.error(metadata, position, bad)),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{Int32Array, RecordBatch};

    use super::*;
    use crate::error::DtaError;
    use crate::metadata::DtaVariable;
    use crate::spec::Release;
    use crate::spec_storage::StorageType;
    use crate::writer::{LongText, OutOfRange};

    fn metadata() -> DtaMetadata {
        let mut metadata = DtaMetadata::new(Release::V118);
        metadata.variables.push(DtaVariable::new("x", StorageType::Long));
        metadata
    }

    /// Jobs of one row each, holding their own number; `bad` does not fit.
    fn jobs(count: i32, bad: Option<i32>) -> impl FnMut() -> Result<Option<Job>> + Send {
        let metadata = metadata();
        let mut number = 0;
        move || {
            if number == count {
                return Ok(None);
            }
            let value = if bad == Some(number) { i32::MAX } else { number };
            let batch = RecordBatch::try_from_iter([("x", Arc::new(Int32Array::from(vec![value])) as _)]);
            let policies = (OutOfRange::Error, LongText::Error);
            number += 1;
            Ok(Some((Arc::new(ReadyBatch::new(&metadata, &batch?, number as u64, policies)?), 0..1)))
        }
    }

    #[test]
    fn blocks_come_in_order_whatever_the_threads() {
        for threads in [1, 2, 5, MOST_THREADS] {
            let mut seen = Vec::new();
            let outcome = fill_in_turn(&metadata(), 4, (threads, threads + 2), jobs(500, None), |filled| {
                seen.extend_from_slice(&filled.block);
                Ok(filled.block)
            });
            outcome.unwrap();
            let expected: Vec<u8> = (0..500_i32).flat_map(i32::to_le_bytes).collect();
            assert_eq!(seen, expected, "{threads} threads");
        }
    }

    #[test]
    fn first_error_in_order_ends_the_run() {
        for threads in [1, 4] {
            let mut emitted = 0;
            let outcome = fill_in_turn(&metadata(), 4, (threads, threads), jobs(500, Some(40)), |filled| {
                emitted += 1;
                Ok(filled.block)
            });
            assert!(matches!(outcome, Err(DtaError::Value { row: 41, .. })), "{outcome:?}");
            assert_eq!(emitted, 40, "{threads} threads");
            let outcome = fill_in_turn(&metadata(), 4, (threads, threads), jobs(500, None), |_| {
                Err(DtaError::Unsupported("full".to_owned()))
            });
            assert!(matches!(outcome, Err(DtaError::Unsupported(_))));
        }
    }

    #[test]
    fn a_panic_does_not_leave_others_waiting() {
        let run = || {
            fill_in_turn(&metadata(), 4, (4, 6), jobs(500, None), |filled| {
                assert!(filled.rows.start > 0, "the sink panics");
                Ok(filled.block)
            })
        };
        assert!(std::panic::catch_unwind(run).is_err());
    }
}
