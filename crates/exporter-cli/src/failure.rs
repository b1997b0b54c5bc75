//! Errors as the user sees them, and the exit codes they end with.

use std::error::Error as _;
use std::process::ExitCode;

use exporter::{Error, ErrorKind};

use crate::terminal::say;

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
    say(&format!("error: {error}"));
    let mut shown = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        let text = source.to_string();
        if !shown.contains(&text) {
            say(&format!("  caused by: {text}"));
            shown = text;
        }
        cause = source.source();
    }
    if let Some(hint) = error.hint() {
        // The library does not know what overwriting is called here.
        let how = if error.kind() == ErrorKind::Exists && hint.ends_with("overwrite it") {
            " (--overwrite)"
        } else {
            ""
        };
        say(&format!("  hint: {hint}{how}"));
    }
    ExitCode::from(match error.kind() {
        ErrorKind::Cancelled => CANCELLED,
        ErrorKind::Loss => LOSSES,
        ErrorKind::Usage => USAGE,
        _ => FAILED,
    })
}

/// Shows what the command line parser says: help and version are no errors.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    let wrong = error.use_stderr();
    // Nothing can be said when the terminal is gone.
    let _ = error.print();
    ExitCode::from(if wrong { USAGE } else { 0 })
}
