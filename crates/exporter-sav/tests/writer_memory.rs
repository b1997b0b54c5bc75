//! Memory: a writer's does not grow with the cases.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::io;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int8Array, RecordBatch, StringArray};
use exporter_sav::spss::Format;
use exporter_sav::{Compression, Level, SavMetadata, SavVariable, SavWriter, Storing, WriterOptions};
use exporter_testkit::allocation::{CountingAllocator, peak_during};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

const BATCH_ROWS: usize = 20_000;
const MIB: usize = 1 << 20;

/// A number, a code, a short text, and a text of 400 bytes in every eighth row.
fn batch() -> RecordBatch {
    let long = "x".repeat(400);
    let texts = ["", "a", "some text", "twelve bytes"];
    let rows = 0..BATCH_ROWS;
    let columns: [(&str, ArrayRef); 4] = [
        ("d", Arc::new(Float64Array::from_iter_values(rows.clone().map(|i| i as f64 / 3.0)))),
        ("b", Arc::new(rows.clone().map(|i| (i % 9 > 0).then_some((i % 100) as i8)).collect::<Int8Array>())),
        ("s", Arc::new(StringArray::from_iter_values(rows.clone().map(|i| texts[i % 4])))),
        ("l", Arc::new(StringArray::from_iter_values(rows.map(|i| if i % 8 == 0 { &*long } else { "" })))),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

/// Peak memory of writing a batch `count` times, as if the rows streamed by.
fn writing(batch: &RecordBatch, count: usize, compression: Compression, seekable: bool) -> usize {
    let mut metadata = SavMetadata::new();
    let number = |name: &str| SavVariable::number(name, Format::number());
    metadata.variables =
        vec![number("d"), number("b"), SavVariable::text("s", 12), SavVariable::text("l", 400)];
    let mut options = WriterOptions::new(Box::new(tempfile::tempfile));
    (options.threads, options.compression) = (2, compression);
    let storing = vec![Storing::default(); 4];
    let batches = (0..count).map(|_| Ok(batch.clone()));
    let (written, peak) = peak_during(|| {
        if seekable {
            let sink = tempfile::tempfile().unwrap();
            let mut writer = SavWriter::seekable(sink, metadata, storing, options).unwrap();
            writer.write_batches(batches).unwrap();
            writer.finish().unwrap().1
        } else {
            let mut writer = SavWriter::new(io::sink(), metadata, storing, options).unwrap();
            writer.write_batches(batches).unwrap();
            writer.finish().unwrap().1
        }
    });
    assert_eq!(written.cases as usize, BATCH_ROWS * count);
    peak
}

#[test]
fn writing_a_million_cases_needs_no_more_than_a_hundred_thousand() {
    let batch = batch();
    let zlib = Compression::Zlib(Level::FAST);
    for (compression, most) in [(Compression::None, 4), (Compression::Bytecode, 4), (zlib, 32)] {
        for seekable in [false, true] {
            let few = writing(&batch, 5, compression, seekable);
            let many = writing(&batch, 50, compression, seekable);
            assert!(many <= most * MIB, "{compression:?}: {many} bytes over one batch");
            // How many pieces wait for their turn is a matter of time.
            let slack = if compression == zlib { 12 } else { 1 };
            assert!(
                many <= few + slack * MIB,
                "{compression:?}: {few} bytes for 100,000 cases, {many} for 1,000,000"
            );
        }
    }
}
