//! The kernels against an evaluator that looks at one row at a time.

use std::sync::Arc;

use arrow_array::*;
use proptest::prelude::*;

use super::*;
use Comparison::{AtLeast, AtMost, Equal, Greater, Less, NotEqual};

const NONE: [usize; 0] = [];

fn batch(column: ArrayRef) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable([("x", column, true)]).unwrap()
}

fn passing(column: ArrayRef, is: Comparison, value: impl Into<Value>) -> Vec<usize> {
    rows(&Filter::compare("x", is, value), &batch(column))
}

fn rows(filter: &Filter, batch: &RecordBatch) -> Vec<usize> {
    filter.mask(batch).unwrap().values().set_indices().collect()
}

#[test]
fn literals_beyond_the_width_are_compared_by_size() {
    let small = || -> ArrayRef { Arc::new(Int8Array::from(vec![Some(-128), None, Some(127)])) };
    assert_eq!(passing(small(), Equal, 300), NONE);
    assert_eq!(passing(small(), NotEqual, 300), [0, 2]);
    assert_eq!(passing(small(), Less, 300), [0, 2]);
    assert_eq!(passing(small(), AtLeast, 300), NONE);
    assert_eq!(passing(small(), Greater, -129), [0, 2]);
    assert_eq!(passing(small(), AtMost, 1e300), [0, 2]);
    assert_eq!(passing(small(), AtMost, f64::NEG_INFINITY), NONE);
    assert_eq!(passing(Arc::new(UInt64Array::from(vec![u64::MAX])), Greater, -1), [0]);
}

#[test]
fn whole_numbers_against_fractions_and_nan() {
    let numbers = || -> ArrayRef { Arc::new(Int64Array::from(vec![-1, 0, 1, 2])) };
    assert_eq!(passing(numbers(), Less, 0.5), [0, 1]);
    assert_eq!(passing(numbers(), AtMost, -0.5), [0]);
    assert_eq!(passing(numbers(), Equal, 0.5), NONE);
    assert_eq!(passing(numbers(), NotEqual, 0.5), [0, 1, 2, 3]);
    assert_eq!(passing(numbers(), Equal, 1.0), [2]);
    assert_eq!(passing(numbers(), NotEqual, f64::NAN), [0, 1, 2, 3]);
    assert_eq!(passing(numbers(), AtLeast, f64::NAN), NONE);
    let wide = (1i64 << 53) + 1;
    assert_eq!(passing(Arc::new(Int64Array::from(vec![wide])), Equal, 2f64.powi(53)), NONE);
    assert_eq!(passing(Arc::new(Float64Array::from(vec![2f64.powi(53)])), Less, wide), [0]);
    assert_eq!(passing(Arc::new(Float64Array::from(vec![f64::NAN])), NotEqual, wide), [0]);
}

#[test]
fn whole_numbers_beyond_63_bits_are_compared_by_their_digits() {
    let half = 1u64 << 63;
    let numbers = || -> ArrayRef { Arc::new(UInt64Array::from(vec![half, half + 1, u64::MAX])) };
    assert_eq!(passing(numbers(), Equal, "9223372036854775809"), [1]);
    assert_eq!(passing(numbers(), NotEqual, "9223372036854775809"), [0, 2]);
    assert_eq!(passing(numbers(), Equal, "18446744073709551615"), [2]);
    assert_eq!(passing(numbers(), Equal, "18446744073709551616"), NONE);
    assert_eq!(passing(numbers(), Less, "9223372036854775808.5"), [0]);
    assert_eq!(passing(numbers(), AtLeast, "9.223372036854775809e18"), [1, 2]);
    assert_eq!(passing(numbers(), Less, "1e400"), [0, 1, 2]);
    assert_eq!(passing(numbers(), Greater, "-1E-400"), [0, 1, 2]);
    let signed = || -> ArrayRef { Arc::new(Int64Array::from(vec![i64::MIN, i64::MAX])) };
    assert_eq!(passing(signed(), Equal, "9223372036854775808"), NONE);
    assert_eq!(passing(signed(), Less, "9223372036854775808"), [0, 1]);
    let among = |values: Vec<Value>| rows(&Filter::OneOf { variable: "x".into(), values }, &batch(numbers()));
    assert_eq!(among(vec!["18446744073709551615".into(), "9223372036854775808".into()]), [0, 2]);
    for text in ["1e", "e5", "1e5e5", "1.2.3", "", "x"] {
        assert!(Filter::compare("x", Equal, text).mask(&batch(numbers())).is_err(), "{text}");
    }
    let digits: ArrayRef = Arc::new(
        Decimal128Array::from(vec![10i128.pow(37), 10i128.pow(37) + 1])
            .with_precision_and_scale(38, 0)
            .unwrap(),
    );
    assert_eq!(passing(digits.clone(), Equal, "10000000000000000000000000000000000001"), [1]);
    assert_eq!(passing(digits, Equal, "1e37"), [0]);
}

#[test]
fn floats_follow_ieee() {
    let floats = || -> ArrayRef { Arc::new(Float64Array::from(vec![f64::NAN, -0.0, 0.0, 0.1])) };
    assert_eq!(passing(floats(), Equal, 0), [1, 2]);
    assert_eq!(passing(floats(), Equal, 0.1), [3]);
    assert_eq!(passing(floats(), NotEqual, 0.1), [0, 1, 2]);
    assert_eq!(passing(floats(), Greater, -1), [1, 2, 3]);
    assert_eq!(passing(Arc::new(Float32Array::from(vec![0.1])), Equal, 0.1), [0]);
    assert_eq!(passing(Arc::new(Float32Array::from(vec![16_777_216.0])), Less, 16_777_217), [0]);
}

#[test]
fn decimals_by_digits() {
    let of = |scale| -> ArrayRef {
        Arc::new(Decimal128Array::from(vec![-10, 10, 11]).with_precision_and_scale(20, scale).unwrap())
    };
    assert_eq!(passing(of(2), Equal, 0.1), [1]);
    assert_eq!(passing(of(2), Equal, "0.10"), [1]);
    assert_eq!(passing(of(2), Greater, 0.105), [2]);
    assert_eq!(passing(of(2), AtMost, -0.1), [0]);
    assert_eq!(passing(of(2), Less, -0.095), [0]);
    assert_eq!(passing(of(2), Less, f64::INFINITY), [0, 1, 2]);
    assert_eq!(passing(of(2), Less, f64::NEG_INFINITY), NONE);
    assert_eq!(passing(of(2), Less, 1e30), [0, 1, 2]);
    assert_eq!(passing(of(-1), Equal, 110), [2]);
    assert_eq!(passing(of(-1), Greater, 105), [2]);
    assert_eq!(passing(of(-1), Equal, 105), NONE);
    assert!(Filter::compare("x", Equal, "1,5").mask(&batch(of(2))).is_err());
}

#[test]
fn dates_and_times_in_iso_8601() {
    let days: ArrayRef = Arc::new(Date32Array::from(vec![Some(-1), None, Some(19_782)]));
    assert_eq!(passing(days.clone(), AtLeast, "2024-02-29"), [2]);
    assert_eq!(passing(days.clone(), Equal, "1969-12-31"), [0]);
    let error = Filter::compare("x", Equal, "29.2.2024").mask(&batch(days.clone())).unwrap_err();
    assert!(
        error.to_string().contains("2024-02-29") && error.place().variable.as_deref() == Some("x"),
        "{error}"
    );
    assert!(Filter::compare("x", Equal, 5).mask(&batch(days)).is_err());

    let times: ArrayRef = Arc::new(Time64MicrosecondArray::from(vec![0, 43_200_000_000]));
    assert_eq!(passing(times.clone(), AtLeast, "12:00"), [1]);
    assert_eq!(passing(times, Less, "00:00:00.0000001"), [0]);

    let local: ArrayRef = Arc::new(TimestampSecondArray::from(vec![0, 1]));
    assert_eq!(passing(local.clone(), Equal, "1970-01-01T00:00:01"), [1]);
    assert_eq!(passing(local.clone(), Equal, "1970-01-01T00:00:00.5"), NONE, "half a second is not cut off");
    assert_eq!(passing(local.clone(), Less, "1970-01-01T00:00:00.5"), [0]);
    assert_eq!(passing(local.clone(), Less, "9999-12-31"), [0, 1]);
    assert!(Filter::compare("x", Equal, "1970-01-01T00:00:01Z").mask(&batch(local)).is_err());
    let zoned: ArrayRef = Arc::new(TimestampSecondArray::from(vec![0]).with_timezone("Europe/Paris"));
    assert_eq!(passing(zoned.clone(), Equal, "1970-01-01T01:00:00"), [0]);
    assert_eq!(passing(zoned, Equal, "1970-01-01T00:00:00Z"), [0]);
    assert_eq!(passing(Arc::new(DurationSecondArray::from(vec![1, 2])), Greater, 1), [1]);
}

#[test]
fn truth_values_and_texts() {
    let truths: ArrayRef = Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)]));
    assert_eq!(passing(truths.clone(), Equal, true), [0]);
    assert_eq!(passing(truths.clone(), Less, true), [2]);
    assert_eq!(passing(truths.clone(), AtMost, true), [0, 2]);
    assert!(Filter::compare("x", Equal, 1).mask(&batch(truths)).is_err());
    let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None, Some("b"), Some("")]));
    assert_eq!(passing(texts.clone(), Less, "b"), [0, 3]);
    assert_eq!(passing(texts.clone(), NotEqual, "a"), [2, 3]);
    assert!(Filter::compare("x", Equal, 1).mask(&batch(texts.clone())).is_err());
    assert_eq!(rows(&Filter::IsNull("x".into()), &batch(texts)), [1]);
    let bytes: ArrayRef = Arc::new(BinaryArray::from(vec![Some(&b"x"[..]), None]));
    assert_eq!(rows(&Filter::IsNull("x".into()), &batch(bytes.clone())), [1]);
    assert!(Filter::compare("x", Equal, "x").mask(&batch(bytes)).is_err());
}

#[test]
fn long_lists_of_values() {
    let values = |step: i64| (0..20).map(|n| Value::Integer(n * step)).collect::<Vec<_>>();
    let filter = |values| Filter::OneOf { variable: "x".into(), values };
    let numbers = batch(Arc::new(Int16Array::from(vec![Some(0), None, Some(3), Some(4)])));
    assert_eq!(rows(&filter(values(2)), &numbers), [0, 3]);
    assert_eq!(rows(&Filter::Not(Box::new(filter(values(2)))), &numbers), [2]);
    assert_eq!(rows(&filter(vec![]), &numbers), NONE);
    assert_eq!(rows(&Filter::Not(Box::new(filter(vec![]))), &numbers), [0, 1, 2, 3]);
    let texts = batch(Arc::new(StringArray::from(vec![Some("2"), None, Some("x")])));
    let wanted = (0..20).map(|n| Value::Text(n.to_string())).collect();
    assert_eq!(rows(&filter(wanted), &texts), [0]);
}

/// One row at a time, in the truth tables' own words.
fn naive(filter: &Filter, row: &[Option<Value>]) -> Option<bool> {
    let cell = |name: &str| row[name.parse::<usize>().unwrap()].clone();
    let compare = |cell: Option<Value>, is: Comparison, value: &Value| {
        let cell = cell?;
        Some(match (cell.size_cmp(value), is) {
            (None, is) => is == NotEqual,
            (Some(order), Equal) => order.is_eq(),
            (Some(order), NotEqual) => order.is_ne(),
            (Some(order), Less) => order.is_lt(),
            (Some(order), AtMost) => order.is_le(),
            (Some(order), Greater) => order.is_gt(),
            (Some(order), AtLeast) => order.is_ge(),
        })
    };
    let any = |parts: Vec<Option<bool>>| match () {
        () if parts.contains(&Some(true)) => Some(true),
        () if parts.contains(&None) => None,
        () => Some(false),
    };
    match filter {
        Filter::Compare { variable, is, value } => compare(cell(variable), *is, value),
        Filter::OneOf { variable, values } => {
            any(values.iter().map(|value| compare(cell(variable), Equal, value)).collect())
        }
        Filter::IsNull(variable) => Some(cell(variable).is_none()),
        Filter::Any(parts) => any(parts.iter().map(|part| naive(part, row)).collect()),
        Filter::All(parts) => {
            any(parts.iter().map(|part| naive(part, row).map(|holds| !holds)).collect()).map(|holds| !holds)
        }
        Filter::Not(part) => naive(part, row).map(|holds| !holds),
    }
}

fn number() -> impl Strategy<Value = Value> {
    prop_oneof![
        (-3i64..4).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-7i32..8).prop_map(|halves| Value::from(f64::from(halves) / 2.0)),
        Just(Value::from(f64::NAN)),
        Just(Value::from(f64::INFINITY)),
    ]
}

/// Columns 0 (int8), 1 (float64), 2 (text), 3 (boolean).
fn filters() -> impl Strategy<Value = Filter> {
    let is = prop::sample::select(vec![Equal, NotEqual, Less, AtMost, Greater, AtLeast]);
    let text = || "[ab]{0,2}".prop_map(Value::from);
    let leaf = prop_oneof![
        ("[01]", is.clone(), number()).prop_map(|(x, is, value)| Filter::compare(x, is, value)),
        (is.clone(), text()).prop_map(|(is, value)| Filter::compare("2", is, value)),
        (is, any::<bool>()).prop_map(|(is, value)| Filter::compare("3", is, value)),
        ("[01]", prop::collection::vec(number(), 0..12))
            .prop_map(|(variable, values)| Filter::OneOf { variable, values }),
        prop::collection::vec(text(), 0..12)
            .prop_map(|values| Filter::OneOf { variable: "2".into(), values }),
        "[0123]".prop_map(Filter::IsNull),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Filter::All),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Filter::Any),
            inner.prop_map(|part| Filter::Not(Box::new(part))),
        ]
    })
}

type Row = (Option<i8>, Option<f64>, Option<String>, Option<bool>);

fn table() -> impl Strategy<Value = Vec<Row>> {
    let float = prop_oneof![(-7i32..8).prop_map(|n| f64::from(n) / 2.0), Just(f64::NAN), Just(-0.0)];
    let row = (
        prop::option::of(prop_oneof![-3i8..4, any::<i8>()]),
        prop::option::of(float),
        prop::option::of("[ab]{0,2}"),
        any::<Option<bool>>(),
    );
    prop::collection::vec(row, 0..80)
}

proptest! {
    #[test]
    fn kernels_agree_with_a_naive_evaluator(filter in filters(), table in table()) {
        let columns: [(&str, ArrayRef, bool); 4] = [
            ("0", Arc::new(table.iter().map(|row| row.0).collect::<Int8Array>()), true),
            ("1", Arc::new(table.iter().map(|row| row.1).collect::<Float64Array>()), true),
            ("2", Arc::new(table.iter().map(|row| row.2.clone()).collect::<StringArray>()), true),
            ("3", Arc::new(table.iter().map(|row| row.3).collect::<BooleanArray>()), true),
        ];
        let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
        let expected: Vec<usize> = table
            .iter()
            .map(|row| [
                row.0.map(|number| Value::from(i64::from(number))),
                row.1.map(Value::from),
                row.2.clone().map(Value::from),
                row.3.map(Value::from),
            ])
            .enumerate()
            .filter_map(|(index, row)| (naive(&filter, &row) == Some(true)).then_some(index))
            .collect();
        // A slice that begins inside a byte must not shift the bits.
        let skip = table.len().min(3);
        let tail: Vec<usize> = expected.iter().filter(|row| **row >= skip).map(|row| row - skip).collect();
        prop_assert_eq!(rows(&filter, &batch.slice(skip, table.len() - skip)), tail);
        prop_assert_eq!(rows(&filter, &batch), expected);
    }
}
