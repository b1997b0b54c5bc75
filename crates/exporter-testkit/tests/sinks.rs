//! Every sink held to the contract.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use exporter_core::sink::{FileSink, FolderOptions, FolderSink, MemorySink, NullSink, StreamSink};
use exporter_core::{EntrySpec, Sink};
use exporter_testkit::conformance::{self, SinkCase};
use tempfile::TempDir;

use crate::on_disk::files;

struct Folder {
    home: TempDir,
    exists: bool,
}

impl Folder {
    fn target(&self) -> PathBuf {
        self.home.path().join("new/out")
    }
}

impl SinkCase for Folder {
    fn sink(&self) -> Box<dyn Sink + '_> {
        if self.exists {
            fs::create_dir_all(self.target()).unwrap();
        }
        Box::new(FolderSink::create(self.target(), FolderOptions::default().sync(true)).unwrap())
    }

    fn visible(&self) -> BTreeMap<String, Vec<u8>> {
        let mut seen = files(&self.target());
        seen.retain(|path, _| !path.starts_with(".exporter-"));
        seen
    }
}

#[test]
fn a_folder_passes() {
    for exists in [false, true] {
        conformance::sink(|| Folder { home: tempfile::tempdir().unwrap(), exists });
    }
}

struct OneFile(TempDir);

impl SinkCase for OneFile {
    fn sink(&self) -> Box<dyn Sink + '_> {
        Box::new(FileSink::create(self.0.path().join("out.bin"), FolderOptions::default()).unwrap())
    }

    fn visible(&self) -> BTreeMap<String, Vec<u8>> {
        let mut seen = files(self.0.path());
        seen.retain(|path, _| !path.starts_with(".exporter-"));
        seen
    }

    fn takes_many(&self) -> bool {
        false
    }

    fn keeps_paths(&self) -> bool {
        false
    }
}

#[test]
fn a_file_passes() {
    conformance::sink(|| OneFile(tempfile::tempdir().unwrap()));
}

struct Memory(MemorySink);

impl SinkCase for Memory {
    fn sink(&self) -> Box<dyn Sink + '_> {
        Box::new(self.0.clone())
    }

    fn visible(&self) -> BTreeMap<String, Vec<u8>> {
        self.0.entries()
    }
}

#[test]
fn memory_passes() {
    conformance::sink(|| Memory(MemorySink::new()));
}

struct Null;

impl SinkCase for Null {
    fn sink(&self) -> Box<dyn Sink + '_> {
        Box::new(NullSink::new())
    }

    fn visible(&self) -> BTreeMap<String, Vec<u8>> {
        BTreeMap::new()
    }

    fn keeps_bytes(&self) -> bool {
        false
    }
}

#[test]
fn null_passes() {
    conformance::sink(|| Null);
}

#[derive(Clone, Default)]
struct Pipe(Arc<Mutex<Vec<u8>>>);

impl Write for Pipe {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(buffer)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl SinkCase for Pipe {
    fn sink(&self) -> Box<dyn Sink + '_> {
        Box::new(StreamSink::new(self.clone()))
    }

    fn visible(&self) -> BTreeMap<String, Vec<u8>> {
        BTreeMap::from([("stream".to_owned(), self.0.lock().unwrap().clone())])
    }

    fn takes_many(&self) -> bool {
        false
    }

    fn keeps_paths(&self) -> bool {
        false
    }

    fn hides(&self) -> bool {
        false
    }
}

#[test]
fn a_stream_passes() {
    conformance::sink(Pipe::default);
    let pipe = Pipe::default();
    let sink = StreamSink::new(pipe);
    drop(sink.create(&EntrySpec::new("a", "text/plain")).unwrap());
    assert!(Box::new(sink).finish().is_err(), "a stream that was given up is whole");
}
