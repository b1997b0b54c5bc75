//! Memory: what is said before the cases takes no more than the file's own size allows, and cases stream.

#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use exporter_core::source::FileBytes;
use exporter_core::{ReadAt, Source};
use exporter_sav::spss::Format;
use exporter_sav::{
    Compression, Level, SavMetadata, SavReader, SavVariable, SavWriter, Selection, Storing, WriterOptions,
};
use exporter_testkit::allocation::{CountingAllocator, peak_during};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// Allocations of all threads are counted, so that tests of this binary must not run side by side.
static ALONE: Mutex<()> = Mutex::new(());

const MIB: usize = 1 << 20;

fn integers(numbers: &[i32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// The header of a file without cases, and `count` numbers called `V0`, `V1` …
fn variables(count: usize) -> Vec<u8> {
    let mut bytes = b"$FL2".to_vec();
    bytes.extend(format!("{:60}", "@(#) SPSS DATA FILE").bytes());
    bytes.extend(integers(&[2, -1, 1, 0, -1]));
    bytes.extend(100.0_f64.to_le_bytes());
    bytes.resize(176, b' ');
    for index in 0..count {
        bytes.extend(integers(&[2, 0, 0, 0, 0x05_08_02, 0x05_08_02]));
        bytes.extend(format!("{:8}", format!("V{index}")).bytes());
    }
    bytes
}

fn extension(bytes: &mut Vec<u8>, subtype: i32, contents: &str) {
    bytes.extend(integers(&[7, subtype, 1, contents.len() as i32]));
    bytes.extend(contents.bytes());
}

/// Peak memory of opening a file, in bytes for each of its own.
fn opening(mut bytes: Vec<u8>) -> f64 {
    bytes.extend(integers(&[999, 0]));
    let length = bytes.len();
    let source = Source::memory("x.sav", bytes).bytes;
    let (reader, peak) = peak_during(|| SavReader::open(source).unwrap());
    assert!(!reader.metadata().variables.is_empty());
    peak as f64 / length as f64
}

#[test]
fn descriptions_take_few_bytes_for_each_of_the_file() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let bare = opening(variables(50_000));
    let mut named = variables(20_000);
    let mut names = String::new();
    for index in 0..20_000 {
        write!(names, "V{index}=a_longer_name_{index}\t").unwrap();
    }
    extension(&mut named, 13, names.trim_end());
    let named = opening(named);
    let mut labelled = variables(1);
    labelled.extend(integers(&[3, 200_000]));
    for index in 0..200_000 {
        labelled.extend(f64::from(index).to_le_bytes());
        labelled.extend(b"\x07a label");
    }
    labelled.extend(integers(&[4, 1, 1]));
    let labelled = opening(labelled);
    let mut attributes = variables(1);
    let mut text = "V0:".to_owned();
    for index in 0..50_000 {
        write!(text, "attribute_{index}('value {index}'\n)").unwrap();
    }
    extension(&mut attributes, 18, &text);
    let attributes = opening(attributes);
    let all = [named, labelled, attributes];
    assert!(all.iter().chain([&bare]).all(|ratio| *ratio <= 8.0), "{bare} {all:?}");
}

#[test]
fn claims_beyond_the_file_take_no_memory() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let claims = [
        integers(&[3, i32::MAX]),
        integers(&[6, i32::MAX]),
        integers(&[7, 18, i32::MAX, i32::MAX]),
        integers(&[7, 99, i32::MAX, i32::MAX]),
        integers(&[2, 0, 1, 0, 0, 0, 0, 0, i32::MAX]),
        integers(&[3, 0, 4, i32::MAX]),
    ];
    for claim in claims {
        let mut bytes = variables(1);
        bytes.extend(&claim);
        let source = Source::memory("x.sav", bytes).bytes;
        let (outcome, peak) = peak_during(|| SavReader::open(source));
        assert!(outcome.is_err(), "{claim:?}");
        assert!(peak < MIB, "{peak} bytes of {claim:?}");
    }
}

/// A file of numbers and texts, written to a temporary file.
fn written(rows: usize, compression: Compression) -> Arc<dyn ReadAt> {
    // Half of what the cells hold, so that what is kept of the rows shows.
    let texts = [0, 400, 600, 1_000].map(|bytes| "a".repeat(bytes));
    let columns: [(&str, ArrayRef); 3] = [
        ("d", Arc::new(Float64Array::from_iter_values((0..20_000).map(|row| f64::from(row) / 3.0)))),
        ("c", Arc::new(Float64Array::from_iter_values((0..20_000).map(|row| f64::from(row % 100))))),
        ("s", Arc::new(StringArray::from_iter_values((0..20_000).map(|row| &texts[row % 4])))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut metadata = SavMetadata::new();
    metadata.variables = vec![
        SavVariable::number("d", Format::number()),
        SavVariable::number("c", Format::number()),
        SavVariable::text("s", 1_000),
    ];
    let mut options = WriterOptions::new(Box::new(tempfile::tempfile));
    options.compression = compression;
    let file = tempfile::tempfile().unwrap();
    let mut writer = SavWriter::seekable(file, metadata, vec![Storing::default(); 3], options).unwrap();
    for _ in 0..rows / batch.num_rows() {
        writer.write(&batch).unwrap();
    }
    Arc::new(FileBytes::new(writer.finish().unwrap().0).unwrap())
}

#[test]
fn cases_stream_in_memory_that_does_not_grow() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    for compression in [Compression::None, Compression::Bytecode, Compression::Zlib(Level::FAST)] {
        let peak = |rows: usize| {
            let reader = SavReader::open(written(rows, compression)).unwrap();
            let read = || {
                let batches = reader.batches(&Selection::default(), 2).unwrap();
                batches.map(|batch| batch.unwrap().num_rows()).sum::<usize>()
            };
            let (found, peak) = peak_during(read);
            assert_eq!(found, rows);
            peak
        };
        // All rows of the larger file would be 60 MiB more.
        let (few, many) = (peak(60_000), peak(180_000));
        assert!(many < few + 24 * MIB && many < 200 * MIB, "{compression:?}: {few} and {many} bytes");
    }
}
