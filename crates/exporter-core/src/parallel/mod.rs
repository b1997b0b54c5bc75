//! Work on several threads whose results do not depend on the threads.
//!
//! - [`ordered`]: numbered items, worked on side by side, consumed in order.
//! - [`read_ahead`]: the same as an iterator whose work runs ahead of the consumer.
//! - [`shares`]: a range cut into one share a thread, results in order.
//! - [`lanes`]: several lanes of steps; the steps of a lane stay in order, lanes run side by side.
//! - `Pieces`: a stream that may be silent for ever, which its reader can leave.
//!
//! All shapes keep the same rules. One thread is the reference: it runs everything on the caller's thread, and more
//! threads give the same results. The first error in order ends the run, whatever failed earlier by the clock. A panic
//! resumes in the caller's thread. The number of items in flight is bounded. When the system refuses to start a thread,
//! the others do its work.

mod lanes;
mod ordered;
mod pieces;
mod read_ahead;
mod shares;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

pub use lanes::{Lanes, lanes};
pub use ordered::{ordered, ordered_with};
pub(crate) use pieces::Pieces;
pub use read_ahead::{ReadAhead, read_ahead};
pub use shares::shares;

/// More threads than this are not started, however many are asked for.
const MOST_THREADS: usize = 256;

/// Why a run ends before its end.
enum Failure<E> {
    Error(E),
    Panic(Box<dyn Any + Send>),
}

impl<E> Failure<E> {
    /// The error of the run; a panic resumes here.
    fn into_error(self) -> E {
        match self {
            Self::Error(error) => error,
            Self::Panic(payload) => std::panic::resume_unwind(payload),
        }
    }
}

/// Calls `work` and turns a panic into a failure.
fn guarded<T, E>(work: impl FnOnce() -> Result<T, E>) -> Result<T, Failure<E>> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(outcome) => outcome.map_err(Failure::Error),
        Err(payload) => Err(Failure::Panic(payload)),
    }
}

#[cfg(test)]
mod testing;
