//! Taking a long input for what its beginning shows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::error::{Error, Result};

/// Lets readers take a long input for what its beginning shows, so that they read it once and not twice.
///
/// A reader [makes](Presumption::make) it for its input, and says then that all of the data [agrees](Presumption::hold), or that
/// something [does not](Presumption::refute). [`export`](crate::export) fails unless all that was presumed holds before it
/// finishes the sink; whoever gave the presumption then begins anew without it. `Request::run_with` of the facade does.
///
/// ```
/// use exporter_core::Presumption;
///
/// let presumption = Presumption::beyond(1 << 20);
/// assert!(presumption.suits(2 << 20) && presumption.is_settled());
/// presumption.make();
/// assert!(!presumption.is_settled());
/// presumption.hold();
/// assert!(presumption.is_settled());
/// ```
#[derive(Clone, Debug)]
pub struct Presumption {
    beyond: u64,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    made: AtomicUsize,
    held: AtomicUsize,
    refuted: AtomicBool,
}

impl Presumption {
    /// Bytes beyond which one reading less is worth the risk.
    pub const WORTHWHILE: u64 = 64 << 20;

    /// For inputs of more bytes than this.
    pub fn beyond(bytes: u64) -> Self {
        Self { beyond: bytes, state: Arc::default() }
    }

    /// The same for another export, of which nothing is known yet.
    #[must_use]
    pub fn anew(&self) -> Self {
        Self::beyond(self.beyond)
    }

    /// Whether an input of so many bytes may be presumed.
    pub fn suits(&self, bytes: u64) -> bool {
        bytes > self.beyond
    }

    /// Bytes of the beginning that a reader looks at.
    pub fn sample(&self) -> u64 {
        self.beyond / 8
    }

    /// A reader takes its input for what the beginning shows.
    pub fn make(&self) {
        self.state.made.fetch_add(1, Ordering::SeqCst);
    }

    /// All data of such an input agrees; said once of each.
    pub fn hold(&self) {
        self.state.held.fetch_add(1, Ordering::SeqCst);
    }

    /// The data is not what was presumed.
    pub fn refute(&self) {
        self.state.refuted.store(true, Ordering::SeqCst);
    }

    /// Whether anything was presumed.
    pub fn is_made(&self) -> bool {
        self.state.made.load(Ordering::SeqCst) > 0
    }

    /// Whether data is known not to be what was presumed.
    pub fn is_refuted(&self) -> bool {
        self.state.refuted.load(Ordering::SeqCst)
    }

    /// Whether all that was presumed is known to hold.
    pub fn is_settled(&self) -> bool {
        !self.is_refuted() && self.state.held.load(Ordering::SeqCst) >= self.state.made.load(Ordering::SeqCst)
    }

    /// Refuses what is not settled, which it never is then.
    pub(crate) fn settled(&self) -> Result<()> {
        if self.is_settled() {
            return Ok(());
        }
        self.refute();
        Err(Error::invalid("the input is not known to be what its beginning shows")
            .with_hint("begin anew without a presumption"))
    }
}
