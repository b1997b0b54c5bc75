//! Programs that say what they think of documents: xmllint, and the Python packages that `cargo xtask setup` installs.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What xmllint says of documents under a schema; empty where all are valid.
pub(crate) fn xmllint(schema: &Path, documents: &[PathBuf]) -> String {
    let mut command = Command::new("xmllint");
    command.args(["--noout", "--nonet", "--schema"]).arg(schema).args(documents);
    let output = command.output().unwrap_or_else(|error| {
        panic!("xmllint: {error}; `cargo xtask setup` or `sudo apt-get install libxml2-utils` brings it")
    });
    if output.status.success() { String::new() } else { String::from_utf8_lossy(&output.stderr).into_owned() }
}

/// What the package xmlschema says of each document under a schema.
pub(crate) fn xmlschema(schema: &Path, documents: &[PathBuf]) -> Vec<Vec<String>> {
    lists("validate_ddi.py", schema, documents)
}

/// What a profile of CESSDA asks of each document and does not find, as XPaths.
pub(crate) fn lacking(profile: &Path, documents: &[PathBuf]) -> Vec<Vec<String>> {
    lists("cessda.py", profile, documents)
}

/// Runs a script that prints a JSON list a document.
fn lists(script: &str, rules: &Path, documents: &[PathBuf]) -> Vec<Vec<String>> {
    let given = std::env::var_os("EXPORTER_ORACLE_PYTHON").map(PathBuf::from);
    // Cargo gives integration tests a folder right below its target folder.
    let usual = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("oracle-venv/bin/python");
    let python = given.unwrap_or(usual);
    assert!(python.is_file(), "there is no {}; `cargo xtask setup` builds it", python.display());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts").join(script);
    let mut command = Command::new(&python);
    let output = command.arg("-I").arg(&script).arg(rules).args(documents).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{}: {said}\n`cargo xtask setup` builds its environment",
        script.display()
    );
    let printed = String::from_utf8(output.stdout).unwrap();
    let found: Vec<Vec<String>> = printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(found.len(), documents.len());
    found
}
