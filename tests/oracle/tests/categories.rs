//! Categories of pandas and polars become labelled numbers, and what we write of them these programs read as the same
//! categories: order, unused ones and values.

use std::path::{Path, PathBuf};

use exporter_core::codebook::Measure;
use exporter_core::sink::MemorySink;
use exporter_core::{Context, Registry, Source, export};
use serde_json::{Value, json};

use crate::programs;

const LEVELS: [&str; 4] = ["low", "mid", "unused", "high"];
const PLACES: [&str; 4] = ["south", "Ünïcödé, 日本", "nowhere", "east"];

/// What pandas and polars see in each file.
fn seen(files: &[PathBuf]) -> Vec<Value> {
    let printed = programs::stdout(programs::python("categories.py").arg("read").args(files));
    String::from_utf8(printed).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn convert(file: &Path, format: &str, codebook: bool, folder: &Path) -> PathBuf {
    let registry = exporter_parquet::register(Registry::new());
    let context = Context::default();
    let source = Source::open(file, &context).unwrap();
    let data = registry.open(&source, json!({}), &context).unwrap();
    let table = &data.codebook().tables[0];
    for (variable, texts) in table.variables.iter().zip([LEVELS, PLACES]) {
        assert_eq!(data.codebook().categories_of(variable).unwrap(), texts, "{}", file.display());
    }
    assert_eq!(table.variables[0].measure, Some(Measure::Ordinal), "{}", file.display());
    let exporter = registry.exporter(format, json!({ "codebook": codebook })).unwrap();
    let sink = MemorySink::new();
    export(&*exporter, &*data, Box::new(sink.clone()), &context).unwrap();
    let name = format!("{}-{codebook}.{format}", file.file_name().unwrap().to_string_lossy());
    let target = folder.join(name);
    std::fs::write(&target, sink.entries().values().next().unwrap()).unwrap();
    target
}

#[test]
fn pandas_and_polars_read_back_the_categories_that_they_wrote() {
    let folder = tempfile::tempdir().unwrap();
    programs::stdout(programs::python("categories.py").arg("write").arg(folder.path()));
    let entries = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.collect();
    files.sort();
    assert_eq!(files.len(), 8);
    let theirs = seen(&files);
    let targets = tempfile::tempdir().unwrap();
    for (format, codebook) in [("parquet", true), ("parquet", false), ("arrow", true)] {
        let ours: Vec<PathBuf> =
            files.iter().map(|file| convert(file, format, codebook, targets.path())).collect();
        for ((file, ours), theirs) in files.iter().zip(seen(&ours)).zip(&theirs) {
            assert_eq!(&ours, theirs, "{} as {format}", file.display());
        }
    }
}
