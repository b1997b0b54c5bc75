//! Errors as the user sees them, and the exit codes they end with.

use std::error::Error as _;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use exporter::{Error, ErrorKind, FormatInfo, OptionKind};

use crate::format_text;
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

/// Formats that a tip names at most.
const FORMATS_NAMED: usize = 3;

/// Of an argument that is none and that formats have as an option or a value of one, the tip is how to type this: those formats that the
/// command line names go before others.
fn options_of_formats(error: &mut clap::Error) {
    let Some(ContextValue::String(argument)) = error.get(ContextKind::InvalidArg) else { return };
    let name = argument.trim_start_matches('-').split('=').next().unwrap_or_default().to_owned();
    if error.kind() != clap::error::ErrorKind::UnknownArgument || !argument.starts_with("--") {
        return;
    }
    let registry = exporter::registry();
    let words: Vec<String> = std::env::args().collect();
    let is_named = |info: &FormatInfo| {
        let ends = info.extensions.iter().map(|extension| format!(".{extension}"));
        let ends: Vec<String> = ends.collect();
        words
            .iter()
            .any(|word| word.split(':').next() == Some(info.id) || ends.iter().any(|end| word.ends_with(end)))
    };
    let mut typed: Vec<(bool, String)> = Vec::new();
    for info in registry.formats() {
        for (flag, options) in [("--to", info.options), ("--from", info.read_options)] {
            for option in options {
                let written = match option.kind {
                    _ if option.is_called(&name) => format!("{name}=VALUE"),
                    OptionKind::Choice(values) if values.contains(&name.as_str()) => {
                        format!("{}={name}", option.name)
                    }
                    _ => continue,
                };
                typed.push((is_named(info), format!("{flag} {}:{written}", info.id)));
            }
        }
    }
    typed.sort_by_key(|(is_named, _)| !is_named);
    if typed.iter().any(|(is_named, _)| *is_named) {
        typed.retain(|(is_named, _)| *is_named);
    }
    let shown: Vec<&str> = typed.iter().take(FORMATS_NAMED).map(|(_, typed)| typed.as_str()).collect();
    if !shown.is_empty() {
        let tip = format!("{name} is an option of a format, such as {}", shown.join(", "));
        error.remove(ContextKind::SuggestedArg);
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
}

/// What the library calls its options, and what they are called here.
const WORDS: [(&str, &str); 10] = [
    ("the loss policy ", "--losses "),
    ("read it as dta:", "read it with --from dta:"),
    ("read it as sav:", "read it with --from sav:"),
    ("allow files outside its folder", "allow files outside its folder (--allow-outside)"),
    ("give the password of the input", "give it with --input-password-env VAR or --input-password-file FILE"),
    ("give the password,", "give it with --input-password-env VAR or --input-password-file FILE,"),
    ("or overwrite it", "or overwrite it (--overwrite)"),
    ("keep the table ", "keep it with --table "),
    ("export only these tables: ", "export only some tables: --table "),
    ("leave documents out", "leave documents out with --no-documents"),
];

/// A hint of the library in the words of the command line.
pub(crate) fn as_typed(hint: &str) -> String {
    if let Some((before, codebook)) = hint.rsplit_once("open the codebook in place of both: ") {
        let command = format!("exporter export {}", format_text::shell(codebook));
        return format!("{before}give the codebook as the input in place of both: `{command}`");
    }
    WORDS.iter().fold(hint.to_owned(), |text, (library, program)| text.replace(library, program))
}

/// Shows what the command line parser says: help and version are no errors.
pub(crate) fn usage(error: &mut clap::Error) -> ExitCode {
    let wrong = error.use_stderr();
    options_of_formats(error);
    // Nothing can be said when the terminal is gone.
    let _ = error.print();
    ExitCode::from(if wrong { USAGE } else { 0 })
}
