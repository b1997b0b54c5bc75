//! The program's only doors to standard output and standard error.
//!
//! A closed pipe ends the program quietly: `exporter inspect big.dta | head` is not a failure.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use exporter::{Error, Result};

/// Writes text to standard output.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut output = io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.map_err(|source| Error::io("cannot write to standard output", source)),
    }
}

/// Whether whoever read standard output has gone away while data was written to it.
static CLOSED: AtomicBool = AtomicBool::new(false);

/// Standard output for data, which a closed pipe leaves incomplete: that is a failure, but nobody is there to be told.
pub(crate) struct Output;

impl Output {
    /// Whether the pipe was closed before all was written.
    pub(crate) fn is_closed() -> bool {
        CLOSED.load(Ordering::Relaxed)
    }

    fn told<T>(result: io::Result<T>) -> io::Result<T> {
        let is_closed = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
        CLOSED.fetch_or(result.as_ref().is_err_and(is_closed), Ordering::Relaxed);
        result
    }
}

impl io::Write for Output {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        Self::told(io::stdout().write(buffer))
    }

    fn flush(&mut self) -> io::Result<()> {
        Self::told(io::stdout().flush())
    }
}

/// Whether only errors are told.
static QUIET: AtomicBool = AtomicBool::new(false);

/// Tells nothing but errors from now on.
pub(crate) fn be_quiet() {
    QUIET.store(true, Ordering::Relaxed);
}

/// Whether only errors are told.
pub(crate) fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

/// Colours nothing where `NO_COLOR` is set and not empty, whatever else asks for colours.
pub(crate) fn honour_no_color() {
    if std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) {
        console::set_colors_enabled(false);
        console::set_colors_enabled_stderr(false);
    }
}

/// Writes a note or a summary to standard error.
pub(crate) fn say(text: &str) {
    if !is_quiet() {
        complain(text);
    }
}

/// Writes an error or a warning to standard error; nothing can be said when that fails.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", visible(text));
}

/// Writes an error to standard error, its first word in red where the terminal has colours.
pub(crate) fn fail(text: &str) {
    let word = console::Style::new().for_stderr().red().bold().apply_to("error:");
    let _ = writeln!(io::stderr().lock(), "{word} {}", visible(text));
}

/// Text without characters that could change the terminal or hide others: they are shown as `\x1b`, but for line ends.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    // Marks of direction and a space without width; joiners are letters' own in Persian and Hindi.
    let is_hidden = |c: char| matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    let is_plain = |c: char| c == '\n' || !(c.is_control() || is_hidden(c));
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            _ if is_plain(c) => shown.push(c),
            '\t' => shown.push_str("\\t"),
            '\r' => shown.push_str("\\r"),
            _ => {
                let _ = match u32::from(c) {
                    code @ 0..=255 => write!(shown, "\\x{code:02x}"),
                    code => write!(shown, "\\u{{{code:x}}}"),
                };
            }
        }
    }
    Cow::Owned(shown)
}

/// As [`visible`], in one line.
pub(crate) fn in_one_line(text: &str) -> String {
    visible(text).replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn control_characters_are_shown() {
        assert_eq!(visible("a\nb"), "a\nb");
        assert_eq!(visible("a\u{202e}b\u{200b}"), "a\\u{202e}b\\u{200b}");
        assert_eq!(visible("\u{1b}[31mred\t\u{7f}\u{85}é"), "\\x1b[31mred\\t\\x7f\\x85é");
    }
}
