//! Memory does not grow with rows. A binary of its own, because it counts every allocation.
#![allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use exporter_core::sink::NullSink;
use exporter_core::{Context, Registry, export};
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
fn ten_times_the_rows_need_no_more_memory() {
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
