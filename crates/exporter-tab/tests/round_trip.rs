//! What is written reads back, and the bytes do not depend on how the work was cut.

use std::io::Read;
use std::sync::Arc;

use arrow_array::types::*;
use arrow_array::*;
use exporter_core::codebook::Period;
use exporter_tab::*;
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;

/// Rows of a generated table.
const ROWS: usize = 9;

fn primitive<T: ArrowPrimitiveType>(
    values: impl Strategy<Value = T::Native>,
) -> impl Strategy<Value = ArrayRef>
where
    T::Native: std::fmt::Debug,
{
    vec(weighted(0.8, values), ROWS)
        .prop_map(|cells| Arc::new(cells.into_iter().collect::<PrimitiveArray<T>>()) as ArrayRef)
}

fn stamps<T: ArrowTimestampType>(zone: Option<&'static str>) -> impl Strategy<Value = ArrayRef> {
    // Seconds of the years -9999 to 9999, in which every zone has an offset.
    let unit = 10_i64.pow(match T::UNIT {
        arrow_schema::TimeUnit::Second => 0,
        arrow_schema::TimeUnit::Millisecond => 3,
        arrow_schema::TimeUnit::Microsecond => 6,
        arrow_schema::TimeUnit::Nanosecond => 9,
    });
    let values = (-377_000_000_000_i64..253_000_000_000, 0..unit).prop_map(move |(seconds, part)| {
        seconds.checked_mul(unit).and_then(|v| v.checked_add(part)).unwrap_or(part)
    });
    vec(weighted(0.8, values), ROWS).prop_map(move |cells| {
        Arc::new(cells.into_iter().collect::<PrimitiveArray<T>>().with_timezone_opt(zone)) as ArrayRef
    })
}

fn text() -> impl Strategy<Value = ArrayRef> {
    let cell = prop_oneof![
        "[a-c,;\t\"\r\n é語 .]{0,12}",
        Just("NA".to_string()),
        Just("007".to_string()),
        Just("\0".to_string()),
        any::<String>(),
        "[a-z, ]{20,80}",
    ];
    vec(weighted(0.8, cell), ROWS)
        .prop_map(|cells| Arc::new(cells.into_iter().collect::<StringArray>()) as ArrayRef)
}

fn column() -> impl Strategy<Value = (ArrayRef, Option<Period>)> {
    let any_f64 = any::<u64>().prop_map(f64::from_bits).prop_filter("NaN has many forms", |v| !v.is_nan());
    let any_f32 = any::<u32>().prop_map(f32::from_bits).prop_filter("NaN has many forms", |v| !v.is_nan());
    let money = (-10_000_000_i64..10_000_000).prop_map(|cents| cents as f64 / 100.0);
    let decimals = vec(weighted(0.8, -99_999_999_i128..99_999_999), ROWS).prop_map(|cells| {
        let array = cells.into_iter().collect::<Decimal128Array>();
        Arc::new(array.with_precision_and_scale(8, 3).unwrap()) as ArrayRef
    });
    let plain = prop_oneof![
        text(),
        vec(weighted(0.8, any::<bool>()), ROWS)
            .prop_map(|cells| Arc::new(cells.into_iter().collect::<BooleanArray>()) as ArrayRef),
        vec(weighted(0.8, vec(any::<u8>(), 0..9)), ROWS).prop_map(|cells| Arc::new(
            cells.iter().map(|c| c.as_deref()).collect::<BinaryArray>()
        ) as ArrayRef),
        prop_oneof![
            primitive::<Int8Type>(any::<i8>()),
            primitive::<Int16Type>(any::<i16>()),
            primitive::<Int32Type>(any::<i32>()),
            primitive::<Int64Type>(any::<i64>()),
            primitive::<UInt8Type>(any::<u8>()),
            primitive::<UInt16Type>(any::<u16>()),
            primitive::<UInt32Type>(any::<u32>()),
            primitive::<UInt64Type>(any::<u64>()),
        ],
        prop_oneof![
            primitive::<Float64Type>(any_f64),
            primitive::<Float64Type>(money),
            primitive::<Float32Type>(any_f32),
            decimals,
        ],
        prop_oneof![
            primitive::<Date32Type>(any::<i32>()),
            primitive::<Time64MicrosecondType>(0..86_400_000_000_i64),
            primitive::<Time64NanosecondType>(0..86_400_000_000_000_i64),
            primitive::<DurationMillisecondType>(any::<i64>()),
            primitive::<TimestampMillisecondType>(any::<i64>()),
            stamps::<TimestampSecondType>(Some("Europe/Paris")),
            stamps::<TimestampMillisecondType>(Some("America/New_York")),
            stamps::<TimestampMicrosecondType>(None),
            stamps::<TimestampNanosecondType>(Some("UTC")),
        ],
    ]
    .prop_map(|array| (array, None));
    let units = [Period::Year, Period::Half, Period::Quarter, Period::Month, Period::Week];
    let periods = (primitive::<Int32Type>(any::<i32>()), proptest::sample::select(units.to_vec()));
    prop_oneof![9 => plain, 1 => periods.prop_map(|(array, unit)| (array, Some(unit)))]
}

#[derive(Debug)]
struct Case {
    batch: RecordBatch,
    periods: Vec<Option<Period>>,
    write: WriteOptions,
    read: ReadOptions,
}

fn options() -> impl Strategy<Value = (WriteOptions, ReadOptions)> {
    let delimiters = [Delimiter::TAB, Delimiter::SEMICOLON, Delimiter::PIPE];
    let quotings = [Quoting::Minimal, Quoting::All, Quoting::NonNumeric, Quoting::SurveySolutions];
    (
        proptest::sample::select(delimiters.to_vec()),
        proptest::sample::select(quotings.to_vec()),
        any::<[bool; 6]>(),
    )
        .prop_map(|(delimiter, quoting, [bom, crlf, comma, hex, both, na])| {
            let mut write = WriteOptions::default();
            let mut read = ReadOptions::default();
            write.delimiter = delimiter;
            read.delimiter = Some(delimiter);
            write.quoting = quoting;
            write.bom = bom;
            if crlf {
                write.line_end = LineEnd::Crlf;
            }
            if comma {
                (write.decimal_mark, read.decimal_mark) = (DecimalMark::Comma, Some(DecimalMark::Comma));
            }
            if hex {
                (write.binary, read.binary) = (BinaryText::Hex, BinaryText::Hex);
            }
            if both {
                (write.header, read.header) = (Header::Both, ReadHeader::Both);
            }
            if na {
                write.missing_text = "NA".into();
                read.missing_texts = vec!["NA".into()];
            }
            (write, read)
        })
}

fn case() -> impl Strategy<Value = Case> {
    // Two columns at least: alone, an empty text and a missing one cannot be told apart.
    (vec(column(), 2..7), options()).prop_map(|(columns, (write, read))| {
        let periods = columns.iter().map(|(_, period)| *period).collect();
        let names = (0..).map(|at| format!("v{at}"));
        let batch = RecordBatch::try_from_iter_with_nullable(
            names.zip(columns).map(|(name, (array, _))| (name, array, true)),
        );
        Case { batch: batch.unwrap(), periods, write, read }
    })
}

fn encoder(case: &Case) -> RowEncoder {
    let schema = case.batch.schema();
    let columns = schema.fields().iter().zip(&case.periods).map(|(field, period)| {
        let column = Column::new(field.name()).label(format!("Label of \"{}\"", field.name()));
        match period {
            Some(unit) => column.period(*unit),
            None => column,
        }
    });
    RowEncoder::new(columns.collect(), &case.write).unwrap()
}

fn write(case: &Case, rows: usize) -> Vec<u8> {
    let encoder = encoder(case);
    let mut out = encoder.header();
    for start in (0..case.batch.num_rows()).step_by(rows) {
        let part = case.batch.slice(start, rows.min(case.batch.num_rows() - start));
        encoder.encode(&part, &mut out).unwrap();
    }
    out
}

/// Gives a few bytes at a time.
struct Drip<'a>(&'a [u8], usize);

impl Read for Drip<'_> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let len = self.0.len().min(to.len()).min(self.1);
        to[..len].copy_from_slice(&self.0[..len]);
        self.0 = &self.0[len..];
        Ok(len)
    }
}

fn declared(case: &Case) -> Vec<DeclaredColumn> {
    let fields = case.batch.schema();
    let kinds = fields.fields().iter().zip(&case.periods).map(|(field, period)| {
        let kind = match period {
            Some(unit) => CellKind::Period(*unit),
            None => CellKind::Data(field.data_type().clone()),
        };
        DeclaredColumn::new(field.name(), kind)
    });
    kinds.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(exporter_testkit::soaked(400)))]

    #[test]
    fn every_type_reads_back(case in case(), step in 1_usize..40) {
        let text = write(&case, ROWS);
        let layout = Layout::read(&text[..], &case.read, &declared(&case)).unwrap();
        let mut read = case.read.clone();
        read.batch_rows = step;
        let batches: Vec<RecordBatch> = TabReader::new(Drip(&text, step), &layout, &read, None)
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap_or_else(|error| panic!("{error}\n{}", String::from_utf8_lossy(&text)));
        let mut start = 0;
        for batch in batches {
            prop_assert_eq!(&batch, &case.batch.slice(start, batch.num_rows()));
            start += batch.num_rows();
        }
        prop_assert_eq!(start, ROWS);
    }

    #[test]
    fn bytes_do_not_depend_on_the_cut(case in case()) {
        let whole = write(&case, 4096);
        for rows in [1, 7] {
            prop_assert_eq!(&write(&case, rows), &whole);
        }
        // A batch whose arrays do not start at their buffers' start gives the tail of the text.
        let mut tail = Vec::new();
        encoder(&case).encode(&case.batch.slice(4, ROWS - 4), &mut tail).unwrap();
        prop_assert!(whole.ends_with(&tail));
    }

    #[test]
    fn any_bytes_are_read_or_refused(text in vec(any::<u8>(), 0..300), quotes in any::<bool>()) {
        let text: Vec<u8> = match quotes {
            // Bytes that matter to the scanner, more often.
            true => text.iter().map(|byte| b"\",\n\r\ta1"[usize::from(*byte) % 7]).collect(),
            false => text,
        };
        let _ = read_text(&text, &ReadOptions::default());
    }

    #[test]
    fn what_is_inferred_can_be_decoded(lines in vec("[-+0-9.,:TZ\" NAtruefals]{0,14}", 1..8)) {
        let text = format!("a;b\n{}\n", lines.iter().map(|line| format!("{};x", line.replace('"', ""))).collect::<Vec<_>>().join("\n"));
        let mut options = ReadOptions::default();
        options.delimiter = Some(Delimiter::SEMICOLON);
        let (layout, batches) = read_text(text.as_bytes(), &options).unwrap();
        prop_assert_eq!(layout.rows, Some(lines.len() as u64));
        prop_assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), lines.len());
    }
}

#[test]
fn a_missing_value_in_the_only_column_is_no_empty_line() {
    let values: ArrayRef = Arc::new(Int32Array::from(vec![Some(1), None, None]));
    let batch = RecordBatch::try_from_iter([("x", values)]).unwrap();
    let mut writer = TabWriter::new(Vec::new(), vec![Column::new("x")], &WriteOptions::default()).unwrap();
    writer.write(&batch).unwrap();
    let text = writer.finish().unwrap();
    assert_eq!(text, b"x\n1\n\"\"\n\"\"\n");
    let (_, batches) = read_text(&text, &ReadOptions::default()).unwrap();
    assert_eq!((batches[0].num_rows(), batches[0].column(0).null_count()), (3, 2));
}

#[test]
fn an_empty_text_that_looks_missing_is_counted() {
    let values: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None, Some("")]));
    let alone = RecordBatch::try_from_iter([("x", values.clone())]).unwrap();
    let encode = |batch: &RecordBatch, options: &WriteOptions| {
        let columns = batch.schema().fields().iter().map(|field| Column::new(field.name())).collect();
        RowEncoder::new(columns, options).unwrap().encode(batch, &mut Vec::new()).unwrap().remove(0)
    };
    let altered = encode(&alone, &WriteOptions::default());
    assert_eq!((altered.empty, altered.first_empty), (1, Some(2)));
    let both = RecordBatch::try_from_iter([("x", values.clone()), ("y", values)]).unwrap();
    assert_eq!(encode(&both, &WriteOptions::default()), Altered::default());
    assert_eq!(encode(&both, &WriteOptions::survey_solutions()).empty, 1);
}

/// Very wide rows are written in blocks of columns, with the same bytes.
#[test]
fn a_wide_row_is_its_parts_side_by_side() {
    let long = "long ".repeat(9000);
    let column = |at: usize| -> ArrayRef {
        match at % 3 {
            0 => Arc::new(Int64Array::from(vec![Some(at as i64), None, Some(-1)])),
            1 => Arc::new(StringArray::from(vec![
                Some("a,b"),
                Some(if at == 700 { long.as_str() } else { "" }),
                None,
            ])),
            _ => Arc::new(Float64Array::from(vec![0.5, 1e300, at as f64])),
        }
    };
    let lines = |places: std::ops::Range<usize>| -> Vec<String> {
        let columns = places.clone().map(|at| (format!("v{at}"), column(at)));
        let batch =
            RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true)));
        let names = places.map(|at| Column::new(format!("v{at}"))).collect();
        let mut out = Vec::new();
        RowEncoder::new(names, &WriteOptions::default()).unwrap().encode(&batch.unwrap(), &mut out).unwrap();
        String::from_utf8(out).unwrap().lines().map(str::to_owned).collect()
    };
    let parts = [lines(0..800), lines(800..1600)];
    let expected: Vec<String> = parts[0].iter().zip(&parts[1]).map(|(a, b)| format!("{a},{b}")).collect();
    assert_eq!(lines(0..1600), expected);
}
