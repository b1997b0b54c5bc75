//! Why a file cannot be read any further, and where.

use std::fmt;

/// Where something stands in a file, both counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Position {
    /// Line.
    pub line: u64,
    /// Bytes from its beginning.
    pub column: u64,
}

impl Position {
    /// The beginning of a line.
    pub(crate) fn of_line(line: u64) -> Self {
        Self { line, column: 1 }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}, column {}", self.line, self.column)
    }
}

/// Why a file cannot be read any further. What stands before was read.
#[derive(Debug, thiserror::Error)]
#[error("{position}: {message}")]
#[non_exhaustive]
pub struct Fault {
    /// Where.
    pub position: Position,
    /// What is wrong.
    pub message: String,
    /// Whether the file ends there.
    pub is_cut: bool,
    /// What the system says, where the bytes could not be had.
    pub source: Option<std::io::Error>,
}

impl Fault {
    pub(crate) fn new(position: Position, message: impl Into<String>) -> Self {
        Self { position, message: message.into(), is_cut: false, source: None }
    }
}
