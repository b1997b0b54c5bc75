//! A whole export stays within the budget of its context: long tables and wide ones, every format, in a zip. A binary of
//! its own, because it counts every allocation.
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::io::Write as _;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int8Array, RecordBatch, StringArray};
use exporter::codebook::{Kind, Table, Variable};
use exporter::dataset::MemoryDataset;
use exporter::package::{EntryOptions, GzipOptions, GzipWriter, ZipOptions, ZipWriter};
use exporter::sink::{FileSink, FolderOptions, NullSink};
use exporter::{Codebook, Context, Sink};
use exporter::{InputOptions, Request, registry};
use exporter_testkit::RepeatedDataset;
use exporter_testkit::allocation::{CountingAllocator, peak_during};
use serde_json::json;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const MIB: usize = 1 << 20;

/// Numbers and texts in turn.
fn repeated(columns: usize, rows: usize, times: usize) -> RepeatedDataset {
    let column = |index: usize| -> ArrayRef {
        match index % 3 {
            0 => Arc::new(Int8Array::from_iter_values((0..rows).map(|row| (row * 7 + index) as i8 / 2))),
            1 => Arc::new(Float64Array::from_iter_values(
                (0..rows).map(|row| (row * columns + index) as f64 / 7.0),
            )),
            _ => {
                Arc::new(StringArray::from_iter_values((0..rows).map(|row| format!("text {}", row * index))))
            }
        }
    };
    let columns = (0..columns).map(|index| (format!("v{index}"), column(index)));
    RepeatedDataset::new(RecordBatch::try_from_iter(columns).unwrap(), times)
}

/// Peak memory of an export beyond its data.
fn peak(data: &RepeatedDataset, formats: &[&str], packaging: Option<&str>, memory: usize) -> usize {
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
    a_small_budget_holds_and_takes_less_than_the_default();
    a_plan_of_many_tables_does_not_hold_their_codebooks();
}

fn exports_stay_within_their_budget() {
    for (columns, rows, times) in [(9, 8192, 20), (3_000, 256, 10)] {
        let data = repeated(columns, rows, times);
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
    let [few, many] = [4, 40].map(|times| peak(&repeated(9, 8192, times), &formats, Some("zip"), 64 * MIB));
    assert!(many < few * 5 / 4 + 4 * MIB, "{few} bytes, {many} for ten times the rows");
}

fn ten_times_the_rows_of_a_csv_need_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let registry = registry();
    let context = Context::default().with_threads(2).with_temp(folder.path());
    let peak = |rows: usize, name: &str| {
        let path = folder.path().join(name);
        let row = |row: usize| {
            format!("{row},{}.25,2024-02-{:02},{}\n", row % 977, row % 28 + 1, "x".repeat(row % 90))
        };
        let text: String = (0..rows).map(row).collect();
        packed(&path, format!("id,amount,day,text\n{text}").as_bytes());
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
    let few = peak(100_000, "rows.csv");
    for name in ["rows.csv", "rows.csv.gz", "rows.zip"] {
        let many = peak(1_000_000, name);
        assert!(many < few * 5 / 4 + 4 * MIB && many < 32 * MIB, "{few} bytes, then {many} of {name}");
    }
}

/// Writes a file, a gzip stream or the only entry of a zip.
fn packed(path: &Path, bytes: &[u8]) {
    let name = path.file_name().unwrap().to_str().unwrap();
    if name.ends_with(".gz") {
        let file = std::fs::File::create(path).unwrap();
        let mut gzip = GzipWriter::new(file, GzipOptions::default(), NonZeroUsize::MIN);
        gzip.write_all(bytes).unwrap();
        gzip.finish().unwrap();
    } else if name.ends_with(".zip") {
        let mut zip = ZipWriter::new(std::fs::File::create(path).unwrap(), ZipOptions::default()).unwrap();
        zip.start_entry(&EntryOptions::new("rows.csv")).unwrap();
        zip.write_all(bytes).unwrap();
        zip.finish_entry().unwrap();
        zip.finish().unwrap();
    } else {
        std::fs::write(path, bytes).unwrap();
    }
}

/// From file to file: reading and writing together, long tables and wide ones. What the descriptions of the variables take,
/// which is no buffer, is measured with few rows.
fn a_small_budget_holds_and_takes_less_than_the_default() {
    let to = |formats: &[&str], packaging: serde_json::Value| {
        let formats: Vec<_> = formats.iter().map(|format| json!({"format": format})).collect();
        json!({"request": 1, "formats": formats, "packaging": packaging, "codebook": false})
    };
    let none = || json!(null);
    let exports = [
        ("csv", to(&["dta"], none())),
        ("dta", to(&["csv"], none())),
        ("dta", to(&["csv", "parquet"], json!({"zip": {}}))),
        ("parquet", to(&["csv"], none())),
    ];
    for (columns, rows, small) in [(9, 400_000, 32 * MIB), (400, 24_000, 64 * MIB)] {
        let [few, many] = [20, rows].map(|rows| Files::new(columns, rows));
        for (from, request) in &exports {
            let described = few.peak(from, request, small);
            let [least, usual] =
                [small, 512 * MIB].map(|memory| many.peak(from, request, memory).saturating_sub(described));
            assert!(
                least <= small && least * 5 < usual * 4,
                "{columns} columns, {from} {request}: {least} bytes, {usual} by default"
            );
        }
    }
}

/// A table as a file of each format.
struct Files(tempfile::TempDir);

impl Files {
    fn new(columns: usize, rows: usize) -> Self {
        let files = Self(tempfile::tempdir().unwrap());
        let names: Vec<String> = (0..columns).map(|column| format!("v{column}")).collect();
        let mut text = names.join(",");
        for row in 0..rows {
            let cell = |column: usize| match column % 3 {
                0 => format!("{}", (row * 7 + column) % 100),
                1 => format!("{}.5", row * columns + column),
                _ => format!("text {}", row % 1000),
            };
            text.push('\n');
            text.push_str(&(0..columns).map(cell).collect::<Vec<_>>().join(","));
        }
        std::fs::write(files.0.path().join("t.csv"), text).unwrap();
        for format in ["dta", "parquet"] {
            let path = files.0.path().join(format!("t.{format}"));
            let target = FileSink::create(path, FolderOptions::default()).unwrap();
            let request = json!({"request": 1, "formats": [{"format": format}], "codebook": false});
            files.run("csv", &request, 512 * MIB, Box::new(target));
        }
        files
    }

    fn run(&self, from: &str, request: &serde_json::Value, memory: usize, sink: Box<dyn Sink>) {
        let (registry, folder) = (registry(), self.0.path());
        let context = Context::default().with_threads(4).with_memory(memory as u64).with_temp(folder);
        let paths = [folder.join(format!("t.{from}"))];
        let data = exporter::open(&paths, &InputOptions::default(), &registry, &context).unwrap();
        let request = Request::from_json(&request.to_string()).unwrap();
        request.prepare_for(&data, &registry, &context).unwrap().run(sink, &context).unwrap();
    }

    fn peak(&self, from: &str, request: &serde_json::Value, memory: usize) -> usize {
        peak_during(|| self.run(from, request, memory, Box::new(NullSink::new()))).1
    }
}

fn a_plan_of_many_tables_does_not_hold_their_codebooks() {
    let tables =
        (0..100).map(|table| Table::new(format!("t{table}"), vec![Variable::new("a", Kind::INTEGER)]));
    let mut codebook = tables.fold(Codebook::new("study"), Codebook::with_table);
    codebook.study.notes.push("x".repeat(MIB).into());
    let data = MemoryDataset::new(codebook, vec![vec![]; 100]).unwrap();
    for format in ["parquet", "arrow"] {
        let exporter = registry().exporter(format, json!(null)).unwrap();
        let plan = || exporter::plan(&*exporter, &data, &Context::default(), |plan| Ok(plan.entries().len()));
        let (tables, peak) = peak_during(|| plan().unwrap());
        assert!(tables == 100 && peak < 8 * MIB, "{format}: {} MiB", peak / MIB);
    }
}
