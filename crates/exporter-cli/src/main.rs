//! The `exporter` program: a frontend over the `exporter` crate and nothing else.

mod apart;
mod args;
mod cancel;
mod commands;
mod failure;
mod format_text;
mod place;
mod progress;
mod report;
mod report_file;
mod request;
mod target;
mod terminal;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    #[cfg(feature = "parquet")]
    silence_decoders();
    terminal::honour_no_color();
    let args = match args::Args::try_parse() {
        Ok(args) => args,
        Err(mut error) => return failure::usage(&mut error),
    };
    if args.quiet {
        terminal::be_quiet();
    }
    match commands::run(args) {
        Ok(code) => code,
        Err(error) => failure::report(&error),
    }
}

/// A decoder that panics on a damaged file is an error, which is reported as one.
#[cfg(feature = "parquet")]
fn silence_decoders() {
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !exporter::parquet::is_contained() {
            told(panic);
        }
    }));
}
