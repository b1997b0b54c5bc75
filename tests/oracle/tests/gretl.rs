//! gretl, an econometrics program with readers and a writer of its own: a Stata file and a csv of ours, its own Stata
//! file.

use std::path::Path;

use exporter_core::codebook::{Codebook, Kind, Missing, Table, ValueLabels, Variable};
use exporter_core::dataset::arrow_schema;
use exporter_core::sink::MemorySink;
use exporter_core::{Context, MemoryDataset, export};
use exporter_testkit::{Cell, column_of};
use serde_json::Value;

use crate::dta::{Cell as Found, assert_checked, read};
use crate::programs;

/// Numbers with value labels and a missing reason, fractions, texts.
fn survey() -> MemoryDataset {
    let vote = Variable::new("vote", Kind::INTEGER)
        .with_label("Expected vote")
        .with_labels("vote")
        .with_missing(Missing::value(9).label("Refused").letter('r'));
    let table = Table::new(
        "survey",
        vec![
            vote,
            Variable::new("weight", Kind::FLOAT).with_label("Weight"),
            Variable::new("town", Kind::Text),
        ],
    );
    let votes = [Some(1), Some(2), Some(9), None].map(|vote| vote.map_or(Cell::Null, Cell::Integer));
    let weights = [0.1, -2.5, 1e15, 1.0 / 3.0].map(Cell::Float);
    let towns = ["Bogotá", "two, words", "Ελάτη", "x"].map(|town| Cell::Text(town.to_owned()));
    let columns = table.variables.iter().zip([votes, weights, towns]);
    let columns = columns.map(|(variable, cells)| column_of(&variable.kind, &cells)).collect();
    let batch = arrow_array::RecordBatch::try_new(arrow_schema(&table, &[0, 1, 2]), columns).unwrap();
    let codebook = Codebook::new("survey")
        .with_value_labels("vote", ValueLabels::new().with(1, "Clinton").with(2, "Dole"))
        .with_table(table);
    MemoryDataset::new(codebook, vec![vec![batch]]).unwrap()
}

/// The name of gretl's own Stata file.
const STORED: &str = "stored.dta";

/// Writes the survey in a format and has gretl open it and store it as csv and [`STORED`]; what gretl said and stored.
fn opened(format: &str, options: Value, folder: &Path) -> (String, String) {
    let exporter = exporter::registry().exporter(format, options).unwrap();
    let sink = MemorySink::new();
    export(&*exporter, &survey(), Box::new(sink.clone()), &Context::default()).unwrap();
    let name = format!("survey.{format}");
    let bytes = &sink.entries()[&name];
    if format == "dta" {
        assert_checked(&name, bytes);
    }
    std::fs::write(folder.join(&name), bytes).unwrap();
    let stored = folder.join("stored.csv");
    let theirs = folder.join(STORED);
    let commands = format!(
        "open \"{name}\"\nset csv_digits 17\nlabels\nstore \"{}\"\nstore \"{}\"\n",
        stored.display(),
        theirs.display()
    );
    std::fs::write(folder.join("look.inp"), commands).unwrap();
    let mut gretl = programs::program(&["gretlcli"], "gretl");
    // Its own files go to the home folder.
    gretl.arg("--batch").arg("look.inp").current_dir(folder).env("HOME", folder).env("LC_ALL", "C.UTF-8");
    let said = String::from_utf8_lossy(&programs::stdout(&mut gretl)).into_owned();
    let stored = std::fs::read_to_string(stored);
    (stored.unwrap_or_else(|error| panic!("{error}\n{said}")), said)
}

#[test]
fn gretl_reads_a_stata_file() {
    let folder = tempfile::tempdir().unwrap();
    let (stored, said) = opened("dta", Value::Null, folder.path());
    for words in [
        "variable 1: name = 'vote'",
        "variable 1: label = 'Expected vote'",
        "'Clinton'",
        "'Dole'",
        "'Refused'",
    ] {
        assert!(said.contains(words), "{words} is not in\n{said}");
    }
    // Its numbers have one missing value, whatever the reason.
    let rows = [
        "vote,weight,town",
        "1,0.10000000000000001,\"Bogotá\"",
        "2,-2.5,\"two, words\"",
        "NA,1000000000000000,\"Ελάτη\"",
        "NA,0.33333333333333331,\"x\"",
    ];
    assert_eq!(stored.lines().collect::<Vec<_>>(), rows, "{said}");
}

#[test]
fn gretl_reads_csv() {
    let folder = tempfile::tempdir().unwrap();
    let (stored, said) = opened("csv", Value::Null, folder.path());
    let rows = [
        "vote,weight,town",
        "1,0.10000000000000001,\"Bogotá\"",
        "2,-2.5,\"two, words\"",
        "9,1000000000000000,\"Ελάτη\"",
        "NA,0.33333333333333331,\"x\"",
    ];
    assert_eq!(stored.lines().collect::<Vec<_>>(), rows, "{said}");
}

/// gretl writes release 113 and turns texts into ASCII first.
#[test]
fn what_gretl_writes_is_understood() {
    let folder = tempfile::tempdir().unwrap();
    opened("csv", Value::Null, folder.path());
    let (dictionary, cells) = read(&std::fs::read(folder.path().join(STORED)).unwrap()).unwrap();
    assert_eq!(dictionary.release.number(), 113);
    let names: Vec<&str> = dictionary.variables.iter().map(|variable| variable.name.as_str()).collect();
    assert_eq!(names, ["vote", "weight", "town"]);
    let number = Found::Number;
    let expected = [
        vec![number(1.0), number(2.0), number(9.0), Found::SYSTEM],
        [0.1, -2.5, 1e15, 1.0 / 3.0].map(number).to_vec(),
        ["Bogota", "two, words", "", "x"].map(Found::text).to_vec(),
    ];
    assert_eq!(cells, expected);
}
