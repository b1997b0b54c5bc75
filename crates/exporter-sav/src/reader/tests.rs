//! Reads small files made by hand, and damaged ones.

mod test_file;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use exporter_core::codebook::{Alignment, LabelSource, Measure};
use exporter_core::source::ByteOrder;
use exporter_spss::{ResponseSetKind, Value};

use super::header::CaseCompression;
use super::{ReadOptions, SavReader, Selection};
use crate::error::SavError;
use crate::metadata::Attribute;
use crate::spec::{HIGHEST, LOWEST, SYSMIS};
use test_file::{Cell, TestFile, TestVariable, memory};

const STORED: [CaseCompression; 3] =
    [CaseCompression::None, CaseCompression::Bytecode, CaseCompression::Zlib];
const ORDERS: [ByteOrder; 2] = [ByteOrder::Little, ByteOrder::Big];

fn open(file: &TestFile) -> SavReader {
    SavReader::open(memory(file.bytes())).unwrap()
}

fn all(reader: &SavReader) -> Vec<RecordBatch> {
    reader.batches(&Selection::default(), 1).unwrap().map(Result::unwrap).collect()
}

fn numbers(batches: &[RecordBatch], column: usize) -> Vec<Option<f64>> {
    batches.iter().flat_map(|batch| batch.column(column).as_primitive::<Float64Type>().iter()).collect()
}

fn texts(batches: &[RecordBatch], column: usize) -> Vec<String> {
    let texts = batches.iter().flat_map(|batch| batch.column(column).as_string::<i32>().iter());
    texts.flatten().map(str::to_owned).collect()
}

/// The messages of the remarks with their counts and whether they change values.
fn remarks(reader: &SavReader) -> Vec<(&str, u64, bool)> {
    reader.remarks().iter().map(|it| (it.message.as_str(), it.count, it.changes_values)).collect()
}

fn little() -> TestFile {
    TestFile::empty(ByteOrder::Little, CaseCompression::Bytecode)
}

#[test]
fn every_compression_and_byte_order_reads_alike() {
    for order in ORDERS {
        for stored in STORED {
            let reader = open(&TestFile::sample(order, stored));
            let (header, metadata) = (reader.header(), reader.metadata());
            assert_eq!((header.compression, header.big_endian), (stored, order == ByteOrder::Big));
            assert_eq!((header.product.as_str(), header.bias), ("@(#) SPSS DATA FILE test", 100.0));
            assert_eq!((metadata.label.as_str(), metadata.encoding.name()), ("Étude", "UTF-8"));
            assert_eq!(metadata.created, ("21 Nov 26".to_owned(), "02:00:00".to_owned()));
            assert_eq!(metadata.documents, ["A document"]);
            let variables: Vec<_> = metadata.variables.iter().map(|v| (v.name.as_str(), v.width)).collect();
            assert_eq!(variables, [("Age", None), ("Name", Some(13)), ("LongText", Some(300))]);
            let age = &metadata.variables[0];
            assert_eq!((age.label.as_str(), age.short_name.as_str()), ("Age in years", "AGE"));
            let labels = metadata.labels_of(age);
            assert_eq!(
                labels,
                [(Value::Number(1.0), "one".to_owned()), (Value::Number(-5.5), "minus".to_owned())]
            );
            let batches = all(&reader);
            assert_eq!(numbers(&batches, 0), [Some(41.0), None, Some(0.25)]);
            assert_eq!(texts(&batches, 1), ["Ana", "", "Zoë Straßer"]);
            assert_eq!(texts(&batches, 2), ["é".repeat(140), String::new(), "x".repeat(300)]);
            assert_eq!(reader.cases(), (stored == CaseCompression::None).then_some(3));
            assert_eq!(remarks(&reader), []);
        }
    }
}

/// A file of many cases, whose elements are of every sort.
fn many(order: ByteOrder, stored: CaseCompression) -> TestFile {
    let mut file = TestFile::empty(order, stored);
    file.records.push(TestVariable::number("A"));
    file.records.push(TestVariable::text("B", 9));
    file.very_long("C", 600);
    file.records.push(TestVariable::number("D"));
    for row in 0..203_u32 {
        let long = if row % 3 == 0 { "long ".repeat(row as usize % 100) } else { String::new() };
        let number = if row % 7 == 0 { SYSMIS } else { f64::from(row) };
        let text = format!("t{}", row % 11);
        file.case(&[
            number.into(),
            text.as_str().into(),
            long.as_str().into(),
            (f64::from(row) / 4.0).into(),
        ]);
    }
    file
}

#[test]
fn threads_batch_sizes_and_selections_change_no_value() {
    for (order, stored) in ORDERS.into_iter().zip(STORED).chain([(ByteOrder::Little, CaseCompression::Zlib)])
    {
        let reader = open(&many(order, stored));
        let expected = all(&reader);
        assert_eq!(expected.iter().map(RecordBatch::num_rows).sum::<usize>(), 203);
        assert_eq!(numbers(&expected, 3).last(), Some(&Some(50.5)));
        for threads in [1, 2, 5] {
            for batch_rows in [1, 3, 8, 20, 1_000] {
                for columns in [vec![0, 1, 2, 3], vec![3], vec![2, 1], vec![1, 1, 3], vec![2], vec![]] {
                    let selection =
                        Selection { columns: Some(columns.clone()), batch_rows: Some(batch_rows) };
                    let found: Vec<RecordBatch> =
                        reader.batches(&selection, threads).unwrap().map(Result::unwrap).collect();
                    assert_eq!(found.iter().map(RecordBatch::num_rows).sum::<usize>(), 203);
                    assert!(found.iter().all(|batch| batch.num_rows() <= batch_rows));
                    for (place, column) in columns.iter().enumerate() {
                        if [1, 2].contains(column) {
                            assert_eq!(texts(&found, place), texts(&expected, *column));
                        } else {
                            assert_eq!(numbers(&found, place), numbers(&expected, *column));
                        }
                    }
                }
            }
        }
        let beyond = Selection { columns: Some(vec![4]), batch_rows: None };
        assert!(matches!(reader.batches(&beyond, 1), Err(SavError::Invalid { .. })));
    }
}

/// Numbers in one variable, eight of them a block.
fn coded(codes: &[u8]) -> (SavReader, Vec<Result<RecordBatch, SavError>>) {
    let mut file = little();
    file.records.push(TestVariable::number("A"));
    file.records.push(TestVariable::number("B"));
    let reader = SavReader::open(memory(file.with_codes(codes))).unwrap();
    let batches = reader.batches(&Selection::default(), 2).unwrap().collect();
    (reader, batches)
}

#[test]
fn padding_anywhere_is_passed_over_and_the_end_code_ends() {
    let literal = 1.5_f64.to_le_bytes();
    // Each case is filled to a block, one block is all padding, and the end has stale codes without a literal behind it.
    let padded = [
        &[101, 253, 0, 0, 0, 0, 0, 0][..],
        &literal,
        &[0; 8],
        &[0, 102, 0, 103, 0, 0, 0, 0],
        &[104, 105, 106, 107, 252, 253, 253, 0],
        b"more",
    ]
    .concat();
    let (reader, batches) = coded(&padded);
    let batches: Vec<RecordBatch> = batches.into_iter().map(Result::unwrap).collect();
    assert_eq!(numbers(&batches, 0), [1.0, 2.0, 4.0, 6.0].map(Some));
    assert_eq!(numbers(&batches, 1), [1.5, 3.0, 5.0, 7.0].map(Some));
    assert_eq!(remarks(&reader), []);
}

#[test]
fn padding_that_begins_late_does_not_lose_a_case() {
    // 40 cases by the law, then each filled to a block.
    let mut codes = vec![150; 80];
    for number in 0..30 {
        codes.extend([number + 1, 254, 0, 0, 0, 0, 0, 0]);
    }
    let mut file = little();
    file.records.push(TestVariable::number("A"));
    file.records.push(TestVariable::text("B", 8));
    let reader = SavReader::open(memory(file.with_codes(&codes))).unwrap();
    for batch_rows in [8, 16, 24, 64, 1_000] {
        let selection = Selection { columns: None, batch_rows: Some(batch_rows) };
        let batches: Vec<RecordBatch> = reader.batches(&selection, 2).unwrap().map(Result::unwrap).collect();
        let expected =
            (0..40).map(|_| Some(50.0)).chain((0..30).map(|number| Some(f64::from(number) - 99.0)));
        assert_eq!(numbers(&batches, 0), expected.collect::<Vec<_>>());
    }
}

#[test]
fn cases_that_are_cut_off_are_an_error_behind_the_complete_ones() {
    let (_, batches) = coded(&[101, 102, 103, 253]);
    let [Ok(batch), Err(error)] = batches.as_slice() else { panic!("{batches:?}") };
    assert_eq!((batch.num_rows(), numbers(std::slice::from_ref(batch), 1)), (1, vec![Some(2.0)]));
    let message = error.to_string();
    assert!(message.contains("row 2, 1 of whose 2 elements") && message.contains("at offset"), "{message}");
    for stored in STORED {
        let mut file = many(ByteOrder::Little, stored);
        file.block_bytes = 64;
        let bytes = file.bytes();
        // Of a .zsav the index, the last block and the end of the block before it.
        let blocks = if stored == CaseCompression::Zlib { 24 * file.zlib_blocks() + 24 + 80 } else { 0 };
        let reader = SavReader::open(memory(&bytes[..bytes.len() - 9 - blocks])).unwrap();
        let batches = reader.batches(&Selection { columns: None, batch_rows: Some(50) }, 2).unwrap();
        let batches: Vec<_> = batches.collect();
        let (last, complete) = batches.split_last().unwrap();
        let rows = complete.iter().flatten().map(RecordBatch::num_rows).sum::<usize>();
        assert!((195..203).contains(&rows), "{stored:?} {rows}");
        assert!(rows == 202 || stored == CaseCompression::Zlib, "{stored:?} {rows}");
        assert_eq!(
            numbers(&complete.iter().flatten().cloned().collect::<Vec<_>>(), 3).last(),
            Some(&Some((rows - 1) as f64 / 4.0))
        );
        let message = last.as_ref().unwrap_err().to_string();
        assert!(message.contains(&format!("row {}", rows + 1)) && message.contains("cut off"), "{message}");
    }
}

#[test]
fn cases_before_a_damaged_block_are_delivered() {
    let mut file = many(ByteOrder::Little, CaseCompression::Zlib);
    file.block_bytes = 4_096;
    let mut bytes = file.bytes();
    let middle = (file.dictionary().len() + bytes.len()) / 2;
    bytes[middle..middle + 40].fill(0xAA);
    let reader = SavReader::open(memory(bytes)).unwrap();
    for threads in [1, 3] {
        let batches: Vec<_> = reader.batches(&Selection::default(), threads).unwrap().collect();
        let (last, complete) = batches.split_last().unwrap();
        let rows = complete.iter().flatten().map(RecordBatch::num_rows).sum::<usize>();
        let message = last.as_ref().unwrap_err().to_string();
        assert!(
            rows > 20 && rows < 200 && message.contains(&format!("before the end of row {}", rows + 1)),
            "{rows} {message}"
        );
    }
}

#[test]
fn what_follows_the_claimed_cases_and_is_none_is_passed_over() {
    for stored in [CaseCompression::None, CaseCompression::Bytecode] {
        let mut file = TestFile::sample(ByteOrder::Little, stored);
        file.claimed = 3;
        let mut bytes = file.bytes();
        bytes.extend(b"rest");
        let reader = SavReader::open(memory(bytes)).unwrap();
        assert_eq!(numbers(&all(&reader), 0), [Some(41.0), None, Some(0.25)]);
        assert_eq!(
            remarks(&reader),
            [("what follows the last case and is no case is passed over", 1, false)]
        );
    }
}

#[test]
fn wrong_numbers_of_cases_are_told_and_not_believed() {
    let more = ("the file claims more cases than it has; it may be cut off", 1, true);
    let other =
        ("the file claims another number of cases than it has; all that are there are read", 1, false);
    for (claimed, remark) in [(1_000, more), (2, other)] {
        let mut file = TestFile::sample(ByteOrder::Little, CaseCompression::Bytecode);
        file.claimed = claimed;
        let reader = open(&file);
        assert_eq!((all(&reader)[0].num_rows(), remarks(&reader)), (3, vec![remark]));
    }
    let mut file = TestFile::sample(ByteOrder::Little, CaseCompression::Bytecode);
    let numbers = |numbers: [u64; 2]| numbers.map(u64::to_le_bytes).as_flattened().to_vec();
    file.extensions.push((16, 8, numbers([1, 1_000])));
    let reader = open(&file);
    assert_eq!(reader.header().claimed_cases, Some(1_000));
    all(&reader);
    assert_eq!(remarks(&reader), [more]);
    file.claimed = 3;
    let reader = open(&file);
    all(&reader);
    assert_eq!(remarks(&reader), [other]);
    file.claimed = -1;
    file.extensions.pop();
    file.extensions.push((16, 8, numbers([1.0, 3.0].map(f64::to_bits))));
    let reader = open(&file);
    assert_eq!(reader.header().claimed_cases, Some(3));
    assert_eq!(remarks(&reader), [("the number of cases is stored as a double", 1, false)]);
}

#[test]
fn numbers_that_spss_does_not_have_are_null_and_counted_once() {
    let mut file = little();
    file.records.push(TestVariable::number("A"));
    file.records.push(TestVariable::number("B"));
    for number in [1.0, f64::NAN, f64::INFINITY, SYSMIS, -0.0, f64::MAX, f64::NEG_INFINITY] {
        file.case(&[0.0.into(), number.into()]);
    }
    let reader = open(&file);
    for _ in 0..2 {
        let found = numbers(&all(&reader), 1);
        assert_eq!(found, [Some(1.0), None, None, None, Some(0.0), Some(f64::MAX), None]);
        assert!(found[4].unwrap().is_sign_negative());
        assert_eq!(reader.not_finite(), [(1, 3, 2)]);
    }
}

#[test]
fn encodings_are_found_in_their_order() {
    let mut file = little();
    file.label = "";
    file.records.push(TestVariable::text("A", 8));
    file.case(&[Cell::Text(b"caf\xE9".to_vec())]);
    let read = |file: &TestFile, encoding| {
        let reader =
            SavReader::with_options(memory(file.bytes()), ReadOptions { encoding, batch_rows: None })
                .unwrap();
        let text = texts(&all(&reader), 0).concat();
        (
            text,
            reader.metadata().encoding.name(),
            format!("{:?}", reader.header().encoding_source),
            reader.replaced(),
        )
    };
    let found =
        |text: &str, name, source: &str, replaced| (text.to_owned(), name, source.to_owned(), replaced);
    assert_eq!(read(&file, None), found("caf\u{FFFD}", "UTF-8", "Record20", vec![(0, 1, 1)]));
    let latin = Some(encoding_rs::WINDOWS_1252);
    assert_eq!(read(&file, latin), found("café", "windows-1252", "Option", Vec::new()));
    let codes = |code| file.integers(&[1, 2, 3, -1, 1, 1, 2, code]);
    file.extensions = vec![(3, 4, codes(1251))];
    assert_eq!(read(&file, None), found("cafй", "windows-1251", "Code", Vec::new()));
    file.extensions = vec![(3, 4, file.integers(&[1, 2, 3, -1, 1, 1, 2, 2]))];
    assert_eq!(read(&file, None), found("café", "windows-1252", "Guess", Vec::new()));
    file.records[0].label = Some("été");
    assert_eq!(read(&file, None), found("caf\u{FFFD}", "UTF-8", "Guess", vec![(0, 1, 1)]));
    file.extensions =
        vec![(20, 1, b"klingon".to_vec()), (3, 4, file.integers(&[1, 2, 3, -1, 1, 1, 2, 1252]))];
    let reader = open(&file);
    assert_eq!(reader.metadata().encoding.name(), "windows-1252");
    let messages = remarks(&reader);
    assert!(messages[0].0.contains("not known") && messages[1].0.contains("valid UTF-8"), "{messages:?}");
}

#[test]
fn replaced_characters_are_counted_by_variable_and_row() {
    let mut file = little();
    file.records.push(TestVariable::text("A", 8));
    file.records.push(TestVariable::text("B", 8));
    for text in [&b"plain"[..], b"\xFF\xFF", "é".as_bytes(), b"a\xE9"] {
        file.case(&["x".into(), Cell::Text(text.to_vec())]);
    }
    let reader = open(&file);
    for batch_rows in [None, Some(1)] {
        let selection = Selection { columns: None, batch_rows };
        let batches: Vec<RecordBatch> = reader.batches(&selection, 2).unwrap().map(Result::unwrap).collect();
        assert_eq!(texts(&batches, 1), ["plain", "\u{FFFD}\u{FFFD}", "é", "a\u{FFFD}"]);
        assert_eq!(reader.replaced(), [(1, 3, 2)]);
    }
}

#[test]
fn very_long_texts_are_joined_by_their_place() {
    // The second segment of the first text is called like the second variable, as SPSS 22 does.
    let mut file = little();
    file.very_long("A", 1_000);
    file.very_long("B", 256);
    file.records.push(TestVariable::number("AGE"));
    file.extensions.push((13, 1, b"A=a\tB=b\tAGE=age".to_vec()));
    let display: Vec<i32> = (0..7).flat_map(|record| [1 + record % 3, 10 + record, record % 3]).collect();
    file.extensions.push((11, 4, file.integers(&display)));
    let long = "äö".repeat(250);
    file.case(&[long.as_str().into(), "b".repeat(256).as_str().into(), 7.0.into()]);
    let reader = open(&file);
    let found: Vec<_> =
        reader.metadata().variables.iter().map(|v| (v.name.as_str(), v.width, v.column_width)).collect();
    assert_eq!(found, [("a", Some(1_000), Some(10)), ("b", Some(256), Some(14)), ("age", None, Some(16))]);
    let age = &reader.metadata().variables[2];
    assert_eq!((age.measure, age.alignment), (Some(Measure::Nominal), Some(Alignment::Left)));
    let batches = all(&reader);
    assert_eq!((texts(&batches, 0), texts(&batches, 1)), (vec![long], vec!["b".repeat(256)]));
    assert_eq!(numbers(&batches, 2), [Some(7.0)]);
    assert_eq!(remarks(&reader), [("an extension record stands more than once", 1, false)]);
}

#[test]
fn segments_that_are_not_there_leave_the_variables_that_are() {
    let mut file = little();
    file.records.push(TestVariable::text("A", 255));
    file.records.push(TestVariable::number("B"));
    file.extensions.push((14, 1, b"A=00600\0\tB=00003\0".to_vec()));
    file.case(&["text".into(), 1.0.into()]);
    let reader = open(&file);
    let widths: Vec<_> = reader.metadata().variables.iter().map(|variable| variable.width).collect();
    assert_eq!(widths, [Some(255), None]);
    assert_eq!(texts(&all(&reader), 0), ["text"]);
    let found: Vec<bool> = remarks(&reader).iter().map(|remark| remark.2).collect();
    assert_eq!(found, [true, false]);
}

#[test]
fn names_that_clash_are_made_different_and_keys_have_no_case() {
    let mut file = little();
    file.records = ["V1", "V2", "V3", "V4"].map(TestVariable::number).to_vec();
    file.extensions.push((13, 1, b"v1=Total\tV2=total\tV3=TOTAL_2\tX=y\t".to_vec()));
    let reader = open(&file);
    let names: Vec<_> = reader.metadata().variables.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["Total", "total_3", "TOTAL_2", "V4"]);
    let found = reader.remarks();
    assert_eq!((found[0].count, found[0].first.as_str()), (1, "X=y"));
    assert_eq!((found[1].count, found[1].first.as_str()), (1, "total read as total_3"));
}

#[test]
fn missing_values_of_every_form_are_read() {
    let mut file = little();
    let missing = |name, code, values: &[f64]| TestVariable {
        missing: (code, values.iter().map(|value| Cell::from(*value)).collect()),
        ..TestVariable::number(name)
    };
    file.records = vec![
        missing("A", 3, &[1.0, 2.0, 3.0]),
        missing("B", -2, &[LOWEST, -1.0]),
        missing("C", -3, &[90.0, HIGHEST, -7.0]),
        missing("D", -2, &[SYSMIS, HIGHEST]),
        missing("E", 2, &[SYSMIS, 5.0]),
        TestVariable { missing: (2, vec!["x".into(), "no".into()]), ..TestVariable::text("F", 2) },
        TestVariable { missing: (-2, vec!["a".into(), "b".into()]), ..TestVariable::text("G", 2) },
        TestVariable::text("H", 20),
    ];
    let mut long = file.integers(&[1]);
    long.extend(b"H\x02");
    long.extend(file.integers(&[8]));
    long.extend(b"unknown none    ");
    file.extensions.push((22, 1, long));
    let reader = open(&file);
    let found = |at: usize| reader.metadata().variables[at].missing.clone();
    let number = |number| Value::Number(number);
    assert_eq!(found(0).values, [1.0, 2.0, 3.0].map(number));
    assert_eq!(found(1).range, Some((None, Some(-1.0))));
    assert_eq!((found(2).range, found(2).values), (Some((Some(90.0), None)), vec![number(-7.0)]));
    assert_eq!((found(3).range, found(4).values), (Some((None, None)), vec![number(5.0)]));
    assert_eq!(found(5).values, ["x", "no"].map(|text| Value::Text(text.to_owned())));
    assert!(found(6).is_empty());
    assert_eq!(found(7).values, ["unknown", "none"].map(|text| Value::Text(text.to_owned())));
    assert_eq!(remarks(&reader).iter().map(|remark| remark.2).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn missing_values_of_long_texts_are_read_as_old_pspp_wrote_them() {
    let mut file = little();
    file.records = vec![TestVariable::text("H", 20)];
    let mut long = file.integers(&[1]);
    long.extend(b"H\x02");
    for value in [b"unknown ", b"none    "] {
        long.extend(file.integers(&[8]));
        long.extend(value);
    }
    file.extensions.push((22, 1, long));
    let values = open(&file).metadata().variables[0].missing.values.clone();
    assert_eq!(values, ["unknown", "none"].map(|text| Value::Text(text.to_owned())));
}

#[test]
fn value_labels_belong_to_their_variables() {
    let mut file = little();
    file.records = vec![TestVariable::number("A"), TestVariable::text("B", 20), TestVariable::number("C")];
    file.records.push(TestVariable::text("D", 3));
    // Indexes count continuation records: B has three elements.
    file.labels = vec![
        (vec![(1.0.into(), "one"), (2.0.into(), "two"), (1.0.into(), "uno")], vec![1, 5, 6]),
        (vec![("abc".into(), "letters")], vec![6, 3, 99]),
    ];
    let mut long = file.integers(&[1]);
    long.extend(b"B");
    long.extend(file.integers(&[20, 1, 20]));
    long.extend(b"north               ");
    long.extend(file.integers(&[7]));
    long.extend(b"Le Nord");
    file.extensions.push((21, 1, long));
    let reader = open(&file);
    let metadata = reader.metadata();
    let found = |at: usize| {
        let labels = metadata.labels_of(&metadata.variables[at]).iter();
        labels.map(|(value, label)| format!("{value:?} {label}")).collect::<Vec<_>>()
    };
    assert_eq!(found(0), ["Number(1.0) uno", "Number(2.0) two"]);
    assert_eq!(metadata.variables[0].value_labels, metadata.variables[2].value_labels);
    assert_eq!(
        (found(1), found(3)),
        (vec!["Text(\"north\") Le Nord".to_owned()], vec!["Text(\"abc\") letters".to_owned()])
    );
    let found: Vec<_> = reader.remarks().iter().map(|it| (it.count, it.first.as_str())).collect();
    assert_eq!(found, [(1, "D"), (1, "1: one"), (2, "dictionary index 3")]);
}

#[test]
fn sets_attributes_weight_and_dates_are_read() {
    let mut file = little();
    file.records = ["A", "B", "C"].map(TestVariable::number).to_vec();
    file.weight = 3;
    file.extensions.push((13, 1, b"A=Alpha\tB=Beta\tC=Gamma".to_vec()));
    file.extensions.push((7, 1, b"$m=D1 1 5 Media a beta\n$n=C 0  a\n".to_vec()));
    file.extensions.push((19, 1, b"$e=E 11 1 1 0  a b x\n".to_vec()));
    file.extensions.push((5, 1, b"My set= Alpha Gamma\r\nempty= \n".to_vec()));
    file.extensions.push((17, 1, b"v('1'\n'2'\n)q('it's'\n)".to_vec()));
    file.extensions.push((18, 1, b"Alpha:$@Role('0'\n)/Gamma:n('x'\n)$@Role('1'\n)".to_vec()));
    file.extensions.push((18, 1, b"beta:n('y'\n)".to_vec()));
    file.extensions.push((6, 4, file.integers(&[0, 12, 3, 1, 2012, 1, 2, 4, 12])));
    let reader = open(&file);
    let metadata = reader.metadata();
    assert_eq!(metadata.weight, Some(2));
    let sets: Vec<_> =
        metadata.response_sets.iter().map(|it| (it.name.as_str(), it.members.clone())).collect();
    assert_eq!(sets, [("m", vec![0, 1]), ("n", vec![0]), ("e", vec![0, 1])]);
    assert_eq!(metadata.response_sets[0].kind, ResponseSetKind::Dichotomy(Value::Number(1.0)));
    assert_eq!(metadata.response_sets[2].label_source, Some(LabelSource::FirstVariable));
    let sets: Vec<_> =
        metadata.variable_sets.iter().map(|it| (it.name.as_str(), it.members.clone())).collect();
    assert_eq!(sets, [("My set", vec![0, 2]), ("empty", vec![])]);
    let attribute = |name: &str, values: &[&str]| {
        Attribute::new(name, values.iter().map(|it| (*it).to_owned()).collect())
    };
    assert_eq!(metadata.attributes, [attribute("v", &["1", "2"]), attribute("q", &["it's"])]);
    assert_eq!(metadata.variables[0].attributes, [attribute("$@Role", &["0"])]);
    assert_eq!(metadata.variables[1].attributes, [attribute("n", &["y"])]);
    assert_eq!(metadata.variables[2].attributes, [attribute("n", &["x"]), attribute("$@Role", &["1"])]);
    let dates = metadata.dates.as_ref().unwrap();
    assert_eq!((dates.head, dates.variables.as_slice()), ([0, 12, 3, 1, 2012, 1], &[(1, 4, 12)][..]));
    let found: Vec<_> = reader.remarks().iter().map(|it| it.first.as_str()).collect();
    assert_eq!(found, ["n", "e: x"]);
}

#[test]
fn unknown_records_are_passed_over_and_odd_ones_told() {
    let mut file = TestFile::sample(ByteOrder::Little, CaseCompression::Bytecode);
    file.extensions.insert(0, (99, 1, b"whatever".to_vec()));
    file.extensions.insert(0, (4, 8, vec![0xFF; 24]));
    file.extensions.push((11, 4, file.integers(&[1])));
    file.weight = 2;
    let reader = open(&file);
    assert_eq!(all(&reader)[0].num_rows(), 3);
    let found: Vec<bool> = remarks(&reader).iter().map(|remark| remark.2).collect();
    assert_eq!(found, [false, true, false], "{:?}", reader.remarks());
}

#[test]
fn other_kinds_of_files_are_refused_by_name() {
    let refused = |bytes: Vec<u8>| match SavReader::open(memory(bytes)) {
        Err(SavError::Unsupported(message)) => message,
        other => panic!("{other:?}"),
    };
    let mut portable = vec![b' '; 600];
    portable[456..464].copy_from_slice(b"SPSSPORT");
    assert!(refused(portable).contains(".por"));
    assert!(refused(b"\x5B\xC6\xD3\xF2rest".to_vec()).contains("EBCDIC"));
    let mut encrypted = b"\x1C\0\0\0\0\0\0\0ENCRYPTEDSAV\x15".to_vec();
    encrypted.resize(100, 0);
    assert!(refused(encrypted).contains("encrypted"));
    let mut bytes = TestFile::sample(ByteOrder::Little, CaseCompression::Bytecode).bytes();
    bytes[72] = 7;
    assert!(refused(bytes.clone()).contains("compression 7"));
    bytes[64] = 9;
    assert!(matches!(SavReader::open(memory(bytes)), Err(SavError::Damaged { offset: 64, .. })));
    assert!(matches!(SavReader::open(memory(*b"a,b,c")), Err(SavError::Damaged { offset: 0, .. })));
}

/// Everything that a reader can be asked for; errors are fine, panics are not.
fn exhaust(bytes: &[u8]) -> Result<u64, SavError> {
    let reader = SavReader::open(memory(bytes))?;
    let mut rows = 0;
    for batch in reader.batches(&Selection::default(), 1)? {
        rows += batch?.num_rows() as u64;
    }
    let last = reader.metadata().variables.len().saturating_sub(1);
    let selection = Selection { columns: Some(vec![last]), batch_rows: Some(1) };
    for batch in reader.batches(&selection, 1)? {
        batch?;
    }
    Ok(rows)
}

#[test]
fn truncation_at_every_byte_is_an_error_or_ends_at_a_case() {
    for (order, stored) in ORDERS.into_iter().flat_map(|order| STORED.map(|stored| (order, stored))) {
        let file = TestFile::sample(order, stored);
        let (bytes, dictionary) = (file.bytes(), file.dictionary().len());
        assert_eq!(exhaust(&bytes).unwrap(), 3);
        for end in 0..bytes.len() {
            match exhaust(&bytes[..end]) {
                Ok(rows) => {
                    assert!(rows < 4 && end >= dictionary && stored != CaseCompression::Zlib, "{end}")
                }
                Err(error) => assert!(matches!(error, SavError::Damaged { .. }), "{end}: {error}"),
            }
        }
    }
}

#[test]
fn changed_bytes_never_panic() {
    for stored in STORED {
        let mut file = TestFile::sample(ByteOrder::Little, stored);
        file.extensions.push((18, 1, b"Age:a('x'\n)".to_vec()));
        file.extensions.push((7, 1, b"$m=D1 1 5 Media age age\n".to_vec()));
        let bytes = file.bytes();
        for at in 0..bytes.len() {
            for by in [0x00, 0x01, 0x7F, 0xFF] {
                let mut changed = bytes.clone();
                changed[at] = by;
                let _ = exhaust(&changed);
            }
        }
    }
}
