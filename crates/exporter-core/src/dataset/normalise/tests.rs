//! Every source type against every kind that takes it, and what does not fit, placed in the second batch.

mod nested;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::types::{Int8Type, Int16Type, Int32Type, UInt64Type};
use arrow_array::*;
use arrow_cast::cast;
use arrow_schema::{Field as ArrowField, Fields, Schema};
use proptest::prelude::*;

use super::*;
use crate::codebook::{Field, Kind, Period, TimeUnit};

fn kind(text: &str) -> Kind {
    text.parse().unwrap()
}

fn array<A: Array + 'static>(array: A) -> ArrayRef {
    Arc::new(array)
}

fn normal(to: &Kind, column: &ArrayRef) -> Result<ArrayRef> {
    normalise(&Variable::new("x", to.clone()), column, 0)
}

/// The column becomes the kind with exactly these values.
fn becomes(to: &str, column: ArrayRef, expected: ArrayRef) {
    let got = normal(&kind(to), &column).unwrap();
    assert_eq!(&got, &expected, "{} to {to}", column.data_type());
}

/// Streams `good` five times, then `bad` in the middle of the second batch: the error must name row 8 and the value.
fn refuses(to: &Kind, good: &ArrayRef, bad: &ArrayRef, shown: &str) {
    let table = Table::new("t", vec![Variable::new("x", to.clone())]);
    let first = cut(&[good; 5]);
    let second = cut(&[good, good, bad, good]);
    let schema = Arc::new(Schema::new(vec![ArrowField::new("x", first.data_type().clone(), true)]));
    let batches: Vec<RecordBatch> = [first, second]
        .into_iter()
        .map(|column| RecordBatch::try_new(Arc::clone(&schema), vec![column]).unwrap())
        .collect();
    let stream = Batches::new(schema, batches.into_iter().map(Ok));
    let results: Vec<Result<RecordBatch>> = normalise_batches(&table, vec![0], false, stream).collect();
    assert!(results[0].is_ok(), "{to}: {:?}", results[0]);
    let error = results[1].as_ref().unwrap_err();
    let place = (error.place().table.as_deref(), error.place().variable.as_deref(), error.place().row);
    assert_eq!(place, (Some("t"), Some("x"), Some(8)), "{error}");
    assert!(error.message().contains(shown) && error.message().contains(&to.to_string()), "{error}");
}

fn cut(parts: &[&ArrayRef]) -> ArrayRef {
    let parts: Vec<&dyn Array> = parts.iter().map(|part| part.as_ref()).collect();
    arrow_select::concat::concat(&parts).unwrap()
}

#[test]
fn a_column_of_the_right_type_is_not_touched() {
    let column = array(StringArray::from(vec!["a", "b"]));
    let got = normal(&Kind::Text, &column).unwrap();
    assert!(Arc::ptr_eq(&column, &got));
}

#[test]
fn whole_numbers() {
    let expected = || array(Int8Array::from(vec![Some(-1), None, Some(127)]));
    becomes("int8", array(Int64Array::from(vec![Some(-1), None, Some(127)])), expected());
    becomes("int8", array(Int16Array::from(vec![Some(-1), None, Some(127)])), expected());
    becomes("int8", array(Float64Array::from(vec![Some(-1.0), None, Some(127.0)])), expected());
    becomes("int8", cast(&expected(), &DataType::Float16).unwrap(), expected());
    for decimal in [
        DataType::Decimal32(9, 2),
        DataType::Decimal64(9, 2),
        DataType::Decimal128(9, 2),
        DataType::Decimal256(60, 40),
    ] {
        becomes("int8", cast(&expected(), &decimal).unwrap(), expected());
    }
    becomes("int64", array(UInt64Array::from(vec![u64::MAX >> 1])), array(Int64Array::from(vec![i64::MAX])));
    becomes(
        "uint64",
        array(Float64Array::from(vec![2f64.powi(63)])),
        array(UInt64Array::from(vec![1 << 63])),
    );
    becomes("period(month)", array(Int64Array::from(vec![12])), array(Int32Array::from(vec![12])));

    let narrow = kind("int8");
    refuses(&narrow, &array(Int64Array::from(vec![1])), &array(Int64Array::from(vec![300])), "300");
    refuses(&narrow, &array(Float64Array::from(vec![1.0])), &array(Float64Array::from(vec![1.5])), "1.5");
    refuses(
        &narrow,
        &array(Float64Array::from(vec![1.0])),
        &array(Float64Array::from(vec![f64::NAN])),
        "NaN",
    );
    let decimal = |value| array(Decimal128Array::from(vec![value]).with_precision_and_scale(5, 1).unwrap());
    refuses(&narrow, &decimal(10), &decimal(15), "1.5");
    refuses(
        &Kind::INTEGER,
        &array(UInt64Array::from(vec![1])),
        &array(UInt64Array::from(vec![1 << 63])),
        "92233720368",
    );
    refuses(&kind("uint8"), &array(Int8Array::from(vec![1])), &array(Int8Array::from(vec![-1])), "-1");
    refuses(
        &Kind::Period(Period::Week),
        &array(Int64Array::from(vec![1])),
        &array(Int64Array::from(vec![1 << 40])),
        "1099511627776",
    );
}

#[test]
fn floats() {
    becomes(
        "float",
        array(Float32Array::from(vec![0.1])),
        array(Float64Array::from(vec![f64::from(0.1f32)])),
    );
    becomes("float32", array(Float64Array::from(vec![0.5])), array(Float32Array::from(vec![0.5])));
    becomes("float", array(Int64Array::from(vec![1 << 60])), array(Float64Array::from(vec![2f64.powi(60)])));
    let decimal =
        |value, scale| array(Decimal128Array::from(vec![value]).with_precision_and_scale(38, scale).unwrap());
    becomes("float", decimal(123_456_789_012_345, 4), array(Float64Array::from(vec![12_345_678_901.234_5])));
    becomes("float", decimal(10i128.pow(20), 2), array(Float64Array::from(vec![1e18])));
    becomes("float32", decimal(11, 1), array(Float32Array::from(vec![1.1])));
    let nan = normal(&kind("float32"), &array(Float64Array::from(vec![f64::NAN]))).unwrap();
    assert!(nan.as_any().downcast_ref::<Float32Array>().unwrap().value(0).is_nan());

    let wide = (1i64 << 53) + 1;
    refuses(
        &Kind::FLOAT,
        &array(Int64Array::from(vec![1])),
        &array(Int64Array::from(vec![wide])),
        "9007199254740993",
    );
    refuses(
        &kind("float32"),
        &array(Float64Array::from(vec![1.0])),
        &array(Float64Array::from(vec![0.1])),
        "0.1",
    );
    refuses(
        &kind("float32"),
        &array(Int32Array::from(vec![1])),
        &array(Int32Array::from(vec![(1 << 24) + 1])),
        "16777217",
    );
    refuses(&Kind::FLOAT, &decimal(1, 0), &decimal(1_234_567_890_123_456, 0), "1234567890123456");
}

#[test]
fn decimals() {
    let of = |value: i128, precision, scale| {
        array(Decimal128Array::from(vec![value]).with_precision_and_scale(precision, scale).unwrap())
    };
    becomes("decimal(10, 2)", of(15, 5, 1), of(150, 10, 2));
    becomes("decimal(10, 1)", of(150, 5, 2), of(15, 10, 1));
    becomes("decimal(10, 2)", array(Int16Array::from(vec![-7])), of(-700, 10, 2));
    becomes("decimal(10, 2)", array(Float64Array::from(vec![0.1])), of(10, 10, 2));
    becomes("decimal(10, 2)", array(Float32Array::from(vec![0.1])), of(10, 10, 2));
    for source in [DataType::Decimal32(9, 3), DataType::Decimal64(9, 3), DataType::Decimal256(70, 3)] {
        becomes("decimal(10, 2)", cast(&of(15, 5, 1), &source).unwrap(), of(150, 10, 2));
    }
    let to = kind("decimal(4, 1)");
    refuses(&to, &of(100, 9, 2), &of(101, 9, 2), "1.01");
    refuses(&to, &of(100, 9, 2), &of(100_000, 9, 2), "1000.00");
    refuses(&to, &array(Int32Array::from(vec![999])), &array(Int32Array::from(vec![1000])), "1000");
    refuses(&to, &array(Float64Array::from(vec![0.5])), &array(Float64Array::from(vec![0.25])), "0.25");
    refuses(
        &to,
        &array(Float64Array::from(vec![0.5])),
        &array(Float64Array::from(vec![f64::INFINITY])),
        "inf",
    );
}

#[test]
fn texts_and_bytes() {
    let expected = array(StringArray::from(vec![Some("a"), None, Some("élève with more than twelve bytes")]));
    for source in [
        DataType::LargeUtf8,
        DataType::Utf8View,
        DataType::Dictionary(Box::new(DataType::UInt16), Box::new(DataType::Utf8View)),
        DataType::Dictionary(Box::new(DataType::Int64), Box::new(DataType::LargeUtf8)),
    ] {
        becomes("text", cast(&expected, &source).unwrap(), Arc::clone(&expected));
    }
    let bytes = cast(&expected, &DataType::Binary).unwrap();
    for source in [DataType::LargeBinary, DataType::BinaryView] {
        becomes("binary", cast(&bytes, &source).unwrap(), Arc::clone(&bytes));
    }
    let fixed = FixedSizeBinaryArray::try_from_iter([[1u8, 2], [3, 4]].iter()).unwrap();
    becomes("binary", array(fixed), array(BinaryArray::from(vec![&[1u8, 2][..], &[3, 4][..]])));
    let numbers = |number| array(Int32Array::from(vec![number]));
    let error = normal(&Kind::Text, &numbers(7)).unwrap_err();
    assert!(error.message().contains("\"7\"") && error.place().row == Some(1), "{error}");
    let error = normal(&Kind::INTEGER, &array(StringArray::from(vec![None, Some("7")]))).unwrap_err();
    assert_eq!(error.place().row, Some(2), "the first value is named, not the first null: {error}");
    assert_eq!(error.hint(), Some("declare the kind text"));
    assert!(normal(&Kind::Boolean, &numbers(1)).is_err());
    assert!(normal(&Kind::INTEGER, &array(BooleanArray::from(vec![true]))).is_err());
}

#[test]
fn encodings_of_any_key_and_run_are_unpacked() {
    let values = || array(Int64Array::from(vec![Some(5), Some(300), None]));
    let keys = Int8Array::from(vec![Some(0), None, Some(2), Some(0)]);
    let dictionary = array(DictionaryArray::<Int8Type>::new(keys, values()));
    // 300 is in the dictionary, but no row has it.
    becomes("int8", dictionary, array(Int8Array::from(vec![Some(5), None, None, Some(5)])));
    let keys = UInt64Array::from(vec![0, 1]);
    refuses(
        &kind("int8"),
        &array(DictionaryArray::<UInt64Type>::new(keys.slice(0, 1), values())),
        &array(DictionaryArray::<UInt64Type>::new(keys.slice(1, 1), values())),
        "300",
    );
    let runs = RunArray::<Int16Type>::try_new(&Int16Array::from(vec![2, 3, 6]), &values()).unwrap();
    becomes(
        "int16",
        array(runs.clone()),
        array(Int16Array::from(vec![Some(5), Some(5), Some(300), None, None, None])),
    );
    becomes("int16", array(runs.slice(1, 3)), array(Int16Array::from(vec![Some(5), Some(300), None])));
    let text = array(StringArray::from(vec!["x", "yy"]));
    let runs = RunArray::<Int32Type>::try_new(&Int32Array::from(vec![1, 3]), &text).unwrap();
    becomes("text", array(runs), array(StringArray::from(vec!["x", "yy", "yy"])));
}

#[test]
fn a_column_without_values_fits_every_kind() {
    for to in
        ["boolean", "int8", "float", "decimal(3, 1)", "text", "date", "time", "datetime(us, UTC)", "binary"]
    {
        for column in [array(NullArray::new(2)), array(StringArray::from(vec![None::<&str>; 2]))] {
            let got = normal(&kind(to), &column).unwrap();
            assert_eq!((got.null_count(), got.data_type()), (2, &arrow_type(&kind(to))));
        }
    }
}

#[test]
fn days() {
    const DAY: i64 = 86_400_000;
    becomes("date", array(Date64Array::from(vec![-DAY, DAY])), array(Date32Array::from(vec![-1, 1])));
    refuses(
        &Kind::Date,
        &array(Date64Array::from(vec![DAY])),
        &array(Date64Array::from(vec![DAY + 1])),
        "1970-01-02",
    );
    becomes(
        "date",
        array(TimestampNanosecondArray::from(vec![DAY * 1_000_000])),
        array(Date32Array::from(vec![1])),
    );
    let seconds = |count| array(TimestampSecondArray::from(vec![count]));
    refuses(&Kind::Date, &seconds(86_400), &seconds(86_401), "1970-01-02T00:00:01");
    let zoned = array(TimestampSecondArray::from(vec![86_400]).with_timezone("UTC"));
    assert!(normal(&Kind::Date, &zoned).is_err());
}

#[test]
fn times_and_durations() {
    becomes(
        "time",
        array(Time32SecondArray::from(vec![61])),
        array(Time64MicrosecondArray::from(vec![61_000_000])),
    );
    becomes(
        "time(ns)",
        array(Time32MillisecondArray::from(vec![1])),
        array(Time64NanosecondArray::from(vec![1_000_000])),
    );
    let fine = |count| array(Time64NanosecondArray::from(vec![count]));
    refuses(&kind("time"), &fine(1000), &fine(1001), "00:00:00.000001001");
    becomes(
        "duration(s)",
        array(DurationMillisecondArray::from(vec![-2000])),
        array(DurationSecondArray::from(vec![-2])),
    );
    let fine = |count| array(DurationMillisecondArray::from(vec![count]));
    refuses(&kind("duration(s)"), &fine(1000), &fine(1001), "1.001");
}

#[test]
fn moments_keep_the_instant_or_the_reading() {
    let utc = |count, zone: &str| array(TimestampMicrosecondArray::from(vec![count]).with_timezone(zone));
    let local = |count| array(TimestampMicrosecondArray::from(vec![count]));
    for unit in [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond] {
        let zoned = Kind::DateTime { unit, zone: Some("Europe/Paris".into()) };
        let back = Kind::DateTime { unit: TimeUnit::Microsecond, zone: Some("UTC".into()) };
        let there = normal(&zoned, &utc(-5_000_000, "UTC")).unwrap();
        assert_eq!(&normal(&back, &there).unwrap(), &utc(-5_000_000, "UTC"));
        let plain = Kind::DateTime { unit, zone: None };
        let there = normal(&plain, &local(-5_000_000)).unwrap();
        assert_eq!(there.data_type(), &arrow_type(&plain));
        assert_eq!(&normal(&kind("datetime(us)"), &there).unwrap(), &local(-5_000_000));
    }
    becomes(
        "datetime",
        array(Date32Array::from(vec![1])),
        array(TimestampMillisecondArray::from(vec![86_400_000])),
    );
    becomes("datetime(s)", array(Date64Array::from(vec![1000])), array(TimestampSecondArray::from(vec![1])));
    refuses(&kind("datetime"), &local(1000), &local(1500), "1970-01-01T00:00:00.001500");
    let seconds = |count| array(TimestampSecondArray::from(vec![count]));
    refuses(&kind("datetime(ns)"), &seconds(1), &seconds(i64::MAX / 2), "");
    // A reading is no instant, and an instant no reading.
    let error = normal(&kind("datetime(us, UTC)"), &local(1)).unwrap_err();
    assert!(error.hint().unwrap().contains("zone"), "{error:?}");
    let error = normal(&kind("datetime(us)"), &utc(1, "Asia/Tokyo")).unwrap_err();
    assert!(error.hint().unwrap().contains("datetime(unit, Asia/Tokyo)"), "{error:?}");
}

#[test]
fn texts_beyond_the_limit_name_the_row_that_breaks_it() {
    let texts = array(StringArray::from(vec![Some("four"), None, Some("four"), Some("four"), Some("4444")]));
    let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    for source in [DataType::LargeUtf8, DataType::Utf8View, dictionary] {
        let column = cast(&texts, &source).unwrap();
        assert!(convert(&Kind::Text, &column, 16).is_ok(), "{source}");
        let misfit = convert(&Kind::Text, &column, 11).unwrap_err();
        assert!(matches!(misfit, Misfit::Long(3)), "{source}: {misfit:?}");
    }
    let error = Misfit::Long(3).into_error(&Variable::new("x", Kind::Text), &texts, 10);
    assert_eq!((error.kind(), error.place().row), (ErrorKind::Limit, Some(14)));
}

#[test]
fn a_batch_with_more_text_than_a_column_holds_is_split() {
    let texts = StringArray::from(vec!["x".repeat(10); 50]);
    let column = cast(&texts, &DataType::Utf8View).unwrap();
    let schema = Schema::new(Fields::from(vec![ArrowField::new("x", DataType::Utf8View, true)]));
    let batch = RecordBatch::try_new(Arc::new(schema), vec![column]).unwrap();
    let table = Table::new("t", vec![Variable::new("x", Kind::Text)]);
    let stream = |limit| Normalised {
        table: &table,
        columns: vec![0],
        schema: scan_schema(&table, &[0], false),
        source: Batches::new(batch.schema(), std::iter::once(Ok(batch.clone()))),
        limit,
        row: 0,
        waiting: VecDeque::new(),
    };
    let parts: Vec<RecordBatch> = stream(130).map(Result::unwrap).collect();
    assert_eq!(parts.iter().map(RecordBatch::num_rows).collect::<Vec<_>>(), [12, 13, 12, 13]);
    assert_eq!(
        arrow_select::concat::concat_batches(&parts[0].schema(), &parts).unwrap().column(0).as_ref(),
        &texts as &dyn Array
    );
    // One text that is too long for any batch is an error that names its row.
    let error = stream(5).find_map(Result::err).unwrap();
    assert_eq!((error.kind(), error.place().row), (ErrorKind::Limit, Some(1)));
}

proptest! {
    /// Whatever is accepted comes back unchanged from the type it came from.
    #[test]
    fn accepted_numbers_come_back(values in prop::collection::vec(any::<i64>().prop_flat_map(|wide| prop_oneof![
        Just(wide), Just(wide >> 32), Just(wide >> 48), Just(wide >> 58)
    ]), 1..20)) {
        let column = array(Int64Array::from(values));
        for to in ["int8", "int16", "int32", "uint8", "uint16", "uint32", "uint64", "float", "float32", "decimal(20, 3)"] {
            if let Ok(there) = normal(&kind(to), &column) {
                prop_assert_eq!(&normal(&Kind::INTEGER, &there).unwrap(), &column, "{}", to);
            }
        }
    }

    #[test]
    fn accepted_floats_come_back(value in prop_oneof![any::<f64>(), (-99999i32..99999).prop_map(|n| f64::from(n) / 100.0)]) {
        let column = array(Float64Array::from(vec![value]));
        for to in ["int64", "float32", "decimal(20, 3)", "decimal(38, 0)"] {
            if let Ok(there) = normal(&kind(to), &column) {
                let back = normal(&Kind::FLOAT, &there).unwrap();
                let back = back.as_any().downcast_ref::<Float64Array>().unwrap().value(0);
                prop_assert!(back == value || (back.is_nan() && value.is_nan()), "{to}: {value} {back}");
            }
        }
        let two_digits = (value * 100.0).round() / 100.0 == value && value.abs() < 1e6;
        prop_assert!(!two_digits || normal(&kind("decimal(20, 3)"), &column).is_ok());
    }
}
