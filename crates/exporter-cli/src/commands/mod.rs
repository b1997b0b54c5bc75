//! The commands, one file each.

mod check;
mod completions;
mod convert;
mod export;
mod formats;
mod inspect;
mod work;

pub(crate) use work::carry_out;

use std::process::ExitCode;

use exporter::Result;

use crate::args::{Args, Command};

/// Runs a command and says with which exit code the program ends.
pub(crate) fn run(args: Args) -> Result<ExitCode> {
    match args.command {
        Command::Export(args) => export::run(&args).map(|()| ExitCode::SUCCESS),
        Command::Convert(args) => convert::run(&args).map(|()| ExitCode::SUCCESS),
        Command::Inspect(args) => inspect::run(&args).map(|()| ExitCode::SUCCESS),
        Command::Check(args) => check::run(&args),
        Command::Formats(args) => formats::run(&args).map(|()| ExitCode::SUCCESS),
        Command::Completions(args) => completions::run(&args).map(|()| ExitCode::SUCCESS),
    }
}
