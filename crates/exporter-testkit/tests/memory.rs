//! Memory is measured, and a generated dataset holds no rows.

use exporter_core::export;
use exporter_core::sink::NullSink;
use exporter_testkit::allocation::{CountingAllocator, peak_during};
use exporter_testkit::plain::PlainExporter;
use exporter_testkit::{GeneratedDataset, conformance};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

#[test]
fn a_vector_is_counted() {
    let (_, peak) = peak_during(|| drop(std::hint::black_box(vec![0u8; 8 << 20])));
    assert!(peak >= 8 << 20, "{peak}");
}

#[test]
fn ten_times_the_rows_need_no_more_memory() {
    let peak = |rows| {
        let data = GeneratedDataset::new(rows);
        let export =
            || export(&PlainExporter::default(), &data, Box::new(NullSink::new()), &conformance::context());
        peak_during(|| export().unwrap()).1
    };
    let (small, large) = (peak(20_000), peak(200_000));
    // Other tests of this binary run beside and are counted; they need less than a megabyte.
    assert!(large < small * 6 / 5 + (8 << 20), "{small} bytes for 20,000 rows, {large} for 200,000");
}
