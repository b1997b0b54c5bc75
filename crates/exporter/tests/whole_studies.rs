//! What a file says of its study comes through the facade whole; where files disagree that is told.

use std::io::Read as _;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch};
use exporter::codebook::{Agent, Codebook, Kind, Table, TableKind, Text, ValueLabels, Variable};
use exporter::sink::MemorySink;
use exporter::{Context, Dataset, InputOptions, LossCode, MemoryDataset, Source};
use serde_json::Value as Json;

fn study(licence: &str, table: &str) -> Codebook {
    let vote = Variable::new("vote", Kind::INTEGER).with_labels("vote");
    let mut codebook = Codebook::new("s")
        .with_title(Text::new("A study").with("fr", "Une enquête"))
        .with_languages(["en", "fr"])
        .with_table(Table::new(table, vec![vote]))
        .with_value_labels("vote", ValueLabels::new().with(1, Text::new("yes").with("fr", "oui")))
        .with_value_labels("spare", ValueLabels::new().with(7, "seven").with(9, "nine"));
    let study = &mut codebook.study;
    study.licence = licence.into();
    study.summary = "What people vote.".into();
    study.producers = vec![Agent::new("An institute")];
    study.keywords = vec!["elections".into()];
    study.countries = vec!["FR".into()];
    study.notes = vec!["A note.".into()];
    codebook
}

/// The file of a study in a format.
fn file(codebook: &Codebook, format: &str) -> Source<'static> {
    let votes: ArrayRef = Arc::new(Int64Array::from(vec![1, 7]));
    let batch = RecordBatch::try_from_iter([("vote", votes)]).unwrap();
    let data = MemoryDataset::new(codebook.clone(), vec![vec![batch]]).unwrap();
    let exporter = exporter::registry().exporter(format, Json::Null).unwrap();
    let sink = MemorySink::new();
    exporter::export(&*exporter, &data, Box::new(sink.clone()), &Context::default()).unwrap();
    let (name, bytes) = sink.entries().into_iter().next().unwrap();
    Source::memory(name, bytes)
}

fn open(sources: &[Source<'_>]) -> exporter::AssembledDataset {
    let options = InputOptions::default();
    exporter::open_sources(sources, &options, &exporter::registry(), &Context::default()).unwrap()
}

#[test]
fn the_only_input_tells_all_of_its_study() {
    for format in ["dta", "parquet", "arrow"] {
        let written = study("CC BY 4.0", "people");
        let opened = open(&[file(&written, format)]);
        assert!(opened.losses().iter().next().is_none(), "{format}");
        let mut codebook = opened.codebook().clone();
        for table in &mut codebook.tables {
            table.rows = None;
            // A .dta adds the display format that it has.
            table.variables.iter_mut().for_each(|variable| variable.format = None);
            table.variables.iter_mut().for_each(|variable| variable.facts = Default::default());
        }
        assert_eq!(codebook.to_json().unwrap(), written.to_json().unwrap(), "{format}");
    }
}

#[test]
fn what_a_second_input_says_otherwise_is_a_loss() {
    let (first, second) = (study("CC BY 4.0", "a"), study("CC0", "b"));
    let opened = open(&[file(&first, "dta"), file(&second, "dta")]);
    let told: Vec<_> = opened.losses().iter().cloned().collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((&told[0].code, told[0].table.as_deref()), (&LossCode::METADATA_DROPPED, Some("b")));
    assert_eq!(told[0].action, "licence of the study left out, a.dta says another");
    assert_eq!(told[0].first.as_ref().unwrap().value, "CC0");
    assert_eq!(opened.codebook().study.licence, "CC BY 4.0".into());
    assert_eq!(opened.codebook().value_labels, first.value_labels);
    let agreed = open(&[file(&first, "dta"), file(&study("CC BY 4.0", "b"), "parquet")]);
    assert!(agreed.losses().iter().next().is_none());
}

/// Opens the file of a roster with a study file that says little of it.
fn with_study_file(study: &str) -> Codebook {
    let folder = tempfile::tempdir().unwrap();
    let mut written = study_of_a_roster();
    written.tables[0].variables[0].kind = Kind::Integer { bits: 8, signed: true };
    let source = file(&written, "parquet");
    std::fs::write(folder.path().join("t.parquet"), bytes_of(&source)).unwrap();
    std::fs::write(folder.path().join("k.toml"), study).unwrap();
    let (options, context) = (InputOptions::default(), Context::default());
    let opened =
        exporter::open(&[folder.path().join("k.toml")], &options, &exporter::registry(), &context).unwrap();
    opened.codebook().clone()
}

fn study_of_a_roster() -> Codebook {
    let mut written = study("CC0", "t");
    written.tables[0].kind = TableKind::Roster;
    written
}

fn bytes_of(source: &Source<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    source.cursor().read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn kinds_that_a_study_file_does_not_say_stay_those_of_the_file() {
    let head = "codebook = 1\n[study]\nid = \"k\"\n[data]\nt = \"t.parquet\"\n[[tables]]\nname = \"t\"\n";
    let variable = "[[tables.variables]]\nname = \"vote\"\nlabel = \"Ballot\"\n";
    let kinds = |codebook: &Codebook| (codebook.tables[0].kind, codebook.tables[0].variables[0].kind.clone());
    let own = (TableKind::Roster, Kind::Integer { bits: 8, signed: true });
    assert_eq!(kinds(&with_study_file(head)), own);
    let named = with_study_file(&format!("{head}{variable}"));
    assert_eq!((kinds(&named), &named.tables[0].variables[0].label), (own, &"Ballot".into()));
    // What it says holds.
    let said = with_study_file(&format!("{head}kind = \"events\"\n{variable}kind = \"integer\"\n"));
    assert_eq!(kinds(&said), (TableKind::Events, Kind::INTEGER));
}
