//! Folders and files when the program is killed, the disk is full or writing is forbidden.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use exporter_core::sink::{FileSink, FolderOptions, FolderSink, StreamSink};
use exporter_core::{ErrorKind, Sink, export};
use exporter_testkit::conformance::{self};
use exporter_testkit::plain::PlainExporter;
use exporter_testkit::{GeneratedDataset, sample, soaked};
use tempfile::TempDir;

use crate::on_disk::{OVERWRITE, files, folder_with, names};

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
        .args(["--exact", "crashes::child_exports_millions_of_rows", "--ignored"])
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
    for point in 0..soaked(2) {
        let existing = point % 2 == 1;
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
        // Every point of a long campaign kills at another place of the file.
        std::thread::sleep(Duration::from_micros(u64::from(point / 2) * 997));
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
        assert_eq!(error.hint(), Some("free space there or choose another place"));
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
