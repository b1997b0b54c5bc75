//! The programs of the suite: found, run, and their output taken. A missing one fails the test that needs it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A program by name; `package` is the Debian package that holds it.
pub(crate) fn program(names: &[&str], package: &str) -> Command {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = std::env::split_paths(&path);
    let found =
        folders.find_map(|folder| names.iter().map(|name| folder.join(name)).find(|file| file.is_file()));
    let names = names.join(" or ");
    Command::new(found.unwrap_or_else(|| {
        panic!("{names} is not installed; `cargo xtask setup` or `sudo apt-get install {package}` brings it")
    }))
}

/// 7-Zip, which Debian installs as `7zz`.
pub(crate) fn seven_zip() -> Command {
    program(&["7zz", "7z", "7za"], "7zip")
}

/// One of this suite's Python scripts, in the environment that `cargo xtask setup` builds.
pub(crate) fn python(script: &str) -> Command {
    let mut command = built("EXPORTER_ORACLE_PYTHON", "oracle-venv/bin/python");
    command.arg("-I").arg(script_path(script));
    command
}

/// The crate `ambers` as a program, which `tests/oracle/ambers` is.
pub(crate) fn ambers() -> Command {
    built("EXPORTER_ORACLE_AMBERS", "oracle-ambers/release/exporter-oracle-ambers")
}

/// A program that `cargo xtask setup` builds: where the variable says, or in the target folder.
fn built(variable: &str, program: &str) -> Command {
    let given = std::env::var_os(variable).map(PathBuf::from);
    // Cargo gives integration tests a folder right below its target folder.
    let usual = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name(program);
    let program = given.unwrap_or(usual);
    assert!(program.is_file(), "there is no {}; `cargo xtask setup` builds it", program.display());
    Command::new(program)
}

/// One of this suite's R scripts.
pub(crate) fn r(script: &str) -> Command {
    let mut command = program(&["Rscript"], "r-base-core");
    command.arg("--vanilla").arg(script_path(script)).env("LC_ALL", "C.UTF-8");
    command
}

fn script_path(script: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts").join(script)
}

/// Runs a command to its end, whatever it says.
pub(crate) fn ended(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// Runs a command that must succeed and returns what it printed.
pub(crate) fn stdout(command: &mut Command) -> Vec<u8> {
    let output = ended(command);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{}\n{errors}", String::from_utf8_lossy(&output.stdout));
    output.stdout
}

/// Runs a script that prints one JSON array a row and returns the rows.
pub(crate) fn rows<A: AsRef<OsStr>>(mut script: Command, arguments: &[A]) -> Vec<Vec<Option<String>>> {
    let printed = stdout(script.args(arguments));
    let text = String::from_utf8(printed).unwrap();
    // JSON escapes every line end inside a text, so lines are rows.
    text.split('\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line:?}")))
        .collect()
}
