//! The program's only doors to standard output and standard error.
//!
//! A closed pipe ends the program quietly: `exporter inspect big.dta | head` is not a failure.

use std::io::{self, Write as _};

use exporter::{Error, Result};

/// Writes text to standard output.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut output = io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.map_err(|source| Error::io("cannot write to standard output", source)),
    }
}

/// Writes a line to standard error; nothing can be said when that fails.
pub(crate) fn say(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}
