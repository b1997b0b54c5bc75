//! Peak memory: bounded, and the same for many rows as for few.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::io::Read;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int32Array, RecordBatch, StringArray};
use exporter_core::sink::NullSink;
use exporter_core::{Context, Registry, Scan, Source, TableId};
use exporter_tab::{Layout, ReadOptions, TabDataset, TabError, TabReader};
use exporter_testkit::RepeatedDataset;
use exporter_testkit::allocation::{CountingAllocator, peak_during};
use serde_json::json;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const MIB: usize = 1 << 20;

fn repeated(times: usize) -> RepeatedDataset {
    let rows = 4096;
    let numbers: ArrayRef = Arc::new(Int32Array::from_iter_values(0..rows));
    let amounts: ArrayRef =
        Arc::new(Float64Array::from_iter_values((0..rows).map(|row| f64::from(row) / 7.0)));
    let texts: ArrayRef =
        Arc::new(StringArray::from_iter_values((0..rows).map(|row| format!("a text, number {row}"))));
    let columns = [("n", numbers), ("amount", amounts), ("text", texts)];
    RepeatedDataset::new(RecordBatch::try_from_iter(columns).unwrap(), times)
}

/// The text of a line again and again, up to so many bytes.
struct Lines {
    head: &'static [u8],
    line: Vec<u8>,
    at: usize,
    left: u64,
}

impl Lines {
    fn new(line: Vec<u8>, bytes: u64) -> Self {
        Self { head: b"text,n\n", line, at: 0, left: bytes }
    }
}

impl Read for Lines {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        if !self.head.is_empty() {
            return self.head.read(to);
        }
        let rest = &self.line[self.at..];
        let len = rest.len().min(to.len()).min(usize::try_from(self.left).unwrap_or(usize::MAX));
        to[..len].copy_from_slice(&rest[..len]);
        self.at = (self.at + len) % self.line.len();
        self.left -= len as u64;
        Ok(len)
    }
}

// One test, as every thread of the binary counts.
#[test]
fn memory_is_bounded_and_does_not_grow_with_rows() {
    writing();
    reading_a_stream();
    reading_a_file();
    one_line_of_a_gibibyte();
}

fn writing() {
    for (format, options) in [("csv", json!({})), ("tab", json!({"preset": "survey-solutions"}))] {
        let exporter = exporter_tab::register(Registry::new()).exporter(format, options).unwrap();
        for threads in [1, 2, 8] {
            let context = Context::default().with_threads(threads);
            let export = |times| {
                let data = repeated(times);
                let sink = Box::new(NullSink::new());
                peak_during(|| exporter_core::export(&*exporter, &data, sink, &context).unwrap()).1
            };
            // The first run also pays what is made once.
            export(4);
            let (few, many) = (export(40), export(400));
            // How many pieces are on their way at a time is up to the scheduler.
            assert!(many <= few + few / 5 + MIB, "{format}, {threads} threads: {few} bytes, then {many}");
            assert!(many < 64 * MIB, "{format}, {threads} threads: {many} bytes");
        }
    }
}

fn reading_a_stream() {
    let line = [vec![b'x'; 200], b",12\n".to_vec()].concat();
    let options = ReadOptions::default();
    let read = |bytes: u64| {
        let layout = Layout::read(Lines::new(line.clone(), 204), &options, &[]).unwrap();
        let count = || {
            let reader = TabReader::new(Lines::new(line.clone(), bytes), &layout, &options, None).unwrap();
            reader.map(|batch| batch.unwrap().num_rows() as u64).sum::<u64>()
        };
        let (rows, peak) = peak_during(count);
        assert_eq!(rows, bytes / 204);
        peak
    };
    let (few, many) = (read(204 * 20_000), read(204 * 200_000));
    assert!(many <= few + few / 5 && many < 8 * MIB, "{few} bytes, then {many}");
}

fn reading_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.csv");
    let line = [vec![b'x'; 200], b",12\n".to_vec()].concat();
    for (threads, most) in [(2, 24 * MIB), (8, 96 * MIB)] {
        let read = |rows: u64| {
            let mut file = std::fs::File::create(&path).unwrap();
            std::io::copy(&mut Lines::new(line.clone(), 204 * rows), &mut file).unwrap();
            let context = Context::default().with_threads(threads);
            let read = || {
                let source = Source::open(&path, &context).unwrap();
                let data = TabDataset::open(&source, ReadOptions::default(), &context).unwrap();
                let batches = context.scan(&data, TableId(0), &Scan::all()).unwrap();
                batches.map(|batch| batch.unwrap().num_rows() as u64).sum::<u64>()
            };
            let (read, peak) = peak_during(read);
            assert_eq!(read, rows);
            peak
        };
        let peak = read(400_000);
        assert!(peak < most, "{threads} threads: {peak} bytes");
    }
}

fn one_line_of_a_gibibyte() {
    let options = ReadOptions::default();
    for (start, line) in [("in the header", ""), ("in a row", "text,n\n"), ("in quotes", "text,n\n\"")] {
        let input = || line.as_bytes().chain(std::io::repeat(b'x').take(1 << 30));
        let (read, peak) = peak_during(|| Layout::read(input(), &options, &[]));
        let number = line.matches('\n').count() as u64 + 1;
        let limit = options.max_record_bytes;
        match read {
            Err(TabError::RecordTooLong { line, limit: found }) => assert_eq!((line, found), (number, limit)),
            other => panic!("{start}: {other:?}"),
        }
        assert!(peak < 2 * limit, "{start}: {peak} bytes");
    }
}
