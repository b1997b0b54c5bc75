//! Work on batches in several threads, consumed in order.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

use crate::error::Result;

/// Runs `work` on every item in `threads` threads and hands the results to `consume` in the items' order.
///
/// Results are recycled: `work` gets a used (not cleared) `R` to fill, so that buffers are allocated once a thread.
/// With one thread everything runs on the caller's, and the results are the same. At most `2 × threads` results
/// exist at a time. The first error in item order ends the run.
///
/// # Errors
/// What the source, `work` or `consume` fail with.
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
    let buffers = threads * 2;
    let (recycle, free) = sync_channel::<R>(buffers);
    for _ in 0..buffers {
        let _ = recycle.send(R::default());
    }
    let (done, results) = sync_channel::<(u64, Result<R>)>(buffers);
    let source = Mutex::new(Source { items, next: 0, free });
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let (source, work, done) = (&source, &work, done.clone());
            scope.spawn(move || worker(source, work, &done));
        }
        drop(done);
        // Dropping both ends on an early error releases workers that wait for a buffer or for room.
        in_order(results, recycle, &mut consume)
    })
}

struct Source<I, R> {
    items: I,
    next: u64,
    free: Receiver<R>,
}

/// Takes an item together with its number and a free buffer, so that the oldest item never waits for a buffer.
fn worker<T, R, I: Iterator<Item = Result<T>>>(
    source: &Mutex<Source<I, R>>,
    work: &(impl Fn(T, &mut R) -> Result<()> + Sync),
    done: &SyncSender<(u64, Result<R>)>,
) {
    loop {
        let (number, item, mut buffer) = {
            let mut source = source.lock().unwrap_or_else(PoisonError::into_inner);
            let Ok(buffer) = source.free.recv() else { return };
            let Some(item) = source.items.next() else { return };
            source.next += 1;
            (source.next - 1, item, buffer)
        };
        let result = match item {
            Ok(item) => work(item, &mut buffer).map(|()| buffer),
            Err(error) => Err(error),
        };
        let failed = result.is_err();
        if done.send((number, result)).is_err() || failed {
            return;
        }
    }
}

fn in_order<R>(
    results: Receiver<(u64, Result<R>)>,
    recycle: SyncSender<R>,
    consume: &mut impl FnMut(&mut R) -> Result<()>,
) -> Result<()> {
    let mut waiting: BTreeMap<u64, Result<R>> = BTreeMap::new();
    let mut next = 0;
    while let Ok((number, result)) = results.recv() {
        waiting.insert(number, result);
        while let Some(result) = waiting.remove(&next) {
            let mut buffer = result?;
            consume(&mut buffer)?;
            next += 1;
            let _ = recycle.try_send(buffer);
        }
    }
    waiting.into_values().try_for_each(|result| result.map(drop))
}
