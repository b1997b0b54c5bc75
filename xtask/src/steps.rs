//! The steps of the test run, as one table.

use std::process::Command;

use crate::command::{self, Count};
use crate::tools::DENY;
use crate::workspace::Workspace;
use crate::{ambers, debian, fuzz, lockfile, python};

/// What a step did.
pub(crate) enum Outcome {
    /// A check without cases of its own.
    Checked,
    /// Tests ran.
    Tested(Count),
    /// Nothing ran, for the reason given.
    NotRun(String),
}

/// A failure: the cases counted until then, and a message.
pub(crate) type Failure = (Count, String);

/// One part of the run.
pub(crate) struct Step {
    /// How `--only` and `--skip` call it.
    pub(crate) name: &'static str,
    /// What it checks.
    pub(crate) about: &'static str,
    /// Whether it runs the programs that [`setup`] installs.
    pub(crate) needs_setup: bool,
    /// The work.
    pub(crate) run: fn(&Workspace) -> Result<Outcome, Failure>,
}

/// Every step, in the order in which they run: quick ones first.
pub(crate) const ALL: &[Step] = &[
    Step { name: "fmt", about: "formatting", needs_setup: false, run: fmt },
    Step {
        name: "lock",
        about: "one version of the crates we share types with",
        needs_setup: false,
        run: lock,
    },
    Step { name: "clippy", about: "lints, all targets and features", needs_setup: false, run: clippy },
    Step { name: "unit", about: "unit and integration tests", needs_setup: false, run: unit },
    Step { name: "doctest", about: "examples in the documentation", needs_setup: false, run: doctest },
    Step { name: "doc", about: "documentation without warnings", needs_setup: false, run: doc },
    Step { name: "oracle", about: "our files in programs we did not write", needs_setup: true, run: oracle },
    Step {
        name: "acceptance",
        about: "real files of the reference folder",
        needs_setup: true,
        run: acceptance,
    },
    Step { name: "fuzz", about: "ten seconds of every fuzz target", needs_setup: false, run: smoke },
    Step { name: "deny", about: "licences, banned crates, sources", needs_setup: false, run: deny },
];

/// The packages that only this program runs: they need programs or files that not every machine has.
const SEPARATE: &[&str] = &["exporter-oracle", "exporter-acceptance"];

/// The names of the steps.
pub(crate) fn names() -> Vec<&'static str> {
    ALL.iter().map(|step| step.name).collect()
}

/// Installs and builds the programs and packages that the oracle suite runs.
pub(crate) fn setup(workspace: &Workspace) -> Result<(), String> {
    debian::install_missing(&workspace.root)?;
    python::prepare(workspace)?;
    ambers::build(workspace)
}

fn fmt(workspace: &Workspace) -> Result<Outcome, Failure> {
    checked(command::cargo(&workspace.root).args(["fmt", "--all", "--", "--check"]))?;
    for manifest in [ambers::MANIFEST, "fuzz/Cargo.toml"] {
        let mut fmt = command::cargo(&workspace.root);
        checked(fmt.args(["fmt", "--manifest-path", manifest, "--", "--check"]))?;
    }
    Ok(Outcome::Checked)
}

fn lock(workspace: &Workspace) -> Result<Outcome, Failure> {
    lockfile::check(&workspace.root).map_err(uncounted)?;
    Ok(Outcome::Checked)
}

fn clippy(workspace: &Workspace) -> Result<Outcome, Failure> {
    let mut clippy = command::cargo(&workspace.root);
    clippy.args(["clippy", "--workspace", "--all-targets", "--all-features", "--locked"]);
    for clippy in [&mut clippy, &mut ambers::cargo(workspace, "clippy")] {
        checked(clippy.args(["--", "-Dwarnings"]))?;
    }
    Ok(Outcome::Checked)
}

fn unit(workspace: &Workspace) -> Result<Outcome, Failure> {
    tested(&mut units(workspace))
}

/// The unit and integration tests.
pub(crate) fn units(workspace: &Workspace) -> Command {
    let mut tests = runner(workspace);
    // Examples in the documentation are a step of their own.
    tests.args(["--lib", "--bins", "--tests", "--examples"]);
    for package in SEPARATE {
        tests.args(["--exclude", package]);
    }
    tests
}

fn doctest(workspace: &Workspace) -> Result<Outcome, Failure> {
    tested(command::cargo(&workspace.root).args([
        "test",
        "--doc",
        "--workspace",
        "--all-features",
        "--locked",
    ]))
}

fn doc(workspace: &Workspace) -> Result<Outcome, Failure> {
    let mut doc = command::cargo(&workspace.root);
    doc.args(["doc", "--workspace", "--no-deps", "--all-features", "--locked"]);
    checked(doc.env("RUSTDOCFLAGS", "-Dwarnings"))
}

fn oracle(workspace: &Workspace) -> Result<Outcome, Failure> {
    let mut tests = runner(workspace);
    tests.args(["--test", "oracle"]);
    tests.env("EXPORTER_ORACLE_PYTHON", workspace.oracle_python());
    tested(tests.env("EXPORTER_ORACLE_AMBERS", workspace.oracle_ambers()))
}

fn acceptance(workspace: &Workspace) -> Result<Outcome, Failure> {
    match workspace.reference() {
        Some(folder) => {
            tested(runner(workspace).args(["--test", "acceptance"]).env("EXPORTER_REFERENCE", folder))
        }
        None => {
            Ok(Outcome::NotRun("no reference files here; EXPORTER_REFERENCE names their folder".to_owned()))
        }
    }
}

/// Seconds for each target: enough to catch a target that no longer works, not to search.
const SMOKE_SECONDS: u64 = 10;

fn smoke(workspace: &Workspace) -> Result<Outcome, Failure> {
    fuzzed(workspace, SMOKE_SECONDS)
}

/// Fuzzes every target.
pub(crate) fn fuzzed(workspace: &Workspace, seconds: u64) -> Result<Outcome, Failure> {
    Ok(match fuzz::run(workspace, seconds)? {
        Some(count) => Outcome::Tested(count),
        None => {
            Outcome::NotRun("no nightly toolchain; the step `unit` replays the committed corpora".to_owned())
        }
    })
}

fn deny(workspace: &Workspace) -> Result<Outcome, Failure> {
    let deny = DENY.ready(workspace).map_err(uncounted)?;
    // Advisories are left out: they are fetched from a forge, which an offline machine does not reach.
    let mut check = command::command(deny, &workspace.root);
    checked(check.args(["--all-features", "--locked", "check", "licenses", "bans", "sources"]))
}

/// nextest when it is installed, Cargo's own runner otherwise; neither stops at the first failure.
fn runner(workspace: &Workspace) -> Command {
    let mut command = command::cargo(&workspace.root);
    let nextest = command::output(command::cargo(&workspace.root).args(["nextest", "--version"])).is_some();
    match nextest {
        true => command.args(["nextest", "run"]),
        false => command.arg("test"),
    };
    command.args(["--workspace", "--all-features", "--no-fail-fast", "--locked"]);
    command
}

fn checked(command: &mut Command) -> Result<Outcome, Failure> {
    command::check(command).map_err(uncounted)?;
    Ok(Outcome::Checked)
}

/// Runs tests; a run without a single one is a failure.
pub(crate) fn tested(tests: &mut Command) -> Result<Outcome, Failure> {
    let count = command::run(tests)?;
    if count == Count::default() {
        return Err((count, "no test was executed".to_owned()));
    }
    Ok(Outcome::Tested(count))
}

pub(crate) fn uncounted(message: String) -> Failure {
    (Count::default(), message)
}
