//! Parquet and Arrow IPC in pyarrow, polars and DuckDB.

use exporter_core::sink::MemorySink;
use exporter_core::{Context, MemoryDataset, export};
use serde_json::json;

use crate::cells::{self, Known};
use crate::{programs, sample};

/// Writes the sample in a format with each list of options and compares what a tool reads.
fn reads(tool: &str, format: &str, options: &[serde_json::Value]) {
    let batch = sample::every_type();
    let names: Vec<String> = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
    let ours = cells::of_batches(std::slice::from_ref(&batch));
    let data = MemoryDataset::from_batches("sample", vec![batch]).unwrap();
    let registry = exporter_parquet::register(exporter_core::Registry::new());
    for options in options {
        let exporter = registry.exporter(format, options.clone()).unwrap();
        let sink = MemorySink::new();
        let target = sink.clone();
        let summary = export(&*exporter, &data, Box::new(sink), &Context::default()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(&summary.entries[0].path);
        std::fs::write(&path, &target.entries()[&summary.entries[0].path]).unwrap();
        let mut script = programs::python("read_columnar.py");
        script.arg(tool);
        let read = programs::rows(script, &[&path]);
        cells::assert_same(&format!("{tool}, {format} {options}"), &names, &ours, &read, Known::default());
    }
}

fn compressions() -> Vec<serde_json::Value> {
    ["none", "snappy", "zstd"].map(|compression| json!({ "compression": compression })).to_vec()
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
    reads("pyarrow", "arrow", &[json!({})]);
    reads("polars", "arrow", &[json!({})]);
}
