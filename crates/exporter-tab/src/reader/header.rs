//! The start of an input: the lines that are skipped and the records above the rows.

use std::collections::{HashMap, HashSet};
use std::io::Read;

use super::decode::Position;
use super::form::Form;
use super::options::{Duplicates, ReadOptions};
use super::pieces::Pieces;
use super::records::Left;
use super::sniff::{self, Sniffed};
use super::split::{Cell, Dialect, Fault, Kind, RecordEnd, line_end, split_record};
use super::window::TextWindow;
use crate::TabError;

/// Gives the first records of an input one after the other.
pub(super) struct Head<R> {
    text: TextWindow<R>,
    pub(super) dialect: Dialect,
    /// The cells of the record read last.
    cells: Vec<Cell>,
    /// Bytes up to the end of the record read last, consumed by the next call.
    used: usize,
    /// Line on which the record read last starts, from 1.
    line: u64,
    /// Lines of the record read last.
    lines: u64,
    /// Lines between the record before and the one read last.
    between: u64,
    /// Comments passed, and those among them before the record read last.
    comments: [Left; 2],
}

/// A column that is called otherwise than in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Renamed {
    pub(crate) name: String,
    pub(crate) why: String,
    /// Whether another column has its name.
    pub(crate) is_twice: bool,
}

/// Opens an input and moves past the lines that are skipped. Without a form it is found in the first part of the text; columns that are `declared` have a header.
pub(super) fn open<R: Read>(
    input: R,
    options: &ReadOptions,
    form: Option<&Form>,
    declared: bool,
) -> Result<(Head<R>, Sniffed), TabError> {
    let encoding = form.map_or(options.encoding, |form| form.encoding);
    let mut text = TextWindow::new(input, encoding)?;
    text.extend(options.max_record_bytes.saturating_add(1))?;
    let sniffed = match form {
        Some(form) => Sniffed::known(*form),
        None => sniff::form(&mut text, options, declared)?,
    };
    sniffed.form.check(options)?;
    let dialect = sniffed.form.dialect(options);
    let mut head = Head {
        text,
        dialect,
        cells: Vec::new(),
        used: 0,
        line: 1,
        lines: 0,
        between: 0,
        comments: Default::default(),
    };
    for _ in 0..sniffed.form.skip_lines {
        if !head.skip_line()? {
            break;
        }
    }
    Ok((head, sniffed))
}

impl<R: Read> Head<R> {
    /// Moves past a line; false when there is none.
    fn skip_line(&mut self) -> Result<bool, TabError> {
        let most = self.dialect.max_record_bytes;
        loop {
            let (window, is_last) = (self.text.window(), self.text.is_done());
            match line_end(window, 0, is_last) {
                Some((end, _)) => {
                    self.line += u64::from(end > 0);
                    self.text.consume(end);
                    return Ok(end > 0);
                }
                None if window.len() > most => {
                    return Err(TabError::RecordTooLong { line: self.line, limit: most });
                }
                None => self.text.extend(most + 1)?,
            }
        }
    }

    /// Moves to the next record that is neither an empty line nor a comment; false at the end of the input.
    ///
    /// A record with more than `limit` cells is an error, made by `too_many` from its line.
    pub(super) fn advance(
        &mut self,
        limit: usize,
        too_many: impl Fn(u64) -> TabError,
    ) -> Result<bool, TabError> {
        self.text.consume(self.used);
        self.line += self.lines;
        (self.used, self.lines, self.between) = (0, 0, 0);
        self.comments[1] = self.comments[0].clone();
        let most = self.dialect.max_record_bytes;
        loop {
            let (window, is_last) = (self.text.window(), self.text.is_done());
            let start = self.used;
            if start == window.len() && is_last {
                return Ok(false);
            }
            let line = self.line;
            self.cells.clear();
            let push = |_, cell| self.cells.push(cell);
            match split_record(window, start, is_last, &self.dialect, limit, push) {
                Ok(found) if found.end - start > most => {
                    return Err(TabError::RecordTooLong { line, limit: most });
                }
                Ok(RecordEnd { end, lines, kind: Kind::Record, .. }) => {
                    (self.used, self.lines) = (end, lines);
                    return Ok(true);
                }
                Ok(found) => {
                    if found.kind == Kind::Comment {
                        self.comments[0].add_line(0, window.get(start..found.end));
                    }
                    self.used = found.end;
                    self.line += found.lines;
                    self.between += found.lines;
                }
                Err(Fault::Incomplete) if window.len() - start <= most => {
                    self.text.extend((start + most).saturating_add(1))?;
                }
                Err(fault) => return Err(fault.at(0, line, most, || too_many(line))),
            }
        }
    }

    /// Moves back before the record read last and the lines between it and the one before.
    pub(super) fn back(&mut self) {
        self.line -= self.between;
        self.comments[0] = self.comments[1].clone();
        (self.used, self.lines, self.between) = (0, 0, 0);
    }

    /// Whether lines without a record were passed.
    pub(super) fn has_passed_lines(&self) -> bool {
        self.between > 0
    }

    /// What follows the record read last, in pieces of this many bytes, and where that is.
    pub(super) fn into_pieces(mut self, bytes: usize) -> (Pieces<R>, Position) {
        self.text.consume(self.used);
        let [comments, _] = self.comments;
        let position = Position::first(self.line - 1 + self.lines, comments);
        (Pieces::new(self.text, self.dialect, bytes), position)
    }

    /// Name of the encoding in use.
    pub(super) fn encoding(&self) -> &'static str {
        self.text.encoding
    }

    /// The cells of the record read last, without the empty one behind a trailing delimiter.
    pub(super) fn contents(&self) -> Vec<Vec<u8>> {
        let content = |cell: &Cell| cell.content(self.text.window(), self.dialect.marks).into_owned();
        let mut contents: Vec<Vec<u8>> = self.cells.iter().map(content).collect();
        if self.dialect.trailing && contents.len() > 1 && contents.last().is_some_and(Vec::is_empty) {
            contents.pop();
        }
        contents
    }

    /// A cell of the record read last as text.
    pub(super) fn text(&self, column: usize, cell: Vec<u8>) -> Result<String, TabError> {
        String::from_utf8(cell).map_err(|_| TabError::Encoding {
            record: 0,
            line: self.line,
            column: column + 1,
            encoding: self.text.encoding,
        })
    }

    /// The cells of the record read last as names of columns; with `row_names` it has none for the first column.
    /// Those that are not as the file has them are `renamed`, with the reason.
    pub(super) fn names(
        &self,
        duplicates: Duplicates,
        row_names: bool,
        renamed: &mut Vec<Renamed>,
    ) -> Result<Vec<String>, TabError> {
        let mut cells = self.contents();
        if row_names {
            cells.insert(0, Vec::new());
        }
        if cells.iter().any(|cell| cell.contains(&0)) {
            return Err(TabError::NulInHeader);
        }
        let mut names: Vec<String> = Vec::with_capacity(cells.len());
        // Position of each name, and the number to try next for another of that name.
        let mut seen: HashMap<String, (usize, usize)> = HashMap::new();
        let given: HashSet<&[u8]> = cells.iter().map(Vec::as_slice).collect();
        for (at, cell) in cells.iter().enumerate() {
            // pandas and R leave the name of their row numbers empty.
            let mut name = match cell.is_empty() {
                true => format!("column_{}", at + 1),
                false => self.text(at, cell.clone())?,
            };
            if let Some((first, next)) = seen.get(&name).copied() {
                if duplicates == Duplicates::Error {
                    return Err(TabError::DuplicateName { name, first, second: at + 1 });
                }
                let mut number = next;
                let mut free = format!("{name}_{number}");
                while seen.contains_key(&free) || given.contains(free.as_bytes()) {
                    number += 1;
                    free = format!("{name}_{number}");
                }
                let why = format!("the columns {first} and {} are named {name:?}", at + 1);
                seen.insert(name, (first, number + 1));
                name = free;
                renamed.push(Renamed { name: name.clone(), why, is_twice: true });
            } else if cell.is_empty() {
                let why = "a column without a name".to_owned();
                renamed.push(Renamed { name: name.clone(), why, is_twice: false });
            }
            seen.insert(name.clone(), (at + 1, 2));
            names.push(name);
        }
        Ok(names)
    }
}
