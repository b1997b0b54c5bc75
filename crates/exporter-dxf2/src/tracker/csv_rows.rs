//! Rows of a table and what their cells are.

use std::io::{self, BufRead, Read};

use csv::StringRecord;
use exporter_xml::Position;

use super::findings::Findings;
use super::tables::{Column, Place, Table};
use crate::fault::Fault;
use crate::mode::Remark;

/// Columns that a table has at most.
const MOST_COLUMNS: usize = 1000;

/// Reads the rows of a table.
pub(super) struct Rows<R> {
    rows: csv::Reader<End<R>>,
    pub(super) table: Table,
    columns: Vec<Source>,
    /// Cells of a whole row.
    width: usize,
    /// Bytes of the longest row that is read.
    most: usize,
}

/// What a column is.
pub(super) enum Source {
    Known(Column),
    /// A property of the object that the table does not have.
    Other(String),
}

/// Knows where the bytes end that were read, and whether others follow.
struct End<R> {
    inner: R,
    place: InLine,
    is_over: bool,
    /// Bytes that the row may still have: a quote that is not closed must not fill the memory.
    room: usize,
}

/// Where in a line a byte stands.
#[derive(Clone, Copy, PartialEq)]
enum InLine {
    /// Before its first cell.
    Start,
    /// Before another cell.
    Cell,
    /// In a cell without quotes.
    Plain,
    /// Within quotes.
    Quoted,
    /// Behind a quote, which ends the cell or is the first of two.
    Quote,
}

impl InLine {
    fn behind(self, byte: u8) -> Self {
        match (self, byte) {
            (Self::Start | Self::Cell | Self::Quote, b'"') => Self::Quoted,
            (Self::Quoted, b'"') => Self::Quote,
            (Self::Quoted, _) => Self::Quoted,
            (_, b'\n' | b'\r') => Self::Start,
            (_, b',') => Self::Cell,
            _ => Self::Plain,
        }
    }
}

impl<R> End<R> {
    /// Whether the file was read to its end, which is no end of a line.
    fn ends_in_line(&self) -> bool {
        self.is_over && self.place != InLine::Start
    }

    /// Whether the file was read to its end, which stands within quotes.
    fn ends_in_quotes(&self) -> bool {
        self.is_over && self.place == InLine::Quoted
    }
}

impl<R: Read> Read for End<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.room == 0 {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the row is longer than is read"));
        }
        let count = self.inner.read(buffer)?;
        self.room = self.room.saturating_sub(count);
        self.place = buffer.iter().take(count).fold(self.place, |place, byte| place.behind(*byte));
        self.is_over |= count == 0 && !buffer.is_empty();
        Ok(count)
    }
}

impl<R: BufRead> Rows<R> {
    /// Reads a table, whose columns go by its header or their position; the first row, where it is no header, is given back.
    pub(super) fn new(
        reader: R,
        table: Option<Table>,
        most: usize,
    ) -> Result<(Self, Option<StringRecord>), Fault> {
        let reader = End { inner: reader, place: InLine::Start, is_over: false, room: room(most) };
        let mut rows = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(reader);
        let mut first = StringRecord::new();
        let has_one = rows.read_record(&mut first)?;
        if let Some(marked) = first.get(0).and_then(|cell| cell.strip_prefix('\u{FEFF}')) {
            first = std::iter::once(marked).chain(first.iter().skip(1)).collect();
        }
        if first.len() > MOST_COLUMNS {
            let message = format!("there are more than {MOST_COLUMNS} columns");
            return Err(Fault::new(Position::of_line(1), message));
        }
        let header = Table::of_header(first.iter().map(str::trim));
        let table = table.or(header).unwrap_or_else(|| Table::of_count(first.len()));
        let columns = match header {
            Some(_) => {
                let source = |name: &str| match table.column(name.trim()) {
                    Some(column) => Source::Known(*column),
                    None => Source::Other(name.trim().to_owned()),
                };
                first.iter().map(source).collect()
            }
            None => table.by_position(first.len()).into_iter().map(Source::Known).collect(),
        };
        let width = first.len();
        let end = rows.get_ref();
        if end.ends_in_quotes() || end.ends_in_line() && header.is_none() && !Table::has_count(width) {
            let message = "the file ends within its first line, which is neither a header nor a whole row";
            return Err(Fault { is_cut: true, ..Fault::new(Position::of_line(1), message) });
        }
        let first = Some(first).filter(|_| has_one && header.is_none());
        Ok((Self { rows, table, columns, width, most }, first))
    }

    /// The next row; one that is short and ends the file without a line break is cut off.
    pub(super) fn next(&mut self, findings: &mut Findings) -> Result<Option<StringRecord>, Fault> {
        let mut row = StringRecord::new();
        self.rows.get_mut().room = room(self.most);
        if !self.rows.read_record(&mut row)? {
            return Ok(None);
        }
        if self.rows.get_ref().ends_in_quotes() {
            let fault = Fault::new(line_of(&row), "the file ends within the quotes of a cell");
            return Err(Fault { is_cut: true, ..fault });
        }
        if row.len() < self.width {
            let position = line_of(&row);
            let message = format!("the row has {} cells of {}", row.len(), self.width);
            if self.rows.get_ref().ends_in_line() {
                return Err(Fault {
                    is_cut: true,
                    ..Fault::new(position, message + ": the file ends within it")
                });
            }
            findings.found(Remark::new(
                position,
                "the row has fewer cells than the first: the others are empty",
            ))?;
        }
        if row.len() > self.columns.len() {
            let message = "the row has more cells than there are columns: the others are left out";
            findings.found(Remark::new(line_of(&row), message).loss())?;
        }
        Ok(Some(row))
    }

    /// The cells of a row and what they are.
    pub(super) fn cells<'s, 'r>(
        &'s self,
        row: &'r StringRecord,
    ) -> impl Iterator<Item = (&'s Source, &'r str)> + use<'s, 'r, R> {
        self.columns.iter().zip(row.iter().chain(std::iter::repeat("")))
    }

    pub(super) fn cell<'r>(&self, row: &'r StringRecord, place: Place) -> &'r str {
        let is_it = |source: &Source| matches!(source, Source::Known(column) if column.place == place);
        self.cells(row).find(|(source, _)| is_it(source)).map_or("", |(_, text)| text)
    }

    /// The first column of the object that two rows have otherwise.
    pub(super) fn difference(&self, first: &StringRecord, row: &StringRecord) -> Option<&Source> {
        let of_object = |source: &Source| match source {
            Source::Known(column) => !matches!(column.place, Place::Value(_) | Place::Either(_)),
            Source::Other(_) => true,
        };
        let mut pairs = self.cells(first).zip(self.cells(row));
        pairs.find_map(|((source, one), (_, other))| (of_object(source) && one != other).then_some(source))
    }
}

/// Bytes that may be read for one row: those that it has, and those that are read ahead.
fn room(most: usize) -> usize {
    most.saturating_add(1 << 15)
}

pub(super) fn line_of(row: &StringRecord) -> Position {
    Position::of_line(row.position().map_or(1, csv::Position::line))
}
