//! `exporter completions`.

use clap::CommandFactory as _;
use exporter::Result;

use crate::args::{Args, CompletionsArgs};
use crate::terminal::print;

pub(super) fn run(args: &CompletionsArgs) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "exporter", &mut script);
    print(&String::from_utf8_lossy(&script))
}
