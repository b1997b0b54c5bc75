//! Why a file cannot be read any further, and where.

use exporter_xml::Position;

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

impl From<exporter_xml::Fault> for Fault {
    fn from(fault: exporter_xml::Fault) -> Self {
        let exporter_xml::Fault { position, message, is_cut, source, .. } = fault;
        Self { position, message, is_cut, source }
    }
}

impl From<csv::Error> for Fault {
    fn from(error: csv::Error) -> Self {
        let position = Position::of_line(error.position().map_or(1, csv::Position::line));
        let message = format!("the row cannot be read: {error}");
        match error.into_kind() {
            csv::ErrorKind::Io(source) => {
                Self { source: Some(source), ..Self::new(position, "the bytes cannot be read") }
            }
            csv::ErrorKind::Utf8 { .. } => Self::new(position, "the row is no UTF-8; save the file as UTF-8"),
            _ => Self::new(position, message),
        }
    }
}
