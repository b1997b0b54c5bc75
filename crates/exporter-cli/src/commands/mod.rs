//! The commands, one file each.

mod check;
mod completions;
mod convert;
#[cfg(feature = "dxf2")]
mod dxf2;
mod export;
mod formats;
mod inspect;
mod manual;
mod work;

use std::process::ExitCode;

use exporter::Result;

use crate::args::{Args, Command};

/// Runs a command and says with which exit code the program ends.
pub(crate) fn run(args: Args) -> Result<ExitCode> {
    // Only a stored request has fields that its author knows.
    let stored = matches!(&args.command, Command::Export(args) if args.request.is_some());
    dispatch(args.command).map_err(|error| if stored { error } else { error.without_field() })
}

fn dispatch(command: Command) -> Result<ExitCode> {
    match command {
        Command::Export(args) => export::run(&args).map(|()| ExitCode::SUCCESS),
        Command::Convert(args) => convert::run(&args).map(|()| ExitCode::SUCCESS),
        Command::Inspect(args) => inspect::run(&args).map(|()| ExitCode::SUCCESS),
        Command::Check(args) => check::run(&args),
        Command::Formats(args) => formats::run(&args).map(|()| ExitCode::SUCCESS),
        #[cfg(feature = "dxf2")]
        Command::Dxf2(command) => dxf2::run(&command),
        Command::Completions(args) => completions::run(&args).map(|()| ExitCode::SUCCESS),
        Command::Manual => manual::run().map(|()| ExitCode::SUCCESS),
    }
}
