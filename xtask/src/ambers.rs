//! The crate `ambers` as a program for the oracle suite: a workspace of its own, whose crates our lock file does not name.

use std::process::Command;

use crate::command;
use crate::workspace::Workspace;

/// Its manifest, from the root of the checkout.
pub(crate) const MANIFEST: &str = "tests/oracle/ambers/Cargo.toml";

/// Builds the program in the target folder.
pub(crate) fn build(workspace: &Workspace) -> Result<(), String> {
    command::check(&mut cargo(workspace, "build"))
}

/// A verb of Cargo for the program as it is built for the suite.
pub(crate) fn cargo(workspace: &Workspace, verb: &str) -> Command {
    let mut cargo = command::cargo(&workspace.root);
    cargo.args([verb, "--release", "--locked", "--manifest-path", MANIFEST, "--target-dir"]);
    cargo.arg(workspace.target.join("oracle-ambers"));
    cargo
}
