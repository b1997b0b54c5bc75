//! The Python environment of the oracle suite, with pinned packages.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::command;
use crate::workspace::Workspace;

/// The oldest Python that has wheels of every pinned package: Debian 12's own.
const OLDEST: &str = "3.11";

/// Builds the environment in the target folder, unless it holds exactly the pinned packages already.
pub(crate) fn prepare(workspace: &Workspace) -> Result<(), String> {
    let pins = workspace.root.join("tests").join("oracle").join("requirements.txt");
    let wanted = fs::read_to_string(&pins).map_err(|error| format!("{}: {error}", pins.display()))?;
    let folder = workspace.target.join("oracle-venv");
    // Written last, so that an interrupted installation is started over.
    let done = folder.join("requirements.installed");
    if fs::read_to_string(&done).is_ok_and(|installed| installed == wanted) {
        println!("the Python environment is up to date");
        return Ok(());
    }
    let python = interpreter()?;
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    command::check(command::command(&python, &workspace.root).args(["-m", "venv"]).arg(&folder))?;
    let mut install = command::command(workspace.oracle_python(), &workspace.root);
    install.args(["-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:", "-r"]).arg(&pins);
    command::check(&mut install)?;
    command::check(
        command::command(workspace.oracle_python(), &workspace.root).args(["-m", "pip", "check"]),
    )?;
    fs::write(&done, wanted).map_err(|error| format!("{}: {error}", done.display()))
}

/// The first Python on the path that is new enough and can make environments.
fn interpreter() -> Result<String, String> {
    let test =
        format!("import sys, venv, ensurepip; sys.exit(sys.version_info < ({}))", OLDEST.replace('.', ", "));
    ["python3", "/usr/bin/python3", "python3.13", "python3.12", "python3.11"]
        .into_iter()
        .filter(|name| !Path::new(name).is_absolute() || Path::new(name).exists())
        .find(|name| command::output(Command::new(name).args(["-c", &test])).is_some())
        .map(str::to_owned)
        .ok_or_else(|| format!("no python3 of version {OLDEST} or newer with the venv module on the path"))
}
