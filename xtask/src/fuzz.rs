//! A run of every fuzz target.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::command::{self, Count};
use crate::tools::{self, FUZZ};
use crate::workspace::Workspace;

/// Runs every target for some seconds from its committed corpus and earlier finds.
///
/// Returns how many targets ran, or nothing when there is no nightly toolchain to build them with.
pub(crate) fn run(workspace: &Workspace, seconds: u64) -> Result<Option<Count>, (Count, String)> {
    let uncounted = |message: String| (Count::default(), message);
    if !tools::has_nightly() {
        return Ok(None);
    }
    let fuzz = FUZZ.ready(workspace).map_err(uncounted)?;
    let built = workspace.target.join("fuzz");
    // One build for all targets; with debug assertions, as overflow must be found.
    command::check(cargo_fuzz(workspace, &fuzz, "build").arg("--target-dir").arg(&built))
        .map_err(uncounted)?;
    let mut count = Count::default();
    let mut failures = Vec::new();
    for target in targets(&workspace.root).map_err(uncounted)? {
        match one(workspace, &fuzz, &built, &target, seconds) {
            Ok(()) => count.passed += 1,
            Err(message) => {
                count.failed += 1;
                failures.push(message);
            }
        }
    }
    if failures.is_empty() { Ok(Some(count)) } else { Err((count, failures.join("\n"))) }
}

fn one(workspace: &Workspace, fuzz: &Path, built: &Path, target: &str, seconds: u64) -> Result<(), String> {
    // New finds go to a folder of the build, never into the committed corpus.
    let finds = built.join("finds").join(target);
    fs::create_dir_all(&finds).map_err(|error| format!("{}: {error}", finds.display()))?;
    let here = workspace.root.join("fuzz");
    let mut run = cargo_fuzz(workspace, fuzz, "run");
    run.arg("--target-dir").arg(built).arg(target).arg(&finds).arg(here.join("corpus").join(target));
    // Without `-print_funcs=0` every new function is a line.
    run.args(["--", "-verbosity=0", "-print_funcs=0", "-timeout=10", "-rss_limit_mb=2048"]);
    run.arg(format!("-max_total_time={seconds}"));
    let words = here.join("dictionaries").join(format!("{target}.dict"));
    run.arg(format!("-dict={}", words.display()));
    // What libFuzzer recommends of words is longer than all other output of a run.
    command::quietly(&mut run)
}

/// `cargo fuzz` under the nightly toolchain, whichever Cargo started this program.
fn cargo_fuzz(workspace: &Workspace, fuzz: &Path, verb: &str) -> Command {
    let mut command = command::command("rustup", &workspace.root);
    command.args([OsStr::new("run"), OsStr::new("nightly"), fuzz.as_os_str(), OsStr::new(verb)]);
    for variable in ["CARGO", "RUSTC", "RUSTDOC", "RUSTFLAGS", "CARGO_TARGET_DIR"] {
        command.env_remove(variable);
    }
    command
}

/// The names of the targets: one file each.
fn targets(root: &Path) -> Result<Vec<String>, String> {
    let folder = root.join("fuzz").join("fuzz_targets");
    let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension() == Some(OsStr::new("rs")))
        .filter_map(|path| path.file_stem().and_then(OsStr::to_str).map(str::to_owned))
        .collect();
    names.sort();
    Ok(names)
}
