//! `exporter manual`.

use clap::CommandFactory as _;
use exporter::{Error, Result};

use crate::args::Args;
use crate::terminal::print;

/// The page of the program, then that of each command, in roff.
pub(super) fn run() -> Result<()> {
    let mut program = Args::command();
    program.build();
    let mut pages = Vec::new();
    let mut add = |command: clap::Command| {
        let page = clap_mangen::Man::new(command).render(&mut pages);
        page.map_err(|source| Error::io("cannot make the manual page", source))
    };
    let commands: Vec<clap::Command> = program.get_subcommands().cloned().collect();
    add(program)?;
    commands.into_iter().filter(|command| command.get_name() != "help").try_for_each(add)?;
    print(&String::from_utf8_lossy(&pages))
}
