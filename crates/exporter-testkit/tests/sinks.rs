//! Sinks held to the contract, and folders and files against crashes, full disks, neighbours and strange targets.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use exporter_core::sink::{FileSink, FolderOptions, FolderSink, MemorySink, NullSink, StreamSink, TeeSink};
use exporter_core::{EntrySpec, ErrorKind, Sink, export};
use exporter_testkit::conformance::{self, SinkCase};
use exporter_testkit::plain::PlainExporter;
use exporter_testkit::{GeneratedDataset, sample};
use tempfile::TempDir;

const OVERWRITE: fn() -> FolderOptions = || FolderOptions::default().overwrite(true);

/// Every file below a folder by path, hidden ones too.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(folder: &Path, below: &str, found: &mut BTreeMap<String, Vec<u8>>) {
        for item in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = format!("{below}{}", item.file_name().to_string_lossy());
            if item.path().is_dir() {
                walk(&item.path(), &format!("{name}/"), found);
            } else {
                found.insert(name, fs::read(item.path()).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(folder, "", &mut found);
    found
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|item| item.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn put(sink: &dyn Sink, path: &str, bytes: &[u8]) {
    let mut entry = sink.create(&EntrySpec::new(path, "text/plain")).unwrap();
    entry.write_all(bytes).unwrap();
    entry.commit().unwrap();
}

fn folder_with(target: &Path, options: FolderOptions, entries: &[(&str, &str)]) -> exporter_core::Result<()> {
    let sink = FolderSink::create(target, options)?;
    entries.iter().for_each(|(path, text)| put(&sink, path, text.as_bytes()));
    Box::new(sink).finish().map(drop)
}

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

struct Two(MemorySink, MemorySink);

impl SinkCase for Two {
    fn sink(&self) -> Box<dyn Sink + '_> {
        Box::new(TeeSink::new(Box::new(self.0.clone()), Box::new(self.1.clone())))
    }

    fn visible(&self) -> BTreeMap<String, Vec<u8>> {
        assert_eq!(self.0.entries(), self.1.entries(), "both targets hold the same");
        self.0.entries()
    }
}

#[test]
fn a_tee_passes() {
    conformance::sink(|| Two(MemorySink::new(), MemorySink::new()));
}

#[test]
fn overwriting_replaces_entries_and_leaves_other_files_alone() {
    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("out");
    folder_with(&target, FolderOptions::default(), &[("a", "old a"), ("sub/b", "old b")]).unwrap();
    fs::write(target.join("mine"), "mine").unwrap();
    let error = folder_with(&target, FolderOptions::default(), &[("c", "c")]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Exists);
    folder_with(&target, OVERWRITE(), &[("sub/b", "new b"), ("a", "new a"), ("sub/deep/c", "c")]).unwrap();
    let texts: Vec<(String, String)> =
        files(&target).into_iter().map(|(path, bytes)| (path, String::from_utf8(bytes).unwrap())).collect();
    let wanted = [("a", "new a"), ("mine", "mine"), ("sub/b", "new b"), ("sub/deep/c", "c")];
    assert_eq!(texts, wanted.map(|(path, text)| (path.to_owned(), text.to_owned())));
    assert_eq!(names(home.path()), ["out"]);
}

#[test]
fn when_one_entry_cannot_be_moved_all_are_put_back() {
    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("out");
    fs::create_dir_all(target.join("blocked")).unwrap();
    fs::write(target.join("a"), "old a").unwrap();
    let before = files(&target);
    let entries =
        [("a", "new a"), ("fresh", "fresh"), ("new/sub", "sub"), ("blocked", "cannot replace a folder")];
    let error = folder_with(&target, OVERWRITE(), &entries).unwrap_err();
    assert_eq!((error.kind(), error.place().entry.as_deref()), (ErrorKind::Exists, Some("blocked")));
    assert_eq!(files(&target), before);
    assert_eq!(names(&target), ["a", "blocked"]);
}

#[test]
fn two_sinks_on_one_target_do_not_mix() {
    let home = tempfile::tempdir().unwrap();
    for existing in [false, true] {
        let target = home.path().join(format!("out{existing}"));
        if existing {
            fs::create_dir(&target).unwrap();
        }
        let first = FolderSink::create(&target, FolderOptions::default()).unwrap();
        let second = FolderSink::create(&target, FolderOptions::default()).unwrap();
        put(&first, "a", b"first");
        put(&second, "a", b"second");
        put(&second, "b", b"second");
        Box::new(first).finish().unwrap();
        assert_eq!(Box::new(second).finish().unwrap_err().kind(), ErrorKind::Exists);
        assert_eq!(files(&target), BTreeMap::from([("a".to_owned(), b"first".to_vec())]));
    }
    let target = home.path().join("file");
    let sinks = [0, 1].map(|_| FileSink::create(&target, FolderOptions::default()).unwrap());
    let [first, second] = sinks;
    put(&first, "x", b"first");
    put(&second, "x", b"second");
    Box::new(first).finish().unwrap();
    assert_eq!(Box::new(second).finish().unwrap_err().kind(), ErrorKind::Exists);
    assert_eq!(fs::read(&target).unwrap(), b"first");
    let over = FileSink::create(&target, OVERWRITE()).unwrap();
    put(&over, "x", b"third");
    let receipt = Box::new(over).finish().unwrap();
    assert_eq!((receipt.entries[0].path.as_str(), receipt.entries[0].bytes), ("x", 5));
    assert_eq!(fs::read(&target).unwrap(), b"third");
    assert_eq!(names(home.path()), ["file", "outfalse", "outtrue"]);
}

#[test]
fn many_exports_stage_side_by_side_while_others_sweep() {
    let home = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let home = home.path();
            scope.spawn(move || {
                for round in 0..25 {
                    let target = home.join(format!("out-{thread}-{round}"));
                    folder_with(&target, FolderOptions::default(), &[("a", "text"), ("b/c", "more")])
                        .unwrap();
                    assert_eq!(files(&target).len(), 2);
                }
            });
        }
    });
    assert!(names(home.path()).iter().all(|name| name.starts_with("out-")), "{:?}", names(home.path()));
}

#[test]
fn an_entry_that_is_given_up_leaves_no_folder() {
    let home = tempfile::tempdir().unwrap();
    for existing in [false, true] {
        let target = home.path().join(format!("out{existing}"));
        if existing {
            fs::create_dir(&target).unwrap();
        }
        let sink = FolderSink::create(&target, FolderOptions::default()).unwrap();
        drop(sink.create(&EntrySpec::new("given/up/x", "text/plain")).unwrap());
        put(&sink, "kept/y", b"y");
        Box::new(sink).finish().unwrap();
        assert_eq!(names(&target), ["kept"]);
    }
}

#[test]
fn folders_made_for_a_target_go_when_nothing_is_published() {
    let home = tempfile::tempdir().unwrap();
    let sink = FolderSink::create(home.path().join("a/b/out"), FolderOptions::default()).unwrap();
    put(&sink, "x", b"x");
    drop(sink);
    assert!(names(home.path()).is_empty());
}

#[test]
fn targets_that_are_no_folder_or_file_are_refused() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    fs::write(&file, "precious").unwrap();
    for options in [FolderOptions::default(), OVERWRITE()] {
        assert_eq!(FolderSink::create(&file, options).unwrap_err().kind(), ErrorKind::Exists);
        assert_eq!(FileSink::create(home.path(), options).unwrap_err().kind(), ErrorKind::Exists);
        assert_eq!(FileSink::create("/dev/null", options).unwrap_err().kind(), ErrorKind::Exists);
        // A file where a folder is needed.
        let error = FolderSink::create(file.join("out"), options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io, "{error:?}");
    }
    assert_eq!(fs::read(&file).unwrap(), b"precious");
    let empty = FileSink::create(home.path().join("none"), FolderOptions::default()).unwrap();
    assert!(Box::new(empty).finish().is_err(), "a file without an entry is made");
    assert_eq!(names(home.path()), ["file"]);
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_stay() {
    let home = tempfile::tempdir().unwrap();
    let real = home.path().join("real");
    fs::create_dir(&real).unwrap();
    let link = home.path().join("link");
    std::os::unix::fs::symlink(&real, &link).unwrap();
    folder_with(&link, FolderOptions::default(), &[("a", "a")]).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read(real.join("a")).unwrap(), b"a");
    let file_link = home.path().join("file-link");
    std::os::unix::fs::symlink(real.join("a"), &file_link).unwrap();
    assert!(FileSink::create(&file_link, FolderOptions::default()).is_err());
    let sink = FileSink::create(&file_link, OVERWRITE()).unwrap();
    put(&sink, "x", b"through the link");
    Box::new(sink).finish().unwrap();
    assert!(fs::symlink_metadata(&file_link).unwrap().is_symlink());
    assert_eq!(fs::read(real.join("a")).unwrap(), b"through the link");
    let dangling = home.path().join("dangling");
    std::os::unix::fs::symlink(home.path().join("nowhere"), &dangling).unwrap();
    assert!(FolderSink::create(&dangling, OVERWRITE()).is_err());
    assert!(FileSink::create(&dangling, OVERWRITE()).is_err());
}

#[cfg(unix)]
#[test]
fn a_replaced_file_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("secret");
    fs::write(&target, "old").unwrap();
    fs::set_permissions(&target, fs::Permissions::from_mode(0o600)).unwrap();
    let sink = FileSink::create(&target, OVERWRITE()).unwrap();
    put(&sink, "x", b"new");
    Box::new(sink).finish().unwrap();
    assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
}

const TARGET: &str = "EXPORTER_TESTKIT_TARGET";

/// Only does something as the child of another test.
#[test]
#[ignore = "started by other tests as a process of its own"]
fn child_exports_millions_of_rows() {
    let Ok(target) = std::env::var(TARGET) else { return };
    let sink = FolderSink::create(target, OVERWRITE()).unwrap();
    let data = GeneratedDataset::new(u64::MAX / 2);
    export(&PlainExporter::default(), &data, Box::new(sink), &conformance::context()).unwrap();
}

fn child(target: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "sinks::child_exports_millions_of_rows", "--ignored"])
        .env(TARGET, target)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits until the child has written something below a folder.
fn wait_for_bytes(folder: &Path) {
    let start = Instant::now();
    while files(folder).iter().all(|(path, bytes)| !path.contains(".partial/") || bytes.is_empty()) {
        assert!(start.elapsed() < Duration::from_secs(60), "the child writes nothing");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(unix)]
#[test]
fn a_killed_export_shows_nothing_and_the_next_one_sweeps() {
    for existing in [false, true] {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("out");
        if existing {
            folder_with(&target, FolderOptions::default(), &[("events.plain", "old"), ("mine", "mine")])
                .unwrap();
        }
        let before = files(&target);
        let staged = if existing { &target } else { home.path() };
        let mut child = child(&target);
        wait_for_bytes(staged);
        // While it lives, a neighbour leaves its staging folder alone.
        folder_with(&home.path().join("neighbour"), FolderOptions::default(), &[("n", "n")]).unwrap();
        assert!(names(staged).iter().any(|name| name.ends_with(".partial")), "the living export is swept");
        // SIGKILL: nothing of the process runs any more.
        child.kill().unwrap();
        child.wait().unwrap();
        let mut visible = files(&target);
        visible.retain(|path, _| !path.starts_with(".exporter-"));
        assert_eq!(visible, before, "a killed export shows something");
        assert!(
            names(staged).iter().any(|name| name.ends_with(".partial")),
            "the kill came too late to test"
        );
        folder_with(&target, OVERWRITE(), &[("events.plain", "new")]).unwrap();
        let after = files(home.path());
        assert!(after.keys().all(|path| !path.contains(".exporter-")), "{:?}", after.keys());
        assert_eq!(after["out/events.plain"], b"new");
        assert_eq!(after.contains_key("out/mine"), existing);
    }
}

/// A file system of one megabyte, if this process may mount one.
#[cfg(target_os = "linux")]
struct SmallDisk(TempDir);

#[cfg(target_os = "linux")]
impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=1m", "none"]).arg(folder.path());
        let mounted = mount.stderr(Stdio::null()).status().is_ok_and(|status| status.success());
        mounted.then_some(Self(folder))
    }
}

#[cfg(target_os = "linux")]
impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_clear_error_and_leaves_nothing() {
    let data = GeneratedDataset::new(200_000);
    let run = |sink: Box<dyn Sink>| {
        let error = export(&PlainExporter::default(), &data, sink, &conformance::context()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io, "{error:?}");
        assert!(error.to_string().contains("No space left"), "{error}");
        assert_eq!(error.way_out(), Some("free space there or choose another place"));
    };
    let way = match SmallDisk::mount() {
        Some(disk) => {
            for target in [disk.0.path().to_owned(), disk.0.path().join("out")] {
                run(Box::new(FolderSink::create(&target, FolderOptions::default()).unwrap()));
                assert_eq!(names(disk.0.path()), [""; 0]);
            }
            run(Box::new(FileSink::create(disk.0.path().join("f"), FolderOptions::default()).unwrap()));
            assert_eq!(names(disk.0.path()), [""; 0]);
            // What fits is exported to the same disk, mount point and all.
            let sink = FolderSink::create(disk.0.path(), FolderOptions::default().sync(true)).unwrap();
            export(&PlainExporter::default(), &sample::study(), Box::new(sink), &conformance::context())
                .unwrap();
            assert_eq!(names(disk.0.path()), ["households.plain", "members.plain"]);
            "on a tmpfs of one megabyte"
        }
        None => {
            let full = fs::File::options().write(true).open("/dev/full").unwrap();
            run(Box::new(StreamSink::new(full)));
            "on /dev/full, since no file system can be mounted here"
        }
    };
    // Past the test harness, which would swallow it.
    writeln!(std::io::stderr(), "the full disk was tested {way}").unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_may_not_be_written_is_a_clear_error() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::tempdir().unwrap();
    let locked = home.path().join("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    // The administrator may write anywhere but here.
    let as_root = fs::write(locked.join("probe"), "").is_ok();
    let target = if as_root { PathBuf::from("/proc/out") } else { locked.join("out") };
    let error = FolderSink::create(&target, FolderOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io, "{error:?}");
    let parent = target.parent().unwrap().display().to_string();
    assert!(error.to_string().contains(&parent), "{error} does not name {parent}");
}
