//! A range cut into one share a thread.

use std::ops::Range;
use std::thread;

use super::{Failure, MOST_THREADS, guarded};

#[cfg(test)]
#[path = "shares_tests.rs"]
mod tests;

/// Cuts `range` into at most `threads` shares of equal length, runs `work` on all of them side by side, the first on
/// the caller's thread, and returns the results in order. An empty range is one empty share.
///
/// # Errors
/// The error of the first share, in order, that failed; every share is worked on whatever happens to the others.
///
/// # Panics
/// A panic in `work` resumes in the caller's thread once all shares have ended.
///
/// ```
/// let sums = exporter_core::parallel::shares(3, 1..8, |share| Ok::<u64, ()>(share.sum()));
/// assert_eq!(sums, Ok(vec![1 + 2 + 3, 4 + 5 + 6, 7]));
/// ```
pub fn shares<T: Send, E: Send>(
    threads: usize,
    range: Range<u64>,
    work: impl Fn(Range<u64>) -> Result<T, E> + Sync,
) -> Result<Vec<T>, E> {
    let total = range.end.saturating_sub(range.start);
    let share = total.div_ceil(threads.clamp(1, MOST_THREADS) as u64).max(1);
    let cut = |number: u64| {
        let place = |number: u64| range.start + share.saturating_mul(number).min(total);
        place(number)..place(number + 1)
    };
    let work = |number: u64| guarded(|| work(cut(number)));
    thread::scope(|scope| {
        let others: Vec<_> = (1..total.div_ceil(share))
            .map(|number| (number, thread::Builder::new().spawn_scoped(scope, move || work(number))))
            .collect();
        let mut results = vec![work(0)];
        for (number, thread) in others {
            results.push(match thread {
                Ok(thread) => thread.join().unwrap_or_else(|payload| Err(Failure::Panic(payload))),
                // The caller's thread stands in for one that the system refused.
                Err(_) => work(number),
            });
        }
        results.into_iter().map(|results| results.map_err(Failure::into_error)).collect()
    })
}
