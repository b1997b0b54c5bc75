//! Row groups, facts of the footer and row groups that a filter skips.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use exporter_core::dataset::{Comparison, Filter, MemoryDataset};
use exporter_core::profile::Number;
use exporter_core::{Context, Dataset, Scan, TableId};
use exporter_testkit::{GeneratedDataset, Recut};
use serde_json::json;

use crate::support::{bytes, open, write};

fn numbers() -> MemoryDataset {
    let whole: ArrayRef = Arc::new(Int64Array::from_iter((0..100).map(|row| (row % 7 != 0).then_some(row))));
    let float: ArrayRef = Arc::new(Float64Array::from_iter_values((0..100).map(|row| match row % 10 {
        3 => f64::NAN,
        row => f64::from(row) / 2.0,
    })));
    let text: ArrayRef = Arc::new(StringArray::from_iter_values((0..100).map(|row| format!("{row:03}"))));
    let batch = RecordBatch::try_from_iter([("whole", whole), ("float", float), ("text", text)]).unwrap();
    MemoryDataset::from_batches("t", vec![batch]).unwrap()
}

#[test]
fn bytes_do_not_depend_on_threads_or_batches_over_many_row_groups() {
    let data = GeneratedDataset::new(40_000);
    let options = [json!({"row-group-rows": 9_999}), json!({"row-group-mib": 1, "compression": "snappy"})];
    for options in options {
        let reference = bytes(&data, "parquet", options.clone(), &Context::default().with_threads(1));
        for (threads, rows) in [(2, 7), (8, 4096), (3, 100_000)] {
            let context = Context::default().with_threads(threads).with_batch_rows(rows);
            assert_eq!(bytes(&Recut::new(&data, rows), "parquet", options.clone(), &context), reference);
        }
    }
}

#[test]
fn the_footer_states_exact_facts() {
    let folder = tempfile::tempdir().unwrap();
    let path = &write(&numbers(), "parquet", json!({"row-group-rows": 30}), folder.path())[0];
    let facts = open(path).unwrap().facts(TableId(0)).unwrap();
    assert_eq!(facts.rows, Some(100));
    assert_eq!(facts.columns[&0].nulls, Some(15));
    assert_eq!(facts.columns[&0].range, Some(Some((Number::Integer(1), Number::Integer(99)))));
    assert_eq!(facts.columns[&1].range, Some(Some((Number::Float(0.0), Number::Float(4.5)))));
    assert_eq!((facts.columns[&2].nulls, facts.columns[&2].range), (Some(0), None));
    let path = &write(&numbers(), "parquet", json!({"statistics": "none"}), folder.path())[0];
    let facts = open(path).unwrap().facts(TableId(0)).unwrap();
    assert_eq!(facts.columns[&0].range, None);
}

#[test]
fn filters_give_the_same_rows_with_and_without_statistics() {
    let folder = tempfile::tempdir().unwrap();
    let data = numbers();
    let path = &write(&data, "parquet", json!({"row-group-rows": 10}), folder.path())[0];
    let file = open(path).unwrap();
    let filters = [
        Filter::compare("whole", Comparison::Equal, 55),
        Filter::compare("whole", Comparison::Less, 11),
        Filter::compare("whole", Comparison::AtLeast, 98.5),
        Filter::compare("whole", Comparison::NotEqual, 4),
        Filter::compare("float", Comparison::Greater, 4.0),
        Filter::compare("text", Comparison::Greater, "095"),
        Filter::OneOf { variable: "text".into(), values: vec!["010".into(), "zzz".into()] },
        Filter::IsNull("whole".into()),
        Filter::Not(Box::new(Filter::compare("whole", Comparison::Less, 95))),
        Filter::Any(vec![
            Filter::compare("whole", Comparison::Equal, 3),
            Filter::All(vec![
                Filter::compare("text", Comparison::AtMost, "050"),
                Filter::compare("whole", Comparison::Greater, 48),
            ]),
        ]),
    ];
    for filter in filters {
        let count = |data: &dyn Dataset| -> Vec<RecordBatch> {
            let scan = Scan::all().columns([2]).filter(filter.clone());
            let context = Context::default();
            let batches = context.scan(data, TableId(0), &scan).unwrap();
            let schema = batches.schema().clone();
            let all: Vec<RecordBatch> = batches.map(Result::unwrap).collect();
            vec![arrow_select::concat::concat_batches(&schema, &all).unwrap()]
        };
        assert_eq!(count(&*file), count(&data), "{filter:?}");
    }
}
