//! Errors as the user sees them, and the exit codes they end with.

use std::error::Error as _;
use std::process::ExitCode;

use exporter::{Error, ErrorKind};

use crate::terminal::{Output, complain, fail};

/// Something failed.
const FAILED: u8 = 1;
/// The command line is wrong.
const USAGE: u8 = 2;
/// Refused because of losses.
const LOSSES: u8 = 3;
/// Cancelled by Ctrl-C.
const CANCELLED: u8 = 130;

/// Shows an error with its causes and its way out.
pub(crate) fn report(error: &Error) -> ExitCode {
    if Output::is_closed() {
        return ExitCode::from(FAILED);
    }
    fail(&error.to_string());
    let mut shown = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        let text = source.to_string().trim_end().to_owned();
        if !shown.contains(&text) {
            complain(&format!("  caused by: {text}"));
            shown.push_str(&text);
        }
        cause = source.source();
    }
    if let Some(hint) = error.hint() {
        complain(&format!("  hint: {}", as_typed(hint)));
    }
    ExitCode::from(match error.kind() {
        ErrorKind::Cancelled => CANCELLED,
        ErrorKind::Loss => LOSSES,
        ErrorKind::Usage => USAGE,
        _ => FAILED,
    })
}

/// What the library calls its options, and what they are called here.
const WORDS: [(&str, &str); 9] = [
    ("the loss policy ", "--losses "),
    ("read it as dta:", "read it with --from dta:"),
    ("allow files outside its folder", "allow files outside its folder (--allow-outside)"),
    ("give the password of the input", "give it with --input-password-env VAR or --input-password-file FILE"),
    ("give the password,", "give it with --input-password-env VAR or --input-password-file FILE,"),
    ("or overwrite it", "or overwrite it (--overwrite)"),
    ("keep the table ", "keep it with --table "),
    ("export only these tables: ", "export only some tables: --table "),
    ("leave documents out", "leave documents out with --no-documents"),
];

/// A hint of the library in the words of the command line.
fn as_typed(hint: &str) -> String {
    WORDS.iter().fold(hint.to_owned(), |text, (library, program)| text.replace(library, program))
}

/// Shows what the command line parser says: help and version are no errors.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    let wrong = error.use_stderr();
    // Nothing can be said when the terminal is gone.
    let _ = error.print();
    ExitCode::from(if wrong { USAGE } else { 0 })
}
