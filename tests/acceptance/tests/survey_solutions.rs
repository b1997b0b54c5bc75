//! A genuine export of Survey Solutions: every table read, written with the preset, and compared byte for byte.

use exporter_core::sink::MemorySink;
use exporter_core::{Context, Dataset, Source, TableId, export};
use exporter_tab::{ReadOptions, TabDataset};
use serde_json::json;

use crate::archive::unpack;
use crate::reference;

/// The tables of both archives: the tabular export and the paradata.
const TABLES: &[(&str, &[&str])] = &[
    (
        "ssaw_1_Tabular_All.zip",
        &[
            "assignment__actions.tab",
            "interview__actions.tab",
            "interview__comments.tab",
            "interview__diagnostics.tab",
            "interview__errors.tab",
            "ssaw.tab",
        ],
    ),
    ("ssaw_1_Paradata_All.zip", &["paradata.tab"]),
];

/// Where two texts part, for the message.
fn first_difference(ours: &[u8], theirs: &[u8]) -> String {
    let at = ours.iter().zip(theirs).take_while(|(ours, theirs)| ours == theirs).count();
    let around = |bytes: &[u8]| {
        let start = at.saturating_sub(60).min(bytes.len());
        String::from_utf8_lossy(&bytes[start..bytes.len().min(at + 60)]).into_owned()
    };
    format!("byte {at}: we wrote {:?}, it has {:?}", around(ours), around(theirs))
}

#[test]
fn every_table_is_written_as_it_was() {
    let Some(archives) = reference::folder("data/survey-solutions") else { return };
    let context = Context::default();
    let exporter = exporter_tab::register(exporter_core::Registry::new())
        .exporter("tab", json!({"preset": "survey-solutions"}));
    let exporter = exporter.unwrap();
    for (name, tables) in TABLES {
        let folder = tempfile::tempdir().unwrap();
        unpack(&archives.join(name), folder.path());
        for table in *tables {
            let path = folder.path().join(table);
            let data =
                TabDataset::open(&Source::open(&path, &context).unwrap(), ReadOptions::default(), &context)
                    .unwrap();
            let sink = MemorySink::new();
            let target = sink.clone();
            let summary = export(&*exporter, &data, Box::new(sink), &context).unwrap();
            assert!(summary.changes.losses.is_empty(), "{table}: {:?}", summary.changes.losses);
            let entries = target.entries();
            let ours = &entries[*table];
            let theirs = std::fs::read(&path).unwrap();
            assert!(*ours == theirs, "{table}: {}", first_difference(ours, &theirs));
        }
    }
}

#[test]
fn the_main_table_has_its_kinds() {
    let Some(archives) = reference::folder("data/survey-solutions") else { return };
    let folder = tempfile::tempdir().unwrap();
    unpack(&archives.join(TABLES[0].0), folder.path());
    let context = Context::default();
    let source = Source::open(folder.path().join("ssaw.tab"), &context).unwrap();
    let data = TabDataset::open(&source, ReadOptions::default(), &context).unwrap();
    let table = &data.codebook().tables[0];
    let kinds: Vec<String> =
        table.variables.iter().map(|variable| format!("{}: {}", variable.name, variable.kind)).collect();
    let expected = [
        "interview__key: text",
        "interview__id: text",
        "address: text",
        "name: text",
        "sex: integer",
        "sssys_irnd: float",
        "has__errors: integer",
        "interview__status: integer",
        "assignment__id: integer",
    ];
    assert_eq!(kinds.len(), expected.len());
    for (kind, expected) in kinds.iter().zip(expected) {
        assert!(kind.starts_with(expected), "{kind} instead of {expected}");
    }
    let rows: usize = data
        .scan(TableId(0), &exporter_core::Scan::all())
        .unwrap()
        .map(|batch| batch.unwrap().num_rows())
        .sum();
    assert_eq!(rows, 1_003);
}
