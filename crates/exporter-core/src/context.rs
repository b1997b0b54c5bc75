//! What an export runs with: cancel, progress, threads, memory, temp folder, clock, policy, language.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::dataset::{Batches, Dataset, Scan, TableId, normalise_batches, table_of};
use crate::error::{Error, Result};
use crate::loss::LossPolicy;
use crate::presumption::Presumption;

/// Default rows of one record batch that formats work on.
pub const BATCH_ROWS: usize = 8192;

/// Default bytes of buffers, for which the sizes of pieces are chosen.
const MEMORY: u64 = 512 << 20;
/// Least bytes of buffers that are reckoned with: below, pieces cost more than they hold.
const LEAST_MEMORY: u64 = 16 << 20;
/// Bytes of buffers that a thread may ask for: a batch or piece in work, some that wait, and what compresses them.
const THREAD_MEMORY: u64 = 8 << 20;

/// Rows of a batch below which its columns cost more than its rows.
const FEWEST_ROWS: usize = 512;

/// A flag that any thread can raise to stop an export at its next batch or entry.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Asks the export to stop.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether stopping was asked for.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Fails when stopping was asked for.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Cancelled`].
    pub fn check(&self) -> Result<()> {
        if self.is_cancelled() { Err(Error::cancelled()) } else { Ok(()) }
    }
}

/// The stages of an export, as [`Progress::stage`] is told them, in their order.
pub mod stage {
    /// The data is looked at, so that formats can be planned.
    pub const PROFILE: &str = "profile";
    /// Entries are written.
    pub const WRITE: &str = "write";
    /// What was written is put into its archive.
    pub const PACKAGE: &str = "package";
    /// What was written is made visible.
    pub const PUBLISH: &str = "publish";
}

/// Receives how far an export is; called from several threads.
pub trait Progress: Send + Sync {
    /// One of the [stages](stage) begins, with the rows it will read when they are known. A format that looks at the data
    /// once more goes back to [`stage::PROFILE`] for a while.
    fn stage(&self, name: &str, rows: Option<u64>) {
        let _ = (name, rows);
    }

    /// More rows were read.
    fn rows(&self, more: u64) {
        let _ = more;
    }

    /// More bytes were written.
    fn bytes(&self, more: u64) {
        let _ = more;
    }
}

/// Discards all reports.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProgress;

impl Progress for NoProgress {}

/// Where "now" comes from, so that equal input can give equal bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Clock {
    /// The operating system's clock, read when asked.
    #[default]
    System,
    /// Always this time.
    Fixed(SystemTime),
}

impl Clock {
    /// The clock that `SOURCE_DATE_EPOCH` (seconds since 1970) sets, else the system's.
    pub fn from_environment() -> Self {
        std::env::var("SOURCE_DATE_EPOCH")
            .ok()
            .and_then(|text| text.trim().parse::<u64>().ok())
            .and_then(|seconds| UNIX_EPOCH.checked_add(Duration::from_secs(seconds)))
            .map_or(Clock::System, Clock::Fixed)
    }

    /// The time that this clock shows.
    pub fn now(&self) -> SystemTime {
        match self {
            Clock::System => SystemTime::now(),
            Clock::Fixed(time) => *time,
        }
    }

    /// Seconds since 1970-01-01 00:00:00 UTC.
    pub fn unix_seconds(&self) -> i64 {
        match self.now().duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_secs()).map_or(i64::MIN, |s| -s),
        }
    }
}

/// What an export runs with; cheap to clone, everything behind it is shared.
#[derive(Clone)]
pub struct Context {
    cancel: Cancel,
    progress: Arc<dyn Progress>,
    threads: usize,
    memory: u64,
    temp: PathBuf,
    clock: Clock,
    policy: LossPolicy,
    language: Option<String>,
    batch_rows: usize,
    presumption: Option<Presumption>,
}

impl Default for Context {
    /// All cores, 512 MiB of buffers, the system's temp folder, `SOURCE_DATE_EPOCH` or the system clock.
    fn default() -> Self {
        Self {
            cancel: Cancel::default(),
            progress: Arc::new(NoProgress),
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            memory: MEMORY,
            temp: std::env::temp_dir(),
            clock: Clock::from_environment(),
            policy: LossPolicy::default(),
            language: None,
            batch_rows: BATCH_ROWS,
            presumption: None,
        }
    }
}

impl Context {
    /// Uses this cancel flag.
    #[must_use]
    pub fn with_cancel(mut self, cancel: Cancel) -> Self {
        self.cancel = cancel;
        self
    }

    /// Reports progress here.
    #[must_use]
    pub fn with_progress(mut self, progress: Arc<dyn Progress>) -> Self {
        self.progress = progress;
        self
    }

    /// Uses this many threads, at least one.
    #[must_use]
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self
    }

    /// Keeps buffers within about this many bytes, 16 MiB or more, beyond the input's own batches. Less than the default
    /// makes smaller batches and pieces ([`Context::share`]), and at most one thread for each 8 MiB.
    #[must_use]
    pub fn with_memory(mut self, bytes: u64) -> Self {
        self.memory = bytes;
        self
    }

    /// Spools to this folder.
    #[must_use]
    pub fn with_temp(mut self, folder: impl Into<PathBuf>) -> Self {
        self.temp = folder.into();
        self
    }

    /// Uses this clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Accepts losses by this policy.
    #[must_use]
    pub fn with_policy(mut self, policy: LossPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Writes texts in this language (BCP 47) where a format holds only one.
    #[must_use]
    pub fn with_language(mut self, language: impl Into<String>) -> Self {
        self.language = Some(language.into());
        self
    }

    /// Works on batches of this many rows, at least one.
    #[must_use]
    pub fn with_batch_rows(mut self, rows: usize) -> Self {
        self.batch_rows = rows.max(1);
        self
    }

    /// Lets readers take a long input for what its beginning shows; by default they read all of it first.
    #[must_use]
    pub fn with_presumption(mut self, presumption: impl Into<Option<Presumption>>) -> Self {
        self.presumption = presumption.into();
        self
    }

    /// The cancel flag.
    pub fn cancel(&self) -> &Cancel {
        &self.cancel
    }

    /// Where progress goes.
    pub fn progress(&self) -> &dyn Progress {
        &*self.progress
    }

    /// How many threads to use, at least one: as many as asked for, but no more than the memory has room for.
    pub fn threads(&self) -> usize {
        let room = self.memory.max(LEAST_MEMORY) / THREAD_MEMORY;
        self.threads.min(usize::try_from(room).unwrap_or(usize::MAX))
    }

    /// About how many bytes of buffers to keep.
    pub fn memory(&self) -> u64 {
        self.memory
    }

    /// A size of a buffer, piece or batch, chosen for the default memory, in the memory there is: smaller in proportion
    /// where that is less, never larger.
    ///
    /// ```
    /// use exporter_core::Context;
    ///
    /// assert_eq!(Context::default().share(1024), 1024);
    /// assert_eq!(Context::default().with_memory(64 << 20).share(1024), 128);
    /// ```
    pub fn share(&self, size: usize) -> usize {
        let parts = (self.memory.clamp(LEAST_MEMORY, MEMORY) / (1 << 20)) as usize;
        (size / 512).saturating_mul(parts) + size % 512 * parts / 512
    }

    /// Where to spool.
    pub fn temp(&self) -> &Path {
        &self.temp
    }

    /// The clock.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// Which losses are accepted.
    pub fn policy(&self) -> &LossPolicy {
        &self.policy
    }

    /// The language asked for, if any.
    pub fn language(&self) -> Option<&str> {
        self.language.as_deref()
    }

    /// What readers may presume, if anything.
    pub fn presumption(&self) -> Option<&Presumption> {
        self.presumption.as_ref()
    }

    /// Rows of a batch that formats work on: those asked for, or fewer where memory is less than the default.
    pub fn batch_rows(&self) -> usize {
        self.share(self.batch_rows).max(self.batch_rows.min(FEWEST_ROWS))
    }
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context")
            .field("threads", &self.threads)
            .field("memory", &self.memory)
            .field("temp", &self.temp)
            .field("clock", &self.clock)
            .field("policy", &self.policy)
            .field("language", &self.language)
            .finish_non_exhaustive()
    }
}

impl Context {
    /// Reads a table with its columns normalised to the declared kinds; every batch checks cancel, ticks progress and
    /// names the table in errors.
    ///
    /// # Errors
    /// When the scan cannot start; later errors come with the batches.
    pub fn scan<'a>(&self, data: &'a dyn Dataset, table: TableId, scan: &Scan) -> Result<Batches<'a>> {
        let description = table_of(data.codebook(), table)?;
        let columns = scan.projection(description)?;
        let mut scan = scan.clone();
        scan.batch_rows = scan.batch_rows.or(Some(self.batch_rows()));
        let source = data.scan(table, &scan).map_err(|error| error.table(&description.name))?;
        let normal = normalise_batches(description, columns, scan.reasons, source);
        let (cancel, progress) = (self.cancel.clone(), Arc::clone(&self.progress));
        let schema = normal.schema().clone();
        Ok(Batches::new(
            schema,
            normal.map(move |batch| {
                cancel.check()?;
                let batch = batch.map_err(|error| error.table(&description.name))?;
                progress.rows(batch.num_rows() as u64);
                Ok(batch)
            }),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_tell_seconds_before_and_after_1970() {
        assert_eq!(Clock::Fixed(UNIX_EPOCH + Duration::from_millis(1500)).unix_seconds(), 1);
        assert_eq!(Clock::Fixed(UNIX_EPOCH - Duration::from_secs(3)).unix_seconds(), -3);
        assert!(Clock::System.unix_seconds() > 1_500_000_000);
    }

    #[test]
    fn a_raised_flag_is_seen_by_every_clone() {
        let context = Context::default();
        assert!(context.clone().cancel().check().is_ok());
        context.cancel().cancel();
        assert_eq!(context.clone().cancel().check().unwrap_err().kind(), crate::ErrorKind::Cancelled);
    }

    #[test]
    fn there_is_always_a_thread_and_a_row() {
        let context = Context::default().with_threads(0).with_batch_rows(0);
        assert_eq!((context.threads(), context.batch_rows()), (1, 1));
    }
}
