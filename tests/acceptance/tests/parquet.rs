//! Small Parquet files that showed a fault, each with what a user must see.

use std::path::Path;

use exporter_core::codebook::Measure;
use exporter_core::{Context, Dataset, LossCode, Registry, Scan, Source, TableId};
use exporter_testkit::{Cell, cells_of};
use serde_json::Value as Json;

use crate::reference;

fn open(path: &Path) -> Box<dyn Dataset> {
    let registry = exporter_parquet::register(Registry::new());
    let context = Context::default();
    registry.open(&Source::open(path, &context).unwrap(), Json::Null, &context).unwrap()
}

/// The names of the variables and the cells of each.
fn columns(data: &dyn Dataset) -> Vec<(String, Vec<Cell>)> {
    let context = Context::default();
    let batches: Vec<_> = context.scan(data, TableId(0), &Scan::all()).unwrap().map(Result::unwrap).collect();
    let variables = data.codebook().tables[0].variables.iter().enumerate();
    variables
        .map(|(column, variable)| {
            let cells = batches.iter().flat_map(|batch| cells_of(batch.column(column)));
            (variable.name.clone(), cells.collect())
        })
        .collect()
}

/// Losses of a code, as they are told.
fn told(data: &dyn Dataset, code: &LossCode) -> Vec<String> {
    data.losses().iter().filter(|loss| &loss.code == code).map(ToString::to_string).collect()
}

#[test]
fn a_row_group_without_rows_is_an_empty_table() {
    let Some(folder) = reference::folder("data/cases/parquet") else { return };
    let data = open(&folder.join("05-pandas-0rows.parquet"));
    assert_eq!(data.rows(TableId(0)), Some(0));
    assert_eq!(columns(&*data), [("v".to_owned(), vec![]), ("s".to_owned(), vec![])]);
}

#[test]
fn every_codec_is_read() {
    let Some(folder) = reference::folder("data/cases/parquet") else { return };
    for name in ["gzip", "lz4", "brotli"] {
        let data = open(&folder.join(name).with_extension("parquet"));
        assert_eq!(columns(&*data), [("x".to_owned(), vec![Cell::Integer(1), Cell::Integer(2)])], "{name}");
    }
    let data = open(&folder.join("pdgz.parquet"));
    let columns = columns(&*data);
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["d", "c", "b", "td", "i"]);
    // A categorical of pandas.
    assert_eq!(columns[1].1, [Cell::Integer(1), Cell::Integer(2)]);
    let codebook = data.codebook();
    assert_eq!(codebook.categories_of(&codebook.tables[0].variables[1]).unwrap(), ["a", "b"]);
    assert_eq!(columns[4].1, [Cell::Integer(1), Cell::Null]);
}

#[test]
fn categories_are_labelled_numbers_in_their_order() {
    let Some(folder) = reference::folder("data/cases/parquet") else { return };
    let data = open(&folder.join("06-pandas-categorical.parquet"));
    let codebook = data.codebook();
    let variable = &codebook.tables[0].variables[0];
    assert_eq!((variable.measure, variable.categorical), (Some(Measure::Ordinal), true));
    assert_eq!(codebook.categories_of(variable).unwrap(), ["low", "mid", "high"]);
    let numbers = [1, 3, 1].map(Cell::Integer);
    assert_eq!(columns(&*data)[0].1, [&numbers[..], &[Cell::Null]].concat());
}

#[test]
fn an_interval_is_named_and_the_other_columns_are_read() {
    let Some(folder) = reference::folder("data/cases/parquet") else { return };
    let data = open(&folder.join("duck.parquet"));
    let told = told(&*data, &LossCode::NOT_READ);
    assert!(told.len() == 1 && told[0].starts_with("parquet: not-read duck.dur: "), "{told:?}");
    assert!(told[0].contains("INTERVAL"), "{told:?}");
    let columns = columns(&*data);
    let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["key", "h", "l", "s", "t", "dec", "e"]);
    assert_eq!(columns[0].1, [Cell::Text("550e8400-e29b-41d4-a716-446655440000".into())]);
    assert_eq!(columns[2].1, [Cell::List(vec![Cell::Integer(1), Cell::Integer(2)])]);
    assert_eq!(columns[6].1, [Cell::Text("x".into())]);
}

#[test]
fn a_column_without_a_name_gets_one() {
    let Some(folder) = reference::folder("data/cases/parquet") else { return };
    let data = open(&folder.join("idx.parquet"));
    let told = told(&*data, &LossCode::NAME_CHANGED);
    assert!(told.len() == 1 && told[0].starts_with("parquet: name-changed idx.column_1: "), "{told:?}");
    let numbers = |low: i128| vec![Cell::Integer(low), Cell::Integer(low + 1)];
    assert_eq!(columns(&*data), [("column_1".to_owned(), numbers(0)), ("a".to_owned(), numbers(1))]);
}

#[test]
fn a_uuid_is_its_text() {
    let Some(folder) = reference::folder("data/cases/parquet") else { return };
    let data = open(&folder.join("uuid.parquet"));
    let expected = vec![Cell::Text("550e8400-e29b-41d4-a716-446655440000".into())];
    assert_eq!(columns(&*data)[0], ("key".to_owned(), expected));
}
