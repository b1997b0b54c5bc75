//! The program's only doors to standard output and standard error.
//!
//! A closed pipe ends the program quietly: `exporter inspect big.dta | head` is not a failure.

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

/// Writes a line to standard error; nothing can be said when that fails.
pub(crate) fn say(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}
