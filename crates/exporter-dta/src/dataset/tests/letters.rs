//! The letters `.a` to `.z`: null in every scan, told as reasons on request, written back as they were.

use arrow_array::Array;
use arrow_array::types::UInt8Type;
use exporter_core::LossPolicy;

use super::*;
use exporter_stata::Missing as Letter;

fn letter(letter: char) -> Letter {
    Letter::from_letter(letter).unwrap()
}

/// Each storage and calendar, one value, `.a`, `.` and `.z` in each; the set labels `.a` and `.b`.
fn file_of_letters() -> TestFile {
    let mut file = TestFile::sample(Release::V118, ByteOrder::Little);
    let variable = |name, storage, format, set| (name, storage, format, set, Vec::new());
    file.variables = vec![
        variable("bytes", StorageType::Byte, "%8.0g", "why"),
        variable("ints", StorageType::Int, "%8.0g", "why"),
        variable("longs", StorageType::Long, "%12.0g", "why"),
        variable("floats", StorageType::Float, "%9.0g", ""),
        variable("doubles", StorageType::Double, "%10.0g", ""),
        variable("day", StorageType::Int, "%td", ""),
        variable("at", StorageType::Double, "%tc", ""),
        variable("month", StorageType::Int, "%tm", ""),
    ];
    (file.sort, file.characteristics, file.strls) = (vec![1], Vec::new(), Vec::new());
    file.sets = vec![("why", vec![(letter('a').long(), "Refused"), (letter('b').long(), "Don't know")])];
    let missing = |missing: Letter| {
        let (int, double) = (Cell::Int(missing.int()), Cell::Double(missing.double()));
        vec![
            Cell::Byte(missing.byte()),
            int.clone(),
            Cell::Long(missing.long()),
            Cell::Float(missing.float()),
            double.clone(),
            int.clone(),
            double,
            int,
        ]
    };
    let values = vec![
        Cell::Byte(1),
        Cell::Int(200),
        Cell::Long(40_000),
        Cell::Float(0.5),
        Cell::Double(0.25),
        Cell::Int(20_000),
        Cell::Double(1.5e12),
        Cell::Int(700),
    ];
    file.rows = vec![values, missing(Letter::SYSTEM), missing(letter('a')), missing(letter('z'))];
    file
}

#[test]
fn letters_are_null_and_reasons_beside_the_values() {
    let data = open(&file_of_letters().bytes(), Letters::Seen);
    assert_eq!(data.codebook().problems(), []);
    let table = &data.codebook().tables[0];
    let kinds: Vec<String> = table.variables.iter().map(|variable| variable.kind.to_string()).collect();
    let natural = ["int8", "int16", "int32", "float32", "float", "date", "datetime", "period(month)"];
    assert_eq!(kinds, natural);
    let labelled = [
        Missing::reason().letter('a').label("Refused"),
        Missing::reason().letter('b').label("Don't know"),
        Missing::reason().letter('z'),
    ];
    for (position, variable) in table.variables.iter().enumerate() {
        let plain = [Missing::reason().letter('a'), Missing::reason().letter('z')];
        assert_eq!(variable.missing, if position < 3 { &labelled[..] } else { &plain }, "{}", variable.name);
    }
    assert_eq!(table.variables[0].facts.max, Some(Value::Integer(1)));
    let plain = rows(&data, &Scan::all());
    assert_eq!((plain.num_columns(), plain.num_rows()), (8, 4));
    let told = rows(&data, &Scan::all().with_reasons());
    assert_eq!(told.num_columns(), 16);
    for column in 0..8 {
        assert_eq!((plain.column(column).null_count(), plain.column(column).is_valid(0)), (3, true));
        assert_eq!(told.column(column), plain.column(column));
        let reasons: Vec<_> = told.column(8 + column).as_primitive::<UInt8Type>().iter().collect();
        let last = if column < 3 { 2 } else { 1 };
        assert_eq!(reasons, [None, None, Some(0), Some(last)], "{column}");
    }
    let filter = Filter::IsNull("longs".into());
    let scan = Scan::all().columns([6, 0]).filter(filter).with_reasons().limit(2);
    let chosen = rows(&data, &scan);
    assert_eq!((chosen.num_columns(), chosen.num_rows(), chosen.column(0).null_count()), (4, 2, 2));
    assert_eq!(chosen.schema().field(3).name(), "bytes (reason)");
    assert_eq!(chosen.column(3).as_primitive::<UInt8Type>().iter().collect::<Vec<_>>(), [None, Some(0)]);
}

/// The bytes of a section.
fn section<'a>(bytes: &'a [u8], name: &str) -> &'a [u8] {
    let find = |what: String| memchr::memmem::find(bytes, what.as_bytes()).unwrap();
    &bytes[find(format!("<{name}>"))..find(format!("</{name}>"))]
}

#[test]
fn a_file_with_letters_is_written_as_it_was() {
    let bytes = file_of_letters().bytes();
    let data = open(&bytes, Letters::Seen);
    let sink = MemorySink::new();
    let deny = Context::default().with_policy(LossPolicy::Deny);
    let summary = export(&DtaExporter::default(), &data, Box::new(sink.clone()), &deny).unwrap();
    assert_eq!((summary.changes.losses.iter().count(), summary.changes.recodes.len()), (0, 0));
    let again = &sink.entries()["survey.dta"];
    for name in ["variable_types", "sortlist", "formats", "value_label_names", "data", "value_labels"] {
        assert_eq!(section(again, name), section(&bytes, name), "{name}");
    }
    // The file says all of it by itself.
    assert!(memchr::memmem::find(again, b"exporter_").is_none());
    let twice = open(again, Letters::Seen);
    let all = Scan::all().with_reasons();
    assert_eq!(rows(&twice, &all), rows(&data, &all));
    let (was, is) = (data.codebook(), twice.codebook());
    assert_eq!((&is.value_labels, &is.tables), (&was.value_labels, &was.tables));
}

#[test]
fn reasons_and_codes_of_one_variable_come_back() {
    let x = Variable::new("x", Kind::INTEGER)
        .with_labels("x")
        .with_missing(Missing::value(-99).label("Unknown"))
        .with_missing(Missing::reason().label("Not asked"))
        .with_missing(Missing::reason().letter('a').label("Refused"));
    let labels = ValueLabels::new().with(1, "one");
    let table = Table::new("t", vec![x]);
    let codebook = Codebook::new("s").with_value_labels("x", labels).with_table(table);
    let schema = exporter_core::dataset::scan_schema(&codebook.tables[0], &[0], true);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from(vec![Some(1), Some(-99), None, None, None])),
        Arc::new(arrow_array::UInt8Array::from(vec![None, None, Some(2), None, Some(1)])),
    ];
    let batch = RecordBatch::try_new(schema, columns.clone()).unwrap();
    let data = MemoryDataset::new(codebook.clone(), vec![vec![batch]]).unwrap();
    let bytes = written(&data);
    assert_eq!(section(&bytes, "data"), [&b"<data>"[..], &[1, 103, 102, 101, 104]].concat());
    let read = open(&bytes, Letters::Seen);
    assert_eq!(rows(&read, &Scan::all().with_reasons()).columns(), columns);
    let values = |variable: &Variable| {
        variable.missing.iter().map(|m| (m.values.clone(), m.label.clone())).collect::<Vec<_>>()
    };
    let (was, is) = (&codebook.tables[0].variables[0], &read.codebook().tables[0].variables[0]);
    assert_eq!((values(is), &read.codebook().value_labels), (values(was), &codebook.value_labels));
}

#[test]
fn an_order_that_reasons_break_is_not_claimed() {
    let order = |letters: [Letter; 3]| {
        let mut file = TestFile::sample(Release::V118, ByteOrder::Little);
        file.variables = vec![("x", StorageType::Byte, "%8.0g", "", Vec::new())];
        (file.sort, file.characteristics, file.strls) = (vec![1], Vec::new(), Vec::new());
        file.rows = letters.map(|letter| vec![Cell::Byte(letter.byte())]).to_vec();
        let data = open(&file.bytes(), Letters::Seen);
        section(&written(&data), "sortlist")["<sortlist>".len()] == 1
    };
    assert!(order([Letter::SYSTEM, letter('a'), letter('b')]));
    assert!(!order([letter('a'), Letter::SYSTEM, letter('b')]));
    assert!(!order([letter('b'), letter('a'), letter('a')]));
}
