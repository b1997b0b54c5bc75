//! Batches made of kept cells are those that are read from the file.

use arrow_array::RecordBatch;

use super::test_file::{Cell, TestFile, behind, memory};
use super::{DtaReader, Selection};
use crate::reader::DtaBytes;
use crate::spec::{ByteOrder, Release};
use crate::spec_storage::StorageType;
use exporter_stata::Missing;

/// Milliseconds of 1 July 1972 since 1960, the first time that one more leap second is counted.
const AFTER_A_LEAP: f64 = 394_416_000_000.0;

/// Every number type with numbers, `.` and letters; dates, periods and a clock with leap seconds; texts between them.
fn file(order: ByteOrder, rows: i32) -> TestFile {
    let mut file = TestFile::sample(Release::V118, order);
    let variable = |name, storage, format| (name, storage, format, "", Vec::new());
    file.variables = vec![
        variable("byte", StorageType::Byte, "%8.0g"),
        variable("text", StorageType::Str(5), "%9s"),
        variable("int", StorageType::Int, "%8.0g"),
        variable("long", StorageType::Long, "%12.0g"),
        variable("float", StorageType::Float, "%9.0g"),
        variable("strl", StorageType::StrL, "%9s"),
        variable("double", StorageType::Double, "%10.0g"),
        variable("day", StorageType::Long, "%td"),
        variable("month", StorageType::Double, "%tm"),
        variable("clock", StorageType::Double, "%tC"),
    ];
    let missing = |row: i32| match row % 7 {
        3 => Some(Missing::SYSTEM),
        5 => Missing::from_letter(char::from(b'a' + (row % 26) as u8)),
        _ => None,
    };
    let row = |row: i32| {
        let real = f64::from(row) / 3.0;
        let Some(missing) = missing(row) else {
            let clock = AFTER_A_LEAP + f64::from(row) * 86_400_000.0 + 1_000.0;
            return vec![
                Cell::Byte((row % 100) as i8),
                Cell::Text(b"five!"),
                Cell::Int(row as i16),
                Cell::Long(-row * 1_000),
                Cell::Float(real as f32),
                Cell::StrL(6, 1),
                Cell::Double(real),
                Cell::Long(row),
                Cell::Double(f64::from(row)),
                Cell::Double(clock),
            ];
        };
        vec![
            Cell::Byte(missing.byte()),
            Cell::Text(b""),
            Cell::Int(missing.int()),
            Cell::Long(missing.long()),
            Cell::Float(missing.float()),
            Cell::StrL(0, 0),
            Cell::Double(missing.double()),
            Cell::Long(missing.long()),
            Cell::Double(missing.double()),
            Cell::Double(missing.double()),
        ]
    };
    file.rows = (0..rows).map(row).collect();
    file.strls = vec![(6, 1, 130, b"long text\0")];
    (file.sort, file.sets) = (Vec::new(), Vec::new());
    file
}

/// The batches of a selection with so many threads.
fn read(reader: &mut DtaReader, selection: &Selection, threads: usize) -> Vec<RecordBatch> {
    if threads == 1 {
        return reader.batches(selection).unwrap().map(Result::unwrap).collect();
    }
    let batches = reader.parallel_batches(selection, threads);
    batches.unwrap().map(Result::unwrap).collect()
}

#[test]
fn kept_cells_make_the_batches_that_the_file_makes() {
    for order in [ByteOrder::Little, ByteOrder::Big] {
        let file = file(order, 300);
        let mut from_file = DtaReader::open(memory(file.bytes())).unwrap();
        let all: Vec<usize> = (0..file.variables.len()).collect();
        let facts = from_file.facts(&all, 1).unwrap();
        from_file.kept = std::sync::Arc::default();
        for threads in 1..4 {
            let mut kept = DtaReader::open(memory(file.bytes())).unwrap();
            assert_eq!(kept.facts(&all, threads).unwrap(), facts);
            assert_eq!(all.iter().filter(|index| kept.kept.cells(**index).is_some()).count(), 8);
            for columns in [vec![], vec![0], vec![9, 7, 8, 0], vec![2, 1, 6], vec![5, 4], all.clone()] {
                for rows in [0..300, 0..1, 17..230, 299..400] {
                    let selection = Selection::all().columns(columns.clone()).rows(rows).batch_rows(64);
                    assert_eq!(
                        read(&mut kept, &selection, threads),
                        read(&mut from_file, &selection, threads),
                        "{order:?}, {selection:?}, {threads} threads"
                    );
                }
            }
        }
    }
}

#[test]
fn kept_cells_are_not_read_again() {
    let bytes = file(ByteOrder::Little, 50).bytes();
    let mut reader = DtaReader::open(memory(bytes.clone())).unwrap();
    let numbers = [0, 2, 3, 4, 6, 7, 8, 9];
    let untouched = Selection::all().columns(numbers);
    let before = read(&mut reader, &untouched, 1);
    reader.facts(&numbers, 1).unwrap();
    let mut wiped = bytes.clone();
    let rows = behind(&bytes, "<data>")..memchr::memmem::find(&bytes, b"</data>").unwrap();
    wiped[rows].fill(0);
    let mut other = reader.clone();
    other.bytes = DtaBytes::new(memory(wiped));
    assert_eq!(read(&mut other, &untouched, 1), before);
    let texts = read(&mut other, &Selection::all().columns([1]), 1);
    assert_ne!(texts, read(&mut reader, &Selection::all().columns([1]), 1), "texts are read again");
}
