//! Numbered items, worked on side by side and consumed in order.
//!
//! The thread that finishes the item whose turn it is consumes its result and those that wait behind it, while the
//! other threads work. Consuming never waits for a thread to wake up, and no thread sleeps while there are unused
//! results.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::{Failure, MOST_THREADS, guarded};

#[cfg(test)]
#[path = "ordered_tests.rs"]
mod tests;

/// Runs `work` on every item in `threads` threads, the caller's included, and hands the results to `consume` in the
/// items' order.
///
/// Results are recycled: `work` gets a used (not cleared) `R` to fill, so that buffers are allocated once a thread.
/// At most `2 × threads` results exist at a time, and no more items are taken than there are results. The source is
/// not polled again after its own error or end.
///
/// # Errors
/// The first error in item order of the source, `work` or `consume`.
///
/// # Panics
/// A panic in the source, `work` or `consume` stops all threads and resumes in the caller's.
///
/// ```
/// # fn main() -> exporter_core::Result<()> {
/// let mut text = String::new();
/// exporter_core::parallel::ordered(
///     4,
///     (1..=5).map(Ok::<_, exporter_core::Error>),
///     |number: u32, line: &mut String| { line.clear(); line.push_str(&(number * number).to_string()); Ok(()) },
///     |line| { text.push_str(line); text.push(' '); Ok(()) },
/// )?;
/// assert_eq!(text, "1 4 9 16 25 ");
/// # Ok(())
/// # }
/// ```
pub fn ordered<T, R, E>(
    threads: usize,
    items: impl Iterator<Item = Result<T, E>> + Send,
    work: impl Fn(T, &mut R) -> Result<(), E> + Sync,
    consume: impl FnMut(&mut R) -> Result<(), E> + Send,
) -> Result<(), E>
where
    R: Default + Send,
    E: Send,
{
    ordered_with(threads, threads.min(MOST_THREADS) * 2, items, work, consume)
}

/// As [`ordered`] with at most `results` results at a time; there are no more threads than results.
///
/// # Errors
/// As [`ordered`].
pub fn ordered_with<T, R, E>(
    threads: usize,
    results: usize,
    mut items: impl Iterator<Item = Result<T, E>> + Send,
    work: impl Fn(T, &mut R) -> Result<(), E> + Sync,
    mut consume: impl FnMut(&mut R) -> Result<(), E> + Send,
) -> Result<(), E>
where
    R: Default + Send,
    E: Send,
{
    let threads = threads.min(results).min(MOST_THREADS);
    if threads <= 1 {
        let mut result = R::default();
        return items.try_for_each(|item| {
            work(item?, &mut result)?;
            consume(&mut result)
        });
    }
    let feed = Mutex::new(Feed { items: Some(items), next: 0 });
    let turns = Turns {
        state: Mutex::new(State {
            consume: Some(consume),
            turn: 0,
            waiting: BTreeMap::new(),
            // Every thread begins with a result of its own.
            spare: (threads..results).map(|_| R::default()).collect(),
            stopped: false,
            failure: None,
        }),
        changed: Condvar::new(),
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            // Fewer threads give the same results.
            let _ = thread::Builder::new().spawn_scoped(scope, || run(&feed, &work, &turns));
        }
        run(&feed, &work, &turns);
    });
    let state = turns.state.into_inner().unwrap_or_else(PoisonError::into_inner);
    state.failure.map_or(Ok(()), |failure| Err(failure.into_error()))
}

struct Feed<I> {
    /// `None` once it has ended, failed or panicked.
    items: Option<I>,
    next: u64,
}

impl<T, E, I: Iterator<Item = Result<T, E>>> Feed<I> {
    /// The next item with its number; a failure has a number too and is the last.
    fn take(&mut self) -> Option<(u64, Result<T, Failure<E>>)> {
        let items = self.items.as_mut()?;
        let item = guarded(|| items.next().transpose()).transpose();
        if !matches!(item, Some(Ok(_))) {
            self.items = None;
        }
        let number = self.next;
        self.next += 1;
        Some((number, item?))
    }
}

struct Turns<R, C, E> {
    state: Mutex<State<R, C, E>>,
    changed: Condvar,
}

struct State<R, C, E> {
    /// Taken by the thread that consumes.
    consume: Option<C>,
    /// Number of the item whose turn it is.
    turn: u64,
    /// What became of items before their turn; every item that was taken gets here, so that the order has no gap.
    waiting: BTreeMap<u64, Result<R, Failure<E>>>,
    /// Unused results.
    spare: Vec<R>,
    stopped: bool,
    failure: Option<Failure<E>>,
}

/// What each thread does.
fn run<T, R, E, I, C>(
    feed: &Mutex<Feed<I>>,
    work: &(impl Fn(T, &mut R) -> Result<(), E> + Sync),
    turns: &Turns<R, C, E>,
) where
    R: Default,
    I: Iterator<Item = Result<T, E>>,
    C: FnMut(&mut R) -> Result<(), E>,
{
    let mut result = R::default();
    loop {
        let Some((number, item)) = feed.lock().unwrap_or_else(PoisonError::into_inner).take() else {
            return;
        };
        let worked = item.and_then(|item| guarded(|| work(item, &mut result)));
        match turns.put(number, worked.map(|()| result)) {
            Some(spare) => result = spare,
            None => return,
        }
    }
}

impl<R, C: FnMut(&mut R) -> Result<(), E>, E> Turns<R, C, E> {
    /// Puts a result where its turn finds it, consumes what is due unless another thread does, and returns a result
    /// to fill; `None` once the run has ended or the item has failed.
    fn put(&self, number: u64, result: Result<R, Failure<E>>) -> Option<R> {
        let failed = result.is_err();
        let mut state = self.lock();
        state.waiting.insert(number, result);
        loop {
            state = self.consume_due(state);
            if state.stopped || failed {
                return None;
            }
            if let Some(spare) = state.spare.pop() {
                return Some(spare);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Consumes the results whose turn has come, without the lock.
    fn consume_due<'a>(
        &'a self,
        mut state: MutexGuard<'a, State<R, C, E>>,
    ) -> MutexGuard<'a, State<R, C, E>> {
        while !state.stopped && state.consume.is_some() {
            let turn = state.turn;
            let Some(result) = state.waiting.remove(&turn) else { break };
            let Some(mut consume) = state.consume.take() else { break };
            drop(state);
            let consumed = result.and_then(|mut result| {
                guarded(|| consume(&mut result))?;
                Ok(result)
            });
            state = self.lock();
            state.consume = Some(consume);
            match consumed {
                Ok(result) => {
                    state.spare.push(result);
                    state.turn += 1;
                }
                Err(failure) => {
                    state.stopped = true;
                    state.failure = Some(failure);
                }
            }
            self.changed.notify_all();
        }
        state
    }

    fn lock(&self) -> MutexGuard<'_, State<R, C, E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
