//! Child processes: run, shown as they go, and their closing lines counted.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// How many tests a run executed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    /// Tests that passed.
    pub(crate) passed: u64,
    /// Tests that failed, crashed or ran out of time.
    pub(crate) failed: u64,
}

impl Count {
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    /// What a closing line of `cargo test` or nextest says, or nothing for any other line.
    fn of_line(line: &str) -> Option<Self> {
        let line = line.trim();
        if let Some(result) = line.strip_prefix("test result: ") {
            return Some(Self {
                passed: number_before(result, "passed"),
                failed: number_before(result, "failed"),
            });
        }
        let summary = line.strip_prefix("Summary [")?;
        let (_, counts) = summary.split_once(" run: ")?;
        let failed = number_before(counts, "failed")
            + number_before(counts, "exec failed")
            + number_before(counts, "timed out");
        Some(Self { passed: number_before(counts, "passed"), failed })
    }
}

/// The number in front of `word` in a list such as `3 passed (1 slow), 2 failed`.
fn number_before(list: &str, word: &str) -> u64 {
    list.split([',', ';', '.', '(', ':'])
        .filter_map(|part| part.trim().split_once(' '))
        .filter(|(_, rest)| rest.trim_end() == word)
        .filter_map(|(number, _)| number.parse::<u64>().ok())
        .sum()
}

/// Runs a command, showing its output line by line, and returns the tests that it reported.
///
/// # Errors
///
/// The command cannot be started, or ends with a failure; the message names it.
pub(crate) fn run(command: &mut Command) -> Result<Count, (Count, String)> {
    let shown = shown(command);
    println!("$ {shown}");
    let failed_to =
        |doing: &str, error: std::io::Error| (Count::default(), format!("{doing} {shown}: {error}"));
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| failed_to("cannot start", error))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let count = std::thread::scope(|scope| {
        let errors = scope.spawn(|| stderr.map(show_and_count).unwrap_or_default());
        let mut count = stdout.map(show_and_count).unwrap_or_default();
        count.add(errors.join().unwrap_or_default());
        count
    });
    let status = child.wait().map_err(|error| failed_to("cannot wait for", error))?;
    if status.success() { Ok(count) } else { Err((count, format!("{shown}: {status}"))) }
}

/// Runs a command for its effect, whatever it reports of tests.
pub(crate) fn check(command: &mut Command) -> Result<(), String> {
    run(command).map(drop).map_err(|(_, message)| message)
}

/// As [`check`], but shows what the command printed only when it fails.
pub(crate) fn quietly(command: &mut Command) -> Result<(), String> {
    let shown = shown(command);
    println!("$ {shown}");
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("cannot start {shown}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    for printed in [&output.stdout, &output.stderr] {
        println!("{}", String::from_utf8_lossy(printed));
    }
    Err(format!("{shown}: {}", output.status))
}

/// What a command prints on standard output, or nothing when it cannot be run or fails.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A command in a folder.
pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    command
}

/// The Cargo that started this program, in the root of the checkout.
pub(crate) fn cargo(folder: &Path) -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), folder)
}

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(command.get_program()).to_string_lossy().into_owned();
    command.get_args().fold(name, |line, argument| line + " " + &argument.to_string_lossy())
}

fn show_and_count(stream: impl Read) -> Count {
    let mut count = Count::default();
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|bytes| bytes > 0) {
        let text = String::from_utf8_lossy(&line);
        count.add(Count::of_line(&text).unwrap_or_default());
        // A closed terminal must not stop the reading: the child would block on its pipe.
        let _ = std::io::stdout().lock().write_all(text.as_bytes());
        line.clear();
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_are_counted() {
        let cases = [
            ("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out", 12, 0),
            ("test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured", 2, 3),
            ("     Summary [   0.021s] 42 tests run: 42 passed, 0 skipped", 42, 0),
            (
                "     Summary [  61.100s] 9 tests run: 5 passed (1 slow), 2 failed, 2 timed out, 1 skipped",
                5,
                4,
            ),
            ("     Summary [   0.006s] 3/4 tests run: 2 passed, 1 exec failed, 0 skipped", 2, 1),
            ("     Summary [   0.006s] 1 test run: 1 passed, 0 skipped", 1, 0),
        ];
        for (line, passed, failed) in cases {
            assert_eq!(Count::of_line(line), Some(Count { passed, failed }), "{line}");
        }
        assert_eq!(Count::of_line("running 3 tests"), None);
        assert_eq!(Count::of_line("test a_case ... ok"), None);
    }
}
