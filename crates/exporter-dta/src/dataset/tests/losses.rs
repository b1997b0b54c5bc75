//! What is lost of a file that is read, and what is not.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, Int64Array, StringArray};
use exporter_core::codebook::{Codebook, Kind, Missing, Table, Text, Value, ValueLabels, Variable};
use exporter_core::sink::MemorySink;
use exporter_core::{Context, Dataset, LossPolicy, Scan, Source, export};

use super::{open, rows, study, written};
use crate::DtaExporter;
use crate::dataset::{DtaDataset, Letters};
use crate::reader::tests::test_file::{Cell, TestFile};
use crate::reader::{ReadOptions, TextEncoding};
use crate::spec::{ByteOrder, Release};
use crate::spec_storage::StorageType;

#[test]
fn letters_read_as_null_are_losses_of_reading() {
    let mut file = TestFile::sample(Release::V118, ByteOrder::Little);
    file.rows[0][1] = Cell::Long(2_147_483_624);
    let data = open(&file.bytes(), Letters::Null);
    let told = |data: &DtaDataset| -> Vec<String> { data.losses().iter().map(ToString::to_string).collect() };
    let labels = "missing-dropped survey.b: labels of .a to .z dropped because of letters=null";
    assert_eq!(told(&data), [labels]);
    let read = rows(&data, &Scan::all());
    assert_eq!((read.column(0).null_count(), read.column(1).null_count()), (1, 2));
    rows(&data, &Scan::all());
    let action = "missing values .a to .z read as null because of letters=null, first at row";
    let cells = |variable: &str, row: u64, letter: &str| {
        format!("missing-reason-merged survey.{variable}: {action} {row}: {letter:?}")
    };
    assert_eq!(told(&data), [labels.to_owned(), cells("b", 2, ".a"), cells("day", 1, ".c")]);
    // Before release 113 the same numbers are ordinary ones.
    let mut old = TestFile::sample(Release::from_number(111).unwrap(), ByteOrder::Little);
    old.rows[0][0] = Cell::Byte(102);
    old.rows[1][1] = Cell::Long(1);
    let data = open(&old.bytes(), Letters::Null);
    let column = rows(&data, &Scan::all()).column(0).clone();
    assert_eq!((column.is_valid(0), told(&data)), (true, vec![]));
}

#[test]
fn labels_without_a_translation_come_back_without_one() {
    let labels = ValueLabels::new()
        .with(0, Text::new("no").with("fr", "non"))
        .with(1, "maybe")
        .with(2, Text::new("taxi").with("fr", "taxi"))
        .with(9, "refused");
    let declared = [Missing::value(8).label("unknown"), Missing::value(9)];
    let x = declared
        .into_iter()
        .fold(Variable::new("x", Kind::INTEGER).with_labels("answers"), |x, missing| x.with_missing(missing));
    let codebook = Codebook::new("s")
        .with_languages(["en", "fr"])
        .with_value_labels("answers", labels.clone())
        .with_table(Table::new("t", vec![x]));
    let columns: Vec<ArrayRef> = vec![Arc::new(Int64Array::from(vec![0, 1, 2, 8, 9]))];
    let bytes = written(&study(codebook, columns));
    let holds = |bytes: &[u8], name: &str| memchr::memmem::find(bytes, name.as_bytes()).is_some();
    assert!(holds(&bytes, "exporter_codebook") && !holds(&bytes, "exporter_codebook_2"));
    let data = open(&bytes, Letters::Seen);
    assert_eq!(data.codebook().value_labels["answers"], labels);
    assert_eq!(data.codebook().tables[0].variables[0].missing[0].label, Text::new("unknown"));
    // Somebody has changed one since.
    let mut changed = bytes.clone();
    let at = memchr::memmem::rfind(&changed, b"maybe").unwrap();
    changed[at..at + 5].copy_from_slice(b"m\xC3\xAAme");
    let data = open(&changed, Letters::Seen);
    let label = data.codebook().value_labels["answers"].get(&Value::Integer(1)).unwrap().clone();
    let texts = [label.untagged(), label.translation("fr")];
    assert_eq!(texts, [Some("même"), None], "{label:?}");
}

#[test]
fn replaced_characters_are_losses_of_reading_however_often_they_are_read() {
    let mut file = TestFile::sample(Release::V118, ByteOrder::Little);
    file.rows[0][3] = Cell::Text(b"a\xE9b");
    file.rows[1][3] = Cell::Text(b"\xFF\xFF");
    file.variables[2].4 = b"caf\xE9".to_vec();
    let utf8 = TextEncoding::from_label("utf-8").unwrap();
    let options = ReadOptions { encoding: utf8, ..ReadOptions::default() };
    let source = Source::memory("survey.dta", file.bytes());
    let data = DtaDataset::open(&source, options, Letters::Seen, 2).unwrap();
    let losses = |data: &DtaDataset| {
        let losses = data.losses();
        losses.iter().map(|loss| (loss.variable.clone(), loss.count)).collect::<Vec<_>>()
    };
    assert_eq!(losses(&data), [(None, 1)]);
    for _ in 0..2 {
        rows(&data, &Scan::all());
        assert_eq!(losses(&data), [(None, 1), (Some("s".to_owned()), 3)]);
    }
    let first = data.losses().iter().find_map(|loss| loss.first.clone()).unwrap();
    assert_eq!((first.row, first.value.as_str()), (Some(1), "a\u{FFFD}b"));
    let sink = MemorySink::new();
    let summary = export(&DtaExporter::default(), &data, Box::new(sink), &Context::default()).unwrap();
    let told: Vec<_> =
        summary.changes.losses.iter().filter(|loss| loss.code.as_str() == "text-replaced").collect();
    assert_eq!(told.iter().map(|loss| loss.count).collect::<Vec<_>>(), [1, 3]);
    let deny = Context::default().with_policy(LossPolicy::Deny);
    assert!(export(&DtaExporter::default(), &data, Box::new(MemorySink::new()), &deny).is_err());
}

#[test]
fn texts_in_an_encoding_that_is_a_guess_are_told() {
    let guesses = |release: Release| {
        let mut file = TestFile::sample(release, ByteOrder::Little);
        file.variables[3].1 = StorageType::Str(5);
        file.rows[0][3] = Cell::Text(b"C\xF4te");
        file.rows[1][3] = Cell::Text(if release.is_utf8() { "fée".as_bytes() } else { b"f\xE9e" });
        file.variables[2].4 = b"caf\xE9".to_vec();
        let data = open(&file.bytes(), Letters::Seen);
        for _ in 0..2 {
            let texts = rows(&data, &Scan::all()).column(3).clone();
            assert_eq!(texts.as_string::<i32>().iter().flatten().collect::<Vec<_>>(), ["Côte", "fée"]);
        }
        assert_eq!(data.codebook().tables[0].variables[2].label, Text::new("café"));
        let losses = data.losses();
        losses.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let words = "--from dta:encoding=… names another";
    let told = |named: &str, in_rows: &str| {
        let guess = format!("read as windows-1252, a guess as {named}: {words}");
        [
            format!("text-guessed survey: names and labels {guess}, first: \"café\""),
            format!("text-guessed survey.s: texts {guess}{in_rows}, first at row 1: \"Côte\""),
        ]
    };
    assert_eq!(guesses(Release::V118), told("they are not UTF-8", ""));
    assert_eq!(guesses(Release::V114), told("the file names no encoding", " (2 values)"));
    // Where nothing is anything but UTF-8, single texts may be.
    let mut file = TestFile::sample(Release::V114, ByteOrder::Little);
    file.rows[0][3] = Cell::Text("é".as_bytes());
    file.rows[1][3] = Cell::Text("f\u{e9}".as_bytes());
    let data = open(&file.bytes(), Letters::Seen);
    rows(&data, &Scan::all());
    let losses: Vec<String> = data.losses().iter().map(ToString::to_string).collect();
    assert!(losses[0].contains("texts read as UTF-8, or windows-1252 where they are not"), "{losses:?}");
}

#[test]
fn texts_with_a_nul_come_back_from_release_117() {
    let texts = ["é\0€", "plain é", "", "\0"];
    let columns: Vec<ArrayRef> = vec![Arc::new(StringArray::from(texts.to_vec()))];
    let table = Table::new("t", vec![Variable::new("x", Kind::Text)]);
    let data = study(Codebook::new("s").with_table(table), columns.clone());
    for release in ["117", "118"] {
        let sink = MemorySink::new();
        let options = serde_json::from_value(serde_json::json!({"release": release})).unwrap();
        let exporter = DtaExporter::new(options);
        let summary = export(&exporter, &data, Box::new(sink.clone()), &Context::default()).unwrap();
        let told: Vec<_> =
            summary.changes.losses.iter().map(|loss| (loss.code.as_str(), loss.count)).collect();
        assert_eq!(told, [("compatibility", 2)], "Stata keeps them, haven does not");
        let read = open(&sink.entries()["t.dta"], Letters::Seen);
        assert_eq!(read.codebook().tables[0].variables[0].kind, Kind::Text);
        assert_eq!(rows(&read, &Scan::all()).columns(), columns, "{release}");
    }
}

#[test]
fn what_is_said_twice_or_of_nothing_is_told() {
    let mut file = TestFile::sample(Release::V118, ByteOrder::Little);
    file.sets = vec![
        ("yesno", vec![(0, "Very low"), (0, "Low"), (1, "High"), (2_147_483_621, "sysmis")]),
        ("yesno", vec![(1, "another")]),
    ];
    file.characteristics.extend([("b", "source", "form 8"), ("nobody", "x", "y")]);
    file.variables[3].3 = "absent";
    let data = open(&file.bytes(), Letters::Seen);
    let told: Vec<String> = data.losses().iter().map(ToString::to_string).collect();
    for wanted in [
        "set yesno: of several labels of a value the last is read, first: \"Very low\"",
        "set yesno: a label of . is not read, first: \"sysmis\"",
        "set yesno: another set has its name, and that one is read, first: \"another\"",
        "characteristics are not read: another one has its name, first: \"b[source]\"",
        "characteristics are not read: there is no such variable, first: \"nobody[x]\"",
        "survey.s: a text has the value labels absent, which are not in the file: not read",
    ] {
        assert!(told.iter().any(|loss| loss.contains(wanted)), "{wanted}: {told:#?}");
    }
}

#[test]
fn a_few_bytes_behind_an_old_file_are_passed_over() {
    let mut bytes = TestFile::sample(Release::V114, ByteOrder::Little).bytes();
    bytes.push(b'\n');
    let data = open(&bytes, Letters::Seen);
    assert_eq!(data.codebook().value_labels.len(), 1);
}
