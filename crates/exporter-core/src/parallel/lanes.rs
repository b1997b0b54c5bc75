//! Lanes of steps: the steps of a lane stay in order, lanes run side by side.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::{Failure, MOST_THREADS, guarded};

#[cfg(test)]
#[path = "lanes_tests.rs"]
mod tests;

/// Gives every element of `states` a lane and runs `feed`, which pushes steps; `work` takes them with the state of
/// their lane, on `threads` threads, the caller's included. All steps are done when this returns.
///
/// # Errors
/// The error of the first step, in the order in which they were pushed, that failed, else that of `feed`. Steps behind
/// a failed one may be left out.
///
/// # Panics
/// A panic in `work` or `feed` stops all threads and resumes in the caller's.
///
/// ```
/// let mut longest = [0, 0];
/// exporter_core::parallel::lanes(
///     2,
///     longest.iter_mut().collect(),
///     |longest: &mut &mut usize, text: &str| { **longest = text.len().max(**longest); Ok::<(), ()>(()) },
///     |lanes| {
///         lanes.push(["a", "four"]);
///         lanes.push(["six", "b"]);
///         lanes.help(2)
///     },
/// ).unwrap();
/// assert_eq!(longest, [3, 4]);
/// ```
pub fn lanes<S: Send, J: Send, T, E: Send>(
    threads: usize,
    states: Vec<S>,
    work: impl Fn(&mut S, J) -> Result<(), E> + Sync,
    feed: impl FnOnce(&Lanes<'_, S, J, E>) -> Result<T, E>,
) -> Result<T, E> {
    let lanes = states.into_iter().map(|own| Lane { own: Some(own), steps: VecDeque::new() }).collect();
    let state = State { lanes, ready: VecDeque::new(), waiting: 0, rounds: 0, failure: None, stopped: false };
    let lanes = Lanes { state: Mutex::new(state), changed: Condvar::new(), work: &work };
    thread::scope(|scope| {
        for _ in 1..threads.min(MOST_THREADS) {
            // Fewer threads give the same results.
            let _ = thread::Builder::new().spawn_scoped(scope, || lanes.work_until_stopped());
        }
        let fed = guarded(|| feed(&lanes));
        let worked = guarded(|| lanes.help(0));
        lanes.lock().stopped = true;
        lanes.changed.notify_all();
        // What was pushed comes before what `feed` failed with later.
        worked.and(fed).map_err(Failure::into_error)
    })
}

/// Where steps are pushed; see [`lanes`].
pub struct Lanes<'w, S, J, E> {
    state: Mutex<State<S, J, E>>,
    changed: Condvar,
    work: &'w (dyn Fn(&mut S, J) -> Result<(), E> + Sync),
}

/// A step is numbered by its round, then by its lane.
type Number = (u64, usize);

struct State<S, J, E> {
    lanes: Vec<Lane<S, J>>,
    /// Lanes with steps that no thread works on.
    ready: VecDeque<usize>,
    /// Steps pushed and not done.
    waiting: usize,
    rounds: u64,
    /// The failure of the first step that failed.
    failure: Option<(Number, Failure<E>)>,
    stopped: bool,
}

struct Lane<S, J> {
    /// `None` while a thread works on the lane.
    own: Option<S>,
    steps: VecDeque<(u64, J)>,
}

impl<S, J, E> Lanes<'_, S, J, E> {
    /// Adds one step to each lane, in order; lanes beyond those that `steps` has one for get none.
    pub fn push(&self, steps: impl IntoIterator<Item = J>) {
        self.push_from(0, steps);
    }

    /// Adds one step to each lane from the lane `first` on, as [`Lanes::push`] does from the first of all.
    pub fn push_from(&self, first: usize, steps: impl IntoIterator<Item = J>) {
        let mut state = self.lock();
        let State { lanes, ready, waiting, rounds, .. } = &mut *state;
        for ((index, lane), step) in lanes.iter_mut().enumerate().skip(first).zip(steps) {
            if lane.steps.is_empty() && lane.own.is_some() {
                ready.push_back(index);
            }
            if lane.steps.is_empty() {
                // Mostly one waits, and there may be very many lanes.
                lane.steps.reserve_exact(1);
            }
            lane.steps.push_back((*rounds, step));
            *waiting += 1;
        }
        *rounds += 1;
        self.changed.notify_all();
    }

    /// Works on steps, as the other threads do, until at most `most` of them wait or are being worked on.
    ///
    /// # Errors
    /// The error of the first step that failed.
    ///
    /// # Panics
    /// A panic of a step resumes here.
    pub fn help(&self, most: usize) -> Result<(), E> {
        let mut state = self.lock();
        loop {
            // After a failure only steps before it matter, and those before all others.
            if state.waiting <= if state.failure.is_some() { 0 } else { most } {
                return state.failure.take().map_or(Ok(()), |(_, failure)| {
                    drop(state);
                    Err(failure.into_error())
                });
            }
            state = self.work_or_wait(state);
        }
    }

    fn work_until_stopped(&self) {
        let mut state = self.lock();
        while !state.stopped {
            state = self.work_or_wait(state);
        }
    }

    /// Takes every step of the lane that has been ready longest, or waits for a change.
    fn work_or_wait<'a>(
        &'a self,
        mut state: MutexGuard<'a, State<S, J, E>>,
    ) -> MutexGuard<'a, State<S, J, E>> {
        let taken = state.ready.pop_front().and_then(|index| {
            let lane = state.lanes.get_mut(index)?;
            Some((index, lane.own.take()?, std::mem::take(&mut lane.steps)))
        });
        let Some((index, mut own, steps)) = taken else {
            return self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        };
        let failed = state.failure.as_ref().map(|(number, _)| *number);
        drop(state);
        let done = steps.len();
        let mut failure = None;
        for (round, step) in steps {
            if failure.is_none() && failed.is_none_or(|failed| (round, index) < failed) {
                failure =
                    guarded(|| (self.work)(&mut own, step)).err().map(|failure| ((round, index), failure));
            }
        }
        let mut state = self.lock();
        if let Some(lane) = state.lanes.get_mut(index) {
            lane.own = Some(own);
            if !lane.steps.is_empty() {
                state.ready.push_back(index);
            }
        }
        state.waiting -= done;
        if let Some((number, failure)) = failure
            && state.failure.as_ref().is_none_or(|(first, _)| number < *first)
        {
            state.failure = Some((number, failure));
        }
        self.changed.notify_all();
        state
    }

    fn lock(&self) -> MutexGuard<'_, State<S, J, E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
