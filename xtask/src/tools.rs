//! Cargo subcommands that the suite uses, built from their published source when absent.

use std::path::PathBuf;
use std::process::Command;

use crate::command;
use crate::workspace::Workspace;

/// A Cargo subcommand with its own binary.
pub(crate) struct Tool {
    /// The package, and its binary: `cargo-deny` is called as `cargo deny`.
    pub(crate) name: &'static str,
    /// The version built when no other of the same line is found.
    pub(crate) version: &'static str,
}

/// Checks licences, banned crates and sources.
pub(crate) const DENY: Tool = Tool { name: "cargo-deny", version: "0.20.2" };

/// Builds and runs fuzz targets.
pub(crate) const FUZZ: Tool = Tool { name: "cargo-fuzz", version: "0.13.2" };

impl Tool {
    /// A binary of this tool: of the wanted line on the path, else the one we built, else built now.
    pub(crate) fn ready(&self, workspace: &Workspace) -> Result<PathBuf, String> {
        let ours = workspace.tools.join("bin").join(self.name);
        for candidate in [PathBuf::from(self.name), ours.clone()] {
            let version = command::output(Command::new(&candidate).arg("--version"));
            if version.is_some_and(|version| self.same_line(&version)) {
                return Ok(candidate);
            }
        }
        // An unoptimised build costs a minute, an optimised one many, and these runs last seconds.
        let mut install = command::cargo(&workspace.root);
        install.args(["install", "--locked", "--debug", "--quiet", "--root"]).arg(&workspace.tools);
        install.arg(format!("{}@{}", self.name, self.version));
        // Without a target folder Cargo builds in a temporary one and deletes it.
        install.env_remove("CARGO_TARGET_DIR");
        command::check(&mut install)?;
        Ok(ours)
    }

    /// Whether the printed version differs from the wanted one in its last number at most.
    fn same_line(&self, printed: &str) -> bool {
        let Some((line, _)) = self.version.rsplit_once('.') else { return false };
        let version = printed.split_whitespace().last().unwrap_or_default();
        version.strip_prefix(line).is_some_and(|rest| rest.starts_with('.'))
    }
}

/// Whether the toolchain `nightly` is installed. Asking Cargo for one would install it.
pub(crate) fn has_nightly() -> bool {
    command::output(Command::new("rustup").args(["toolchain", "list"]))
        .is_some_and(|list| list.lines().any(is_nightly))
}

/// Whether a line of rustup's list is the moving `nightly`; one of a date goes by another name.
fn is_nightly(line: &str) -> bool {
    line.strip_prefix("nightly-").is_some_and(|host| !host.starts_with(|first: char| first.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::{DENY, is_nightly};

    #[test]
    fn only_the_wanted_line_is_taken() {
        assert!(DENY.same_line("cargo-deny 0.20.2"));
        assert!(DENY.same_line("cargo-deny 0.20.11"));
        assert!(!DENY.same_line("cargo-deny 0.2.0"));
        assert!(!DENY.same_line("cargo-deny 0.21.0"));
        assert!(!DENY.same_line(""));
    }
    #[test]
    fn a_dated_nightly_is_not_nightly() {
        assert!(is_nightly("nightly-x86_64-unknown-linux-gnu (default)"));
        assert!(!is_nightly("nightly-2026-01-31-x86_64-unknown-linux-gnu"));
        assert!(!is_nightly("stable-x86_64-unknown-linux-gnu"));
    }
}
