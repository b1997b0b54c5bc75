//! What every exporter must pass on a dataset.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use exporter_core::profile::profile;
use exporter_core::sink::{MemoryEntries, MemorySink};
use exporter_core::{
    Cancel, Carry, Context, Dataset, Entry, EntrySpec, ErrorKind, Exporter, Loss, LossPolicy, LossReport,
    Planning, Progress, RandomEntry, Receipt, Result, Sink, Summary, export, plan,
};

use super::{BATCH_ROWS, THREADS, comparable, context};
use crate::Watched;
use crate::fault::run_with_faults;

/// Holds an exporter to the contract on a small dataset (some tens of rows), under [`context`].
///
/// - the plan lists exactly the entries written, in order, with right sizes; planning writes nothing and is repeatable;
/// - planning never scans: what it needs to know of rows is in the profile that `needs` asks for;
/// - bytes, losses and summary are the same for 1, 2 and 8 threads and batches of 1, 7 and 4096 rows;
/// - the summary names every entry with its bytes; every loss is declared by the format and reported once;
/// - a sink that fails at any byte, creation, commit or at the end, a source that breaks, a cancel at any batch or
///   entry and the policy `deny` (when there are losses) end in the right error and leave nothing visible.
#[track_caller]
pub fn exporter(exporter: &dyn Exporter, data: &dyn Dataset) {
    exporter_in(exporter, data, &context());
}

/// As [`exporter`], in a context of one's own: another policy where the dataset holds values that would be wrong,
/// another language; threads and batch rows are varied all the same.
#[track_caller]
pub fn exporter_in(exporter: &dyn Exporter, data: &dyn Dataset, context: &Context) {
    let reference = context.clone().with_threads(1).with_batch_rows(BATCH_ROWS[0]);
    let (entries, summary) = run(exporter, data, &reference);
    the_plan_is_what_is_written(exporter, data, &reference, &entries, &summary);
    plan_never_scans(exporter, data, &reference);
    // What reading loses is none of the format.
    let of_reading = data.losses();
    let of_writing = summary.changes.losses.iter().filter(|loss| of_reading.iter().all(|own| own != *loss));
    losses_are_declared(exporter, of_writing);
    bytes_do_not_depend_on_threads_or_batches(exporter, data, context, &entries, &summary);
    run_with_faults(exporter, data, &reference);
    a_broken_source_leaves_nothing(exporter, data, context);
    a_cancel_leaves_nothing(exporter, data, context);
    deny_leaves_nothing(exporter, data, context, &summary.changes.losses);
}

#[track_caller]
fn run(exporter: &dyn Exporter, data: &dyn Dataset, context: &Context) -> (MemoryEntries, Summary) {
    let sink = MemorySink::new();
    let summary = export(exporter, data, Box::new(sink.clone()), context).unwrap_or_else(|error| {
        panic!("{}: the export fails ({context:?}): {error:?}", exporter.format().id)
    });
    (sink.entries(), summary)
}

#[track_caller]
fn the_plan_is_what_is_written(
    exporter: &dyn Exporter,
    data: &dyn Dataset,
    context: &Context,
    written: &MemoryEntries,
    summary: &Summary,
) {
    let planned = || {
        plan(exporter, data, context, |plan| Ok((plan.entries().to_vec(), plan.changes().clone())))
            .unwrap_or_else(|error| panic!("planning fails: {error:?}"))
    };
    let (entries, changes) = planned();
    assert_eq!((entries.clone(), changes.clone()), planned(), "planning twice gives two plans");
    let paths: Vec<&str> = entries.iter().map(|entry| entry.path.as_str()).collect();
    for entry in &entries {
        entry.check_path().unwrap_or_else(|error| panic!("the plan has a refused path: {error:?}"));
        let bytes = written.get(&entry.path).map(|bytes| bytes.len() as u64);
        assert!(bytes.is_some(), "{:?} is planned but not written", entry.path);
        assert!(!entry.media_type.is_empty(), "{:?} has no media type", entry.path);
        assert!(
            entry.bytes.is_none() || entry.bytes == bytes,
            "{:?}: {:?} bytes are planned, {bytes:?} written",
            entry.path,
            entry.bytes
        );
        let report = summary.entries.iter().find(|report| report.path == entry.path);
        let report = report.unwrap_or_else(|| panic!("the summary does not name {:?}", entry.path));
        assert_eq!(Some(report.bytes), bytes, "the summary's bytes of {:?}", entry.path);
        assert_eq!(report.media_type, entry.media_type, "the summary's media type of {:?}", entry.path);
        assert!(
            entry.rows.is_none() || report.rows.is_none() || entry.rows == report.rows,
            "{:?}: {:?} rows are planned, {:?} written",
            entry.path,
            entry.rows,
            report.rows
        );
        if let (Some(table), Some(rows)) = (entry.table, report.rows)
            && let Some(exact) = data.rows(table)
        {
            assert_eq!(rows, exact, "rows of {:?}", entry.path);
        }
    }
    assert_eq!(written.len(), entries.len(), "written {:?}, planned {paths:?}", written.keys());
    assert_eq!(summary.entries.len(), entries.len(), "the summary names other entries than {paths:?}");
    assert_eq!(summary.changes.renames, changes.renames, "the summary's renames");
    assert_eq!(summary.changes.recodes, changes.recodes, "the summary's recodes");
    let recorder = RecordingSink::default();
    export(exporter, data, Box::new(&recorder), context)
        .unwrap_or_else(|error| panic!("the second export fails: {error:?}"));
    let created = recorder.created.into_inner().unwrap_or_default();
    assert_eq!(created, paths, "entries are created in another order than planned");
    let known: BTreeSet<String> =
        exporter.entries(data.codebook()).into_iter().map(|entry| entry.path).collect();
    let planned: BTreeSet<String> = entries.iter().map(|entry| entry.path.clone()).collect();
    assert_eq!(known, planned, "Exporter::entries and the plan differ");
}

/// A plan is made of the codebook and the profile: what it needs to know of rows, `needs` asks for.
#[track_caller]
fn plan_never_scans(exporter: &dyn Exporter, data: &dyn Dataset, context: &Context) {
    let counted = Watched::new(data);
    let format = exporter.format().id;
    let needs =
        exporter.needs(&counted, context).unwrap_or_else(|error| panic!("{format}: needs fails: {error:?}"));
    assert_eq!(counted.scans().len(), 0, "{format}: needs scans a table; it may only ask for facts");
    let facts = profile(&counted, &needs, context)
        .unwrap_or_else(|error| panic!("{format}: the profile fails: {error:?}"));
    let profiled = counted.scans().len();
    let plan = exporter
        .plan(&counted, &Planning::new(&facts, &[]), context)
        .unwrap_or_else(|error| panic!("{format}: planning fails: {error:?}"));
    let (_, _) = (plan.entries(), plan.changes());
    assert_eq!(
        counted.scans().len(),
        profiled,
        "{format}: plan scans a table; needs must ask for what it reads"
    );
}

#[track_caller]
fn losses_are_declared<'l>(exporter: &dyn Exporter, losses: impl Iterator<Item = &'l Loss>) {
    let declared = exporter.format().losses;
    for loss in losses {
        // A part of the codebook is declared by what the format carries of it.
        let carried = loss.part.map(|part| exporter.carries(part));
        assert_ne!(carried, Some(Carry::Whole), "{}: a part it carries is lost", loss.code);
        assert!(
            carried.is_some() || declared.contains(&loss.code),
            "{} reports {} but its format does not declare it",
            exporter.format().id,
            loss.code
        );
        assert!(!loss.action.is_empty(), "{} does not say what is done", loss.code);
        assert!(!loss.format.is_empty(), "{} does not name its format", loss.code);
        assert!(loss.count > 0, "{} counts nothing", loss.code);
        let row = loss.first.as_ref().and_then(|first| first.row);
        assert_ne!(row, Some(0), "{}: rows are counted from 1", loss.code);
    }
}

#[track_caller]
fn bytes_do_not_depend_on_threads_or_batches(
    exporter: &dyn Exporter,
    data: &dyn Dataset,
    context: &Context,
    entries: &MemoryEntries,
    summary: &Summary,
) {
    for rows in BATCH_ROWS {
        // The scan's hint and the source's own cut vary together: a source need not follow the hint.
        let cut = Watched::new(data).recut(rows);
        for threads in THREADS {
            let context = context.clone().with_threads(threads).with_batch_rows(rows);
            let (bytes, other) = run(exporter, &cut, &context);
            let names: Vec<&String> = bytes.keys().collect();
            assert_eq!(names, entries.keys().collect::<Vec<_>>(), "{threads} threads, batches of {rows}");
            for (path, content) in &bytes {
                let differs = content.iter().zip(&entries[path]).position(|(a, b)| a != b);
                assert!(
                    content == &entries[path],
                    "{path}: other bytes with {threads} threads and batches of {rows} rows \
                     ({} instead of {} bytes, first difference at {differs:?})",
                    content.len(),
                    entries[path].len(),
                );
            }
            assert_eq!(
                comparable(&other),
                comparable(summary),
                "another summary with {threads} threads and batches of {rows} rows"
            );
        }
    }
}

#[track_caller]
fn a_broken_source_leaves_nothing(exporter: &dyn Exporter, data: &dyn Dataset, context: &Context) {
    let scans = CountingProgress::scans(exporter, data, context);
    for threads in [1, 4] {
        for batches in 0..3 {
            let broken = Watched::new(data).failing_after(batches);
            let sink = MemorySink::new();
            let context = context.clone().with_threads(threads).with_batch_rows(2);
            match export(exporter, &broken, Box::new(sink.clone()), &context) {
                // An exporter of metadata never scans.
                Ok(_) => assert_eq!(scans, 0, "the source breaks after {batches} batches without an error"),
                Err(error) => {
                    assert!(Watched::is_own(&error), "the source's error became another: {error:?}");
                    assert!(sink.entries().is_empty(), "a broken source leaves visible entries");
                }
            }
        }
    }
}

#[track_caller]
fn a_cancel_leaves_nothing(exporter: &dyn Exporter, data: &dyn Dataset, context: &Context) {
    let cut = Watched::new(data).recut(2);
    let base = context.clone().with_batch_rows(2);
    let batches = CountingProgress::scans(exporter, &cut, &base);
    for threads in [1, 4] {
        let base = base.clone().with_threads(threads);
        for after in 0..=batches.min(12) {
            let progress = Arc::new(CountingProgress::cancelling_after(after));
            let context = base.clone().with_cancel(progress.cancel.clone()).with_progress(progress.clone());
            if after == 0 {
                progress.cancel.cancel();
            }
            check_cancelled(
                exporter,
                &cut,
                MemorySink::new(),
                &context,
                &format!("before batch {}", after + 1),
            );
        }
        let entries = exporter_entries(exporter, &cut, &base);
        for entry in 0..entries {
            let cancel = Cancel::default();
            let memory = MemorySink::new();
            let sink = RecordingSink {
                inner: memory.clone(),
                cancel_at: Some((entry, cancel.clone())),
                ..RecordingSink::default()
            };
            let context = base.clone().with_cancel(cancel);
            let result = export(exporter, &cut, Box::new(sink), &context);
            assert_cancelled(result, &memory, &format!("when entry {} is created", entry + 1));
        }
    }
}

fn exporter_entries(exporter: &dyn Exporter, data: &dyn Dataset, context: &Context) -> usize {
    plan(exporter, data, context, |plan| Ok(plan.entries().len())).unwrap_or(0)
}

#[track_caller]
fn check_cancelled(
    exporter: &dyn Exporter,
    data: &dyn Dataset,
    memory: MemorySink,
    context: &Context,
    when: &str,
) {
    let result = export(exporter, data, Box::new(memory.clone()), context);
    if context.cancel().is_cancelled() {
        assert_cancelled(result, &memory, when);
    }
}

#[track_caller]
fn assert_cancelled(result: Result<Summary>, memory: &MemorySink, when: &str) {
    match result {
        Ok(_) => panic!("the export goes on although it is cancelled {when}"),
        Err(error) => assert_eq!(error.kind(), ErrorKind::Cancelled, "cancelled {when}: {error:?}"),
    }
    assert!(memory.entries().is_empty(), "cancelled {when}, entries are visible");
}

#[track_caller]
fn deny_leaves_nothing(exporter: &dyn Exporter, data: &dyn Dataset, context: &Context, losses: &LossReport) {
    let sink = MemorySink::new();
    let context = context.clone().with_policy(LossPolicy::Deny);
    match export(exporter, data, Box::new(sink.clone()), &context) {
        Ok(_) => assert!(losses.is_empty(), "deny accepts losses: {losses:?}"),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Loss, "deny ends as {error:?}");
            assert!(!losses.is_empty(), "deny refuses an export without losses: {error:?}");
            assert!(sink.entries().is_empty(), "deny leaves visible entries");
        }
    }
}

/// Counts batches and raises a cancel flag after some of them.
struct CountingProgress {
    batches: AtomicU64,
    after: u64,
    cancel: Cancel,
}

impl CountingProgress {
    fn cancelling_after(after: u64) -> Self {
        Self { batches: AtomicU64::new(0), after, cancel: Cancel::default() }
    }

    /// How many batches an export reads.
    #[track_caller]
    fn scans(exporter: &dyn Exporter, data: &dyn Dataset, context: &Context) -> u64 {
        let progress = Arc::new(Self::cancelling_after(u64::MAX));
        run(exporter, data, &context.clone().with_threads(1).with_progress(progress.clone()));
        progress.batches.load(Ordering::SeqCst)
    }
}

impl Progress for CountingProgress {
    fn rows(&self, _: u64) {
        if self.batches.fetch_add(1, Ordering::SeqCst) + 1 == self.after {
            self.cancel.cancel();
        }
    }
}

/// Notes in which order entries are created, and can cancel at one of them.
#[derive(Default)]
struct RecordingSink {
    inner: MemorySink,
    created: Mutex<Vec<String>>,
    cancel_at: Option<(usize, Cancel)>,
}

impl RecordingSink {
    fn note(&self, spec: &EntrySpec) {
        let mut created = self.created.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some((at, cancel)) = &self.cancel_at
            && *at == created.len()
        {
            cancel.cancel();
        }
        created.push(spec.path.clone());
    }
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl Sink for RecordingSink {
    fn create<'s>(&'s self, spec: &EntrySpec) -> Result<Box<dyn Entry + 's>> {
        self.note(spec);
        self.inner.create(spec)
    }

    fn create_random<'s>(&'s self, spec: &EntrySpec, temp: &Path) -> Result<Box<dyn RandomEntry + 's>> {
        self.note(spec);
        self.inner.create_random(spec, temp)
    }

    fn is_seekable(&self) -> bool {
        self.inner.is_seekable()
    }

    fn shows_at_once(&self) -> bool {
        self.inner.shows_at_once()
    }

    fn finish(self: Box<Self>) -> Result<Receipt> {
        Box::new(self.inner).finish()
    }
}
