//! Extracts of IPUMS: documents of DDI with rows of fixed columns.

use std::path::Path;

use exporter_core::dataset::display_rows;
use exporter_core::{Context, Dataset, Registry, Scan, Source, TableId};
use serde_json::Value;

use crate::reference;

fn registry() -> Registry {
    let registry = exporter_ddi::register(exporter_package::register(Registry::new()));
    exporter_parquet::register(exporter_tab::register(registry))
}

fn open(path: &Path) -> Box<dyn Dataset> {
    let (registry, context) = (registry(), Context::default());
    let mut source = Source::open(path, &context).unwrap();
    if let Some(files) = registry.contents(&source, None, &context).unwrap() {
        let inside = files.paths(&context).unwrap().remove(0);
        source = Source::new(&inside, files.open(&inside, &context).unwrap().unwrap());
    }
    registry.open(&source, Value::Null, &context).unwrap()
}

/// The cells as texts, numbers in one form.
fn rows(data: &dyn Dataset, table: usize) -> Vec<Vec<String>> {
    let cell = |cell: Option<String>| match cell {
        Some(text) => text.parse::<f64>().map_or(text, |number| number.to_string()),
        None => "·".to_owned(),
    };
    let batches = Context::default().scan(data, TableId(table), &Scan::all()).unwrap();
    let rows = batches.flat_map(|batch| display_rows(&batch.unwrap()).unwrap());
    rows.map(|row| row.into_iter().map(cell).collect()).collect()
}

fn names(data: &dyn Dataset, table: usize) -> Vec<String> {
    data.codebook().tables[table].variables.iter().map(|variable| variable.name.clone()).collect()
}

#[test]
fn an_extract_is_its_own_csv_and_parquet() {
    let Some(folder) = reference::folder("data/ddi/ipums") else { return };
    let data = open(&folder.join("cps_00006.xml"));
    let found = rows(&*data, 0);
    assert_eq!((found.len(), data.rows(TableId(0))), (7668, Some(7668)));
    assert!(data.losses().is_empty() && data.notes().is_empty(), "{:?}", data.losses());
    let csv = open(&folder.join("cps_00006.csv.gz"));
    assert_eq!(names(&*data, 0), names(&*csv, 0));
    assert!(found == rows(&*csv, 0), "the csv has other cells");
    // Whoever wrote the Parquet file multiplied weights by a fraction, which is not exact.
    let parquet = open(&folder.join("cps_00006.parquet"));
    assert_eq!(names(&*data, 0), names(&*parquet, 0));
    let parquet = rows(&*parquet, 0);
    assert_eq!(parquet.len(), found.len());
    for (one, other) in found.iter().flatten().zip(parquet.iter().flatten()) {
        let (one, other): (f64, f64) = (one.parse().unwrap(), other.parse().unwrap());
        assert!((one - other).abs() <= one.abs() * 1e-12, "{one} is not {other}");
    }
}

#[test]
fn every_row_of_an_extract_is_read() {
    let Some(folder) = reference::folder("data/ddi") else { return };
    let copied = tempfile::tempdir().unwrap();
    for (from, to) in
        [("valid/usa_00196.xml", "usa_00196.xml"), ("ipums/usa_00196.dat.gz", "usa_00196.dat.gz")]
    {
        std::fs::copy(folder.join(from), copied.path().join(to)).unwrap();
    }
    let data = open(&copied.path().join("usa_00196.xml"));
    assert_eq!(data.rows(TableId(0)), Some(33_057));
    assert_eq!(rows(&*data, 0)[3], ["2012", "201202", "3", "203", "69", "1", "2", "65", "2", "16"]);
    assert!(data.losses().is_empty(), "{:?}", data.losses());
}

#[test]
fn households_and_persons_of_an_extract_are_tables() {
    let Some(folder) = reference::folder("data/ddi/valid") else { return };
    let copied = tempfile::tempdir().unwrap();
    std::fs::copy(folder.join("cps_00159.xml"), copied.path().join("cps_00159.xml")).unwrap();
    // The extract has no rows: these are made for its document.
    let (mut text, mut homes, mut persons) = (String::new(), Vec::new(), Vec::new());
    for home in 1..=2000_u32 {
        let (month, weight, state) = (home % 12 + 1, u64::from(home) * 12_345, home % 56);
        text += &format!("H2023{home:05}{month:02}{weight:011}{state:02}\n");
        let of = |text: &str| text.to_owned();
        let weighted = |weight: u64| (weight as f64 / 10_000.0).to_string();
        homes.push(vec![
            of("H"),
            of("2023"),
            home.to_string(),
            month.to_string(),
            weighted(weight),
            state.to_string(),
        ]);
        for person in 1..=home % 4 {
            let (weight, income) = (weight + u64::from(person), i64::from(home) * 10 - 9_999);
            text += &format!("P2023{home:05}{person:02}{weight:011}{income:09}\n");
            persons.push(vec![
                of("P"),
                of("2023"),
                home.to_string(),
                person.to_string(),
                weighted(weight),
                income.to_string(),
            ]);
        }
    }
    std::fs::write(copied.path().join("cps_00159.dat"), text).unwrap();
    let data = open(&copied.path().join("cps_00159.xml"));
    assert_eq!(names(&*data, 0), ["RECTYPE", "YEAR", "SERIAL", "PERNUM", "ASECWT", "INCTOT"]);
    assert_eq!(names(&*data, 1), ["RECTYPE", "YEAR", "SERIAL", "MONTH", "ASECWTH", "STATEFIP"]);
    assert!(rows(&*data, 0) == persons && rows(&*data, 1) == homes);
    assert_eq!((data.rows(TableId(0)), data.rows(TableId(1))), (Some(3000), Some(2000)));
    let [people, households] = &data.codebook().tables[..] else { panic!("two tables") };
    assert_eq!(people.parent.as_ref().unwrap().table, households.name);
    assert_eq!(households.key, ["SERIAL"]);
    assert!(data.losses().is_empty(), "{:?}", data.losses());
}

#[test]
fn an_example_of_the_open_data_format_is_read() {
    let Some(folder) = reference::folder("data/ddi/consumers") else { return };
    let (registry, context) = (registry(), Context::default());
    let mut source = Source::open(folder.join("odf-example_v1_1_0.odf.zip"), &context).unwrap();
    source.contents = registry.contents(&source, None, &context).unwrap();
    let data = registry.open(&source, Value::Null, &context).unwrap();
    assert_eq!(
        (&*data.codebook().tables[0].name, data.codebook().study.languages.join(" ")),
        ("bap", "en de".to_owned())
    );
    let rows = rows(&*data, 0);
    assert_eq!((rows.len(), rows[1].join("|")), (20, "3|5|-2|1|4|1.57|Luca".to_owned()));
}
