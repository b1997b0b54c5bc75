//! Row groups, facts of the footer and row groups that a filter skips.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, Decimal128Array, Float64Array, Int64Array, ListArray, RecordBatch, StringArray,
    StructArray, UInt64Array,
};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{DataType, Field, TimeUnit};
use exporter_core::dataset::{Comparison, Filter, MemoryDataset};
use exporter_core::profile::Number;
use exporter_core::{Context, Dataset, Scan, Source, TableId};
use exporter_testkit::{GeneratedDataset, Watched};
use serde_json::json;

use crate::support::{bytes, open, registry, write};

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
            assert_eq!(
                bytes(&Watched::new(&data).recut(rows), "parquet", options.clone(), &context),
                reference
            );
        }
    }
}

/// Columns of each layout for these rows, with a null in row 0; where there is none, the arrays have no validity bitmap.
fn with_one_null(rows: std::ops::Range<i64>) -> RecordBatch {
    let numbers = || -> Int64Array {
        match rows.start {
            0 => rows.clone().map(|row| (row > 0).then_some(row % 9)).collect(),
            _ => Int64Array::from_iter_values(rows.clone().map(|row| row % 9)),
        }
    };
    let number: ArrayRef = Arc::new(numbers());
    let cast = |to: DataType| arrow_cast::cast(&number, &to).unwrap();
    let item = Arc::new(Field::new("item", DataType::Int64, true));
    let ones = OffsetBuffer::from_lengths(rows.clone().map(|_| 1));
    let list: ArrayRef = Arc::new(ListArray::new(item.clone(), ones, Arc::new(numbers()), None));
    let structure: ArrayRef =
        Arc::new(StructArray::new(vec![item].into(), vec![number.clone()], number.nulls().cloned()));
    let columns = [
        ("text", cast(DataType::Utf8)),
        ("binary", cast(DataType::Binary)),
        ("truth", cast(DataType::Boolean)),
        ("time", cast(DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())))),
        ("number", number.clone()),
        ("list", list),
        ("structure", structure),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true))).unwrap()
}

#[test]
fn bytes_do_not_depend_on_bitmaps_that_mark_nothing() {
    let parts = [with_one_null(0..300), with_one_null(300..50_000)];
    let whole = arrow_select::concat::concat_batches(&parts[0].schema(), &parts).unwrap();
    let of = |batches: Vec<RecordBatch>, rows: usize| {
        let data = MemoryDataset::from_batches("t", batches).unwrap();
        let context = Context::default().with_threads(1).with_batch_rows(rows);
        bytes(&data, "parquet", json!({"codebook": false}), &context)
    };
    let expected = of(vec![whole.clone()], 100_000);
    for rows in [100, 8192, 10_000, 100_000] {
        assert!(of(parts.to_vec(), rows) == expected && of(vec![whole.clone()], rows) == expected, "{rows}");
    }
}

/// Numbers that do not compress, in five columns of which one is nested.
fn noise(rows: i64) -> MemoryDataset {
    let mut state = 7u64;
    let mut next = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state ^ (state >> 29)) as i64
    };
    let mut numbers = || Int64Array::from_iter((0..rows).map(|row| (row % 11 != 0).then(&mut next)));
    let offsets = OffsetBuffer::new((0..=rows).map(|row| (row / 2) as i32).collect::<Vec<i32>>().into());
    let item = Arc::new(arrow_schema::Field::new("item", arrow_schema::DataType::Int64, true));
    let list: ArrayRef = Arc::new(ListArray::new(item, offsets, Arc::new(numbers()), None));
    let texts = numbers().iter().map(|number| number.map(|number| format!("{number:x}"))).collect::<Vec<_>>();
    let text: ArrayRef = Arc::new(StringArray::from(texts));
    let mut column = || -> ArrayRef { Arc::new(numbers()) };
    let columns = [("a", column()), ("list", list), ("b", column()), ("text", text), ("c", column())];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    MemoryDataset::from_batches("t", vec![batch]).unwrap()
}

#[test]
fn rows_do_not_depend_on_threads() {
    let folder = tempfile::tempdir().unwrap();
    let path = &write(&noise(100_000), "parquet", json!({"row-group-rows": 35_001}), folder.path())[0];
    let read = |threads: usize, scan: &Scan| {
        let context = Context::default().with_threads(threads);
        let source = Source::open(path, &context).unwrap();
        let data = registry().open(&source, json!(null), &context).unwrap();
        let batches = data.scan(TableId(0), scan).unwrap();
        batches.map(Result::unwrap).collect::<Vec<RecordBatch>>()
    };
    let scans = [
        Scan::all(),
        Scan::all().columns([4, 1, 3]).batch_rows(1000),
        Scan::all().columns([3]).filter(Filter::compare("a", Comparison::Less, 0)).limit(100),
        Scan::all().columns([]),
    ];
    for scan in scans {
        let one = read(1, &scan);
        for threads in [2, 3, 8] {
            assert!(read(threads, &scan) == one, "{threads} threads, {scan:?}");
        }
    }
    // Damage is an error whoever finds it, and the end.
    let mut bytes = std::fs::read(path).unwrap();
    let (third, half) = (bytes.len() / 3, bytes.len() / 2);
    bytes[third..half].fill(0xff);
    std::fs::write(path, bytes).unwrap();
    for threads in [1, 2, 8] {
        let context = Context::default().with_threads(threads);
        let data = registry().open(&Source::open(path, &context).unwrap(), json!(null), &context).unwrap();
        let mut batches = data.scan(TableId(0), &Scan::all()).unwrap();
        assert!(batches.any(|batch| batch.is_err()) && batches.next().is_none(), "{threads} threads");
    }
}

/// More columns than are decoded side by side.
#[test]
fn very_wide_tables_are_read() {
    let columns = (0..1500i64).map(|column| -> (String, ArrayRef) {
        let numbers = (0..20).map(|row| (row != column % 20).then_some(row * column));
        (format!("v{column}"), Arc::new(Int64Array::from_iter(numbers)))
    });
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let data = MemoryDataset::from_batches("t", vec![batch.clone()]).unwrap();
    let path = &write(&data, "parquet", json!({"row-group-rows": 12}), folder.path())[0];
    for scan in
        [Scan::all(), Scan::all().batch_rows(7), Scan::all().columns((0..1500).rev().collect::<Vec<_>>())]
    {
        let file = open(path).unwrap();
        let batches: Vec<RecordBatch> = file.scan(TableId(0), &scan).unwrap().map(Result::unwrap).collect();
        let read = arrow_select::concat::concat_batches(batches[0].schema_ref(), &batches).unwrap();
        let order = scan.columns.clone().unwrap_or_else(|| (0..1500).collect());
        assert!(read.columns() == batch.project(&order).unwrap().columns());
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
    let options = [json!({"row-group-rows": 10}), json!({"row-group-rows": 10, "statistics": "none"})];
    let files = options.map(|options| {
        let folder = folder.path().join(options.as_object().unwrap().len().to_string());
        std::fs::create_dir(&folder).unwrap();
        open(&write(&data, "parquet", options, &folder)[0]).unwrap()
    });
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
        for file in &files {
            assert_eq!(count(&**file), count(&data), "{filter:?}");
        }
    }
}

#[test]
fn row_groups_are_chosen_by_every_digit_of_a_large_number() {
    let folder = tempfile::tempdir().unwrap();
    let ids: Vec<u64> = vec![1, 1 << 63, (1 << 63) + 1, u64::MAX - 1, u64::MAX];
    let column: ArrayRef = Arc::new(UInt64Array::from(ids.clone()));
    let digits: ArrayRef = Arc::new(
        Decimal128Array::from_iter_values(ids.iter().map(|id| i128::from(*id)))
            .with_precision_and_scale(30, 0)
            .unwrap(),
    );
    let batch = RecordBatch::try_from_iter([("id", column), ("digits", digits)]).unwrap();
    let data = MemoryDataset::from_batches("ids", vec![batch]).unwrap();
    let path = &write(&data, "parquet", json!({"row-group-rows": 1}), folder.path())[0];
    let file = open(path).unwrap();
    for variable in ["id", "digits"] {
        for id in &ids {
            for (is, wanted) in [
                (Comparison::Equal, ids.iter().filter(|other| *other == id).count()),
                (Comparison::AtLeast, ids.iter().filter(|other| *other >= id).count()),
                (Comparison::Less, ids.iter().filter(|other| *other < id).count()),
            ] {
                let scan = Scan::all().filter(Filter::compare(variable, is, id.to_string()));
                let context = Context::default();
                let batches = context.scan(&*file, TableId(0), &scan).unwrap();
                let rows: usize = batches.map(|batch| batch.unwrap().num_rows()).sum();
                assert_eq!(rows, wanted, "{variable} {is:?} {id}");
            }
        }
    }
}
