//! An iterator whose work runs on threads ahead of the consumer.

use std::io;
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{self, JoinHandle};

use super::ordered;

#[cfg(test)]
#[path = "read_ahead_tests.rs"]
mod tests;

/// The results of [`read_ahead`] in their order; nothing comes after an error. Dropping it stops the threads and waits
/// for them.
#[derive(Debug)]
pub struct ReadAhead<O, E> {
    /// `None` once the end or an error came.
    results: Option<Receiver<Result<O, E>>>,
    thread: Option<JoinHandle<()>>,
}

/// Runs `work` on every item in `threads` threads of their own, called `name`, and delivers what `finish` makes of the
/// results, in the items' order; a result of which it makes nothing is passed over.
///
/// Results are recycled as by [`ordered`]. At most `2 × threads` items are worked on or wait for their turn, and one
/// result waits to be taken: a reader that is faster than its taker needs no more, and results may be large.
///
/// # Errors
/// When the system refuses to start a thread. The iterator delivers the first error, in item order, of the source,
/// `work` or `finish`.
///
/// # Panics
/// A panic in the source, `work` or `finish` resumes in the thread that takes the results.
///
/// ```
/// use exporter_core::parallel::read_ahead;
///
/// let square = |number: u64, result: &mut u64| { *result = number * number; Ok(()) };
/// let squares = read_ahead("squares", 2, (1..=5).map(Ok::<_, ()>), square, |square| Ok(Some(*square)))?;
/// assert_eq!(squares.collect::<Result<Vec<u64>, ()>>(), Ok(vec![1, 4, 9, 16, 25]));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn read_ahead<T, R, O, E>(
    name: &str,
    threads: usize,
    items: impl Iterator<Item = Result<T, E>> + Send + 'static,
    work: impl Fn(T, &mut R) -> Result<(), E> + Send + Sync + 'static,
    mut finish: impl FnMut(&mut R) -> Result<Option<O>, E> + Send + 'static,
) -> io::Result<ReadAhead<O, E>>
where
    R: Default + Send + 'static,
    O: Send + 'static,
    E: Send + 'static,
{
    let (sender, results) = sync_channel(1);
    let ahead = move || {
        // An error without content stops the threads after the iterator is dropped.
        let items = items.map(|item| item.map_err(Some));
        let work = |item, result: &mut R| work(item, result).map_err(Some);
        let ended = ordered(threads, items, work, |result| match finish(result)? {
            Some(result) => sender.send(Ok(result)).map_err(|_| None),
            None => Ok(()),
        });
        if let Err(Some(error)) = ended {
            let _ = sender.send(Err(error));
        }
    };
    let thread = thread::Builder::new().name(name.to_owned()).spawn(ahead)?;
    Ok(ReadAhead { results: Some(results), thread: Some(thread) })
}

impl<O, E> ReadAhead<O, E> {
    /// Closes the channel, which stops the threads, and waits for them.
    fn stop(&mut self) -> thread::Result<()> {
        self.results = None;
        self.thread.take().map_or(Ok(()), JoinHandle::join)
    }
}

impl<O, E> Iterator for ReadAhead<O, E> {
    type Item = Result<O, E>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.results.as_ref()?.recv() {
            Ok(Ok(result)) => Some(Ok(result)),
            Ok(Err(error)) => {
                self.results = None;
                Some(Err(error))
            }
            // The end, or a panic, which resumes here: it must not look like the end.
            Err(_) => match self.stop() {
                Ok(()) => None,
                Err(panic) => resume_unwind(panic),
            },
        }
    }
}

impl<O, E> Drop for ReadAhead<O, E> {
    fn drop(&mut self) {
        let _ = self.stop();
    }
}
