//! What every exporter, format, input and sink must pass. Each suite is one call from a test of the crate that
//! implements it; it panics with what was expected and under which circumstances.
//!
//! ```
//! use exporter_testkit::{conformance, plain::{Plain, PlainExporter}, sample};
//!
//! conformance::exporter(&PlainExporter::default(), &sample::study());
//! conformance::format::<Plain>(&sample::study());
//! ```

mod check;
mod dataset;
mod embedded;
mod exporter;
mod format;
mod input;
mod sink;
mod whole;

use std::time::{Duration, UNIX_EPOCH};

pub use check::check;
pub use dataset::dataset;
pub use embedded::embedded;
pub use exporter::{exporter, exporter_in};
pub use format::format;
pub use input::{input, prefixes};
pub use sink::{SinkCase, sink};
pub use whole::{Open, whole_codebook};

use exporter_core::{Clock, Context, LossPolicy, Summary};

/// Threads that must all give the bytes of the first.
pub const THREADS: [usize; 3] = [1, 2, 8];

/// Rows per batch that must all give the bytes of the first.
pub const BATCH_ROWS: [usize; 3] = [4096, 7, 1];

/// One thread, 4096 rows a batch, a fixed clock (2026-01-02 03:04:05 UTC), losses reported.
pub fn context() -> Context {
    Context::default()
        .with_threads(1)
        .with_batch_rows(4096)
        .with_clock(Clock::Fixed(UNIX_EPOCH + Duration::from_secs(1_767_323_045)))
        .with_policy(LossPolicy::Report)
}

/// All of a summary but the time it took.
fn comparable(summary: &Summary) -> Summary {
    let mut same = summary.clone();
    same.seconds = 0.0;
    same
}
