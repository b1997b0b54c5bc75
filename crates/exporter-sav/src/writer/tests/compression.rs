//! The same bytes whatever the threads, batches and sinks; eight cases end with a block; zlib.

use std::io;

use arrow_array::{Int32Array, Int64Array};
use proptest::prelude::*;

use super::*;
use crate::error::SavError;
use crate::options::Level;
use crate::spec::ZLIB_BLOCK;

/// Cases with codes and literals of all kinds, `columns` numbers and one text.
fn table(rows: usize, columns: usize) -> (SavMetadata, RecordBatch) {
    let mut variables: Vec<_> = (0..columns).map(|column| number(&format!("x{column}"))).collect();
    variables.push(text("t", 300));
    let mixed = |column: usize| -> ArrayRef {
        let value = |row: usize| (row * 7 + column * 3) as i32 % 331 - 120;
        Arc::new((0..rows).map(|row| (value(row) % 5 != 0).then(|| value(row))).collect::<Int32Array>())
    };
    let mut columns: Vec<ArrayRef> = (0..columns).map(mixed).collect();
    let long = "a text that goes on and on, 47 bytes of it all ".repeat(7);
    let texts: Vec<&str> = (0..rows).map(|row| &long[..row * 13 % 301]).collect();
    columns.push(strings(&texts));
    (metadata(variables), batch(columns))
}

fn sliced(batch: &RecordBatch, rows: usize) -> Vec<RecordBatch> {
    let starts = (0..batch.num_rows()).step_by(rows);
    starts.map(|start| batch.slice(start, rows.min(batch.num_rows() - start))).collect()
}

#[test]
fn threads_batches_and_sinks_change_no_byte() {
    let (about, rows) = table(1_201, 5);
    for compression in [Compression::None, Compression::Bytecode, Compression::Zlib(Level::new(3).unwrap())] {
        let with = |threads, cases| WriterOptions { compression, threads, cases, ..options() };
        let (expected, summary) = write_with(&about, vec![rows.clone()], with(1, Some(1_201))).unwrap();
        assert_eq!(summary.cases, 1_201);
        let elements = TestFile::new(&expected).elements();
        assert_eq!(elements.len(), 1_201 * (5 + 32 + 6));
        for threads in 1..=8 {
            for slice in [1, 3, 64, 100, 1_201] {
                let (bytes, _) =
                    write_with(&about, sliced(&rows, slice), with(threads, Some(1_201))).unwrap();
                assert!(bytes == expected, "{compression:?}, {threads} threads, {slice} rows a batch");
            }
        }
        let (seekable, _) = write_seekable(&about, sliced(&rows, 100), with(2, Some(1_201)));
        assert!(seekable == expected, "{compression:?}");
        let (counted, _) = write_seekable(&about, sliced(&rows, 100), with(2, None));
        assert!(counted == expected, "{compression:?}, cases that nobody knew are corrected");
        let (uncounted, _) = write_with(&about, sliced(&rows, 100), with(2, None)).unwrap();
        let file = TestFile::new(&uncounted);
        assert_eq!((file.header_int(80), file.extension(16)), (-1, None));
        assert!(file.elements() == elements);
    }
}

#[test]
fn cases_too_wide_for_the_caches_are_the_same() {
    let (rows, columns) = (70, 3_001);
    let about = metadata((0..columns).map(|column| number(&format!("x{column}"))).collect());
    let value = |row: usize, column: usize| (row * 3 + column) % 300;
    let column = |column: usize| -> ArrayRef {
        Arc::new(Int32Array::from_iter_values((0..rows).map(|row| value(row, column) as i32)))
    };
    let whole = batch((0..columns).map(column).collect());
    // Memory for chunks of 64 cases, of fewer and of eight.
    for buffer_bytes in [40 << 20, 2 << 20, 0] {
        for threads in [1, 3] {
            let with = WriterOptions { threads, buffer_bytes, ..options() };
            let (bytes, _) = write_with(&about, sliced(&whole, 33), with).unwrap();
            let elements = TestFile::new(&bytes).elements();
            assert_eq!(elements.len(), rows * columns);
            for (position, element) in elements.iter().enumerate() {
                assert_eq!(
                    f64::from_le_bytes(*element),
                    value(position / columns, position % columns) as f64
                );
            }
        }
    }
}

#[test]
fn a_batch_may_come_alone() {
    let (about, rows) = table(29, 2);
    let (expected, _) = write_with(&about, vec![rows.clone()], options()).unwrap();
    let storing = vec![Storing::default(); 3];
    let mut writer = SavWriter::new(Vec::new(), about, storing, options()).unwrap();
    for part in sliced(&rows, 4) {
        writer.write(&part).unwrap();
    }
    assert!(writer.finish().unwrap().0 == expected);
}

#[test]
fn eight_cases_are_as_many_blocks_as_a_case_has_elements() {
    for columns in [1, 2, 7, 8, 9] {
        let about = metadata((0..columns).map(|column| number(&format!("x{column}"))).collect());
        for cases in [0, 1, 7, 8, 9, 64, 65] {
            let column: ArrayRef = Arc::new(Int64Array::from(vec![1; cases]));
            let (bytes, _) = write(&about, vec![column; columns]).unwrap();
            let file = TestFile::new(&bytes);
            assert_eq!(
                file.cases.len(),
                (columns * cases).div_ceil(8) * 8,
                "{columns} columns, {cases} cases"
            );
            assert_eq!(file.elements().len(), columns * cases);
        }
    }
}

#[test]
fn a_stream_is_cut_where_a_piece_is_full() {
    // Eight codes and 56 literals a block: more than two pieces.
    let rows = 20_000;
    let about = metadata((0..56).map(|column| number(&format!("x{column}"))).collect());
    let column = |column: usize| -> ArrayRef {
        Arc::new(Float64Array::from_iter_values((0..rows).map(|row| (row * column) as f64 + 0.5)))
    };
    let columns = batch((0..56).map(column).collect());
    let (plain, _) = write_with(&about, vec![columns.clone()], options()).unwrap();
    for level in [Level::FAST, Level::SIX] {
        let with = |threads| WriterOptions { compression: Compression::Zlib(level), threads, ..options() };
        let (bytes, _) = write_with(&about, sliced(&columns, 4_096), with(1)).unwrap();
        let stream = TestFile::new(&bytes).bytecode();
        assert!(stream.len() > 2 * ZLIB_BLOCK && stream == TestFile::new(&plain).cases);
        assert!(write_with(&about, sliced(&columns, 999), with(3)).unwrap().0 == bytes);
    }
}

#[test]
fn no_cases_are_no_pieces() {
    let about = metadata(vec![number("x")]);
    let zlib = WriterOptions { compression: Compression::Zlib(Level::SIX), ..options() };
    let (bytes, _) = write_with(&about, vec![], zlib).unwrap();
    let file = TestFile::new(&bytes);
    assert_eq!((&file.header[..4], file.header_int(72), file.cases.len()), (&b"$FL3"[..], 2, 48));
    // SPSS crashes on another number than that of bytecode behind the one of IEEE 754.
    assert_eq!(file.extension(3).unwrap()[16..24], [1_i32, 1].map(i32::to_le_bytes).concat());
    assert_eq!(file.elements(), Vec::<[u8; 8]>::new());
}

#[test]
fn announced_cases_must_come() {
    let (about, rows) = table(9, 1);
    let announced = |cases| WriterOptions { cases: Some(cases), ..options() };
    for cases in [8, 10] {
        let error = write_with(&about, vec![rows.clone()], announced(cases)).unwrap_err();
        assert!(matches!(error, SavError::RowCount { announced, found: 9 } if announced == cases));
    }
    let (bytes, _) = write_with(&about, vec![rows], announced(9)).unwrap();
    let file = TestFile::new(&bytes);
    let expected = [1_u64.to_le_bytes(), 9_u64.to_le_bytes()].concat();
    assert_eq!((file.header_int(80), file.extension(16)), (9, Some(expected.as_slice())));
}

/// A sink that is full after so many bytes.
struct Full(usize);

impl io::Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_an_error_and_no_file_is_finished_then() {
    let (about, rows) = table(30_000, 5);
    for compression in [Compression::None, Compression::Bytecode] {
        let with = WriterOptions { compression, threads: 2, ..options() };
        let storing = vec![Storing::default(); 6];
        let mut writer = SavWriter::new(Full(1 << 20), about.clone(), storing, with).unwrap();
        let error = writer.write_batches(sliced(&rows, 500).into_iter().map(Ok)).unwrap_err();
        assert!(matches!(&error, SavError::Io(error) if error.kind() == io::ErrorKind::StorageFull));
        let error = writer.finish().map(|_| ()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "sav: rows: an earlier write failed, so that some are missing; write the file again"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]

    #[test]
    fn numbers_come_back(
        numbers in prop::collection::vec(
            prop_oneof![
                (-130..180_i32).prop_map(f64::from),
                any::<f64>().prop_filter("finite", |number| number.is_finite() && *number > f64::MIN),
            ],
            0..300,
        ),
        columns in 1..4_usize,
        slice in 1..70_usize,
    ) {
        let rows = numbers.len() / columns;
        let column = |column: usize| doubles(&numbers[column * rows..(column + 1) * rows]);
        let whole = batch((0..columns).map(column).collect());
        let about = metadata((0..columns).map(|column| number(&format!("x{column}"))).collect());
        let (bytes, _) = write_with(&about, sliced(&whole, slice), options()).unwrap();
        let elements = TestFile::new(&bytes).elements();
        for (position, element) in elements.iter().enumerate() {
            let expected = numbers[position % columns * rows + position / columns];
            prop_assert_eq!(f64::from_le_bytes(*element).to_bits(), expected.to_bits());
        }
        prop_assert_eq!(elements.len(), rows * columns);
    }
}
