//! Rows of CSV files with their lines; what cannot be read is a fault.

use std::io::BufRead;

use exporter_xml::Position;

use crate::fault::Fault;

/// Reads rows of any length; lines without a cell are passed over.
pub(crate) struct Rows<R> {
    rows: csv::Reader<R>,
}

impl<R: BufRead> Rows<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { rows: csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(reader) }
    }

    /// Reads the next row in place of another one, and says where it begins; `None` at the end.
    pub(crate) fn next(&mut self, row: &mut csv::StringRecord) -> Result<Option<Position>, Fault> {
        if !self.rows.read_record(row).map_err(|error| fault(&error))? {
            return Ok(None);
        }
        Ok(Some(Position::of_line(row.position().map_or(1, csv::Position::line))))
    }
}

fn fault(error: &csv::Error) -> Fault {
    let line = error.position().map_or(1, csv::Position::line);
    let message = match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "the row is no UTF-8; save the file as UTF-8".to_owned(),
        _ => format!("the row cannot be read: {error}"),
    };
    Fault::new(Position::of_line(line), message)
}
