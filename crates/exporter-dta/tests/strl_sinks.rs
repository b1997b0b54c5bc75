//! Tables with many strL contents through sinks that can seek and sinks that cannot, which may fail at any place.

use std::fs;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use exporter_core::codebook::{Codebook, Kind, Table, Variable};
use exporter_core::sink::{FileSink, FolderOptions, FolderSink, MemorySink, StreamSink};
use exporter_core::{ErrorKind, MemoryDataset, export};
use exporter_dta::DtaExporter;
use exporter_testkit::fault::{Fault, FaultSink};

use super::lenient;

/// 6,000 rows of 144 KB in all with 1.4 MB of contents, so that both are written in turn.
fn study() -> MemoryDataset {
    let rows = 0..6_000;
    let text =
        |row: usize| if row.is_multiple_of(10) { format!("{row} ").repeat(600) } else { String::new() };
    let variables = vec![
        Variable::new("number", Kind::FLOAT),
        Variable::new("text", Kind::Text),
        Variable::new("again", Kind::FLOAT),
    ];
    let numbers: ArrayRef =
        Arc::new(Float64Array::from_iter_values(rows.clone().map(|row| row as f64 / 7.0)));
    let texts: ArrayRef = Arc::new(StringArray::from_iter_values(rows.map(text)));
    let columns = [("number", numbers.clone()), ("text", texts), ("again", numbers)];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let slices = (0..6).map(|slice| batch.slice(slice * 1_000, 1_000)).collect();
    MemoryDataset::new(Codebook::new("s").with_table(Table::new("t", variables)), vec![slices]).unwrap()
}

#[test]
fn every_sink_gets_the_same_bytes() {
    let data = study();
    let exporter = DtaExporter::default();
    let mut stream = Vec::new();
    export(&exporter, &data, Box::new(StreamSink::new(&mut stream)), &lenient()).unwrap();
    let memory = MemorySink::new();
    export(&exporter, &data, Box::new(memory.clone()), &lenient()).unwrap();
    assert!(memory.entries()["t.dta"] == stream, "memory differs");
    let home = tempfile::tempdir().unwrap();
    let folder = FolderSink::create(home.path().join("folder"), FolderOptions::default()).unwrap();
    let summary = export(&exporter, &data, Box::new(folder), &lenient()).unwrap();
    assert!(fs::read(home.path().join("folder/t.dta")).unwrap() == stream, "the folder differs");
    assert_eq!(summary.entries[0].bytes, stream.len() as u64);
    let file = FileSink::create(home.path().join("x.dta"), FolderOptions::default()).unwrap();
    let summary = export(&exporter, &data, Box::new(file), &lenient()).unwrap();
    assert!(fs::read(home.path().join("x.dta")).unwrap() == stream, "the file differs");
    assert_eq!(summary.entries[0].bytes, stream.len() as u64);
}

#[test]
fn a_sink_that_fails_is_named_and_left_empty() {
    let data = study();
    let exporter = DtaExporter::default();
    let counting = FaultSink::new(MemorySink::new(), Fault::Never);
    export(&exporter, &data, Box::new(&counting), &lenient()).unwrap();
    let (_, written, _) = counting.counts();
    let faults = (0..written).step_by(60_013).chain([written - 1]).map(Fault::Byte).chain([Fault::Commit(0)]);
    for fault in faults {
        let home = tempfile::tempdir().unwrap();
        let folder = FolderSink::create(home.path().join("folder"), FolderOptions::default()).unwrap();
        let sink = Box::new(FaultSink::new(folder, fault));
        let error = export(&exporter, &data, sink, &lenient()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io, "{fault:?}: {error:?}");
        if matches!(fault, Fault::Byte(_)) {
            assert_eq!(error.place().entry.as_deref(), Some("t.dta"), "{fault:?}: {error:?}");
        }
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0, "{fault:?} leaves something");
    }
}

#[test]
fn a_temporary_folder_that_is_gone_is_named_only_when_needed() {
    let data = study();
    let exporter = DtaExporter::default();
    let context = lenient().with_temp("gone/away");
    let memory = Box::new(MemorySink::new());
    export(&exporter, &data, memory, &context).unwrap();
    let error = export(&exporter, &data, Box::new(StreamSink::new(Vec::new())), &context).unwrap_err();
    assert!(error.message().contains("gone/away"), "{error:?}");
    assert_eq!(error.place().entry.as_deref(), Some("t.dta"));
}
