//! Memory is measured, and a generated dataset holds no rows.

use exporter_core::export;
use exporter_core::sink::NullSink;
use exporter_testkit::allocation::{CountingAllocator, peak_during};
use exporter_testkit::plain::PlainExporter;
use exporter_testkit::{GeneratedDataset, conformance};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// One test alone in its binary: whatever ran beside it would be counted too.
#[test]
fn memory_is_counted_and_does_not_grow_with_rows() {
    let (_, peak) = peak_during(|| drop(std::hint::black_box(vec![0u8; 8 << 20])));
    assert!(peak >= 8 << 20, "{peak}");

    let peak = |rows| {
        let data = GeneratedDataset::new(rows);
        let export =
            || export(&PlainExporter::default(), &data, Box::new(NullSink::new()), &conformance::context());
        peak_during(|| export().unwrap()).1
    };
    let (small, large) = (peak(20_000), peak(200_000));
    assert!(large < small * 6 / 5 + (1 << 20), "{small} bytes for 20,000 rows, {large} for 200,000");
}
