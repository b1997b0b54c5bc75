//! Delimited text in pandas, polars, pyarrow, DuckDB and R.

use std::path::{Path, PathBuf};

use exporter_tab::{Column, TabWriter, WriteOptions};

use crate::cells::{self, Known};
use crate::{programs, sample};

/// A file of the sample, and how to read it.
struct Written {
    _folder: tempfile::TempDir,
    path: PathBuf,
    delimiter: &'static str,
}

fn written(options: &WriteOptions, delimiter: &'static str) -> Written {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(if delimiter == "\t" { "sample.tab" } else { "sample.csv" });
    let batch = sample::every_type();
    let columns = batch.schema().fields().iter().map(|field| Column::new(field.name())).collect();
    let mut writer = TabWriter::new(std::fs::File::create(&path).unwrap(), columns, options).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    Written { _folder: folder, path, delimiter }
}

fn both() -> [Written; 2] {
    [written(&WriteOptions::default(), ","), written(&WriteOptions::tab(), "\t")]
}

/// The arguments of the reading scripts: file, delimiter, then `name:kind` for each column.
fn arguments(path: &Path, delimiter: &str) -> Vec<String> {
    let batch = sample::every_type();
    let schema = batch.schema();
    let columns = schema.fields().iter().map(|field| field.name()).zip(cells::kinds(&batch));
    let mut arguments = vec![path.to_str().unwrap().to_owned(), delimiter.to_owned()];
    arguments.extend(columns.map(|(name, kind)| format!("{name}:{kind}")));
    arguments
}

fn reads(tool: &str, known: Known) {
    let batch = sample::every_type();
    let names: Vec<String> = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
    let ours = cells::of_batches(&[batch]);
    for file in both() {
        let mut script = match tool {
            "R" => programs::r("read_delimited.R"),
            _ => programs::python("read_delimited.py"),
        };
        if tool != "R" {
            script.arg(tool);
        }
        let read = programs::rows(script, &arguments(&file.path, file.delimiter));
        cells::assert_same(&format!("{tool}, {:?}", file.delimiter), &names, &ours, &read, known);
    }
}

#[test]
fn pandas_reads_every_type() {
    // pandas treats a quoted empty cell like a bare one.
    reads("pandas", Known { empty_is_missing: true, ..Known::default() });
}

#[test]
fn polars_reads_every_type() {
    reads("polars", Known::default());
}

#[test]
fn pyarrow_reads_every_type() {
    reads("pyarrow", Known::default());
}

#[test]
fn duckdb_reads_every_type() {
    reads("duckdb", Known::default());
}

#[test]
fn python_csv_reads_every_type() {
    reads("csv", Known { empty_is_missing: true, ..Known::default() });
}

#[test]
fn r_reads_every_type() {
    // R's own reading of digits goes through extended precision and rounds twice; its files are read as text.
    reads("R", Known { empty_is_missing: true, last_places: 2, crlf_is_lf: true });
}
