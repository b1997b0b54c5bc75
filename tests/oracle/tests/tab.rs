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

/// What Python's csv and pandas write in every dialect is found to be in it, cell for cell.
#[test]
fn dialects_of_python_and_pandas_are_found() {
    use exporter_core::dataset::display_rows;
    use exporter_core::{Context, Registry, Scan, Source, TableId};
    use serde_json::Value as Json;

    let folder = tempfile::tempdir().unwrap();
    let mut script = programs::python("write_dialects.py");
    let printed = programs::stdout(script.arg(folder.path()));
    let (registry, context) = (exporter_tab::register(Registry::new()), Context::default());
    let mut wrong = Vec::new();
    let mut files = 0;
    for line in String::from_utf8(printed).unwrap().lines() {
        let (name, options, names, rows): (String, Json, Option<Vec<String>>, Vec<Vec<Json>>) =
            serde_json::from_str(line).unwrap();
        files += 1;
        let source = Source::open(folder.path().join(&name), &context).unwrap();
        let said = std::fs::read_to_string(folder.path().join(&name)).unwrap();
        let data = match registry.open_as("csv", &source, options, &context) {
            Ok(data) => data,
            Err(error) => {
                wrong.push(format!("{name}: {error:?}\n{said}"));
                continue;
            }
        };
        let notes: Vec<String> = data.notes().into_iter().map(|note| note.text).collect();
        let variables = data.codebook().tables[0].variables.iter();
        let found: Vec<String> = variables.map(|variable| variable.name.clone()).collect();
        let batches = context.scan(&*data, TableId(0), &Scan::all()).unwrap();
        let cells: Vec<Vec<Option<String>>> =
            batches.flat_map(|batch| display_rows(&batch.unwrap()).unwrap()).collect();
        let equal = |ours: &Option<String>, theirs: &Json| match (ours, theirs) {
            // Without quotes an empty text and none are the same.
            (None, Json::Null) => true,
            (Some(ours), Json::Null) => ours.is_empty(),
            (Some(ours), Json::Number(theirs)) => ours.parse::<f64>().ok() == theirs.as_f64(),
            (Some(ours), Json::String(theirs)) => ours == theirs,
            _ => false,
        };
        let same = cells.len() == rows.len()
            && cells.iter().zip(&rows).all(|(ours, theirs)| {
                ours.len() == theirs.len()
                    && ours.iter().zip(theirs).all(|(ours, theirs)| equal(ours, theirs))
            });
        let has_names = names.as_ref().is_none_or(|names| *names == found);
        let has_header = names.is_none() == notes.iter().any(|note| note.contains("header=none"));
        if !same || !has_names || !has_header {
            wrong.push(format!("{name}: {notes:?}\n{found:?} {cells:?}\n{said}"));
        }
    }
    assert!(files > 200, "{files}");
    assert!(
        wrong.is_empty(),
        "{} of {files} files\n{}",
        wrong.len(),
        wrong[..wrong.len().min(6)].join("\n\n")
    );
}
