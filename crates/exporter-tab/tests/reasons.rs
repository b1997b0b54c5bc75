//! Missing reasons in delimited text: nothing, in the cell, or in a column of their own.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int16Array, RecordBatch, StringArray, UInt8Array};
use exporter_core::codebook::{Codebook, Kind, Missing, Table, Variable};
use exporter_core::dataset::scan_schema;
use exporter_core::sink::MemorySink;
use exporter_core::{Context, LossCode, MemoryDataset, Registry, Summary, export};
use exporter_tab::Csv;
use serde_json::json;

/// Ages of which one is -9, one is missing for a letter and one for a reason without a letter.
fn ages() -> MemoryDataset {
    let age = Variable::new("age", Kind::Integer { bits: 16, signed: true })
        .with_missing(Missing::value(-9).label("Unknown"))
        .with_missing(Missing::reason().letter('r').label("Refused"))
        .with_missing(Missing::reason().label("Not asked"));
    let table = Table::new("t", vec![age, Variable::new("name", Kind::Text)]);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int16Array::from(vec![Some(30), Some(-9), None, None, None])),
        Arc::new(StringArray::from(vec!["a", "b", "c", "d", "e"])),
        Arc::new(UInt8Array::from(vec![None, None, Some(1), Some(2), None])),
    ];
    let batch = RecordBatch::try_new(scan_schema(&table, &[0, 1], true), columns).unwrap();
    MemoryDataset::new(Codebook::new("s").with_table(table), vec![vec![batch]]).unwrap()
}

fn written(reasons: &str) -> (String, Summary) {
    let csv = Registry::new().register::<Csv>().exporter("csv", json!({ "reasons": reasons })).unwrap();
    let sink = MemorySink::new();
    let summary = export(&*csv, &ages(), Box::new(sink.clone()), &Context::default()).unwrap();
    (String::from_utf8(sink.entries()["t.csv"].to_vec()).unwrap(), summary)
}

fn dropped(summary: &Summary) -> Vec<(Option<String>, u64)> {
    let losses = summary.changes.losses.iter().filter(|loss| loss.code == LossCode::MISSING_REASON_DROPPED);
    losses.map(|loss| (loss.variable.clone(), loss.count)).collect()
}

#[test]
fn rows_without_a_value_are_empty_and_the_reasons_a_loss() {
    let (text, summary) = written("empty");
    assert_eq!(text, "age,name\n30,a\n-9,b\n,c\n,d\n,e\n");
    assert_eq!(dropped(&summary), [(Some("age".to_owned()), 2)]);
}

#[test]
fn reasons_stand_in_the_cells_or_in_a_column_of_their_own() {
    let (text, summary) = written("letter");
    assert_eq!(text, "age,name\n30,a\n-9,b\n.r,c\nNot asked,d\n,e\n");
    assert_eq!(dropped(&summary), []);
    let (text, summary) = written("column");
    assert_eq!(text, "age,name,age_reason\n30,a,\n-9,b,\n,c,.r\n,d,Not asked\n,e,\n");
    assert_eq!(dropped(&summary), []);
}
