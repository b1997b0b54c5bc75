//! A table with every type that delimited text and columns share: limits, missing values, awkward text.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array, Int8Array, Int16Array,
    Int32Array, Int64Array, RecordBatch, StringArray, Time64MicrosecondArray, TimestampMicrosecondArray,
    UInt8Array, UInt16Array, UInt32Array, UInt64Array,
};

use exporter_core::codebook::{Field, Kind, Period, TimeUnit};
use exporter_testkit::Cell;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// Texts that quoting, encodings and readers stumble over.
pub(crate) const TEXTS: &[&str] = &[
    "plain",
    "with, comma",
    "with\ttab",
    "with \"quotes\"",
    "\"quoted\"",
    "line\nfeed",
    "carriage\r\nreturn",
    " leading and trailing ",
    "Ünïcödé, 日本語, ខ្មែរ, עברית",
    "\u{1F600} beyond the basic plane",
    "NA",
    "NULL",
    "0123",
    "#comment",
    "it's; semi|pipe\\backslash",
    "e\u{301} combining",
];

/// What only columnar files hold besides, as kinds and the values that rows take in turn.
pub(crate) fn columnar() -> Vec<(&'static str, Kind, Vec<Cell>)> {
    use TimeUnit::{Microsecond, Millisecond, Nanosecond, Second};
    let counts = |counts: &[i128]| counts.iter().map(|count| Cell::Integer(*count)).collect::<Vec<_>>();
    let lengths = || counts(&[0, -1, 90_061, 9_007_199_254_740_993]);
    let moments = |per_second: i128| {
        // 1970, just before, 2023, 1900.
        counts(&[0, -1, 1_700_000_000 * per_second + per_second / 4, -2_208_988_800 * per_second])
    };
    let zoned = |unit, zone: &str| Kind::DateTime { unit, zone: Some(zone.to_owned()) };
    let local = |unit| Kind::DateTime { unit, zone: None };
    let words =
        |words: &[&str]| Cell::List(words.iter().map(|word| Cell::Text((*word).to_owned())).collect());
    let field = |name: &str, kind| Field::new(name, kind);
    vec![
        ("duration_s", Kind::Duration(Second), lengths()),
        ("duration_ms", Kind::Duration(Millisecond), lengths()),
        ("duration_us", Kind::Duration(Microsecond), lengths()),
        ("duration_ns", Kind::Duration(Nanosecond), lengths()),
        ("period", Kind::Period(Period::Month), counts(&[0, -1, 796])),
        ("local_s", local(Second), moments(1)),
        ("local_ms", local(Millisecond), moments(1_000)),
        ("local_ns", local(Nanosecond), moments(1_000_000_000)),
        ("zoned_us", zoned(Microsecond, "Asia/Kathmandu"), moments(1_000_000)),
        ("zoned_ms", zoned(Millisecond, "Asia/Kolkata"), moments(1_000)),
        ("utc_us", zoned(Microsecond, "UTC"), moments(1_000_000)),
        ("zoned_ns", zoned(Nanosecond, "America/St_Johns"), moments(1_000_000_000)),
        ("time_ns", Kind::Time(Nanosecond), counts(&[0, 1, 86_399_999_999_999])),
        (
            "bytes",
            Kind::Binary,
            [&b"\0\xFF"[..], b"", b"text", &[7; 300]].map(|b| Cell::Binary(b.to_vec())).to_vec(),
        ),
        ("list", Kind::List(Box::new(Kind::Text)), vec![words(&["a", "b"]), words(&[]), words(&["\"c\""])]),
        (
            "structure",
            Kind::Structure(vec![field("x", Kind::INTEGER), field("y", Kind::Text)]),
            vec![Cell::Structure(vec![Cell::Integer(-1), Cell::Text("one".to_owned())])],
        ),
    ]
}

/// One row for each text, the other columns running through their limits.
pub(crate) fn every_type() -> RecordBatch {
    let rows = TEXTS.len() + 2;
    let pick = |values: &[i64]| -> Vec<Option<i64>> {
        // The last row is missing throughout, and every seventh value too.
        (0..rows).map(|row| (row + 1 != rows && row % 7 != 3).then(|| values[row % values.len()])).collect()
    };
    macro_rules! column {
        ($array:ty, $value:ty, $values:expr) => {{
            let values: &[$value] = &$values;
            let indexes: Vec<i64> = (0..values.len() as i64).collect();
            let picked =
                pick(&indexes).into_iter().map(|index| index.map(|index| values[index as usize].clone()));
            Arc::new(picked.collect::<$array>()) as ArrayRef
        }};
    }
    let text: StringArray = TEXTS.iter().map(|text| Some(*text)).chain([Some(""), None]).collect();
    let decimal = column!(Decimal128Array, i128, [0, 1, -1, 123_456, 10i128.pow(19) - 1, 1 - 10i128.pow(19)]);
    let decimal = decimal.as_any().downcast_ref::<Decimal128Array>().unwrap().clone();
    let floats = [
        0.0,
        -0.0,
        1.0,
        0.1,
        -2.5,
        1e15,
        1e16,
        123_456_789.125,
        f64::MAX,
        f64::MIN_POSITIVE,
        5e-324,
        1.0 / 3.0,
        1e-7,
        1e21,
    ];
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("text", Arc::new(text)),
        ("boolean", column!(BooleanArray, bool, [true, false])),
        ("int8", column!(Int8Array, i8, [0, -1, i8::MAX, i8::MIN])),
        ("int16", column!(Int16Array, i16, [0, -1, i16::MAX, i16::MIN])),
        ("int32", column!(Int32Array, i32, [0, -1, i32::MAX, i32::MIN])),
        ("int64", column!(Int64Array, i64, [0, -1, i64::MAX, i64::MIN, 1 << 53, (1 << 53) + 1])),
        ("uint8", column!(UInt8Array, u8, [0, u8::MAX])),
        ("uint16", column!(UInt16Array, u16, [0, u16::MAX])),
        ("uint32", column!(UInt32Array, u32, [0, u32::MAX])),
        ("uint64", column!(UInt64Array, u64, [0, u64::MAX, 1 << 63])),
        ("float32", column!(Float32Array, f32, [0.0, 0.1, -2.5, f32::MAX, f32::MIN_POSITIVE, 16_777_216.0])),
        ("float64", column!(Float64Array, f64, floats)),
        ("decimal", Arc::new(decimal.with_precision_and_scale(20, 4).unwrap())),
        // 1970-01-01, the day before, 1900-03-01, 2100-02-28, 9999-12-31, 0001-01-01.
        ("date", column!(Date32Array, i32, [0, -1, -25_508, 47_540, 2_932_896, -719_162])),
        ("time", column!(Time64MicrosecondArray, i64, [0, 1, 43_200 * SECOND, DAY - 1, DAY - SECOND])),
        (
            "datetime",
            column!(
                TimestampMicrosecondArray,
                i64,
                [0, -1, 1_700_000_000 * SECOND + 123_456, -2_208_988_800 * SECOND]
            ),
        ),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}
