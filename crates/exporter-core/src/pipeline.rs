//! Work on batches in several threads, consumed in order.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::error::{Error, Result};

#[cfg(test)]
mod tests;

/// More threads than this are not started, however many are asked for.
const MOST_THREADS: usize = 256;

/// Runs `work` on every item in `threads` threads and hands the results to `consume` in the items' order.
///
/// Results are recycled: `work` gets a used (not cleared) `R` to fill, so that buffers are allocated once a thread.
/// With one thread everything runs on the caller's, and the results are the same. At most `2 × threads` results
/// exist at a time, and no more items are taken than there are results. The first error in item order ends the run;
/// the source is not asked again after its own error or end.
///
/// # Errors
/// What the source, `work` or `consume` fail with.
///
/// # Panics
/// A panic in the source, `work` or `consume` stops all threads and goes on in the caller's.
///
/// ```
/// # fn main() -> exporter_core::Result<()> {
/// let mut text = String::new();
/// exporter_core::pipeline::ordered(
///     4,
///     (1..=5).map(Ok),
///     |number: u32, line: &mut String| { line.clear(); line.push_str(&(number * number).to_string()); Ok(()) },
///     |line| { text.push_str(line); text.push(' '); Ok(()) },
/// )?;
/// assert_eq!(text, "1 4 9 16 25 ");
/// # Ok(())
/// # }
/// ```
pub fn ordered<T, R>(
    threads: usize,
    mut items: impl Iterator<Item = Result<T>> + Send,
    work: impl Fn(T, &mut R) -> Result<()> + Sync,
    mut consume: impl FnMut(&mut R) -> Result<()>,
) -> Result<()>
where
    T: Send,
    R: Default + Send,
{
    if threads <= 1 {
        let mut result = R::default();
        return items.try_for_each(|item| {
            work(item?, &mut result)?;
            consume(&mut result)
        });
    }
    let threads = threads.min(MOST_THREADS);
    let buffers = threads * 2;
    let (recycle, free) = sync_channel::<R>(buffers);
    for _ in 0..buffers {
        let _ = recycle.send(R::default());
    }
    let (done, results) = sync_channel::<(u64, Outcome<R>)>(buffers);
    let source = Mutex::new(Source { items: Some(items), next: 0, free });
    thread::scope(|scope| {
        let mut refused = None;
        let mut started = 0usize;
        for _ in 0..threads {
            let (source, work, done) = (&source, &work, done.clone());
            match thread::Builder::new().spawn_scoped(scope, move || worker(source, work, &done)) {
                Ok(_) => started += 1,
                Err(error) => refused = Some(error),
            }
        }
        drop(done);
        match refused {
            // Fewer threads give the same results; none would give nothing.
            Some(error) if started == 0 => Err(Error::io("cannot start a thread", error)),
            // Dropping both ends on an early error releases workers that wait for a buffer or for room.
            _ => in_order(results, recycle, &mut consume),
        }
    })
}

/// What became of an item; every item that was taken has exactly one, so that the order has no gap to wait for.
enum Outcome<R> {
    Done(R),
    Failed(Error),
    Panicked(Box<dyn Any + Send>),
}

struct Source<I, R> {
    /// `None` once it has ended, failed or panicked.
    items: Option<I>,
    next: u64,
    free: Receiver<R>,
}

impl<T, R, I: Iterator<Item = Result<T>>> Source<I, R> {
    /// Takes an item with its number and a free buffer together, so that the oldest item never waits for a buffer.
    fn take(&mut self) -> Option<(u64, R, thread::Result<Result<T>>)> {
        // Fails once the consumer is gone.
        let buffer = self.free.recv().ok()?;
        let items = self.items.as_mut()?;
        let item = match catch_unwind(AssertUnwindSafe(|| items.next())) {
            Ok(item) => item.map(Ok),
            Err(payload) => Some(Err(payload)),
        };
        if !matches!(item, Some(Ok(Ok(_)))) {
            self.items = None;
        }
        let number = self.next;
        self.next += 1;
        Some((number, buffer, item?))
    }
}

fn worker<T, R, I: Iterator<Item = Result<T>>>(
    source: &Mutex<Source<I, R>>,
    work: &(impl Fn(T, &mut R) -> Result<()> + Sync),
    done: &SyncSender<(u64, Outcome<R>)>,
) {
    loop {
        let Some((number, mut buffer, item)) = source.lock().unwrap_or_else(PoisonError::into_inner).take()
        else {
            return;
        };
        let worked = item.and_then(|item| {
            catch_unwind(AssertUnwindSafe(|| item.and_then(|item| work(item, &mut buffer))))
        });
        let outcome = match worked {
            Ok(Ok(())) => Outcome::Done(buffer),
            Ok(Err(error)) => Outcome::Failed(error),
            Err(payload) => Outcome::Panicked(payload),
        };
        let ended = !matches!(outcome, Outcome::Done(_));
        if done.send((number, outcome)).is_err() || ended {
            return;
        }
    }
}

fn in_order<R>(
    results: Receiver<(u64, Outcome<R>)>,
    recycle: SyncSender<R>,
    consume: &mut impl FnMut(&mut R) -> Result<()>,
) -> Result<()> {
    let mut waiting: BTreeMap<u64, Outcome<R>> = BTreeMap::new();
    let mut next = 0;
    while let Ok((number, outcome)) = results.recv() {
        waiting.insert(number, outcome);
        while let Some(outcome) = waiting.remove(&next) {
            match outcome {
                Outcome::Done(mut buffer) => {
                    consume(&mut buffer)?;
                    let _ = recycle.try_send(buffer);
                }
                Outcome::Failed(error) => return Err(error),
                Outcome::Panicked(payload) => {
                    // The workers stop when the channels close, before the scope waits for them.
                    drop((results, recycle, waiting));
                    resume_unwind(payload)
                }
            }
            next += 1;
        }
    }
    Ok(())
}
