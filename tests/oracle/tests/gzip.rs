//! Gzip streams in gzip, pigz, 7-Zip and Python.

use std::io::Write as _;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use exporter_package::{GzipOptions, GzipWriter};

use crate::programs;

/// Three megabytes: several blocks of the parallel compressor.
fn content() -> Vec<u8> {
    let lines = (0..120_000u32)
        .map(|line| format!("{line}\t{}\tline {}\n", line.wrapping_mul(2_654_435_761), line % 7));
    lines.collect::<String>().into_bytes()
}

fn written(threads: usize) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.tab.gz");
    let file = std::fs::File::create(&path).unwrap();
    let options = GzipOptions::default().name("table.tab");
    let mut writer = GzipWriter::new(file, options, NonZeroUsize::new(threads).unwrap());
    writer.write_all(&content()).unwrap();
    writer.finish().unwrap();
    (folder, path)
}

#[test]
fn every_tool_unpacks_what_one_and_four_threads_wrote() {
    for threads in [1, 4] {
        let (_folder, path) = written(threads);
        let unpacked = [
            ("gzip", programs::stdout(programs::program(&["gzip"], "gzip").arg("-dc").arg(&path))),
            ("pigz", programs::stdout(programs::program(&["pigz"], "pigz").arg("-dc").arg(&path))),
            ("7-Zip", programs::stdout(programs::seven_zip().args(["x", "-so"]).arg(&path))),
            ("Python", programs::stdout(programs::python("gunzip.py").arg(&path))),
        ];
        for (tool, bytes) in unpacked {
            assert!(bytes == content(), "{tool}, {threads} threads: {} bytes came back", bytes.len());
        }
    }
}

#[test]
fn a_damaged_stream_is_noticed() {
    let (_folder, path) = written(2);
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x55;
    std::fs::write(&path, bytes).unwrap();
    assert!(!programs::ended(programs::program(&["gzip"], "gzip").arg("-t").arg(&path)).status.success());
}
