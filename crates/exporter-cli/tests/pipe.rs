//! Inputs that can be read only once.
#![cfg(unix)]

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use crate::program::{Run, exporter, run_in};

/// Runs with these bytes in a pipe at standard input; `{}` in the arguments stands for the folder.
fn run_with(bytes: &[u8], folder: &Path, arguments: &str) -> Run {
    let arguments = arguments.replace("{}", folder.to_str().unwrap());
    let mut command = exporter(arguments.split_whitespace());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        // A program that refuses its input closes the pipe early.
        scope.spawn(move || drop(pipe.write_all(bytes)));
        child.wait_with_output().unwrap()
    });
    Run {
        code: output.status.code().unwrap_or(-1),
        output: String::from_utf8_lossy(&output.stdout).into_owned(),
        error: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

fn rows() -> String {
    let rows = (0..50_000).map(|row| format!("{row},text {row}\n"));
    ["id,note\n".to_owned()].into_iter().chain(rows).collect()
}

#[test]
fn every_row_of_a_pipe_is_converted() {
    let folder = tempfile::tempdir().unwrap();
    let text = rows();
    std::fs::write(folder.path().join("rows.csv"), &text).unwrap();
    for (format, from) in [("csv", "--from csv"), ("dta", ""), ("parquet", ""), ("arrow", "")] {
        let made = run_in(folder.path(), &format!("convert {{}}/rows.csv {{}}/made.{format}"));
        assert_eq!(made.code, 0, "{format}: {}", made.error);
        let bytes = std::fs::read(folder.path().join(format!("made.{format}"))).unwrap();
        let convert = format!("convert /dev/stdin {{}}/from-{format}.csv {from}");
        let run = run_with(&bytes, folder.path(), &convert);
        assert_eq!(run.code, 0, "{format}: {}", run.error);
        let found = std::fs::read_to_string(folder.path().join(format!("from-{format}.csv"))).unwrap();
        assert!(found == text, "{format}: {} bytes instead of {}", found.len(), text.len());
    }
    let shown = run_with(text.as_bytes(), folder.path(), "inspect /dev/stdin --from csv --rows 1");
    assert!(shown.output.contains("table stdin: 50,000 rows"), "{}{}", shown.output, shown.error);
}

#[test]
fn a_named_pipe_is_read_once() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("people.csv");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let text = rows();
    let run = std::thread::scope(|scope| {
        scope.spawn(|| std::fs::write(&pipe, &text).unwrap());
        run_in(folder.path(), "convert {}/people.csv {}/out.csv --variables note,id")
    });
    assert_eq!(run.code, 0, "{}", run.error);
    let found = std::fs::read_to_string(folder.path().join("out.csv")).unwrap();
    assert!(found.starts_with("note,id\ntext 0,0\n") && found.lines().count() == 50_001, "{}", run.error);
}

/// What fails with a projection is opened without one, which must not read the pipe again.
#[test]
fn a_fault_in_a_pipe_is_the_fault_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let convert = "convert /dev/stdin {}/out.csv --from csv --variables a";
    let run = run_with(b"a,b\n1,2\n3,4,5\n", folder.path(), convert);
    assert_eq!(run.code, 1, "{}", run.error);
    assert!(run.error.contains("record 2 (line 3): expected 2 cells, got 3"), "{}", run.error);
    assert!(run.error.contains("/dev/stdin"), "{}", run.error);
}
