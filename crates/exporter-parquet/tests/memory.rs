//! Memory does not grow with rows, and not with what a file claims. A binary of its own, because it counts every allocation.
#![allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]

mod lies;

use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray};
use exporter_core::sink::{FolderOptions, FolderSink, MemorySink, NullSink};
use exporter_core::{Context, Dataset as _, MemoryDataset, Registry, Scan, Source, TableId, export};
use exporter_testkit::GeneratedDataset;
use exporter_testkit::allocation::{CountingAllocator, peak_during};
use serde_json::{Value as Json, json};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn peak(format: &str, options: &Json, rows: u64) -> usize {
    let exporter = exporter_parquet::register(Registry::new()).exporter(format, options.clone()).unwrap();
    let data = GeneratedDataset::new(rows);
    let context = Context::default().with_threads(2);
    peak_during(|| export(&*exporter, &data, Box::new(NullSink::new()), &context).unwrap()).1
}

// One test, so that nothing else is counted.
#[test]
fn memory_is_bounded() {
    wide_tables_need_little_for_each_column();
    arrow_of_very_many_columns_becomes_parquet_in_256_mib();
    parquet_of_very_many_columns_becomes_arrow_in_256_mib();
    ten_times_the_rows_need_no_more();
    arrow_that_is_read_ahead_needs_no_more();
    claims_need_no_more();
    large_row_groups_are_read_in_a_small_budget();
    pages_beyond_the_budget_are_refused_with_the_way_out();
}

/// What is kept of each column beside its rows, when a table is written and read: its metadata, and the encoders and decoders of
/// few columns at a time.
fn wide_tables_need_little_for_each_column() {
    let peaks = [2000, 16_000].map(|count| {
        let numbers: ArrayRef = Arc::new(Int32Array::from_iter_values(0..20));
        let columns = (0..count).map(|at| (format!("v{at}"), numbers.clone()));
        let data =
            MemoryDataset::from_batches("t", vec![RecordBatch::try_from_iter(columns).unwrap()]).unwrap();
        let registry = exporter_parquet::register(Registry::new());
        let context = Context::default().with_threads(2);
        let exporter = registry.exporter("parquet", json!({})).unwrap();
        let written =
            peak_during(|| export(&*exporter, &data, Box::new(NullSink::new()), &context).unwrap()).1;
        let sink = MemorySink::new();
        export(&*exporter, &data, Box::new(sink.clone()), &context).unwrap();
        let source = Source::memory("t.parquet", sink.entries().into_values().next().unwrap());
        drop(data);
        let read = || {
            let data = registry.open(&source, Json::Null, &context).unwrap();
            context.scan(&*data, TableId(0), &Scan::all()).unwrap().for_each(|batch| drop(batch.unwrap()));
        };
        (written, peak_during(read).1)
    });
    let [(few_written, few_read), (many_written, many_read)] = peaks;
    let each = |few: usize, many: usize| many.saturating_sub(few) / 14_000;
    let (written, read) = (each(few_written, many_written), each(few_read, many_read));
    assert!(written < 3 << 10 && read < 4 << 10, "{written} bytes a column when written, {read} when read");
}

/// 200 rows of 50,000 columns; all columns of a type have the same values.
fn of_very_many_columns() -> RecordBatch {
    let floats: ArrayRef = Arc::new(Float64Array::from_iter_values((0..200).map(|row| f64::from(row) / 3.0)));
    let integers: ArrayRef = Arc::new(Int64Array::from_iter_values(0..200));
    let texts: ArrayRef = Arc::new(StringArray::from_iter_values((0..200).map(|row| format!("t{row:05}"))));
    let columns = (0..50_000).zip([floats, integers, texts].into_iter().cycle());
    RecordBatch::try_from_iter(columns.map(|(at, values)| (format!("v{at}"), values))).unwrap()
}

/// What opening a file and writing it as another format takes at most.
fn peak_of_converting(path: &Path, format: &str) -> usize {
    let registry = exporter_parquet::register(Registry::new());
    let context = Context::default().with_threads(2);
    let exporter = registry.exporter(format, json!({})).unwrap();
    let source = Source::open(path, &context).unwrap();
    let convert = || {
        let data = registry.open(&source, Json::Null, &context).unwrap();
        export(&*exporter, &*data, Box::new(NullSink::new()), &context).unwrap();
    };
    peak_during(convert).1
}

/// The rows of one batch of Arrow are in memory together, here 80 MiB; beside them stands what is kept of each column.
fn arrow_of_very_many_columns_becomes_parquet_in_256_mib() {
    let batch = of_very_many_columns();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wide.arrow");
    let file = std::fs::File::create(&path).unwrap();
    let mut writer = arrow_ipc::writer::FileWriter::try_new(file, &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    drop((writer, batch));
    let peak = peak_of_converting(&path, "parquet");
    assert!(peak < 256 << 20, "{peak} bytes");
}

/// A row group of very many columns is decoded as a whole; the columns have labels, so that a codebook is stored in the file.
fn parquet_of_very_many_columns_becomes_arrow_in_256_mib() {
    let folder = tempfile::tempdir().unwrap();
    let data = MemoryDataset::from_batches("wide", vec![of_very_many_columns()]).unwrap();
    let mut codebook = data.codebook().clone();
    for variable in &mut codebook.tables[0].variables {
        variable.label = format!("What the respondent said about {}", variable.name).into();
    }
    let data = MemoryDataset::new(codebook, vec![vec![of_very_many_columns()]]).unwrap();
    let exporter = exporter_parquet::register(Registry::new()).exporter("parquet", json!({})).unwrap();
    let sink = FolderSink::create(folder.path().join("out"), FolderOptions::default()).unwrap();
    export(&*exporter, &data, Box::new(sink), &Context::default()).unwrap();
    drop(data);
    let peak = peak_of_converting(&folder.path().join("out/wide.parquet"), "arrow");
    assert!(peak < 244 << 20, "{peak} bytes");
}

/// A column of texts as a Parquet file of one row group.
fn of_texts(texts: impl Iterator<Item = String>) -> Source<'static> {
    let column: ArrayRef = Arc::new(StringArray::from_iter_values(texts));
    let batch = RecordBatch::try_from_iter([("text", column)]).unwrap();
    let data = MemoryDataset::from_batches("t", vec![batch]).unwrap();
    let registry = exporter_parquet::register(Registry::new());
    let (exporter, sink) =
        (registry.exporter("parquet", json!({"dictionary": false})).unwrap(), MemorySink::new());
    export(&*exporter, &data, Box::new(sink.clone()), &Context::default()).unwrap();
    Source::memory("t.parquet", sink.entries().into_values().next().unwrap())
}

fn read(source: &Source<'_>, memory: u64) -> exporter_core::Result<()> {
    let context = Context::default().with_threads(1).with_memory(memory << 20);
    let data = exporter_parquet::register(Registry::new()).open(source, Json::Null, &context)?;
    context.scan(&*data, TableId(0), &Scan::all())?.try_for_each(|batch| batch.map(drop))
}

fn large_row_groups_are_read_in_a_small_budget() {
    let source = of_texts((0..20_000).map(|row| format!("{row:04000}")));
    let [small, usual] = [16, 512].map(|memory| peak_during(|| read(&source, memory).unwrap()).1);
    assert!(small < 16 << 20 && usual > 2 * small, "{small} bytes in 16 MiB, {usual} in 512 MiB");
}

fn pages_beyond_the_budget_are_refused_with_the_way_out() {
    // One page is refused by the memory, all that are held together by a multiple of it.
    for page in [20, 130] {
        let source = of_texts(std::iter::once("x".repeat(page << 20)));
        let (error, peak) = peak_during(|| read(&source, 16).unwrap_err());
        let told = format!("{error:?}");
        assert!(told.contains("--memory") && told.contains("smaller"), "{told}");
        assert!(peak < 16 << 20, "{peak} bytes for a page of {page} MiB that is refused");
    }
    let source = of_texts(std::iter::once("x".repeat(130 << 20)));
    read(&source, 512).unwrap();
}

fn claims_need_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let registry = exporter_parquet::register(Registry::new());
    let context = Context::default();
    for (name, bytes, _) in lies::all() {
        let path = folder.path().join(format!("{name}.parquet"));
        std::fs::write(&path, &bytes).unwrap();
        let read = || {
            let data = registry.open(&Source::open(&path, &context)?, Json::Null, &context)?;
            context.scan(&*data, TableId(0), &Scan::all())?.try_for_each(|batch| batch.map(drop))
        };
        let (_, peak) = peak_during(read);
        assert!(peak < 100 * bytes.len() + (8 << 20), "{name}: {peak} bytes for a file of {}", bytes.len());
    }
}

fn arrow_that_is_read_ahead_needs_no_more() {
    let registry = exporter_parquet::register(Registry::new());
    for (format, compression) in [("arrow", "none"), ("arrow", "zstd"), ("arrows", "lz4")] {
        let peak = |rows| {
            let exporter = registry.exporter(format, json!({ "compression": compression })).unwrap();
            let sink = MemorySink::new();
            let data = GeneratedDataset::new(rows);
            export(&*exporter, &data, Box::new(sink.clone()), &Context::default()).unwrap();
            let bytes = sink.entries().into_values().next().unwrap();
            let context = Context::default().with_threads(3);
            let source = Source::memory("x", bytes);
            let data = registry.open(&source, Json::Null, &context).unwrap();
            let read = || {
                let mut batches = context.scan(&*data, TableId(0), &Scan::all()).unwrap();
                batches.try_for_each(|batch| batch.map(drop)).unwrap();
            };
            peak_during(read).1
        };
        let (small, large) = (peak(100_000), peak(400_000));
        assert!(
            large < small * 6 / 5 + (4 << 20),
            "{format} {compression}: {small} bytes for 100,000 rows, {large} for 400,000"
        );
    }
}

fn ten_times_the_rows_need_no_more() {
    let formats = [
        ("parquet", json!({"row-group-mib": 1})),
        ("parquet", json!({"row-group-mib": 1, "compression": "snappy", "dictionary": false})),
        ("arrow", json!({})),
        ("arrow", json!({"compression": "zstd"})),
        ("arrows", json!({"compression": "lz4"})),
    ];
    for (format, options) in formats {
        let (small, large) = (peak(format, &options, 40_000), peak(format, &options, 400_000));
        // How many batches are on their way at a time is up to the scheduler.
        assert!(
            large < small * 6 / 5 + (4 << 20),
            "{format} {options}: {small} bytes for 40,000 rows, {large} for 400,000"
        );
        assert!(large < 40 << 20, "{format} {options}: {large} bytes");
    }
}
