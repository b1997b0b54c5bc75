//! Writing a dataset to files and opening them again.

use std::path::{Path, PathBuf};

use exporter_core::sink::MemorySink;
use exporter_core::{Context, Dataset, Registry, Source, export};
use serde_json::Value as Json;

pub(crate) fn registry() -> Registry {
    exporter_parquet::register(Registry::new())
}

/// The bytes of a dataset's only (or first) entry in a format.
pub(crate) fn bytes(data: &dyn Dataset, format: &str, options: Json, context: &Context) -> Vec<u8> {
    let exporter = registry().exporter(format, options).unwrap();
    let sink = MemorySink::new();
    export(&*exporter, data, Box::new(sink.clone()), context).unwrap();
    sink.entries().into_values().next().unwrap()
}

/// Writes every table of a dataset into a folder.
pub(crate) fn write(data: &dyn Dataset, format: &str, options: Json, folder: &Path) -> Vec<PathBuf> {
    let exporter = registry().exporter(format, options).unwrap();
    let sink = MemorySink::new();
    export(&*exporter, data, Box::new(sink.clone()), &Context::default()).unwrap();
    let write = |(path, bytes): (String, Vec<u8>)| {
        let path = folder.join(path);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    sink.entries().into_iter().map(write).collect()
}

pub(crate) fn open(path: &Path) -> exporter_core::Result<Box<dyn Dataset>> {
    let context = Context::default();
    registry().open(&Source::open(path, &context)?, Json::Null, &context)
}
