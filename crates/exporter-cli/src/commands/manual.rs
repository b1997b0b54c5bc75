//! `exporter manual`.

use clap::CommandFactory as _;
use exporter::{Error, Result};

use crate::args::Args;
use crate::commands::formats::all_in_full;
use crate::terminal::print;

/// Sections of the program's page that no option tells, with what they say.
const SECTIONS: [(&str, &str); 3] = [
    (
        "EXIT STATUS",
        "0    done; losses that are allowed are told\n\
         1    something failed, or a check found an error\n\
         2    the command line is wrong\n\
         3    refused because of what would be lost; --losses allows it\n\
         130  cancelled by Ctrl-C",
    ),
    (
        "ENVIRONMENT",
        "SOURCE_DATE_EPOCH  seconds since 1970 that stand in files as the time of writing\n\
         NO_COLOR           where it is set and not empty, nothing is coloured\n\
         VARIABLE           the password in the variable that --password-env or --input-password-env names",
    ),
    (
        "FILES",
        "study.json, study.toml  the study: its description and where its data is\n\
         NAME.codebook.json      the codebook that is written beside tables, and read with them\n\
         MANIFEST.json           sizes, rows and checksums of what was written, with --manifest; check reads it\n\
         documents/              the files of the study's documents",
    ),
];

/// The page of the program, then that of each command, in roff.
pub(super) fn run() -> Result<()> {
    let mut program = Args::command();
    program.build();
    let mut pages = Vec::new();
    let page = |command: clap::Command, pages: &mut Vec<u8>| {
        let page = clap_mangen::Man::new(command).render(pages);
        page.map_err(|source| Error::io("cannot make the manual page", source))
    };
    let commands: Vec<clap::Command> = program.get_subcommands().cloned().collect();
    page(program, &mut pages)?;
    for (name, text) in SECTIONS {
        pages.extend(format!(".SH \"{name}\"\n{}", as_it_stands(text)).into_bytes());
    }
    pages.extend_from_slice(b".SH FORMATS\n");
    for (name, text) in all_in_full() {
        pages.extend(format!(".SS {}\n{}", escaped(name), as_it_stands(&text)).into_bytes());
    }
    for command in commands.into_iter().filter(|command| command.get_name() != "help") {
        page(command, &mut pages)?;
    }
    print(&String::from_utf8_lossy(&pages))
}

/// Lines that stay lines.
fn as_it_stands(text: &str) -> String {
    let lines = text.trim_end().lines().map(|line| match line.starts_with(['.', '\'']) {
        true => format!("\\&{}\n", escaped(line)),
        false => format!("{}\n", escaped(line)),
    });
    format!(".nf\n{}.fi\n", lines.collect::<String>())
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\(rs").replace('-', "\\-")
}
