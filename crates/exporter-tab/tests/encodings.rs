//! Options of the reader, by the names under which they are typed.

use arrow_array::cast::AsArray as _;
use arrow_array::types::{Date32Type, Float64Type, Int64Type, TimestampSecondType};
use arrow_array::{Array as _, RecordBatch};
use arrow_schema::DataType;
use exporter_core::codebook::{Kind, Table, TimeUnit, Variable};
use exporter_core::{Codebook, Context, Error, Registry, Scan, Source, TableId};
use serde_json::{Value as Json, json};

fn read_declared(bytes: &[u8], options: Json, declared: Vec<Variable>) -> Result<RecordBatch, Error> {
    let table = Table::new("rows", declared);
    let codebook = Codebook::new("s").with_table(table.clone());
    let source = Source::memory("rows.csv", bytes.to_vec()).declared(&codebook, &table);
    let context = Context::default().with_threads(2);
    let data = exporter_tab::register(Registry::new()).open_as("csv", &source, options, &context)?;
    let batches = context.scan(&*data, TableId(0), &Scan::all())?;
    let batches = batches.collect::<Result<Vec<_>, _>>()?;
    assert_eq!(batches.len(), 1);
    Ok(batches.into_iter().next().unwrap())
}

fn read(bytes: &[u8], options: Json) -> Result<RecordBatch, Error> {
    read_declared(bytes, options, vec![])
}

fn texts(batch: &RecordBatch, column: usize) -> Vec<Option<&str>> {
    batch.column(column).as_string::<i32>().iter().collect()
}

const TEXT: &str = "naïve,city,n\n\"“x”\n€\",Besançon,1\nžluť,,2\n";

fn check(bytes: &[u8], options: Json) {
    let batch = read(bytes, options.clone()).unwrap_or_else(|error| panic!("{options}: {error}"));
    assert_eq!(batch.schema().field(0).name(), "naïve", "{options}");
    assert_eq!(texts(&batch, 0), [Some("“x”\n€"), Some("žluť")], "{options}");
    assert_eq!(texts(&batch, 1), [Some("Besançon"), None], "{options}");
    assert_eq!(batch.column(2).as_primitive::<Int64Type>().values(), &[1, 2], "{options}");
}

#[test]
fn utf_8() {
    check(TEXT.as_bytes(), json!({}));
    check(TEXT.as_bytes(), json!({"encoding": "utf-8"}));
    check(format!("\u{feff}{TEXT}").as_bytes(), json!({}));
    check(format!("\u{feff}{TEXT}").as_bytes(), json!({"encoding": "utf-8"}));
}

#[test]
fn utf_16() {
    let little: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_be_bytes).collect();
    check(&little, json!({"encoding": "utf-16le"}));
    check(&big, json!({"encoding": "utf-16be"}));
    let marked = |mark: [u8; 2], text: &[u8]| [&mark[..], text].concat();
    check(&marked([0xff, 0xfe], &little), json!({}));
    check(&marked([0xfe, 0xff], &big), json!({}));
    check(&marked([0xff, 0xfe], &little), json!({"encoding": "utf-16le"}));
    check(&marked([0xfe, 0xff], &big), json!({"encoding": "utf-16be"}));
    check(&little, json!({}));
    check(&big, json!({}));
}

#[test]
fn windows_1252() {
    let bytes = b"na\xefve,city,n\n\"\x93x\x94\n\x80\",Besan\xe7on,1\n\x9elu,,2\n";
    let batch = read(bytes, json!({"encoding": "windows-1252"})).unwrap();
    assert_eq!(batch.schema().field(0).name(), "naïve");
    assert_eq!(texts(&batch, 0), [Some("“x”\n€"), Some("žlu")]);
    assert_eq!(texts(&batch, 1), [Some("Besançon"), None]);
    let error = read(b"name,n\nBesan\xe7on,1\n", json!({})).unwrap_err();
    assert!(error.message().starts_with("record 1 (line 2), column 1: not valid UTF-8"), "{error}");
    assert!(error.hint().unwrap().contains("windows-1252"));
}

#[test]
fn ragged_rows_name_row_line_and_cells() {
    for (text, message, row) in [
        ("a,b\n1,2\n3\n", "record 2 (line 3): expected 2 cells, got 1", 2),
        ("a,b\n1,\"x\ny\"\n\n1,2,3\n", "record 2 (line 5): expected 2 cells, got 3", 2),
        ("a,b,c\n1,2", "record 1 (line 2): expected 3 cells, got 2", 1),
    ] {
        let error = read(text.as_bytes(), json!({})).unwrap_err();
        assert!(error.message().starts_with(message), "{error}");
        assert_eq!(error.place().row, Some(row));
    }
}

#[test]
fn a_value_of_another_kind_names_row_line_and_column() {
    let declared = vec![Variable::new("b", Kind::INTEGER)];
    let error = read_declared(b"a,b\n\"x\ny\",1\nz,2.5\n", json!({}), declared).unwrap_err();
    assert!(error.message().starts_with("b, record 2 (line 4): \"2.5\" is not a whole number"), "{error}");
    assert_eq!((error.place().row, error.place().variable.as_deref()), (Some(2), Some("b")));
}

#[test]
fn declared_kinds_tell_what_they_do_not_keep() {
    let zoned = |zone: &str| Kind::DateTime { unit: TimeUnit::Second, zone: Some(zone.into()) };
    let declared = vec![
        Variable::new("x", Kind::FLOAT),
        Variable::new("n", Kind::FLOAT),
        Variable::new("utc", zoned("UTC")),
        Variable::new("own", zoned("+02:00")),
    ];
    let row = "0.12345678901234567890,9007199254740993,2024-01-02T10:00:00+02:00,2024-01-02T10:00:00+02:00\n";
    let text =
        format!("x,n,utc,own\n1.5,2,2024-01-02T10:00:00Z,2024-01-02T10:00:00+02:00\n{}", row.repeat(40_000));
    let table = Table::new("rows", declared);
    let codebook = Codebook::new("s").with_table(table.clone());
    let source = Source::memory("rows.csv", text.into_bytes()).declared(&codebook, &table);
    for threads in [1, 2] {
        let context = Context::default().with_threads(threads);
        let data =
            exporter_tab::register(Registry::new()).open_as("csv", &source, json!({}), &context).unwrap();
        // A second pass tells nothing twice.
        for _ in 0..2 {
            let batches = context.scan(&*data, TableId(0), &Scan::all()).unwrap();
            assert_eq!(batches.map(|batch| batch.unwrap().num_rows()).sum::<usize>(), 40_001);
        }
        let losses: Vec<String> = data.losses().iter().map(ToString::to_string).collect();
        let rounded = "decimals are rounded to the nearest double (40,000 values), first at row 2:";
        let shifted =
            "times are read as moments, and their own offsets are lost (40,000 values), first at row 2:";
        assert_eq!(
            losses,
            [
                format!("csv: precision rows.n: {rounded} \"9007199254740993\""),
                format!("csv: time-zone rows.utc: {shifted} \"2024-01-02T10:00:00+02:00\""),
                format!("csv: precision rows.x: {rounded} \"0.12345678901234567890\""),
            ]
        );
    }
}

#[test]
fn delimiters_header_and_names() {
    for (options, text) in [
        (json!({}), "a;b\n1;2\n"),
        (json!({"delimiter": "pipe"}), "a|b\n1|2\n"),
        (json!({"delimiter": "^"}), "a^b\n1^2\n"),
        (json!({"header": "both"}), "a,b\nFirst,Second\n1,2\n"),
        (json!({"header": "names"}), "a,b\n1,2\n"),
        (json!({"duplicates": "error"}), "a,b\n1,2\n"),
    ] {
        let batch = read(text.as_bytes(), options.clone()).unwrap();
        let names: Vec<String> = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
        assert_eq!(names, ["a", "b"], "{options}");
        assert_eq!(batch.column(1).as_primitive::<Int64Type>().values(), &[2], "{options}");
    }
    let batch = read(b"1,2\n", json!({"header": "none"})).unwrap();
    assert_eq!((batch.num_rows(), batch.schema().field(1).name().as_str()), (1, "column_2"));
    let batch = read(b"a,a,a\n1,2,3\n", json!({})).unwrap();
    assert_eq!(batch.schema().field(2).name(), "a_3");
    assert!(
        read(b"a,a\n1,2\n", json!({"duplicates": "error"})).unwrap_err().message().contains("both named")
    );
}

#[test]
fn spellings_of_values() {
    let when = Kind::DateTime { unit: TimeUnit::Second, zone: None };
    let declared = vec![
        Variable::new("day", Kind::Date),
        Variable::new("at", when),
        Variable::new("ok", Kind::Boolean),
        Variable::new("bytes", Kind::Binary),
    ];
    let options = json!({
        "delimiter": "semicolon", "decimal": "comma", "booleans": "oui/non", "dates": "%d.%m.%Y",
        "datetimes": "%d.%m.%Y %H:%M", "binary": "hex", "missing-texts": "NA|-",
    });
    let text = "day;at;ok;bytes;n\n29.02.2024;29.02.2024 12:30;oui;00FF;1,5\n-;NA;non;;-\n";
    let batch = read_declared(text.as_bytes(), options, declared).unwrap();
    assert_eq!(batch.column(0).as_primitive::<Date32Type>().iter().collect::<Vec<_>>(), [Some(19_782), None]);
    let moments: Vec<_> = batch.column(1).as_primitive::<TimestampSecondType>().iter().collect();
    assert_eq!(moments, [Some(1_709_209_800), None]);
    assert_eq!(batch.column(2).as_boolean().iter().collect::<Vec<_>>(), [Some(true), Some(false)]);
    assert_eq!(batch.column(3).as_binary::<i32>().iter().collect::<Vec<_>>(), [Some(&b"\0\xff"[..]), None]);
    assert_eq!(batch.column(4).as_primitive::<Float64Type>().iter().collect::<Vec<_>>(), [Some(1.5), None]);
    let batch = read(b"x,y\n1,a\n", json!({"booleans": "1/0"})).unwrap();
    assert_eq!(
        *batch.column(0).data_type(),
        DataType::Int64,
        "kinds that are not declared keep their own spelling"
    );
    assert_eq!(batch.column(1).null_count(), 0);
}

#[test]
fn limits() {
    let error = read(b"a,b,c\n1,2,3\n", json!({"max-columns": 2})).unwrap_err();
    assert!(error.message().contains("line 1 has more than 2 columns"), "{error}");
    let error = read(b"a,b\n1,2\n333333333,4\n", json!({"max-record-bytes": 8})).unwrap_err();
    assert!(error.message().contains("line 3 is longer than 8 bytes"), "{error}");
    assert_eq!(error.kind(), exporter_core::ErrorKind::Limit);
}
