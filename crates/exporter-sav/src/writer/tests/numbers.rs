//! Numbers of every type, days and times, reasons, what a double does not hold.

use arrow_array::{
    BooleanArray, Date32Array, Decimal128Array, DurationMillisecondArray, Float32Array, Int8Array,
    Int32Array, Int64Array, Time32SecondArray, Time64NanosecondArray, TimestampMicrosecondArray,
    TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray, UInt8Array, UInt64Array,
};
use exporter_core::codebook::Period;
use exporter_rows::{CellChange, OutOfRange};
use exporter_spss::{Conversion, Value};

use super::*;
use crate::error::SavError;

/// The numbers of the only variable, and what changed.
fn stored(conversion: Conversion, column: ArrayRef) -> (Vec<f64>, Vec<(CellChange, u64, u64)>) {
    let about = metadata(vec![number("x")]);
    let storing = vec![Storing::new(conversion)];
    let (bytes, summary) = write_stored(&about, storing, vec![batch(vec![column])], options()).unwrap();
    let numbers = TestFile::new(&bytes).elements().iter().map(|it| f64::from_le_bytes(*it)).collect();
    (numbers, summary.changes.iter().map(|it| (it.change, it.count, it.first_row)).collect())
}

fn plain(column: ArrayRef) -> Vec<f64> {
    stored(Conversion::Plain, column).0
}

const MISSING: f64 = f64::MIN;

#[test]
fn numbers_of_every_type_are_doubles() {
    assert_eq!(plain(Arc::new(Int8Array::from(vec![Some(-128), None, Some(127)]))), [-128.0, MISSING, 127.0]);
    assert_eq!(plain(Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)]))), [1.0, MISSING, 0.0]);
    assert_eq!(plain(Arc::new(Float32Array::from(vec![0.1, -99.0]))), [f64::from(0.1_f32), -99.0]);
    assert_eq!(plain(Arc::new(UInt64Array::from(vec![151, 152]))), [151.0, 152.0]);
    let decimals = Decimal128Array::from(vec![Some(110), None, Some(-500)]);
    let decimals = decimals.with_precision_and_scale(10, 2).unwrap();
    assert_eq!(plain(Arc::new(decimals)), [1.1, MISSING, -5.0]);
    let zeros = plain(doubles(&[0.0, -0.0]));
    assert_eq!([zeros[0].to_bits(), zeros[1].to_bits()], [0, 1 << 63]);
}

#[test]
fn numbers_that_spss_lacks_are_counted_or_refused() {
    let (numbers, changes) = stored(Conversion::Plain, doubles(&[f64::NAN, f64::MAX, -f64::MAX.next_down()]));
    assert_eq!(numbers, [MISSING, f64::MAX, -f64::MAX.next_down()]);
    assert_eq!(changes, [(CellChange::NotANumber, 1, 1)]);
    let (_, changes) = stored(Conversion::Plain, Arc::new(Int64Array::from(vec![1 << 53, (1 << 53) + 1])));
    assert_eq!(changes, [(CellChange::Rounded, 1, 2)]);
    let about = metadata(vec![number("x")]);
    for beyond in [f64::INFINITY, f64::NEG_INFINITY, f64::MIN] {
        let column = || vec![batch(vec![doubles(&[1.0, beyond])])];
        let error = write_with(&about, column(), options()).unwrap_err();
        assert!(matches!(error, SavError::Value { row: 2, ref format, .. } if format == "F8.2"), "{error}");
        let missing = WriterOptions { out_of_range: OutOfRange::Missing, ..options() };
        let (bytes, summary) = write_with(&about, column(), missing).unwrap();
        assert_eq!(TestFile::new(&bytes).elements()[1], MISSING.to_le_bytes());
        assert_eq!((summary.changes[0].change, summary.changes[0].first_row), (CellChange::OutOfRange, 2));
    }
}

/// Seconds from the epoch of SPSS to 1970.
const EPOCH: f64 = 12_219_379_200.0;

#[test]
fn days_and_times_are_seconds() {
    let seconds = |column: ArrayRef| stored(Conversion::Seconds { wall_clock: false }, column);
    // 1582-10-15, 1969-12-31, 9999-12-31.
    let days = seconds(Arc::new(Date32Array::from(vec![Some(-141_427), Some(-1), None, Some(2_932_896)])));
    assert_eq!(days.0, [86_400.0, EPOCH - 86_400.0, MISSING, 265_621_593_600.0]);
    let halves = TimestampMillisecondArray::from(vec![Some(-500), Some(0), None, Some(1_500)]);
    let halves = seconds(Arc::new(halves));
    assert_eq!(halves, (vec![EPOCH - 0.5, EPOCH, MISSING, EPOCH + 1.5], vec![]));
    assert_eq!(seconds(Arc::new(TimestampSecondArray::from(vec![-1]))).0, [EPOCH - 1.0]);
    let lengths = DurationMillisecondArray::from(vec![-90_061_001, 100_000_000_500]);
    assert_eq!(seconds(Arc::new(lengths)).0, [-90_061.001, 100_000_000.5]);
    assert_eq!(seconds(Arc::new(Time32SecondArray::from(vec![86_399]))).0, [86_399.0]);
    let nanos = Time64NanosecondArray::from(vec![86_399_999_999_999, 1]);
    assert_eq!(seconds(Arc::new(nanos)), (vec![86_399.999_999_999, 1e-9], vec![]));
}

#[test]
fn times_that_a_double_does_not_hold_are_counted() {
    let micros: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![
        Some(1_700_000_000_123_000),
        Some(1_700_000_000_123_457),
        Some(1),
        None,
        Some(i64::MIN),
    ]));
    let (numbers, changes) = stored(Conversion::Seconds { wall_clock: false }, micros);
    assert_eq!(numbers[0], EPOCH + 1_700_000_000.123);
    assert!((numbers[1] - (EPOCH + 1_700_000_000.123_457)).abs() < 1e-6);
    // The second one is the nearest to a double; one microsecond from the epoch is not, nor is the first instant of all.
    assert_eq!(changes, [(CellChange::SubMillisecond, 2, 3)]);
    let nanos: ArrayRef = Arc::new(TimestampNanosecondArray::from(vec![1_000_000_000, 1_000_000_001]));
    let (numbers, changes) = stored(Conversion::Seconds { wall_clock: false }, nanos);
    assert_eq!((numbers[0], changes), (EPOCH + 1.0, vec![(CellChange::SubMillisecond, 1, 2)]));
}

#[test]
fn instants_are_utc_or_the_clock_of_their_zone() {
    let instants = |zone: &str| -> ArrayRef {
        // Before and after the change to summer time in Berlin, 2026-03-29T01:00:00Z.
        Arc::new(TimestampSecondArray::from(vec![1_774_745_999, 1_774_746_000]).with_timezone(zone))
    };
    let zoned = |wall_clock, zone| stored(Conversion::Seconds { wall_clock }, instants(zone)).0;
    let utc = [EPOCH + 1_774_745_999.0, EPOCH + 1_774_746_000.0];
    assert_eq!(zoned(false, "Europe/Berlin"), utc);
    assert_eq!(zoned(true, "Europe/Berlin"), [utc[0] + 3_600.0, utc[1] + 7_200.0]);
    assert_eq!(zoned(true, "-03:30"), [utc[0] - 12_600.0, utc[1] - 12_600.0]);
}

#[test]
fn periods_are_the_second_at_which_they_begin() {
    let of =
        |period, counts: Vec<i32>| stored(Conversion::Period(period), Arc::new(Int32Array::from(counts))).0;
    let day = |days: f64| EPOCH + days * 86_400.0;
    assert_eq!(of(Period::Month, vec![120, 121, -1]), [day(0.0), day(31.0), day(-3_684.0)]);
    assert_eq!(of(Period::Quarter, vec![41]), [day(90.0)]);
    assert_eq!(of(Period::Week, vec![521]), [day(7.0)]);
    let about = metadata(vec![number("x")]);
    let far = || vec![batch(vec![Arc::new(Int32Array::from(vec![0, i32::MAX])) as ArrayRef])];
    let storing = || vec![Storing::new(Conversion::Period(Period::Month))];
    let error = write_stored(&about, storing(), far(), options()).unwrap_err();
    assert!(matches!(error, SavError::Value { row: 2, ref value, .. } if value == "2147483647"), "{error}");
    let missing = WriterOptions { out_of_range: OutOfRange::Missing, ..options() };
    let (bytes, summary) = write_stored(&about, storing(), far(), missing).unwrap();
    assert_eq!(TestFile::new(&bytes).elements()[1], MISSING.to_le_bytes());
    assert_eq!((summary.changes[0].change, summary.changes[0].count), (CellChange::OutOfRange, 1));
}

#[test]
fn numbers_may_be_texts() {
    let about = metadata(vec![text("big", 20), text("decimal", 8)]);
    let storing = vec![Storing::new(Conversion::DecimalText); 2];
    let big = Int64Array::from(vec![Some(i64::MIN), None, Some(7)]);
    let decimal = Decimal128Array::from(vec![Some(-5), Some(12_345), None]);
    let decimal = decimal.with_precision_and_scale(10, 2).unwrap();
    let columns = vec![batch(vec![Arc::new(big), Arc::new(decimal)])];
    let (bytes, _) = write_stored(&about, storing.clone(), columns, options()).unwrap();
    let found: Vec<String> =
        TestFile::new(&bytes).elements().iter().map(|it| String::from_utf8(it.to_vec()).unwrap()).collect();
    let rows: Vec<String> = found.chunks(4).map(|row| row.concat()).collect();
    assert_eq!(
        rows,
        [
            "-9223372036854775808    -0.05   ",
            &format!("{:24}123.45  ", ""),
            "7                               "
        ]
    );
    let long: ArrayRef = Arc::new(Int64Array::from(vec![123_456_789]));
    let columns = vec![batch(vec![long.clone(), long])];
    let error = write_stored(&about, storing, columns, options()).unwrap_err();
    assert!(matches!(error, SavError::Value { ref variable, .. } if variable == "decimal"), "{error}");
}

#[test]
fn numbers_of_reasons_stand_in_the_place_of_nulls() {
    let mut told = number("told");
    told.missing = exporter_spss::MissingValues::new(None, vec![Value::Number(-9.0)]);
    let about = metadata(vec![told, number("plain"), text("t", 9)]);
    let storing = vec![
        Storing { reasons: vec![Some(-9.0), None], ..Storing::default() },
        Storing::default(),
        Storing { reasons: vec![None], ..Storing::default() },
    ];
    let numbers: ArrayRef = Arc::new(Int8Array::from(vec![Some(1), None, None, None]));
    let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("yes"), None, None, Some("no")]));
    let numbered = |reasons: Vec<Option<u8>>| -> ArrayRef { Arc::new(UInt8Array::from(reasons)) };
    let reasons =
        [numbered(vec![Some(0), Some(0), Some(1), None]), numbered(vec![Some(0), Some(0), None, Some(0)])];
    let values = vec![numbers.clone(), numbers, texts];
    let whole = [values.clone(), reasons.to_vec()].concat();
    for compression in [Compression::Bytecode, Compression::None] {
        let with = || WriterOptions { compression, ..options() };
        let (bytes, _) = write_stored(&about, storing.clone(), vec![batch(whole.clone())], with()).unwrap();
        let elements = TestFile::new(&bytes).elements();
        let told: Vec<f64> = elements.iter().step_by(4).map(|it| f64::from_le_bytes(*it)).collect();
        assert_eq!(told, [1.0, -9.0, MISSING, MISSING]);
        let texts: Vec<&[u8]> = elements.iter().skip(2).step_by(4).map(|it| it.as_slice()).collect();
        assert_eq!(texts, [b"yes     ", b"        ", b"        ", b"no      "]);
        let (bytes, _) = write_stored(&about, storing.clone(), vec![batch(values.clone())], with()).unwrap();
        assert_eq!(TestFile::new(&bytes).elements()[4], MISSING.to_le_bytes(), "reasons may be absent");
    }
    let some = [values, reasons[..1].to_vec()].concat();
    let error = write_stored(&about, storing, vec![batch(some)], options()).unwrap_err();
    assert!(error.to_string().contains("4 columns came for 3 variables, of which 2 have reasons"), "{error}");
}
