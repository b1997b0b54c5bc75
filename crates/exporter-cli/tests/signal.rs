//! Ctrl-C and kill -9 with real signals.

use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::program::{exporter, files, run_in};

/// A csv that takes long enough to be interrupted.
fn big_csv(path: &Path) {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    writeln!(file, "number,text").unwrap();
    for row in 0..1_500_000 {
        writeln!(file, "{row},some text that makes the row longer {row}").unwrap();
    }
}

/// Starts an export and waits until it is writing: its staging folder is there.
fn start_writing(folder: &Path) -> Child {
    let (input, out) = (folder.join("big.csv"), folder.join("out"));
    let mut command = exporter([
        "export",
        input.to_str().unwrap(),
        "--to",
        "csv",
        "--to",
        "tab",
        "--threads",
        "1",
        "--out",
    ]);
    let child = command.arg(&out).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let start = Instant::now();
    while !files(folder).iter().any(|file| file.contains(".exporter-") && file.contains("big.")) {
        assert!(start.elapsed() < Duration::from_secs(60), "the export never began to write");
        std::thread::sleep(Duration::from_millis(2));
    }
    child
}

fn send(child: &Child, signal: &str) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    big_csv(&folder.path().join("big.csv"));
    let child = start_writing(folder.path());
    send(&child, "-INT");
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(130));
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(said.contains("press Ctrl-C once more to stop at once"), "{said}");
    assert_eq!(files(folder.path()), ["big.csv"]);
}

#[cfg(unix)]
#[test]
fn what_a_killed_export_leaves_is_swept_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    big_csv(&folder.path().join("big.csv"));
    let mut child = start_writing(folder.path());
    send(&child, "-KILL");
    child.wait().unwrap();
    assert!(!folder.path().join("out").exists(), "no partial target is visible");
    std::fs::write(folder.path().join("small.csv"), "a\n1\n").unwrap();
    let next = run_in(folder.path(), "export {}/small.csv --to csv --no-codebook --out {}/next");
    assert_eq!(next.code, 0, "{}", next.error);
    assert_eq!(files(folder.path()), ["big.csv", "next/small.csv", "small.csv"]);
}
