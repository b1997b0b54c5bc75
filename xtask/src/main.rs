//! Repository chores. `cargo xtask test` is the project's one test command: it installs what the tests need
//! and runs every check, and is all that continuous integration calls.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program talks to its terminal")]

mod ambers;
mod arguments;
mod command;
mod debian;
mod fuzz;
mod lockfile;
mod python;
mod soak;
mod steps;
mod suite;
mod tools;
mod workspace;

use std::process::ExitCode;

use arguments::Request;
use workspace::Workspace;

const USAGE: &str = "\
usage: cargo xtask test [--only STEP,…] [--skip STEP,…]   run every check, or some
       cargo xtask steps                                  list the checks
       cargo xtask setup                                  install what the checks need, run none
       cargo xtask soak [--rows N] [--times N] [--seconds N]
           the long campaigns: N rows through every format (10,000,000), property and crash tests with N times
           their cases (50), N seconds of every fuzz target (300)";

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::from(2)
        }
    }
}

/// Does what was asked; `Ok(false)` when a check failed.
fn run() -> Result<bool, String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments::parse(&arguments, &steps::names())? {
        Request::Help => println!("{USAGE}"),
        Request::Steps => {
            for step in steps::ALL {
                println!("{:<11} {}", step.name, step.about);
            }
        }
        Request::Setup => steps::setup(&Workspace::locate()?)?,
        Request::Soak(effort) => return Ok(suite::soak(&Workspace::locate()?, effort)),
        Request::Test(selected) => return suite::run(&Workspace::locate()?, &selected),
    }
    Ok(true)
}
