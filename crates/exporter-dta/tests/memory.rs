//! Memory: a writer's does not grow with the rows, a reader's not beyond the file it is given.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::{ArrayRef, Float64Array, Int8Array, RecordBatch, StringArray};
use exporter_core::check::{Check, CheckOptions, Checking, Findings};
use exporter_core::source::FileBytes;
use exporter_core::{Context, ReadAt, Registry, Source};
use exporter_dta::stata::{StorageType, ValueLabelSet};
use exporter_dta::{
    DtaInput, DtaMetadata, DtaReader, DtaVariable, DtaWriter, ReadOptions, Release, Selection, WriterOptions,
    strl_bytes,
};
use exporter_testkit::allocation::{CountingAllocator, peak_during};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// Allocations of all threads are counted, so that tests of this binary must not run side by side.
static ALONE: Mutex<()> = Mutex::new(());

const BATCH_ROWS: usize = 20_000;
const MIB: usize = 1 << 20;

/// A number, a code, a short text, and a text of `long` bytes in every eighth row.
fn batch(rows: usize, long: usize) -> RecordBatch {
    let long = "x".repeat(long);
    let texts = ["", "a", "some text", "twelve bytes"];
    let columns: [(&str, ArrayRef); 4] = [
        ("d", Arc::new(Float64Array::from_iter_values((0..rows).map(|i| i as f64 / 3.0)))),
        ("b", Arc::new((0..rows).map(|i| (i % 9 > 0).then_some((i % 100) as i8)).collect::<Int8Array>())),
        ("s", Arc::new(StringArray::from_iter_values((0..rows).map(|i| texts[i % 4])))),
        (
            "l",
            Arc::new(StringArray::from_iter_values((0..rows).map(|i| if i % 8 == 0 { &*long } else { "" }))),
        ),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

fn metadata(release: Release) -> DtaMetadata {
    let mut metadata = DtaMetadata::new(release);
    let last = if release.has_strl() { StorageType::StrL } else { StorageType::Str(244) };
    let storages = [StorageType::Double, StorageType::Byte, StorageType::Str(12), last];
    metadata.variables =
        ["d", "b", "s", "l"].into_iter().zip(storages).map(|(name, s)| DtaVariable::new(name, s)).collect();
    metadata
}

/// What is known before the rows, and what the sink can.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Case {
    Known,
    KnownToAFile,
    UnknownToAFile,
    UnknownToAStream,
}

impl Case {
    const ALL: [Self; 4] = [Self::Known, Self::KnownToAFile, Self::UnknownToAFile, Self::UnknownToAStream];
}

/// Peak memory of writing a batch `count` times, as if the rows streamed by.
fn writing(batch: &RecordBatch, count: usize, case: Case, threads: usize) -> usize {
    let rows = batch.num_rows() * count;
    let mut options = WriterOptions::new(Box::new(tempfile::tempfile));
    options.threads = threads;
    if matches!(case, Case::Known | Case::KnownToAFile) {
        options.rows = Some(rows as u64);
    }
    if case == Case::Known {
        options.strl_bytes = strl_bytes(batch.column(3), Release::V118).map(|bytes| bytes * count as u64);
    }
    let batches = (0..count).map(|_| Ok(batch.clone()));
    let about = metadata(Release::V118);
    let (written, peak) = peak_during(|| {
        if matches!(case, Case::KnownToAFile | Case::UnknownToAFile) {
            let mut writer = DtaWriter::seekable(tempfile::tempfile().unwrap(), about, options).unwrap();
            writer.write_batches(batches).unwrap();
            writer.finish().unwrap().1
        } else {
            let mut writer = DtaWriter::new(io::sink(), about, options).unwrap();
            writer.write_batches(batches).unwrap();
            writer.finish().unwrap().1
        }
    });
    assert_eq!(written.rows as usize, rows);
    peak
}

#[test]
fn writing_two_million_rows_needs_no_more_than_two_hundred_thousand() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let batch = batch(BATCH_ROWS, 400);
    for case in Case::ALL {
        let (few, many) = (writing(&batch, 10, case, 2), writing(&batch, 100, case, 2));
        assert!(many <= 4 * MIB, "{case:?}: {many} bytes over one batch");
        assert!(many <= few + MIB, "{case:?}: {few} bytes for 200,000 rows, {many} for 2,000,000");
    }
}

#[test]
fn contents_take_no_more_than_their_buffer() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    // A buffer of records, and what the allocator's rounding and small things take.
    let bound = (256 << 10) + (8 << 10);
    for case in Case::ALL {
        let without = writing(&batch(BATCH_ROWS, 0), 10, case, 1);
        // Contents of 10 MB in 25,000 records, and of 128 MiB in eight.
        for (batch, count) in [(batch(BATCH_ROWS, 400), 10), (batch(1, 16 * MIB), 8)] {
            let with = writing(&batch, count, case, 1);
            let rows = batch.num_rows();
            assert!(with <= without + bound, "{case:?}, {rows} rows a batch: {without} bytes became {with}");
        }
    }
}

/// A file of about `rows` times 28 bytes, with contents and labels behind the rows.
fn file(release: Release, rows: usize) -> Vec<u8> {
    let mut about = metadata(release);
    if let Some(variable) = about.variables.get_mut(1) {
        variable.value_labels = "codes".to_owned();
    }
    let labels = (0..100).map(|code| (code, format!("code {code}"))).collect();
    about.value_labels.push(ValueLabelSet::new("codes", labels));
    let mut options = WriterOptions::new(Box::new(tempfile::tempfile));
    options.long_text = exporter_dta::rows::LongText::Cut;
    let mut writer = DtaWriter::new(Vec::new(), about, options).unwrap();
    writer.write(&batch(rows, 400)).unwrap();
    writer.finish().unwrap().0
}

/// Opens the file and reads everything; errors are fine.
fn read_all(bytes: &Arc<dyn ReadAt>, lenient: bool) -> bool {
    let mut options = ReadOptions::default();
    options.lenient = lenient;
    let read = || {
        let mut reader = DtaReader::with_options(Arc::clone(bytes), options)?;
        let variables: Vec<usize> = (0..reader.dictionary().variables.len()).collect();
        reader.facts(&variables, 1)?;
        reader.batches(&Selection::all())?.try_for_each(|batch| batch.map(drop))
    };
    read().is_ok()
}

#[test]
fn a_cut_file_takes_at_most_four_times_its_size() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    for (release, rows) in [(Release::V118, 20_000), (Release::V118, 3_000), (Release::V113, 4_000)] {
        let whole = file(release, rows);
        assert!((200 << 10..2 * MIB).contains(&whole.len()), "{} bytes", whole.len());
        // Many places all over the file, and every one of the last bytes of the labels.
        let step = whole.len() / 150;
        let places = (0..=whole.len()).step_by(step).chain(whole.len() - 40..=whole.len());
        for end in places {
            for lenient in [false, true] {
                let cut = Source::memory("cut.dta", whole.get(..end).unwrap().to_vec()).bytes;
                let (complete, peak) = peak_during(|| read_all(&cut, lenient));
                assert!(complete || end < whole.len(), "{release:?}: the whole file is not read");
                assert!(
                    peak <= 4 * end.max(MIB / 4),
                    "{release:?}, lenient {lenient}: {peak} bytes to read {end} of {}",
                    whole.len()
                );
            }
        }
    }
}

/// A file of `rows` rows with one `double`.
fn doubles(rows: usize) -> std::fs::File {
    let mut about = DtaMetadata::new(Release::V118);
    about.variables = vec![DtaVariable::new("d", StorageType::Double)];
    let mut options = WriterOptions::new(Box::new(tempfile::tempfile));
    options.rows = Some(rows as u64);
    let mut writer = DtaWriter::seekable(tempfile::tempfile().unwrap(), about, options).unwrap();
    let batch = batch(BATCH_ROWS, 0).project(&[0]).unwrap();
    writer.write_batches((0..rows / BATCH_ROWS).map(|_| Ok(batch.clone()))).unwrap();
    writer.finish().unwrap().0
}

#[test]
fn the_pass_for_facts_keeps_sixteen_mebibytes_of_numbers_or_none() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    // 15.3 MiB are kept, 16.8 MiB are not.
    for (rows, expected) in [(2_000_000, 15 * MIB..17 * MIB), (2_200_000, 0..MIB)] {
        let mut reader = DtaReader::open(Arc::new(FileBytes::new(doubles(rows)).unwrap())).unwrap();
        let (_, peak) = peak_during(|| reader.facts(&[0], 1).unwrap());
        assert!(expected.contains(&peak), "{peak} bytes for facts about {rows} rows");
        let (count, scan) = peak_during(|| {
            let batches = reader.batches(&Selection::all()).unwrap();
            batches.map(|batch| batch.unwrap().num_rows()).sum::<usize>()
        });
        assert_eq!(count, rows);
        assert!(scan <= 4 * MIB, "{scan} bytes to scan {rows} rows");
    }
}

#[test]
fn a_check_stays_within_its_memory() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    // 15.3 MiB of numbers, which opening would keep.
    let file: Arc<dyn ReadAt> = Arc::new(FileBytes::new(doubles(2_000_000)).unwrap());
    let context = Context::default().with_memory(16 << 20).with_threads(1);
    let source = Source::new("d.dta", file);
    let (registry, options) = (Registry::new(), CheckOptions::default());
    let (findings, peak) = peak_during(|| {
        let mut findings = Findings::default();
        let checking = Checking::new(&registry, &options);
        DtaInput::check(&source, &checking, &mut findings, &context).unwrap();
        findings
    });
    assert_eq!(findings.total(), 0);
    assert!(peak <= 4 * MIB, "{peak} bytes");
}

/// A file of 60,000 rows; those before `end` have contents of 32 KiB each, that many at most 4,000 in all.
fn contents(end: usize) -> std::fs::File {
    let mut about = DtaMetadata::new(Release::V118);
    about.variables = vec![DtaVariable::new("l", StorageType::StrL)];
    let mut writer = DtaWriter::seekable(
        tempfile::tempfile().unwrap(),
        about,
        WriterOptions::new(Box::new(tempfile::tempfile)),
    )
    .unwrap();
    let long = "x".repeat(32 << 10);
    for first in (0..60_000).step_by(1_000) {
        let rows = first..first + 1_000;
        let texts: StringArray =
            rows.map(|row| Some(if row < end && row % (end / 4_000) == 0 { &*long } else { "" })).collect();
        writer.write(&RecordBatch::try_from_iter([("l", Arc::new(texts) as ArrayRef)]).unwrap()).unwrap();
    }
    writer.finish().unwrap().0
}

#[test]
fn threads_hold_a_few_batches_of_contents_wherever_these_are() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    for end in [4_000, 60_000] {
        let mut reader = DtaReader::open(Arc::new(FileBytes::new(contents(end)).unwrap())).unwrap();
        reader.column_types(&[0]).unwrap();
        for threads in [1, 2, 4] {
            let (read, peak) = peak_during(|| {
                let batches = reader.parallel_batches(&Selection::all(), threads).unwrap();
                let (mut rows, mut bytes) = (0, 0);
                for batch in batches {
                    let batch = batch.unwrap();
                    rows += batch.num_rows();
                    bytes += batch.column(0).get_array_memory_size();
                }
                (rows, bytes)
            });
            assert!(read.0 == 60_000 && read.1 > 125 * MIB, "{read:?}");
            assert!(peak <= (20 + 3 * threads) * MIB, "{} MiB with {threads} threads", peak / MIB);
        }
    }
}
