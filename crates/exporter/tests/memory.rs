//! A whole export stays within the budget of its context: long tables and wide ones, every format, in a zip. A binary of
//! its own, because it counts every allocation.
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int8Array, RecordBatch, StringArray};
use exporter::dataset::{Batches, MemoryDataset};
use exporter::sink::NullSink;
use exporter::{Codebook, Context, Dataset, Result, Scan, TableId};
use exporter::{InputOptions, Request, registry};
use exporter_testkit::allocation::{CountingAllocator, peak_during};
use serde_json::json;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const MIB: usize = 1 << 20;

/// One batch again and again, so that the input itself takes no memory.
struct Repeated {
    one: MemoryDataset,
    batch: RecordBatch,
    times: usize,
}

impl Repeated {
    fn new(columns: usize, rows: usize, times: usize) -> Self {
        let column = |index: usize| -> ArrayRef {
            match index % 3 {
                0 => Arc::new(Int8Array::from_iter_values((0..rows).map(|row| (row * 7 + index) as i8 / 2))),
                1 => Arc::new(Float64Array::from_iter_values(
                    (0..rows).map(|row| (row * columns + index) as f64 / 7.0),
                )),
                _ => Arc::new(StringArray::from_iter_values(
                    (0..rows).map(|row| format!("text {}", row * index)),
                )),
            }
        };
        let batch =
            RecordBatch::try_from_iter((0..columns).map(|index| (format!("v{index}"), column(index))))
                .unwrap();
        Self { one: MemoryDataset::from_batches("t", vec![batch.clone()]).unwrap(), batch, times }
    }
}

impl Dataset for Repeated {
    fn codebook(&self) -> &Codebook {
        self.one.codebook()
    }

    fn rows(&self, _: TableId) -> Option<u64> {
        Some((self.batch.num_rows() * self.times) as u64)
    }

    fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
        let batch = self.one.scan(table, scan)?.next().unwrap()?;
        Ok(Batches::new(batch.schema(), (0..self.times).map(move |_| Ok(batch.clone()))))
    }
}

/// Peak memory of an export beyond its data.
fn peak(data: &Repeated, formats: &[&str], packaging: Option<&str>, memory: usize) -> usize {
    let formats: Vec<_> = formats.iter().map(|format| json!({"format": format})).collect();
    let mut request = json!({"request": 1, "formats": formats});
    if let Some(packaging) = packaging {
        request["packaging"] = json!({packaging: {}});
    }
    let request = Request::from_json(&request.to_string()).unwrap();
    let context = Context::default().with_threads(2).with_memory(memory as u64);
    let ready = request.prepare_for(data, &registry(), &context).unwrap();
    peak_during(|| ready.run(Box::new(NullSink::new()), &context).unwrap()).1
}

// One test, so that nothing else is counted.
#[test]
fn memory_is_bounded() {
    exports_stay_within_their_budget();
    ten_times_the_rows_need_no_more();
    ten_times_the_rows_of_a_csv_need_no_more();
}

fn exports_stay_within_their_budget() {
    for (columns, rows, times) in [(9, 8192, 20), (3_000, 256, 10)] {
        let data = Repeated::new(columns, rows, times);
        let within = |formats: &[&str], packaging, memory| {
            let peak = peak(&data, formats, packaging, memory);
            assert!(peak <= memory, "{columns} columns, {formats:?} {packaging:?}: {} MiB", peak / MIB);
        };
        for format in ["dta", "csv", "parquet", "arrow"] {
            within(&[format], None, 64 * MIB);
        }
        within(&["dta", "csv", "parquet", "codebook"], Some("zip"), 64 * MIB);
        within(&["csv", "parquet"], Some("gzip"), 128 * MIB);
    }
}

fn ten_times_the_rows_need_no_more() {
    let formats = ["dta", "csv", "parquet", "codebook"];
    let [few, many] =
        [4, 40].map(|times| peak(&Repeated::new(9, 8192, times), &formats, Some("zip"), 64 * MIB));
    assert!(many < few * 5 / 4 + 4 * MIB, "{few} bytes, {many} for ten times the rows");
}

fn ten_times_the_rows_of_a_csv_need_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let (path, registry) = (folder.path().join("rows.csv"), registry());
    let context = Context::default().with_threads(2).with_temp(folder.path());
    let peak = |rows: usize| {
        let row = |row: usize| {
            format!("{row},{}.25,2024-02-{:02},{}\n", row % 977, row % 28 + 1, "x".repeat(row % 90))
        };
        let text: String = (0..rows).map(row).collect();
        std::fs::write(&path, format!("id,amount,day,text\n{text}")).unwrap();
        drop(text);
        let export = || {
            let data =
                exporter::open(std::slice::from_ref(&path), &InputOptions::default(), &registry, &context)
                    .unwrap();
            let exporter = registry.exporter("dta", json!(null)).unwrap();
            exporter::export(&*exporter, &data, Box::new(NullSink::new()), &context).unwrap();
        };
        peak_during(export).1
    };
    // The smaller text has pieces enough for both threads.
    let (few, many) = (peak(100_000), peak(1_000_000));
    assert!(many < few * 5 / 4 + 4 * MIB && many < 32 * MIB, "{few} bytes, then {many}");
}
