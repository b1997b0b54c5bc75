//! Parquet and Arrow IPC in pyarrow, polars, DuckDB and pandas.

use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray, UInt8Array};
use arrow_schema::{DataType, Field, Schema};
use exporter_core::codebook::{Codebook, Kind, Missing, Period, Table, TimeUnit, Variable};
use exporter_core::dataset::{arrow_schema, infer_table, scan_schema};
use exporter_core::sink::MemorySink;
use exporter_core::{Context, Loss, LossCode, MemoryDataset, export};
use exporter_testkit::{Cell, column_of};
use serde_json::{Value, json};

use crate::cells::{self, Known};
use crate::{programs, sample};

/// The sample of all formats with what only columnar files hold besides.
fn sample() -> (MemoryDataset, RecordBatch) {
    let plain = sample::every_type();
    let mut table = infer_table("sample", &plain.schema()).unwrap();
    let mut columns = plain.columns().to_vec();
    let rows = plain.num_rows();
    for (name, kind, values) in sample::columnar() {
        // Every seventh value is missing, and the last.
        let cell = |row: usize| {
            if row % 7 == 3 || row + 1 == rows { Cell::Null } else { values[row % values.len()].clone() }
        };
        columns.push(column_of(&kind, &(0..rows).map(cell).collect::<Vec<_>>()));
        table.variables.push(Variable::new(name, kind));
    }
    let all: Vec<usize> = (0..table.variables.len()).collect();
    let batch = RecordBatch::try_new(arrow_schema(&table, &all), columns).unwrap();
    let codebook = Codebook::new("sample").with_table(table);
    (MemoryDataset::new(codebook, vec![vec![batch.clone()]]).unwrap(), batch)
}

/// Writes the sample in a format with options, into a folder.
fn written(data: &MemoryDataset, format: &str, options: &Value) -> (tempfile::TempDir, PathBuf) {
    let registry = exporter_parquet::register(exporter_core::Registry::new());
    let exporter = registry.exporter(format, options.clone()).unwrap();
    let sink = MemorySink::new();
    let target = sink.clone();
    let summary = export(&*exporter, data, Box::new(sink), &Context::default()).unwrap();
    // Parquet has no lengths of time; programs that know Arrow's schema see them all the same.
    let known = |loss: &Loss| {
        let is_known = loss.variable.as_ref().is_some_and(|name| name.starts_with("duration_"));
        is_known && format == "parquet" && loss.code == LossCode::KIND_CHANGED
    };
    assert!(summary.changes.losses.iter().all(known), "{:?}", summary.changes.losses);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(&summary.entries[0].path);
    std::fs::write(&path, &target.entries()[&summary.entries[0].path]).unwrap();
    (folder, path)
}

/// Programs that have no periods read their texts.
fn with_period_texts(batch: &RecordBatch) -> RecordBatch {
    let at = batch.schema().index_of("period").unwrap();
    let counts = batch.column(at).as_primitive::<Int32Type>().iter();
    let texts: StringArray = counts.map(|count| count.map(|count| Period::Month.iso_text(count))).collect();
    let (schema, mut columns, _) = batch.clone().into_parts();
    let mut fields = schema.fields().to_vec();
    fields[at] = Arc::new(Field::new("period", DataType::Utf8, true));
    columns[at] = Arc::new(texts);
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
}

/// Writes the sample with each list of options and compares what a tool reads.
fn reads(tool: &str, format: &str, options: &[Value]) {
    let (data, batch) = sample();
    let names: Vec<String> = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
    let ours = cells::of_batches(&[with_period_texts(&batch)]);
    for options in options {
        let (_folder, path) = written(&data, format, options);
        let mut script = programs::python("read_columnar.py");
        script.arg(tool);
        let read = programs::rows(script, &[&path]);
        cells::assert_same(&format!("{tool}, {format} {options}"), &names, &ours, &read, Known::default());
    }
}

/// The types that a tool finds, of the columns named.
fn types(tool: &str, format: &str, expected: &[(&str, &str)]) {
    let (data, _) = sample();
    let (_folder, path) = written(&data, format, &json!({}));
    let printed = programs::stdout(programs::python("read_columnar.py").arg(tool).arg(path).arg("types"));
    let found: Value = serde_json::from_slice(&printed).unwrap();
    for (column, kind) in expected {
        assert_eq!(found[column], *kind, "{tool}, {format}, {column}");
    }
}

fn compressions() -> Vec<Value> {
    ["none", "snappy", "zstd"].map(|compression| json!({ "compression": compression })).to_vec()
}

fn arrow_compressions() -> Vec<Value> {
    ["none", "lz4", "zstd"].map(|compression| json!({ "compression": compression })).to_vec()
}

#[test]
fn pyarrow_reads_parquet() {
    reads("pyarrow", "parquet", &compressions());
}

#[test]
fn polars_reads_parquet() {
    reads("polars", "parquet", &compressions());
}

#[test]
fn duckdb_reads_parquet() {
    reads("duckdb", "parquet", &compressions());
}

#[test]
fn pyarrow_and_polars_read_arrow_files() {
    reads("pyarrow", "arrow", &arrow_compressions());
    reads("polars", "arrow", &arrow_compressions());
}

#[test]
fn pyarrow_and_polars_read_arrow_streams() {
    reads("pyarrow", "arrows", &arrow_compressions());
    reads("polars", "arrows", &arrow_compressions());
}

/// Zones by offset alone: pyarrow and DuckDB read them, polars takes names of zones only.
#[test]
fn offsets_are_zones_but_in_polars() {
    let kind = Kind::DateTime { unit: TimeUnit::Millisecond, zone: Some("+05:30".to_owned()) };
    let table = Table::new("sample", vec![Variable::new("at", kind.clone())]);
    let cells = [Cell::Integer(1_700_000_000_250), Cell::Null];
    let batch = RecordBatch::try_new(arrow_schema(&table, &[0]), vec![column_of(&kind, &cells)]).unwrap();
    let ours = cells::of_batches(std::slice::from_ref(&batch));
    let data = MemoryDataset::new(Codebook::new("sample").with_table(table), vec![vec![batch]]).unwrap();
    for format in ["parquet", "arrow", "arrows"] {
        let (_folder, path) = written(&data, format, &json!({}));
        for tool in ["pyarrow", "duckdb"].into_iter().filter(|tool| *tool == "pyarrow" || format == "parquet")
        {
            let mut script = programs::python("read_columnar.py");
            script.arg(tool);
            let read = programs::rows(script, &[&path]);
            cells::assert_same(
                &format!("{tool}, {format}"),
                &["at".to_owned()],
                &ours,
                &read,
                Known::default(),
            );
        }
        let refused = programs::ended(programs::python("read_columnar.py").arg("polars").arg(&path));
        let said = String::from_utf8_lossy(&refused.stderr);
        assert!(
            !refused.status.success() && said.contains("unable to parse time zone: '+05:30'"),
            "polars no longer has this fault: {format}: {said}"
        );
    }
}

/// Units and zones arrive, where the tool has a type for them; DuckDB knows no lengths of time in Parquet, and one
/// type for all zones.
#[test]
fn types_keep_their_units_and_zones() {
    let pyarrow = [
        ("duration_s", "duration[s]"),
        ("duration_ms", "duration[ms]"),
        ("duration_us", "duration[us]"),
        ("duration_ns", "duration[ns]"),
        ("period", "string"),
        ("local_ms", "timestamp[ms]"),
        ("local_ns", "timestamp[ns]"),
        ("zoned_us", "timestamp[us, tz=Asia/Kathmandu]"),
        ("zoned_ms", "timestamp[ms, tz=Asia/Kolkata]"),
        ("utc_us", "timestamp[us, tz=UTC]"),
        ("zoned_ns", "timestamp[ns, tz=America/St_Johns]"),
        ("time_ns", "time64[ns]"),
        ("bytes", "binary"),
        ("list", "list<item: string>"),
        ("structure", "struct<x: int64, y: string>"),
    ];
    let polars = [
        ("duration_ms", "Duration(time_unit='ms')"),
        ("duration_ns", "Duration(time_unit='ns')"),
        ("local_ns", "Datetime(time_unit='ns', time_zone=None)"),
        ("zoned_us", "Datetime(time_unit='us', time_zone='Asia/Kathmandu')"),
        ("utc_us", "Datetime(time_unit='us', time_zone='UTC')"),
        ("time_ns", "Time"),
        ("bytes", "Binary"),
    ];
    // Parquet counts no seconds.
    for (format, seconds) in
        [("parquet", "timestamp[ms]"), ("arrow", "timestamp[s]"), ("arrows", "timestamp[s]")]
    {
        types("pyarrow", format, &pyarrow);
        types("pyarrow", format, &[("local_s", seconds)]);
        types("polars", format, &polars);
    }
    let duckdb = [
        ("duration_ms", "BIGINT"),
        ("period", "VARCHAR"),
        ("local_ns", "TIMESTAMP_NS"),
        ("zoned_us", "TIMESTAMP WITH TIME ZONE"),
        ("zoned_ns", "TIMESTAMPTZ_NS"),
        ("time_ns", "TIME_NS"),
        ("bytes", "BLOB"),
        ("list", "VARCHAR[]"),
        ("structure", "STRUCT(x BIGINT, y VARCHAR)"),
    ];
    types("duckdb", "parquet", &duckdb);
}

/// Columns of missing reasons are texts of few values for every program, whatever its name for them.
#[test]
fn columns_of_reasons_are_read_by_every_program() {
    let number = |name: &str| Variable::new(name, Kind::INTEGER);
    let income = number("income")
        .with_missing(Missing::value(-9).label("Unknown"))
        .with_missing(Missing::reason().letter('a').label("Refused"))
        .with_missing(Missing::reason().label("Not asked"));
    let table = Table::new("sample", vec![number("id"), income]);
    let all =
        [(1, Some(7), None), (2, None, Some(1)), (3, None, None), (4, Some(-9), None), (5, None, Some(2))];
    // Enough rows for several batches.
    let rows: Vec<_> = all.iter().cycle().take(20_000).copied().collect();
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.0)));
    let values: ArrayRef = Arc::new(Int64Array::from_iter(rows.iter().map(|row| row.1)));
    let reasons: ArrayRef = Arc::new(UInt8Array::from_iter(rows.iter().map(|row| row.2)));
    let schema = scan_schema(&table, &[0, 1], true);
    let batch = RecordBatch::try_new(schema, vec![ids.clone(), values.clone(), reasons]).unwrap();
    let data = MemoryDataset::new(Codebook::new("sample").with_table(table), vec![vec![batch]]).unwrap();
    let text = |row: &(i64, Option<i64>, Option<u8>)| {
        row.2.map(|position| [".a", "Not asked"][usize::from(position) - 1])
    };
    let texts: ArrayRef = Arc::new(StringArray::from_iter(rows.iter().map(text)));
    let names = ["id", "income", "income_reason"];
    let ours = RecordBatch::try_from_iter_with_nullable(
        names.iter().copied().zip([ids, values, texts]).map(|(name, column)| (name, column, true)),
    );
    let ours = cells::of_batches(&[ours.unwrap()]);
    let names = names.map(str::to_owned);
    for (format, compression) in [
        ("parquet", "zstd"),
        ("parquet", "none"),
        ("arrow", "none"),
        ("arrow", "zstd"),
        ("arrows", "lz4"),
        ("arrows", "none"),
    ] {
        let options = json!({ "reasons": "column", "compression": compression });
        let (_folder, path) = written(&data, format, &options);
        for tool in ["pyarrow", "polars", "duckdb", "pandas"] {
            if tool == "duckdb" && format != "parquet" {
                continue;
            }
            let mut script = programs::python("read_columnar.py");
            script.arg(tool);
            let read = programs::rows(script, &[&path]);
            cells::assert_same(
                &format!("{tool}, {format} {options}"),
                &names,
                &ours,
                &read,
                Known::default(),
            );
        }
    }
}
