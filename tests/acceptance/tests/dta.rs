//! Stata files, most of them saved by Stata itself.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type, Int8Type, Int16Type, Int32Type};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::DataType;
use exporter_core::sink::MemorySink;
use exporter_core::{Codebook, Context, Dataset, LossCode, Scan, TableId, export};
use exporter_dta::check::check;
use exporter_dta::dataset::{DtaDataset, Letters};
use exporter_dta::missing::Missing;
use exporter_dta::options::{DtaOptions, StorageOption};
use exporter_dta::reader::{Dates, DtaReader, ReadOptions, Selection};
use exporter_dta::{DtaExporter, StorageType};
use serde_json::{Value, json};

fn folder() -> PathBuf {
    let given = std::env::var_os("EXPORTER_REFERENCE").map(PathBuf::from);
    given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared")).join("data/stat")
}

/// What an independent reader found in each Stata file.
fn expected() -> Vec<Value> {
    let text = std::fs::read_to_string(folder().join("expected.jsonl")).unwrap();
    // Lines of other formats hold infinities, which are no JSON.
    let lines = text.lines().filter(|line| line.split('"').nth(3).is_some_and(|file| file.ends_with(".dta")));
    let files: Vec<Value> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(files.len(), 5);
    files
}

fn cell(array: &ArrayRef, row: usize) -> Value {
    let number =
        |missing: Option<Missing>, number: f64| missing.map_or(json!(number), |m| json!(m.to_string()));
    if array.is_null(row) {
        return json!(".");
    }
    match array.data_type() {
        DataType::Int8 => {
            let stored = array.as_primitive::<Int8Type>().value(row);
            number(Missing::from_byte(stored), stored.into())
        }
        DataType::Int16 => {
            let stored = array.as_primitive::<Int16Type>().value(row);
            number(Missing::from_int(stored), stored.into())
        }
        DataType::Int32 => {
            let stored = array.as_primitive::<Int32Type>().value(row);
            number(Missing::from_long(stored), stored.into())
        }
        DataType::Float32 => {
            let stored = array.as_primitive::<Float32Type>().value(row);
            number(Missing::from_float(stored), stored.into())
        }
        DataType::Float64 => {
            let stored = array.as_primitive::<Float64Type>().value(row);
            number(Missing::from_double(stored), stored)
        }
        // The independent reader prints text with a NUL as a Python literal; there is one such cell.
        DataType::Utf8 if array.as_string::<i32>().value(row) == "bin\0ary" => json!("b'bin\\x00ary'"),
        DataType::Utf8 => json!(array.as_string::<i32>().value(row)),
        other => panic!("{other} from the reader"),
    }
}

fn same(found: &Value, expected: &Value) -> bool {
    match (found.as_f64(), expected.as_f64()) {
        (Some(found), Some(expected)) => found.to_bits() == expected.to_bits(),
        _ => found == expected,
    }
}

fn type_name(storage: StorageType) -> String {
    match storage {
        StorageType::Byte => "b".to_owned(),
        StorageType::Int => "h".to_owned(),
        StorageType::Long => "l".to_owned(),
        StorageType::Float => "f".to_owned(),
        StorageType::Double => "d".to_owned(),
        StorageType::Str(width) => width.to_string(),
        StorageType::StrL => "Q".to_owned(),
        StorageType::Alias => "alias".to_owned(),
    }
}

#[test]
fn every_file_says_what_another_reader_found() {
    for file in expected() {
        let name = file["file"].as_str().unwrap();
        let mut options = ReadOptions::default();
        options.dates = Dates::Numbers;
        let mut reader = DtaReader::with_options(File::open(folder().join(name)).unwrap(), options).unwrap();
        let dictionary = reader.dictionary().clone();
        let variables = &dictionary.variables;
        assert_eq!(json!(dictionary.rows), file["rows"], "{name}");
        assert_eq!(json!(dictionary.label), file["data_label"], "{name}");
        assert_eq!(json!(dictionary.timestamp), file["timestamp"], "{name}");
        assert_eq!(json!(variables.iter().map(|v| &v.name).collect::<Vec<_>>()), file["names"], "{name}");
        assert_eq!(json!(variables.iter().map(|v| &v.format).collect::<Vec<_>>()), file["formats"], "{name}");
        assert_eq!(
            json!(variables.iter().map(|v| &v.value_labels).collect::<Vec<_>>()),
            file["value_label_names"],
            "{name}"
        );
        assert_eq!(
            json!(variables.iter().map(|v| type_name(v.storage)).collect::<Vec<_>>()),
            file["types"],
            "{name}"
        );
        let labels: BTreeMap<&str, &str> =
            variables.iter().map(|v| (v.name.as_str(), v.label.as_str())).collect();
        assert_eq!(json!(labels), file["labels"], "{name}");
        let sets: BTreeMap<&str, BTreeMap<String, &str>> = dictionary
            .value_labels
            .iter()
            .map(|set| (set.name.as_str(), set.iter().map(|(code, text)| (code.to_string(), text)).collect()))
            .collect();
        assert_eq!(json!(sets), file["value_labels"], "{name}");
        let batches: Vec<RecordBatch> =
            reader.batches(&Selection::all()).unwrap().map(Result::unwrap).collect();
        let [batch] = batches.as_slice() else { panic!("{name}: {} batches", batches.len()) };
        for (row, expected) in [(0, &file["first_row"]), (batch.num_rows() - 1, &file["last_row"])] {
            for (column, expected) in batch.columns().iter().zip(expected.as_array().unwrap()) {
                let found = cell(column, row);
                assert!(same(&found, expected), "{name}, row {}: {found} instead of {expected}", row + 1);
            }
        }
        for (variable, expected) in file["column_sums"].as_object().unwrap() {
            let column = batch.column(dictionary.variable_index(variable).unwrap());
            let sum: f64 = (0..batch.num_rows()).map(|row| cell(column, row).as_f64().unwrap()).sum();
            // The sum of floats was rounded to one.
            let sum = if column.data_type() == &DataType::Float32 { f64::from(sum as f32) } else { sum };
            assert_eq!(json!(sum), *expected, "{name}, {variable}");
        }
    }
}

#[test]
fn the_checker_finds_nothing() {
    for file in expected() {
        let name = file["file"].as_str().unwrap();
        assert_eq!(check(File::open(folder().join(name)).unwrap()).unwrap(), [], "{name}");
    }
}

fn rows(data: &DtaDataset) -> Vec<RecordBatch> {
    data.scan(TableId(0), &Scan::all()).unwrap().map(Result::unwrap).collect()
}

/// Read, written and read again: the same codebook and the same cells.
#[test]
fn every_file_survives_a_round_trip() {
    for file in expected() {
        let name = file["file"].as_str().unwrap();
        let open = |path: &Path| DtaDataset::open(path, ReadOptions::default(), Letters::Seen, 1).unwrap();
        let data = open(&folder().join(name));
        let sink = MemorySink::new();
        let mut options = DtaOptions::default();
        // Storage as declared: a strL stays one, whatever its texts are.
        options.storage = StorageOption::Declared;
        let summary = export(&DtaExporter::new(options), &data, Box::new(sink.clone()), &Context::default())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut codebook = data.codebook().clone();
        // A file may claim an order that its rows do not have; that claim alone is not written.
        if summary.losses.iter().any(|loss| loss.code == LossCode::SORT_ORDER_DROPPED) {
            assert_eq!(name, "handmade_118.dta");
            codebook.tables[0].sort.clear();
        }
        let entries = sink.entries();
        let (_, bytes) = entries.iter().find(|(entry, _)| entry.ends_with(".dta")).unwrap();
        assert_eq!(check(std::io::Cursor::new(bytes)).unwrap(), [], "{name}");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let again = open(&path);
        let lines =
            |codebook: &Codebook| codebook.to_json().unwrap().lines().map(str::to_owned).collect::<Vec<_>>();
        let (was, is) = (lines(&codebook), lines(again.codebook()));
        let changed: Vec<_> = is.iter().zip(&was).filter(|(is, was)| is != was).collect();
        assert!(changed.is_empty() && is.len() == was.len(), "{name}: {changed:#?}");
        assert_eq!(rows(&again), rows(&data), "{name}");
    }
}
