//! Reading CSV.

use std::io::BufRead;

use exporter_xml::Position;

use super::lines::{Break, Lines};
use super::{COLUMNS, key_of};
use crate::data_values::data_value::{DataValue, Key};
use crate::fault::Fault;
use crate::mode::{Mode, Remark, Remarks};
use crate::value::{Object, Value};

/// How a file is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CsvDialect {
    /// By the names of its header where it has one, else by position.
    #[default]
    Either,
    /// As servers before 2.43: by position, whatever the first line says.
    ByPosition,
    /// As servers since 2.43: by the names of the header, `null` is nothing, blanks around are cut, and other columns are
    /// categories where none is for the category option combination.
    ByName,
}

/// What a column is.
#[derive(Clone, Debug, PartialEq)]
enum Column {
    Known(Key),
    Other(String),
}

/// Reads a data value set row by row.
pub struct CsvReader<R> {
    rows: csv::Reader<Lines<R>>,
    record: csv::StringRecord,
    columns: Vec<Column>,
    dialect: CsvDialect,
    /// Whether columns of other names are categories.
    has_categories: bool,
    mode: Mode,
    remarks: Remarks,
    is_over: bool,
    /// The first record, where it is no header.
    first: bool,
}

impl<R: BufRead> CsvReader<R> {
    /// Reads a file.
    ///
    /// # Errors
    /// The first line cannot be read, or is no header where one is wanted.
    pub fn new(reader: R, dialect: CsvDialect) -> Result<Self, Fault> {
        let lines = Lines::new(reader, dialect == CsvDialect::ByName);
        let mut rows = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(lines);
        let mut record = csv::StringRecord::new();
        let has_one = rows.read_record(&mut record).map_err(Fault::from)?;
        if let Some(marked) = record.get(0).and_then(|first| first.strip_prefix('\u{FEFF}')) {
            let rest: Vec<String> = record.iter().skip(1).map(str::to_owned).collect();
            record = std::iter::once(marked.to_owned()).chain(rest).collect();
        }
        let by_position = || COLUMNS.map(|(_, key)| Column::Known(key)).to_vec();
        let is_header = record.iter().filter(|name| key_of(name).is_some()).count() >= 2;
        let (columns, first) = match dialect {
            CsvDialect::Either if !is_header => (by_position(), has_one),
            CsvDialect::ByPosition => (by_position(), false),
            CsvDialect::ByName if !is_header => {
                let message = "the first line names no columns such as dataelement,period,orgunit,value";
                return Err(Fault::new(Position::of_line(1), message));
            }
            _ => {
                let column = |name: &str| match key_of(name) {
                    Some(key) => Column::Known(key),
                    None => Column::Other(name.trim().to_owned()),
                };
                (record.iter().map(column).collect(), false)
            }
        };
        let has_categories = dialect == CsvDialect::ByName
            && !columns.contains(&Column::Known(Key::CategoryOptionCombo))
            && columns.iter().any(|column| matches!(column, Column::Other(_)));
        let (mode, remarks) = (Mode::default(), Remarks::default());
        Ok(Self { rows, record, columns, dialect, has_categories, mode, remarks, is_over: false, first })
    }

    /// Reads by name strictly or leniently: what servers since 2.43 read otherwise than it is meant (carriage returns, doubled
    /// quotes, line breaks in texts, something behind an empty line) is an error, or remarked and read nevertheless.
    #[must_use]
    pub fn with_mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// What was remarked so far.
    pub fn remarks(&self) -> &Remarks {
        &self.remarks
    }

    /// Where the row begins that was read last.
    pub fn position(&self) -> Position {
        let at = self.record.position();
        // Of the two signs that end a line the parser takes the second one for the beginning of the next.
        let is_behind_two = self.rows.get_ref().is_crlf() && at.is_some_and(|at| at.byte() > 0);
        Position::of_line(at.map_or(1, csv::Position::line) + u64::from(is_behind_two))
    }

    /// Reads the next value in place of another one; `false` where there is none.
    ///
    /// # Errors
    /// A row cannot be read, or, strictly, is read otherwise by servers since 2.43; nothing follows then.
    pub fn read(&mut self, value: &mut DataValue) -> Result<bool, Fault> {
        value.clear();
        if self.is_over {
            return Ok(false);
        }
        let found = self.next_value(value);
        self.is_over = !matches!(found, Ok(true));
        found
    }

    fn next_value(&mut self, value: &mut DataValue) -> Result<bool, Fault> {
        let is_one = std::mem::take(&mut self.first)
            || self.rows.read_record(&mut self.record).map_err(Fault::from)?;
        let behind = if is_one { self.rows.position().line() } else { u64::MAX };
        while let Some((line, found)) = self.rows.get_mut().take_before(behind) {
            self.found(line, found)?;
        }
        if !is_one {
            return Ok(false);
        }
        let mut options = Object::new();
        for (column, text) in self.columns.iter().zip(&self.record) {
            let text = match self.dialect {
                CsvDialect::ByName => Some(text.trim()).filter(|text| *text != "null").unwrap_or_default(),
                _ => text,
            };
            match column {
                _ if text.is_empty() => {}
                Column::Known(key) => value.set(*key, text),
                Column::Other(name) if self.has_categories => options.set(name, Value::from(text)),
                Column::Other(name) => value.set_other(name, text),
            }
        }
        if !options.is_empty() {
            value.set_categories(Key::CategoryOptionCombo, &options);
        }
        Ok(true)
    }

    fn found(&mut self, line: u64, found: Break) -> Result<(), Fault> {
        let position = Position::of_line(line);
        if self.mode == Mode::Strict {
            return Err(Fault::new(position, found.message()));
        }
        self.remarks.add(Remark::new(position, found.message()));
        Ok(())
    }
}
