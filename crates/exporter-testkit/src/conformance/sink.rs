//! What every sink must pass.

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom, Write};

use exporter_core::{EntrySpec, Sink};

/// One fresh target and the sink that fills it.
pub trait SinkCase {
    /// A sink on the target; called again for the same target once the first is gone.
    fn sink(&self) -> Box<dyn Sink + '_>;

    /// What others see at the target now, by path; bytes as a receiver gets them, unpacked.
    fn visible(&self) -> BTreeMap<String, Vec<u8>>;

    /// Whether the sink takes more than one entry.
    fn takes_many(&self) -> bool {
        true
    }

    /// Whether an entry keeps its path (a file sink calls it as the caller wishes).
    fn keeps_paths(&self) -> bool {
        true
    }

    /// Whether bytes are hidden until the end (a stream cannot take them back).
    fn hides(&self) -> bool {
        true
    }

    /// Whether bytes can be read back (a sink that counts keeps none).
    fn keeps_bytes(&self) -> bool {
        true
    }
}

fn spec(path: &str) -> EntrySpec {
    EntrySpec::new(path, "application/octet-stream")
}

#[track_caller]
fn write(sink: &dyn Sink, path: &str, bytes: &[u8]) {
    let mut entry = sink.create(&spec(path)).unwrap_or_else(|error| panic!("{path}: {error:?}"));
    // In pieces, as an exporter does.
    for piece in bytes.chunks(7) {
        entry.write_all(piece).unwrap_or_else(|error| panic!("{path}: {error}"));
    }
    let receipt = entry.commit().unwrap_or_else(|error| panic!("{path}: {error:?}"));
    assert_eq!(receipt.bytes, bytes.len() as u64, "bytes in the receipt of {path}");
}

#[track_caller]
fn assert_visible(case: &dyn SinkCase, wanted: &[(&str, &[u8])]) {
    if !case.keeps_bytes() {
        return;
    }
    let visible = case.visible();
    if case.keeps_paths() {
        let wanted: BTreeMap<String, Vec<u8>> =
            wanted.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec())).collect();
        assert_eq!(visible, wanted, "what is visible at the target");
    } else {
        let bytes: Vec<&[u8]> = visible.values().map(Vec::as_slice).collect();
        let wanted: Vec<&[u8]> = wanted.iter().map(|(_, bytes)| *bytes).collect();
        assert_eq!(bytes, wanted, "what is visible at the target");
    }
}

/// Holds a sink to the contract; `fresh` makes a new, empty target each time.
///
/// - bytes arrive unchanged, empty entries too; nothing is visible before the end, nor of an entry or a sink that is
///   dropped; receipts count bytes;
/// - paths that leave the sink, and two entries whose paths differ at most in case, are refused;
/// - entries can be rewritten at any place before they are committed;
/// - entries may be written from several threads at once.
#[track_caller]
pub fn sink<C: SinkCase + Sync>(fresh: impl Fn() -> C) {
    an_entry_arrives(&fresh());
    dropped_is_gone(&fresh());
    an_entry_can_be_rewritten(&fresh());
    paths_are_checked(&fresh());
    if fresh().takes_many() {
        many_arrive(&fresh());
        threads_write_side_by_side(&fresh());
    } else {
        a_second_entry_is_refused(&fresh());
    }
}

#[track_caller]
fn an_entry_arrives(case: &dyn SinkCase) {
    let bytes: Vec<u8> = (0..5000u32).flat_map(u32::to_le_bytes).collect();
    let sink = case.sink();
    write(&*sink, "a.bin", &bytes);
    if case.hides() {
        assert_visible(case, &[]);
    }
    let receipt = sink.finish().unwrap_or_else(|error| panic!("finish fails: {error:?}"));
    assert_eq!(receipt.entries.len(), 1, "entries of the receipt");
    assert_visible(case, &[("a.bin", &bytes)]);
}

#[track_caller]
fn dropped_is_gone(case: &dyn SinkCase) {
    if !case.hides() {
        return;
    }
    let sink = case.sink();
    let mut entry = sink.create(&spec("half.bin")).unwrap_or_else(|error| panic!("{error:?}"));
    entry.write_all(b"half").unwrap_or_else(|error| panic!("{error}"));
    drop(entry);
    drop(sink);
    assert_visible(case, &[]);
    let sink = case.sink();
    write(&*sink, "whole.bin", b"whole");
    drop(sink);
    assert_visible(case, &[]);
    // The target is as good as new.
    let sink = case.sink();
    write(&*sink, "whole.bin", b"whole");
    sink.finish().unwrap_or_else(|error| panic!("finish fails: {error:?}"));
    assert_visible(case, &[("whole.bin", b"whole")]);
}

#[track_caller]
fn an_entry_can_be_rewritten(case: &dyn SinkCase) {
    let sink = case.sink();
    let mut entry =
        sink.create_random(&spec("r.bin"), &std::env::temp_dir()).unwrap_or_else(|error| panic!("{error:?}"));
    let mut rewrite = || -> std::io::Result<()> {
        entry.write_all(b"????, world")?;
        entry.seek(SeekFrom::Start(0))?;
        entry.write_all(b"Good")?;
        entry.seek(SeekFrom::End(0))?;
        entry.write_all(b"!")?;
        entry.seek(SeekFrom::Start(6))?;
        let mut read = [0; 5];
        entry.read_exact(&mut read)?;
        assert_eq!(&read, b"world", "what is read back from a random entry");
        Ok(())
    };
    rewrite().unwrap_or_else(|error| panic!("a random entry fails: {error}"));
    let receipt = entry.commit().unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!(receipt.bytes, 12, "bytes in the receipt of a random entry");
    sink.finish().unwrap_or_else(|error| panic!("finish fails: {error:?}"));
    assert_visible(case, &[("r.bin", b"Good, world!")]);
}

#[track_caller]
fn paths_are_checked(case: &dyn SinkCase) {
    let (sink, temp) = (case.sink(), &std::env::temp_dir());
    for path in ["", "/etc/x", "../x", "a/../x", "a//b", "a/", ".", "a\\b", "c:x", "nul\0", "line\nend"] {
        assert!(sink.create(&spec(path)).is_err(), "the path {path:?} is accepted");
        assert!(
            sink.create_random(&spec(path), temp).is_err(),
            "the path {path:?} is accepted for a random entry"
        );
    }
    let long = "x".repeat(256);
    assert!(sink.create(&spec(&long)).is_err(), "a name of 256 bytes is accepted");
    // A refused path leaves the sink usable.
    write(&*sink, "good.bin", b"good");
    sink.finish().unwrap_or_else(|error| panic!("finish fails: {error:?}"));
    assert_visible(case, &[("good.bin", b"good")]);
}

#[track_caller]
fn many_arrive(case: &dyn SinkCase) {
    let sink = case.sink();
    write(&*sink, "b.bin", b"second letter");
    write(&*sink, "a.bin", b"");
    write(&*sink, "deep/er/c.bin", b"nested");
    let dropped = sink.create(&spec("dropped.bin")).map(drop);
    assert!(dropped.is_ok(), "an entry cannot be started: {dropped:?}");
    let temp = &std::env::temp_dir();
    for path in ["a.bin", "A.BIN", "Deep/er/C.bin"] {
        assert!(sink.create(&spec(path)).is_err(), "{path} is there already and is accepted");
        assert!(sink.create_random(&spec(path), temp).is_err(), "{path} is there already and is accepted");
    }
    let receipt = sink.finish().unwrap_or_else(|error| panic!("finish fails: {error:?}"));
    let order: Vec<&str> = receipt.entries.iter().map(|entry| entry.path.as_str()).collect();
    assert_eq!(order, ["b.bin", "a.bin", "deep/er/c.bin"], "entries of the receipt, as committed");
    assert_visible(case, &[("a.bin", b""), ("b.bin", b"second letter"), ("deep/er/c.bin", b"nested")]);
}

#[track_caller]
fn threads_write_side_by_side<C: SinkCase + Sync>(case: &C) {
    let sink = case.sink();
    let contents: Vec<(String, Vec<u8>)> =
        (0..8u8).map(|number| (format!("part{number}.bin"), vec![number; 3000])).collect();
    std::thread::scope(|scope| {
        for (path, bytes) in &contents {
            let sink = &*sink;
            scope.spawn(move || write(sink, path, bytes));
        }
    });
    let receipt = sink.finish().unwrap_or_else(|error| panic!("finish fails: {error:?}"));
    assert_eq!(receipt.entries.len(), contents.len(), "entries of the receipt");
    let wanted: Vec<(&str, &[u8])> =
        contents.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    assert_visible(case, &wanted);
}

#[track_caller]
fn a_second_entry_is_refused(case: &dyn SinkCase) {
    let sink = case.sink();
    write(&*sink, "a.bin", b"only");
    assert!(sink.create(&spec("b.bin")).is_err(), "a sink of one entry accepts a second");
    sink.finish().unwrap_or_else(|error| panic!("finish fails: {error:?}"));
    assert_visible(case, &[("a.bin", b"only")]);
}
