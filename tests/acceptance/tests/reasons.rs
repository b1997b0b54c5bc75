//! Stata files on their way through Parquet and Arrow with their missing reasons in columns.

use std::path::PathBuf;

use exporter_core::codebook::{DeclaredFacts, Table, Variable};
use exporter_core::sink::MemorySink;
use exporter_core::{Context, Dataset, Registry, Source, export};
use serde_json::{Value as Json, json};

use crate::reference;

fn registry() -> Registry {
    exporter_dta::register(exporter_parquet::register(Registry::new()))
}

fn opened(name: &str, bytes: Vec<u8>) -> Box<dyn Dataset> {
    let context = Context::default();
    registry().open(&Source::memory(name, bytes), Json::Null, &context).unwrap()
}

/// The one entry of a dataset in a format, by its name.
fn written(data: &dyn Dataset, format: &str, options: Json) -> exporter_core::Result<(String, Vec<u8>)> {
    let exporter = registry().exporter(format, options)?;
    let sink = MemorySink::new();
    export(&*exporter, data, Box::new(sink.clone()), &Context::default())?;
    Ok(sink.entries().into_iter().next().unwrap())
}

/// The tables but for facts about their rows, which no file stores.
fn described(data: &dyn Dataset) -> Vec<Table> {
    let mut tables = data.codebook().tables.clone();
    let variables = tables.iter_mut().flat_map(|table| &mut table.variables);
    variables.for_each(|variable| variable.facts = DeclaredFacts::default());
    tables
}

#[test]
fn stata_files_come_back_byte_by_byte() {
    let Some(folder) = reference::folder("data") else { return };
    let files = |below: &str| -> Vec<PathBuf> {
        let files = std::fs::read_dir(folder.join(below)).unwrap().map(|file| file.unwrap().path());
        let mut files: Vec<_> =
            files.filter(|path| path.extension().is_some_and(|extension| extension == "dta")).collect();
        files.sort();
        files
    };
    let mut letters = 0;
    for path in files("cases/stata").into_iter().chain(files("stat")) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let source = Source::open(&path, &Context::default()).unwrap();
        // Files that are refused are tested where they are refused.
        let Ok(data) = registry().open(&source, Json::Null, &Context::default()) else { continue };
        let Ok(direct) = written(&*data, "dta", json!({ "timestamp": false })) else { continue };
        letters += usize::from(data.codebook().tables[0].variables.iter().any(Variable::has_reasons));
        for format in ["parquet", "arrow"] {
            let (entry, bytes) = written(&*data, format, json!({"reasons": "column"})).unwrap();
            let back = opened(&entry, bytes);
            assert_eq!(described(&*back), described(&*data), "{name}, {format}");
            let again = written(&*back, "dta", json!({ "timestamp": false })).unwrap();
            assert!(again == direct, "{name}, {format}");
        }
    }
    assert!(letters > 3, "{letters} files have letters");
}
