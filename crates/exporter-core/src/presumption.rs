//! Taking a long input for what its beginning shows.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// Lets readers take a long input for what its beginning shows, so that they read it once and not twice.
///
/// A reader that presumes says so ([`Presumption::make`]) and fails as soon as the data shows otherwise
/// ([`Presumption::refute`]). Whoever gave the presumption then begins anew without it. What has been written until then is
/// thrown away, so it needs a sink that makes nothing visible before the end.
///
/// [`Request::run_with`](https://docs.rs/exporter) does all of this.
///
/// ```
/// use exporter_core::{Context, Presumption};
///
/// let context = Context::default().with_presumption(Presumption::beyond(1 << 20));
/// assert!(context.presumption().is_some_and(|presumption| presumption.suits(2 << 20) && !presumption.is_refuted()));
/// ```
#[derive(Clone, Debug)]
pub struct Presumption {
    beyond: u64,
    state: Arc<AtomicU8>,
}

const MADE: u8 = 1;
const REFUTED: u8 = 2;

impl Presumption {
    /// Bytes beyond which one reading less is worth the risk.
    pub const WORTHWHILE: u64 = 64 << 20;

    /// For inputs of more bytes than this.
    pub fn beyond(bytes: u64) -> Self {
        Self { beyond: bytes, state: Arc::default() }
    }

    /// Whether an input of so many bytes may be presumed.
    pub fn suits(&self, bytes: u64) -> bool {
        bytes > self.beyond
    }

    /// Bytes of the beginning that a reader looks at.
    pub fn sample(&self) -> u64 {
        self.beyond / 8
    }

    /// A reader presumes what its input is.
    pub fn make(&self) {
        self.state.fetch_max(MADE, Ordering::Relaxed);
    }

    /// The data is not what was presumed.
    pub fn refute(&self) {
        self.state.fetch_max(REFUTED, Ordering::Relaxed);
    }

    /// Whether a reader presumes what its input is.
    pub fn is_made(&self) -> bool {
        self.state.load(Ordering::Relaxed) >= MADE
    }

    /// Whether the data is not what was presumed.
    pub fn is_refuted(&self) -> bool {
        self.state.load(Ordering::Relaxed) >= REFUTED
    }
}
