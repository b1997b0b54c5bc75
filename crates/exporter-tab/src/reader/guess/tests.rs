//! Kinds of columns by examples of their cells.

use super::*;
use crate::ReadOptions;
use crate::reader::split::{Dialect, Marks};

const PLAIN: Marks = Marks { delimiter: b',', quote: Some(b'"'), escape: None };

fn kind(cells: &[&str]) -> DataType {
    kind_with(cells, &ReadOptions::default())
}

fn kind_with(cells: &[&str], options: &ReadOptions) -> DataType {
    let style = CellStyle::new(options, PLAIN).unwrap();
    let mut forward = Guess::default();
    for cell in cells {
        forward.see(cell.as_bytes(), false, &style);
    }
    let mut backward = Guess::default();
    for cell in cells.iter().rev() {
        backward.see(cell.as_bytes(), false, &style);
    }
    assert_eq!(forward.kind(), backward.kind(), "{cells:?}");
    let mut merged = Guess::default();
    for cell in cells {
        let mut alone = Guess::default();
        alone.see(cell.as_bytes(), false, &style);
        merged.merge(&alone);
    }
    assert_eq!(forward.kind(), merged.kind(), "{cells:?}");
    forward.kind()
}

#[test]
fn kinds_by_example() {
    let millis = DataType::Timestamp(TimeUnit::Millisecond, None);
    let seconds = DataType::Timestamp(TimeUnit::Second, None);
    let zoned = |zone: &str| DataType::Timestamp(TimeUnit::Second, Some(zone.into()));
    let utc = zoned("UTC");
    for (cells, expected) in [
        (&["1", "-2", "", "NA"][..], DataType::Int64),
        (&["1", "18446744073709551615"], DataType::UInt64),
        (&["-1", "18446744073709551615"], DataType::Utf8),
        (&["1", "2.5", "nan", "-inf", "1e5"], DataType::Float64),
        (&["1", "Infinity", "-Infinity"], DataType::Float64),
        (&["2.5", "9007199254740993"], DataType::Utf8),
        (&["12345678901234567890123"], DataType::Utf8),
        (&["-0"], DataType::Float64),
        (&["12.44442612345678901", "-1.546974123456789012", "7"], DataType::Decimal128(20, 18)),
        (&["1.25", "12345678901234567890", "0.12345678901234567890123"], DataType::Utf8),
        (&["0.12345678901234567890123", "1e5"], DataType::Utf8),
        (&["0.12345678901234567890123", "nan"], DataType::Utf8),
        (&["0.12345678901234567890123", "-0.0"], DataType::Utf8),
        (&["0.12345678901234567890123", "900719925474099"], DataType::Decimal128(38, 23)),
        (&["0.30000000000000004", "0.10000000000000001"], DataType::Float64),
        (&["007"], DataType::Utf8),
        (&["1", "007"], DataType::Utf8),
        (&["00.5"], DataType::Utf8),
        (&["0.5", "0", ".5"], DataType::Float64),
        (&["+33612"], DataType::Utf8),
        (&["1e999"], DataType::Utf8),
        (&["true", "FALSE", "True"], DataType::Boolean),
        (&["true", "1"], DataType::Utf8),
        (&["2024-02-29", "1900-01-01"], DataType::Date32),
        (&["2024-02-30"], DataType::Utf8),
        (&["2024-02-29", "2024-02-29 10:00"], seconds),
        (&["2024-02-29T10:00:00.25"], millis),
        (&["2024-02-29T10:00:00.123456789", "0001-01-01"], DataType::Utf8),
        (&["2024-02-29T10:00:00Z", "2024-02-29T10:00:00+00:00"], utc),
        (&["2024-02-29T10:00:00Z", "2024-02-29T10:00:00+02:00"], DataType::Utf8),
        (&["2024-02-29T10:00:00-03:30", "2024-01-01 00:00-0330"], zoned("-03:30")),
        (&["2024-02-29T10:00:00+01:00:30"], DataType::Utf8),
        (&["2024-02-29T10:00:00Z", "2024-02-29T10:00:00"], DataType::Utf8),
        (&["10:30", "10:30:15.5"], DataType::Time64(TimeUnit::Microsecond)),
        (&["2024", "2024-01-01"], DataType::Utf8),
        (&[" 12", "3 "], DataType::Int64),
        (&["", ""], DataType::Utf8),
        (&["-"], DataType::Utf8),
        (&["."], DataType::Utf8),
    ] {
        assert_eq!(kind(cells), expected, "{cells:?}");
    }
}

#[test]
fn options_say_how_dates_and_booleans_are_written() {
    let mut options = ReadOptions {
        date_pattern: Some("%d.%m.%Y".into()),
        date_time_pattern: Some("%d.%m.%Y %H:%M:%S%.f".into()),
        booleans: Some(["no".into(), "yes".into()]),
        ..ReadOptions::default()
    };
    let millis = DataType::Timestamp(TimeUnit::Millisecond, None);
    for (cells, expected) in [
        (&["31.01.2024", "", "1.2.2024"][..], DataType::Date32),
        (&["2024-01-31"], DataType::Utf8),
        (&["2024-01-31T10:00:00"], DataType::Utf8),
        (&["31.01.2024", "2024-01-31"], DataType::Utf8),
        (&["31.01.2024 10:00:00", "31.01.2024 10:00:00.25"], millis),
        (&["31.01.2024", "31.01.2024 10:00:00"], DataType::Utf8),
        (&["yes", "no"], DataType::Boolean),
        (&["true"], DataType::Utf8),
        (&["1.5", "2"], DataType::Float64),
        (&["10:30"], DataType::Time64(TimeUnit::Microsecond)),
    ] {
        assert_eq!(kind_with(cells, &options), expected, "{cells:?}");
    }
    options.date_pattern = Some("%Y%m%d".into());
    options.date_time_pattern = Some("%Y-%m-%d %H:%M %z".into());
    options.booleans = Some(["0".into(), "1".into()]);
    let zoned = |zone: &str| DataType::Timestamp(TimeUnit::Second, Some(zone.into()));
    for (cells, expected) in [
        (&["20240131", "20240201"][..], DataType::Date32),
        (&["20240131", "20240231"], DataType::Int64),
        (&["20240131", "2024.5"], DataType::Float64),
        (&["2024-01-31 10:00 +0100"], zoned("+01:00")),
        (&["2024-01-31 10:00 +0000"], zoned("UTC")),
        (&["0", "1"], DataType::Int64),
        (&["0", "1", "2"], DataType::Int64),
    ] {
        assert_eq!(kind_with(cells, &options), expected, "{cells:?}");
    }
    options.date_time_pattern = None;
    let seconds = DataType::Timestamp(TimeUnit::Second, None);
    assert_eq!(kind_with(&["2024-01-31T10:00:00"], &options), seconds);
    assert_eq!(kind_with(&["2024-01-31"], &options), DataType::Utf8);
}

#[test]
fn a_bare_na_is_a_name_only_among_bare_texts() {
    let style = CellStyle::new(&ReadOptions::default(), PLAIN).unwrap();
    let missing = |cells: &[(&str, bool)]| {
        let mut guess = Guess::default();
        for (cell, quoted) in cells {
            guess.see(cell.as_bytes(), *quoted, &style);
        }
        guess.na_is_missing()
    };
    assert!(missing(&[("NA", false), ("1", false)]));
    assert!(missing(&[("NA", false), ("Namibia", true)]));
    assert!(!missing(&[("NA", false), ("ZA", false)]));
    assert!(!missing(&[("NA", true)]));
}

#[test]
fn a_text_stays_one_whatever_follows() {
    let style = CellStyle::new(&ReadOptions::default(), Dialect::PLAIN.marks).unwrap();
    let cells = [
        "1",
        "-1",
        "1.5",
        "9007199254740993",
        "18446744073709551615",
        "0.12345678901234567",
        "1e300",
        "nan",
        "-0",
        "true",
        "2024-01-01",
        "2024-01-01T10:00:00",
        "2024-01-01T10:00:00+01:00",
        "2024-01-01T10:00:00+02:00",
        "1500-01-01T00:00:00.123456789",
        "10:00:00",
        "x",
        "12345678901234567890123456789012345678.5",
    ];
    let kind = |cells: &[&str]| {
        let mut guess = Guess::default();
        cells.iter().for_each(|cell| _ = guess.see(cell.as_bytes(), false, &style));
        guess.kind()
    };
    for first in cells {
        for second in cells {
            for third in cells.into_iter().filter(|_| kind(&[first, second]) == DataType::Utf8) {
                assert_eq!(kind(&[first, second, third]), DataType::Utf8, "{first} {second} {third}");
            }
        }
    }
    assert_eq!(kind(&["1.5", "9007199254740993"]), DataType::Utf8);
}
