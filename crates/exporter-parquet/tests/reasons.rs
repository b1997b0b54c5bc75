//! Missing reasons in columns of their own: written on request, and reasons again when they are read.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt8Type;
use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, UInt8Array};
use exporter_core::codebook::{Codebook, Kind, Missing, Table, Variable};
use exporter_core::dataset::{Comparison, ExcerptDataset, Filter, MemoryDataset, TableId, scan_schema};
use exporter_core::{Context, Dataset, LossCode, Scan, export};
use exporter_testkit::conformance;
use serde_json::{Value as Json, json};

use crate::support::{open, registry, write};

const ROWS: usize = 40;

/// A number with reasons by letter and by label, a name that a column of reasons would have, and a second number.
fn study() -> MemoryDataset {
    let income = Variable::new("income", Kind::FLOAT)
        .with_missing(Missing::value(-9.0).label("Unknown"))
        .with_missing(Missing::reason().letter('b').label("Refused"))
        .with_missing(Missing::reason().label("Not asked"));
    let age = Variable::new("age", Kind::INTEGER).with_missing(Missing::reason().letter('z'));
    let table = Table::new("people", vec![income, Variable::new("income_reason", Kind::Text), age]);
    // Of every four rows of a variable with reasons: a value, a reason, a null, the other reason.
    let income = (0..ROWS).map(|row| row.is_multiple_of(4).then_some(row as f64 - 9.0));
    let texts = (0..ROWS).map(|row| (row % 3 > 0).then(|| format!("text {row}")));
    let ages = (0..ROWS).map(|row| (row % 4 < 2).then_some(row as i64));
    let of_income = (0..ROWS).map(|row| [None, Some(2), None, Some(1)][row % 4]);
    let of_ages = (0..ROWS).map(|row| (row % 4 == 3).then_some(0));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Float64Array::from_iter(income)),
        Arc::new(StringArray::from_iter(texts)),
        Arc::new(Int64Array::from_iter(ages)),
        Arc::new(UInt8Array::from_iter(of_income)),
        Arc::new(UInt8Array::from_iter(of_ages)),
    ];
    let batch = RecordBatch::try_new(scan_schema(&table, &[0, 1, 2], true), columns).unwrap();
    let batches = [batch.slice(0, 13), batch.slice(13, ROWS - 13)];
    MemoryDataset::new(Codebook::new("people").with_table(table), vec![batches.to_vec()]).unwrap()
}

fn forms() -> Vec<(&'static str, Json)> {
    let with = |more: Json| {
        let mut options = json!({"reasons": "column"});
        options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        options
    };
    vec![
        ("parquet", with(json!({}))),
        ("parquet", with(json!({"dictionary": false, "row-group-rows": 7, "compression": "none"}))),
        ("arrow", with(json!({}))),
        ("arrow", with(json!({"compression": "zstd"}))),
        ("arrows", with(json!({"compression": "lz4"}))),
        ("arrows", with(json!({}))),
    ]
}

fn written(data: &dyn Dataset, format: &str, options: Json, folder: &Path) -> PathBuf {
    write(data, format, options, folder).remove(0)
}

fn rows(data: &dyn Dataset, scan: &Scan) -> RecordBatch {
    let batches = Context::default().scan(data, TableId(0), scan).unwrap();
    let schema = batches.schema().clone();
    arrow_select::concat::concat_batches(&schema, &batches.map(Result::unwrap).collect::<Vec<_>>()).unwrap()
}

fn reasons(batch: &RecordBatch, column: usize) -> Vec<Option<u8>> {
    batch.column(column).as_primitive::<UInt8Type>().iter().collect()
}

#[test]
fn reasons_come_back_with_the_codebook() {
    let folder = tempfile::tempdir().unwrap();
    let data = study();
    let all = Scan::all().with_reasons();
    for (format, options) in forms() {
        let path = written(&data, format, options.clone(), folder.path());
        let back = open(&path).unwrap();
        assert_eq!(back.codebook(), data.codebook(), "{format} {options}");
        assert_eq!(rows(&*back, &all), rows(&data, &all), "{format} {options}");
        assert_eq!(rows(&*back, &Scan::all()), rows(&data, &Scan::all()), "{format} {options}");
    }
    let letters = rows(&data, &all);
    assert_eq!(reasons(&letters, 3)[..4], [None, Some(2), None, Some(1)]);
}

#[test]
fn projections_filters_and_limits_keep_the_reasons_of_what_they_deliver() {
    let folder = tempfile::tempdir().unwrap();
    let data = study();
    let above = Filter::compare("age", Comparison::AtLeast, 9);
    let empty = Filter::IsNull("age".into());
    let scans = [
        Scan::all().columns([2]).with_reasons(),
        Scan::all().columns([2, 0]).with_reasons(),
        Scan::all().columns([1]).with_reasons(),
        Scan::all().columns([]).with_reasons(),
        Scan::all().columns([0]).filter(above.clone()).with_reasons(),
        Scan::all().columns([1, 0]).filter(empty.clone()).limit(3).with_reasons(),
        Scan::all().filter(empty).limit(5).with_reasons(),
    ];
    for (format, options) in forms() {
        let path = written(&data, format, options.clone(), folder.path());
        let back = open(&path).unwrap();
        for scan in &scans {
            assert_eq!(rows(&*back, scan), rows(&data, scan), "{format} {options} {scan:?}");
        }
        let hidden = Scan::all().filter(Filter::IsNull("income_reason_".into()));
        assert!(back.scan(TableId(0), &hidden).is_err());
        // Without the variable nothing of its reasons is left.
        let excerpt = ExcerptDataset::new(back, vec![Scan::all().columns([1, 2])]).unwrap();
        assert_eq!(excerpt.codebook().tables[0].variables.len(), 2);
        let part = rows(&excerpt, &Scan::all().with_reasons());
        assert_eq!((part.num_columns(), &reasons(&part, 2)[2..4]), (3, &[None, Some(0)][..]));
    }
}

#[test]
fn the_loss_is_told_where_reasons_are_dropped_and_there_alone() {
    for format in ["parquet", "arrow", "arrows"] {
        for (options, lost) in [(json!({}), 2), (json!({"reasons": "column"}), 0)] {
            let exporter = registry().exporter(format, options).unwrap();
            let sink = exporter_core::sink::MemorySink::new();
            let summary = export(&*exporter, &study(), Box::new(sink), &Context::default()).unwrap();
            let dropped =
                summary.changes.losses.iter().filter(|loss| loss.code == LossCode::MISSING_REASON_DROPPED);
            assert_eq!((dropped.count(), summary.changes.losses.iter().count()), (lost, lost), "{format}");
        }
    }
}

#[test]
fn without_the_codebook_the_columns_are_texts() {
    let folder = tempfile::tempdir().unwrap();
    for format in ["parquet", "arrow", "arrows"] {
        let options = json!({"reasons": "column", "codebook": false});
        let back = open(&written(&study(), format, options, folder.path())).unwrap();
        let names: Vec<&str> =
            back.codebook().tables[0].variables.iter().map(|variable| variable.name.as_str()).collect();
        assert_eq!(names, ["income", "income_reason", "age", "income_reason_", "age_reason"]);
        let batch = rows(&*back, &Scan::all().columns([3]).limit(4));
        let texts: Vec<Option<&str>> = batch.column(0).as_string::<i32>().iter().collect();
        assert_eq!(texts, [None, Some("Not asked"), None, Some(".b")]);
    }
}

#[test]
fn files_with_reasons_are_sound() {
    let folder = tempfile::tempdir().unwrap();
    let data = study();
    for (format, options) in forms().into_iter().step_by(2) {
        conformance::exporter(&*registry().exporter(format, options.clone()).unwrap(), &data);
        let path = written(&data, format, options, folder.path());
        match format {
            "parquet" => conformance::input::<exporter_parquet::Parquet>(&path),
            "arrow" => conformance::input::<exporter_parquet::ArrowFile>(&path),
            _ => conformance::input::<exporter_parquet::ArrowStream>(&path),
        }
    }
}

/// Parquet as another program leaves it: the keys and marks are kept, columns and values are not.
fn changed(path: &Path, change: impl Fn(&RecordBatch) -> RecordBatch) -> Vec<u8> {
    use parquet::arrow::ArrowWriter;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    let file = std::fs::File::open(path).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let keys = reader.schema().metadata().clone();
    let with_keys = |batch: RecordBatch| {
        let schema = batch.schema().as_ref().clone().with_metadata(keys.clone());
        batch.with_schema(Arc::new(schema)).unwrap()
    };
    let reader = reader.build().unwrap();
    let batches: Vec<RecordBatch> = reader.map(|batch| change(&with_keys(batch.unwrap()))).collect();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batches[0].schema(), None).unwrap();
    batches.iter().for_each(|batch| writer.write(batch).unwrap());
    writer.close().unwrap();
    bytes
}

#[test]
fn files_that_another_program_changed_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(&study(), "parquet", json!({"reasons": "column"}), folder.path());
    let opened = |change: &dyn Fn(&RecordBatch) -> RecordBatch| {
        let again = folder.path().join("again.parquet");
        std::fs::write(&again, changed(&path, change)).unwrap();
        open(&again).unwrap()
    };
    let all = Scan::all().with_reasons();
    let names = |data: &dyn Dataset| -> Vec<String> {
        data.codebook().tables[0].variables.iter().map(|variable| variable.name.clone()).collect()
    };
    // Columns in another order.
    let back = opened(&|batch| batch.project(&[4, 3, 2, 1, 0]).unwrap());
    assert_eq!(names(&*back), ["age", "income_reason", "income"]);
    let expected = rows(&study(), &all.clone().columns([2, 1, 0]));
    assert_eq!(rows(&*back, &all), expected);
    // A column of reasons without its variable is a text; a variable without it has no reasons.
    let back = opened(&|batch| batch.project(&[1, 2, 3]).unwrap());
    assert_eq!(names(&*back), ["income_reason", "age", "income_reason_"]);
    assert_eq!(reasons(&rows(&*back, &all), 3), vec![None; ROWS]);
    // A reason beside a value is not used, which is a loss; a text that is no reason is an error that says where.
    let values = |batch: &RecordBatch, column: usize, values: ArrayRef| {
        let mut columns = batch.columns().to_vec();
        columns[column] = values;
        RecordBatch::try_new(batch.schema(), columns).unwrap()
    };
    let back = opened(&|batch| values(batch, 2, Arc::new(Int64Array::from(vec![5; batch.num_rows()]))));
    assert_eq!(reasons(&rows(&*back, &all), 4), vec![None; ROWS]);
    let losses = back.losses();
    let told = losses.iter().find(|loss| loss.code == exporter_core::LossCode::NOT_READ).unwrap();
    assert_eq!((told.variable.as_deref(), told.first.as_ref().unwrap().row), (Some("age"), Some(4)));
    let back = opened(&|batch| {
        let schema = batch.schema();
        let mut fields: Vec<_> = schema.fields().iter().map(|field| field.as_ref().clone()).collect();
        fields[4] = fields[4].clone().with_data_type(arrow_schema::DataType::Utf8);
        let mut columns = batch.columns().to_vec();
        columns[4] = Arc::new(StringArray::from(vec!["odd"; batch.num_rows()]));
        RecordBatch::try_new(
            Arc::new(arrow_schema::Schema::new_with_metadata(fields, schema.metadata().clone())),
            columns,
        )
        .unwrap()
    });
    let mut batches = Context::default().scan(&*back, TableId(0), &all).unwrap();
    let error = batches.next().unwrap().unwrap_err();
    let (place, told) = (error.place(), error.to_string());
    assert!(told.contains("\"odd\" is no declared missing reason of \"age\""), "{told}");
    assert_eq!((place.variable.as_deref(), place.row), (Some("age_reason"), Some(1)));
    assert!(error.hint().unwrap().contains("codebook=false"));
}
