//! One canonical form for values, and the comparison of a table with what a program read.
//!
//! A script prints each value as text or null: booleans as `true` and `false`, whole numbers and decimals in
//! plain digits, floats so that they read back exactly, dates and times as ISO 8601, bytes in hexadecimal, lists and
//! structures as JSON, text as it is.

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType,
    DurationSecondType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_schema::{DataType, TimeUnit};
use exporter_core::nested::json_texts;

/// What a program must have read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Missing,
    /// These characters.
    Exactly(String),
    /// This number, whatever digits it is printed with.
    Single(f32),
    Double(f64),
}

/// What is known of one program's reading; everything else must agree.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Known {
    /// It cannot tell an empty text from a missing one.
    pub(crate) empty_is_missing: bool,
    /// Its reading of decimal digits is off by up to this many units in the last place.
    pub(crate) last_places: u64,
    /// It turns carriage return and line feed into a line feed, inside quotes too.
    pub(crate) crlf_is_lf: bool,
}

/// The rows of batches, as cells.
pub(crate) fn of_batches(batches: &[RecordBatch]) -> Vec<Vec<Cell>> {
    let rows = |batch: &RecordBatch| {
        (0..batch.num_rows())
            .map(|row| batch.columns().iter().map(|array| cell(array, row)).collect())
            .collect::<Vec<_>>()
    };
    batches.iter().flat_map(rows).collect()
}

fn cell(array: &dyn arrow_array::Array, row: usize) -> Cell {
    if array.is_null(row) {
        return Cell::Missing;
    }
    let exactly = |text: &dyn ToString| Cell::Exactly(text.to_string());
    match array.data_type() {
        DataType::Boolean => exactly(&array.as_boolean().value(row)),
        DataType::Int8 => exactly(&array.as_primitive::<Int8Type>().value(row)),
        DataType::Int16 => exactly(&array.as_primitive::<Int16Type>().value(row)),
        DataType::Int32 => exactly(&array.as_primitive::<Int32Type>().value(row)),
        DataType::Int64 => exactly(&array.as_primitive::<Int64Type>().value(row)),
        DataType::UInt8 => exactly(&array.as_primitive::<UInt8Type>().value(row)),
        DataType::UInt16 => exactly(&array.as_primitive::<UInt16Type>().value(row)),
        DataType::UInt32 => exactly(&array.as_primitive::<UInt32Type>().value(row)),
        DataType::UInt64 => exactly(&array.as_primitive::<UInt64Type>().value(row)),
        DataType::Float32 => Cell::Single(array.as_primitive::<Float32Type>().value(row)),
        DataType::Float64 => Cell::Double(array.as_primitive::<Float64Type>().value(row)),
        DataType::Decimal128(..) => exactly(&array.as_primitive::<Decimal128Type>().value_as_string(row)),
        DataType::Utf8 => exactly(&array.as_string::<i32>().value(row)),
        DataType::Date32 => exactly(&array.as_primitive::<Date32Type>().value_as_date(row).unwrap()),
        DataType::Time64(TimeUnit::Microsecond) => {
            let time = array.as_primitive::<Time64MicrosecondType>().value_as_time(row).unwrap();
            exactly(&time.format("%H:%M:%S%.6f"))
        }
        // What counts nanoseconds, and every length of time, is compared as the count that is stored.
        DataType::Time64(TimeUnit::Nanosecond) => {
            exactly(&array.as_primitive::<Time64NanosecondType>().value(row))
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            exactly(&array.as_primitive::<TimestampNanosecondType>().value(row))
        }
        DataType::Duration(unit) => match unit {
            TimeUnit::Second => exactly(&array.as_primitive::<DurationSecondType>().value(row)),
            TimeUnit::Millisecond => exactly(&array.as_primitive::<DurationMillisecondType>().value(row)),
            TimeUnit::Microsecond => exactly(&array.as_primitive::<DurationMicrosecondType>().value(row)),
            TimeUnit::Nanosecond => exactly(&array.as_primitive::<DurationNanosecondType>().value(row)),
        },
        // Instants in UTC, whatever their zone.
        DataType::Timestamp(unit, _) => {
            let moment = match unit {
                TimeUnit::Second => array.as_primitive::<TimestampSecondType>().value_as_datetime(row),
                TimeUnit::Millisecond => {
                    array.as_primitive::<TimestampMillisecondType>().value_as_datetime(row)
                }
                _ => array.as_primitive::<TimestampMicrosecondType>().value_as_datetime(row),
            };
            exactly(&moment.unwrap().format("%Y-%m-%dT%H:%M:%S%.6f"))
        }
        DataType::Binary => {
            let bytes = array.as_binary::<i32>().value(row);
            Cell::Exactly(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
        }
        DataType::List(_) | DataType::Struct(_) => {
            let texts = json_texts(&array.slice(row, 1)).unwrap();
            exactly(&texts.as_string::<i32>().value(0))
        }
        other => panic!("the suite has no canonical form of {other}"),
    }
}

/// How scripts call the kind of each column.
pub(crate) fn kinds(batch: &RecordBatch) -> Vec<&'static str> {
    let kind = |data_type: &DataType| match data_type {
        DataType::Boolean => "boolean",
        DataType::UInt64 => "unsigned",
        kind if kind.is_integer() => "integer",
        DataType::Float32 | DataType::Float64 => "float",
        DataType::Decimal128(..) => "decimal",
        DataType::Utf8 => "text",
        DataType::Date32 => "date",
        DataType::Time64(_) => "time",
        DataType::Timestamp(..) => "datetime",
        other => panic!("the suite has no name for {other}"),
    };
    batch.schema().fields().iter().map(|field| kind(field.data_type())).collect()
}

/// Compares every field of every row and reports all that differ.
pub(crate) fn assert_same(
    program: &str,
    names: &[String],
    ours: &[Vec<Cell>],
    read: &[Vec<Option<String>>],
    known: Known,
) {
    assert_eq!(read.len(), ours.len(), "{program}: rows");
    let mut wrong = Vec::new();
    for (row, (ours, read)) in ours.iter().zip(read).enumerate() {
        assert_eq!(read.len(), names.len(), "{program}: columns of row {}", row + 1);
        for ((name, ours), read) in names.iter().zip(ours).zip(read) {
            if !same(ours, read.as_deref(), known) {
                wrong.push(format!("row {}, {name}: {ours:?} was read as {read:?}", row + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{program}: {} fields differ\n{}", wrong.len(), wrong.join("\n"));
}

fn same(ours: &Cell, read: Option<&str>, known: Known) -> bool {
    match (ours, read) {
        (Cell::Missing, read) => read.is_none(),
        (Cell::Exactly(text), None) => known.empty_is_missing && text.is_empty(),
        (Cell::Exactly(text), Some(read)) if known.crlf_is_lf => text.replace("\r\n", "\n") == read,
        (Cell::Exactly(text), Some(read)) => text == read,
        (Cell::Single(number), Some(read)) => {
            #[allow(clippy::cast_possible_truncation, reason = "the digits were those of a single")]
            let read = read.parse::<f64>().unwrap() as f32;
            number == &read || (number.is_nan() && read.is_nan())
        }
        (Cell::Double(number), Some(read)) => {
            let read = read.parse::<f64>().unwrap();
            let apart = number.to_bits().abs_diff(read.to_bits());
            apart <= known.last_places || (number.is_nan() && read.is_nan())
        }
        (Cell::Single(_) | Cell::Double(_), None) => false,
    }
}

#[test]
fn a_difference_would_be_found() {
    let known = Known { empty_is_missing: true, last_places: 1, crlf_is_lf: true };
    assert!(same(&Cell::Exactly(String::new()), None, known));
    assert!(!same(&Cell::Exactly(String::new()), None, Known::default()));
    assert!(!same(&Cell::Missing, Some(""), known));
    assert!(same(&Cell::Exactly("a\r\nb".to_owned()), Some("a\nb"), known));
    assert!(!same(&Cell::Exactly("a\r\nb".to_owned()), Some("a\nb"), Known::default()));
    assert!(!same(&Cell::Exactly("a".to_owned()), Some("a "), known));
    assert!(same(&Cell::Double(0.1), Some("0.1"), Known::default()));
    assert!(!same(&Cell::Double(0.1), Some("0.10000000000000002"), Known::default()));
    assert!(same(&Cell::Double(0.1), Some("0.10000000000000002"), known));
    assert!(!same(&Cell::Double(0.1), None, known));
    assert!(same(&Cell::Single(0.1), Some("0.1"), known));
}
