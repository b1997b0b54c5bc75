//! Missing reasons in delimited text: nothing, in the cell, or in a column of their own.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, UInt8Type};
use arrow_array::{Array, ArrayRef, Int16Array, RecordBatch, StringArray, UInt8Array};
use exporter_core::codebook::{Codebook, Kind, Missing, Table, Variable};
use exporter_core::dataset::scan_schema;
use exporter_core::sink::MemorySink;
use exporter_core::{
    Context, Dataset, LossCode, MemoryDataset, Registry, Scan, Source, Summary, TableId, export,
};
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

#[test]
fn cells_that_are_no_value_but_a_declared_reason_are_read_as_it() {
    let reasons = [
        Missing::reason().letter('r').label("Refused"),
        Missing::reason().label("Not asked"),
        Missing::reason().label("7"),
    ];
    let of = |kind| reasons.iter().cloned().fold(Variable::new("age", kind), Variable::with_missing);
    let read = |text: &'static str, kind: Kind| {
        let codebook = Codebook::new("s").with_table(Table::new("t", vec![of(kind)]));
        let source = Source::memory("t.csv", text).declared(&codebook, &codebook.tables[0]);
        let data = exporter_tab::TabDataset::open(&source, Default::default(), &Context::default())?;
        let batches = data.scan(TableId(0), &Scan::all().with_reasons())?;
        batches.map(|batch| Ok(batch?.columns().to_vec())).collect::<exporter_core::Result<Vec<_>>>()
    };
    let columns = read("age\n30\n.r\n\"Not asked\"\n7\n", Kind::INTEGER).unwrap().remove(0);
    assert_eq!(
        columns[0].as_primitive::<Int64Type>(),
        &[Some(30), None, None, Some(7)].into_iter().collect()
    );
    assert_eq!(columns[1].as_primitive::<UInt8Type>(), &[None, Some(0), Some(1), None].into_iter().collect());
    let texts = read("age\n.r\n", Kind::Text).unwrap().remove(0);
    assert_eq!((texts[0].as_string::<i32>().value(0), texts[1].null_count()), (".r", 1));
    let unknown = read("age\n30\n.s\n", Kind::INTEGER).unwrap_err();
    assert!(unknown.to_string().contains(".s"), "{unknown}");
}
