//! Running the program and looking at what it did.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The program with arguments; no colour, no progress, a fixed clock.
pub(crate) fn exporter<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_exporter"));
    command.args(arguments).env("SOURCE_DATE_EPOCH", "1700000000").env("NO_COLOR", "1");
    command
}

/// What a run printed and how it ended.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) output: String,
    pub(crate) error: String,
}

pub(crate) fn run(mut command: Command) -> Run {
    let Output { status, stdout, stderr } = command.output().unwrap();
    Run {
        code: status.code().unwrap_or(-1),
        output: String::from_utf8_lossy(&stdout).into_owned(),
        error: String::from_utf8_lossy(&stderr).into_owned(),
    }
}

/// Runs with arguments split at spaces; `{}` stands for the folder.
pub(crate) fn run_in(folder: &Path, arguments: &str) -> Run {
    let folder = folder.to_str().unwrap();
    let words: Vec<String> = arguments.split_whitespace().map(|word| word.replace("{}", folder)).collect();
    run(exporter(words.iter().map(String::as_str)))
}

/// An example study of the repository.
pub(crate) fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name).join("study.toml")
}

/// Every file below a folder by its path, hidden ones too.
pub(crate) fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for item in std::fs::read_dir(&next).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}
