//! Rows of a format with numbers of its own (IBM floats, big-endian, blanks behind texts), at any number of threads.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array, Int8Array,
    Int16Array, Int64Array, LargeStringArray, StringArray, UInt8Array, UInt64Array,
};
use exporter_core::parallel::ordered_with;
use exporter_core::profile::Number;

use super::*;

/// An IBM hexadecimal float of eight bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Ibm(u64);

impl Ibm {
    /// The missing value of a letter.
    const fn missing(letter: u8) -> Self {
        Self((letter as u64) << 56)
    }
}

impl CellNumber for Ibm {
    fn scatter(values: &[Self], cells: Cells<'_>) {
        cells.scatter(values, |value| value.0.to_be_bytes());
    }
}

impl CastFrom<f64> for Ibm {
    fn cast_from(value: f64) -> Self {
        let bits = value.to_bits();
        let sign = bits & 1 << 63;
        let exponent = (bits >> 52 & 0x7FF) as i64;
        if exponent == 0 || exponent == 0x7FF {
            return Self(sign);
        }
        // 1.fraction · 2^(exponent - 1023) = 0.fraction' · 16^power
        let power = (exponent - 1022).div_euclid(4) + i64::from((exponent - 1022).rem_euclid(4) != 0);
        let shift = 3 - (power * 4 - (exponent - 1022));
        Self(sign | ((power + 64) as u64) << 56 | (bits & ((1 << 52) - 1) | 1 << 52) << shift)
    }
}

macro_rules! through_doubles {
    ($($type:ty),*) => {$(
        impl CastFrom<$type> for Ibm {
            fn cast_from(value: $type) -> Self {
                Self::cast_from(value as f64)
            }
        }
    )*};
}

through_doubles!(i8, i16, i32, i64, u8, u16, u32, u64, i128, f32);

impl IntegerCell for Ibm {}

impl FloatCell for Ibm {
    const EXACT: i64 = 1 << 53;
    const HOLDS_DOUBLES: bool = true;
}

impl From<Ibm> for f64 {
    fn from(ibm: Ibm) -> f64 {
        let power = (ibm.0 >> 56 & 0x7F) as i32 - 64;
        let fraction = (ibm.0 & ((1 << 56) - 1)) as f64 / (1_u64 << 56) as f64;
        let value = fraction * 16_f64.powi(power);
        if ibm.0 >> 63 == 1 { -value } else { value }
    }
}

fn numbers() -> FloatCells<Ibm> {
    let recode = |code, letter| CellRecode { low: code, high: code, cell: Ibm::missing(letter) };
    FloatCells {
        null: Ibm::missing(b'.'),
        recodes: vec![recode(Number::Integer(-9), b'A'), recode(Number::Float(99.5), b'B')],
        range: (-7.2e75, 7.2e75),
        out_of_range: OutOfRange::Missing,
    }
}

const TEXTS: TextCells =
    TextCells { width: 5, pad: Pad::Blank, long_text: LongText::Cut, remedies: ("cut it", "") };

/// The rows of `columns`, filled block by block.
fn filled(columns: impl IntoIterator<Item = CellColumn>, rows: usize) -> (Vec<u8>, Vec<CellChanges>) {
    let batch = RowBatch::new(rows, 1, columns);
    let (mut all, mut changes) = (Vec::new(), Changes::default());
    for job in Blocks::new([Ok::<_, ()>(batch)].into_iter(), TILE_ROWS) {
        let mut block = Block::default();
        block.fill(job.unwrap()).unwrap();
        all.extend_from_slice(&block.bytes);
        changes.append(block.changes);
    }
    (all, changes.into_list())
}

fn one(array: impl Array + 'static) -> Vec<u64> {
    let array: ArrayRef = Arc::new(array);
    let column = CellColumn::new(8, numbers().column(&array).unwrap());
    let bytes = filled([column], array.len()).0;
    bytes.as_chunks().0.iter().map(|cell| u64::from_be_bytes(*cell)).collect()
}

#[test]
fn every_kind_of_number_becomes_a_cell_of_the_formats_own() {
    let (one_, hundred, tenth, missing) =
        (0x4110_0000_0000_0000, 0x4264_0000_0000_0000, 0x4019_9999_9999_999A, 0x2E00_0000_0000_0000);
    assert_eq!(one(Float64Array::from(vec![Some(1.0), Some(0.1), None])), [one_, tenth, missing]);
    assert_eq!(one(Float32Array::from(vec![-1.0, 100.0])), [one_ | 1 << 63, hundred]);
    assert_eq!(one(Int8Array::from(vec![Some(100), None, Some(-9)])), [hundred, missing, 0x41 << 56]);
    assert_eq!(one(Float64Array::from(vec![99.5, -9.0])), [0x42 << 56, 0x41 << 56]);
    assert_eq!(one(Date32Array::from(vec![1])), [one_]);
    assert_eq!(one(BooleanArray::from(vec![Some(true), None])), [one_, missing]);
    let decimals = Decimal128Array::from(vec![10, 9950]).with_precision_and_scale(9, 2).unwrap();
    assert_eq!(one(decimals), [tenth, 0x42 << 56]);
}

#[test]
fn types_that_no_kind_has_are_refused() {
    let texts: ArrayRef = Arc::new(LargeStringArray::from(vec!["a"]));
    assert!(numbers().column(&texts).is_none());
    assert!(TEXTS.number_column(&texts).is_none());
    let integers = IntegerCells { null: 0_i16, recodes: Vec::new(), add: 0, range: (0, 1) };
    assert!(integers.column(&texts).is_none());
}

#[test]
fn what_is_stored_otherwise_is_counted_and_what_does_not_fit_refused() {
    let floats: ArrayRef = Arc::new(Float64Array::from(vec![f64::NAN, 1e300, 1.0, f64::NEG_INFINITY]));
    let large: ArrayRef = Arc::new(UInt64Array::from(vec![u64::MAX, (1 << 53) + 1, 1 << 53, 0]));
    let texts = StringArray::from(vec!["exact", "é long", "", "sünden"]);
    let columns = [
        CellColumn::new(8, numbers().column(&floats).unwrap()),
        CellColumn::new(8, numbers().column(&large).unwrap()),
        CellColumn::new(5, TEXTS.column(&texts)),
    ];
    let (bytes, changes) = filled(columns, 4);
    let told: Vec<_> =
        changes.iter().map(|one| (one.variable, one.change, one.count, one.first_row)).collect();
    assert_eq!(
        told,
        [
            (0, CellChange::NotANumber, 1, 1),
            (0, CellChange::OutOfRange, 2, 2),
            (1, CellChange::Rounded, 2, 1),
            (2, CellChange::Cut, 2, 2),
        ]
    );
    let texts: Vec<&[u8]> = bytes.chunks(21).map(|row| &row[16..]).collect();
    assert_eq!(texts, [&b"exact"[..], "é lo".as_bytes(), b"     ", "sünd".as_bytes()].map(|text| &text[..5]));

    let wide: ArrayRef = Arc::new(Int64Array::from(vec![Some(3_653), None, Some(i64::MAX)]));
    let days = IntegerCells { null: -1_i16, recodes: Vec::new(), add: -3_653, range: (0, 9) };
    let batch = RowBatch::new(3, 11, [CellColumn::new(2, days.column(&wide).unwrap())]);
    let mut bytes = Vec::new();
    batch.fill(0..2, &mut bytes, &mut Changes::default()).unwrap();
    assert_eq!(bytes, [0, 0, 0xFF, 0xFF]);
    let bad = batch.fill(0..3, &mut bytes, &mut Changes::default()).unwrap_err();
    assert_eq!((bad.variable, bad.row, bad.value.as_str()), (0, 13, "9223372036854775807"));
    let nul = StringArray::from(vec!["a\0b"]);
    let strict = TextCells { pad: Pad::Nul, long_text: LongText::Error, remedies: ("long", "nul"), ..TEXTS };
    let batch = RowBatch::new(1, 1, [CellColumn::new(5, strict.column(&nul))]);
    assert_eq!(batch.fill(0..1, &mut bytes, &mut Changes::default()).unwrap_err().remedy, "nul");
    let batch = RowBatch::new(1, 1, [CellColumn::new(5, TEXTS.column(&nul))]);
    batch.fill(0..1, &mut bytes, &mut Changes::default()).unwrap();
    assert_eq!(bytes, b"a\0b  ");
}

#[test]
fn reasons_stand_in_the_cells_of_nulls_alone() {
    let rows = 150;
    let values: ArrayRef =
        Arc::new((0..rows).map(|row| (row % 3 > 0).then_some(row as i16)).collect::<Int16Array>());
    // Every row but each fifth tells a reason; only those of nulls count, and the third has no cell.
    let reasons: UInt8Array =
        (0..rows).map(|row| (row % 5 > 0).then_some((row % 3 + row / 3 % 4) as u8)).collect();
    let cells = vec![b"r0".to_vec(), b"r1".to_vec(), Vec::new(), b"wide".to_vec()];
    let numbers = IntegerCells { null: -1_i16, recodes: Vec::new(), add: 0, range: (0, 1000) };
    let column = CellColumn::new(2, numbers.column(&values).unwrap()).with_reasons(&values, &reasons, cells);
    let bytes = filled([column], rows).0;
    for (row, cell) in bytes.chunks(2).enumerate() {
        let expected = match (row % 3 > 0, row % 5 > 0, row / 3 % 4) {
            (true, _, _) => (row as i16).to_le_bytes(),
            (false, true, 0) => *b"r0",
            (false, true, 1) => *b"r1",
            _ => [0xFF, 0xFF],
        };
        assert_eq!(cell, expected, "row {row}");
    }
}

#[test]
fn numbers_become_text() {
    let decimals = Decimal128Array::from(vec![Some(-5), None]).with_precision_and_scale(9, 2).unwrap();
    let whole: ArrayRef = Arc::new(Int64Array::from(vec![Some(-12), None]));
    let columns = [Arc::new(decimals) as ArrayRef, whole.clone()]
        .map(|array| CellColumn::new(5, TEXTS.number_column(&array).unwrap()));
    assert_eq!(filled(columns, 2).0, b"-0.05-12            ");
    let narrow = TextCells { width: 2, ..TEXTS };
    let batch = RowBatch::new(2, 1, [CellColumn::new(2, narrow.number_column(&whole).unwrap())]);
    assert_eq!(batch.fill(0..2, &mut Vec::new(), &mut Changes::default()).unwrap_err().remedy, "cut it");
}

/// A table of some batches, in which one value may not fit.
fn batches(bad: Option<i64>) -> impl Iterator<Item = Result<RowBatch, BadCell>> + Send {
    (0..40_i64).map(move |part| {
        let rows = (part * 37 % 300) as usize;
        let first = part * 300;
        let values = (first..).take(rows).map(|row| (row % 7 > 0).then_some(row));
        let values: ArrayRef = Arc::new(values.collect::<Int64Array>());
        let texts: StringArray = (0..rows).map(|row| Some("é".repeat(row % 3))).collect();
        let range = bad.map_or((0, i64::MAX), |bad| (0, bad - 1));
        let integers = IntegerCells { null: -1_i32, recodes: Vec::new(), add: 0, range };
        let columns = [
            CellColumn::new(4, integers.column(&values).unwrap()),
            CellColumn::new(8, numbers().column(&values).unwrap()),
            CellColumn::new(5, TEXTS.column(&texts)),
        ];
        Ok(RowBatch::new(rows, first as u64 + 1, columns))
    })
}

fn table(threads: usize, bad: Option<i64>) -> (Vec<u8>, Result<(), BadCell>) {
    let mut all = Vec::new();
    let jobs = Blocks::new(batches(bad), TILE_ROWS);
    let ended = ordered_with(
        threads,
        threads + 2,
        jobs,
        |job, block: &mut Block<RowBatch>| block.fill(job),
        |block| {
            all.extend_from_slice(&block.bytes);
            Ok(())
        },
    );
    (all, ended)
}

#[test]
fn rows_are_the_same_at_any_number_of_threads_and_so_is_the_first_error() {
    let (reference, ended) = table(1, None);
    assert!(ended.is_ok() && reference.len() % 17 == 0);
    let (before, refused) = table(1, Some(5_000));
    assert_eq!(refused.as_ref().map_err(|bad| bad.row), Err(5_001));
    assert!(reference.starts_with(&before));
    for threads in [2, 5] {
        assert!(table(threads, None).0 == reference, "{threads} threads");
        let (bytes, ended) = table(threads, Some(5_000));
        assert_eq!(ended, refused, "{threads} threads");
        assert!(bytes == before, "{threads} threads");
    }
}
