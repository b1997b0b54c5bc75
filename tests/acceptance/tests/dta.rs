//! Stata files, most of them saved by Stata itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use exporter_core::sink::MemorySink;
use exporter_core::{Codebook, Context, Dataset, LossCode, Scan, Source, TableId, export};
use exporter_dta::check::check;
use exporter_dta::stata::{StorageOption, StorageType};
use exporter_dta::{Dates, DtaDataset, DtaExporter, DtaOptions, DtaReader, Letters, ReadOptions, Selection};
use exporter_testkit::{StataCell, stata_cells, stata_missing};
use serde_json::{Value, json};

use crate::reference;

/// What an independent reader found in each Stata file, and where the files are.
fn expected() -> Option<(PathBuf, Vec<Value>)> {
    let folder = reference::folder("data/stat")?;
    let text = std::fs::read_to_string(folder.join("expected.jsonl")).unwrap();
    // Lines of other formats hold infinities, which are no JSON.
    let lines = text.lines().filter(|line| line.split('"').nth(3).is_some_and(|file| file.ends_with(".dta")));
    let files: Vec<Value> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(files.len(), 5);
    Some((folder, files))
}

/// A cell as the independent reader prints it.
fn printed(cell: &StataCell) -> Value {
    match cell {
        StataCell::Missing(missing) => stata_missing(*missing).into(),
        StataCell::Number(number) => json!(number),
        // It prints text with a NUL as a Python literal; there is one such cell.
        StataCell::Text(text) if text == "bin\0ary" => "b'bin\\x00ary'".into(),
        StataCell::Text(text) => text.as_str().into(),
        StataCell::Bytes(bytes) => panic!("{bytes:?} from the reader"),
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

fn source(path: &Path) -> Source<'static> {
    Source::open(path, &Context::default()).unwrap()
}

#[test]
fn every_file_says_what_another_reader_found() {
    let Some((folder, files)) = expected() else { return };
    for file in files {
        let name = file["file"].as_str().unwrap();
        let mut options = ReadOptions::default();
        options.dates = Dates::Numbers;
        let mut reader = DtaReader::with_options(source(&folder.join(name)).bytes, options).unwrap();
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
        let selection = Selection::all().letters((0..variables.len()).collect::<Vec<_>>());
        let batches: Vec<RecordBatch> = reader.batches(&selection).unwrap().map(Result::unwrap).collect();
        let [batch] = batches.as_slice() else { panic!("{name}: {} batches", batches.len()) };
        let (values, letters) = batch.columns().split_at(variables.len());
        let cells = values.iter().zip(letters);
        let columns: Vec<Vec<StataCell>> =
            cells.map(|(column, letters)| stata_cells(column, letters.as_primitive())).collect();
        for (row, expected) in [(0, &file["first_row"]), (batch.num_rows() - 1, &file["last_row"])] {
            for (column, expected) in columns.iter().zip(expected.as_array().unwrap()) {
                let found = printed(&column[row]);
                assert!(same(&found, expected), "{name}, row {}: {found} instead of {expected}", row + 1);
            }
        }
        for (variable, expected) in file["column_sums"].as_object().unwrap() {
            let index = dictionary.variable_index(variable).unwrap();
            let number = |cell: &StataCell| match cell {
                StataCell::Number(number) => *number,
                other => panic!("{other} in a sum"),
            };
            let sum: f64 = columns[index].iter().map(number).sum();
            // The sum of floats was rounded to one.
            let float = variables[index].storage == StorageType::Float;
            let sum = if float { f64::from(sum as f32) } else { sum };
            assert_eq!(json!(sum), *expected, "{name}, {variable}");
        }
    }
}

#[test]
fn the_checker_finds_nothing_but_what_is_there() {
    let Some((folder, files)) = expected() else { return };
    for file in files {
        let name = file["file"].as_str().unwrap();
        let findings = check(source(&folder.join(name)).bytes).unwrap();
        let found: Vec<&str> = findings.listed().iter().map(|finding| finding.rule.code).collect();
        // Made by hand: it claims the order of a variable whose second row is less than the first.
        let known: &[&str] = if name == "handmade_118.dta" { &["sort-order"] } else { &[] };
        assert_eq!(found, known, "{name}");
    }
}

fn rows(data: &DtaDataset) -> Vec<RecordBatch> {
    data.scan(TableId(0), &Scan::all().with_reasons()).unwrap().map(Result::unwrap).collect()
}

/// Read, written and read again: the same codebook and the same cells.
#[test]
fn every_file_survives_a_round_trip() {
    let Some((folder, files)) = expected() else { return };
    for file in files {
        let name = file["file"].as_str().unwrap();
        let open =
            |path: &Path| DtaDataset::open(&source(path), ReadOptions::default(), Letters::Seen, 1).unwrap();
        let data = open(&folder.join(name));
        let sink = MemorySink::new();
        let mut options = DtaOptions::default();
        // Storage as declared: a strL stays one, whatever its texts are.
        options.choices.storage = StorageOption::Declared;
        let summary = export(&DtaExporter::new(options), &data, Box::new(sink.clone()), &Context::default())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut codebook = data.codebook().clone();
        // A file may claim an order that its rows do not have; that claim alone is not written.
        if summary.changes.losses.iter().any(|loss| loss.code == LossCode::SORT_ORDER_DROPPED) {
            assert_eq!(name, "handmade_118.dta");
            codebook.tables[0].sort.clear();
        }
        let entries = sink.entries();
        let (_, bytes) = entries.iter().find(|(entry, _)| entry.ends_with(".dta")).unwrap();
        assert_eq!(check(Source::memory(name, bytes.clone()).bytes).unwrap().listed(), [], "{name}");
        let copies = tempfile::tempdir().unwrap();
        let path = copies.path().join(name);
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
