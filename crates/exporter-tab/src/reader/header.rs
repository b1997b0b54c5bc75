//! The start of an input: its delimiter and the records above the rows.

use std::collections::{HashMap, HashSet};
use std::io::Read;

use super::options::{Duplicates, ReadOptions};
use super::pieces::Pieces;
use super::split::{Cell, Dialect, Fault, split_record};
use super::window::TextWindow;
use crate::{Delimiter, TabError};

/// Gives the first records of an input one after the other.
pub(super) struct Head<R> {
    text: TextWindow<R>,
    pub(super) dialect: Dialect,
    /// The cells of the record read last.
    cells: Vec<Cell>,
    /// Bytes of the record read last, consumed by the next call.
    used: usize,
    /// Line on which the record read last starts, from 1.
    line: u64,
    /// Lines of the record read last.
    lines: u64,
}

/// Opens an input; without a delimiter the first line tells it.
pub(super) fn open<R: Read>(
    input: R,
    options: &ReadOptions,
    delimiter: Option<Delimiter>,
) -> Result<(Head<R>, Delimiter), TabError> {
    let mark = options.decimal_mark.byte();
    let max_record_bytes = options.max_record_bytes.min(Cell::REACH - 2);
    let mut text = TextWindow::new(input, options.encoding)?;
    text.extend(max_record_bytes + 1)?;
    let delimiter = delimiter.or(options.delimiter).unwrap_or_else(|| sniff(text.window(), mark));
    if delimiter.byte() == mark {
        return Err(TabError::Option {
            option: "decimal_mark",
            problem: "a decimal comma needs another delimiter than the comma, such as semicolon".into(),
        });
    }
    let dialect = Dialect { delimiter: delimiter.byte(), escape: options.escape, max_record_bytes };
    Ok((Head { text, dialect, cells: Vec::new(), used: 0, line: 1, lines: 0 }, delimiter))
}

impl<R: Read> Head<R> {
    /// Moves to the next record that is not an empty line; false at the end of the input.
    ///
    /// A record with more than `limit` cells is an error, made by `too_many` from its line.
    pub(super) fn advance(
        &mut self,
        limit: usize,
        too_many: impl Fn(u64) -> TabError,
    ) -> Result<bool, TabError> {
        let too_long =
            |line, dialect: &Dialect| TabError::RecordTooLong { line, limit: dialect.max_record_bytes };
        loop {
            self.text.consume(self.used);
            self.line += self.lines;
            (self.used, self.lines) = (0, 0);
            let found = loop {
                let (window, is_last) = (self.text.window(), self.text.is_done());
                if window.is_empty() {
                    if is_last {
                        return Ok(false);
                    }
                    self.text.extend(self.dialect.max_record_bytes + 1)?;
                    continue;
                }
                self.cells.clear();
                let push = |_, cell| self.cells.push(cell);
                let (record, line) = (0, self.line);
                match split_record(window, 0, is_last, &self.dialect, limit, push) {
                    Ok(found) if found.end > self.dialect.max_record_bytes => {
                        return Err(too_long(line, &self.dialect));
                    }
                    Ok(found) => break found,
                    Err(Fault::Incomplete) if window.len() > self.dialect.max_record_bytes => {
                        return Err(too_long(line, &self.dialect));
                    }
                    Err(Fault::Incomplete) => self.text.extend(self.dialect.max_record_bytes + 1)?,
                    Err(Fault::TooMany) => return Err(too_many(line)),
                    Err(Fault::AfterQuote(column)) => {
                        return Err(TabError::AfterQuote { record, line, column });
                    }
                    Err(Fault::OpenQuote(column)) => {
                        return Err(TabError::OpenQuote { record, line, column });
                    }
                }
            };
            (self.used, self.lines) = (found.end, found.lines);
            if !found.blank {
                return Ok(true);
            }
        }
    }

    /// Unreads the record read last.
    pub(super) fn back(&mut self) {
        (self.used, self.lines) = (0, 0);
    }

    /// What follows the record read last, in pieces of so many bytes, and the lines before that.
    pub(super) fn into_pieces(mut self, bytes: usize) -> (Pieces<R>, u64) {
        self.text.consume(self.used);
        (Pieces::new(self.text, self.dialect, bytes), self.line - 1 + self.lines)
    }

    /// Name of the encoding in use.
    pub(super) fn encoding(&self) -> &'static str {
        self.text.encoding
    }

    /// The cells of the record read last.
    pub(super) fn contents(&self) -> Vec<Vec<u8>> {
        let content = |cell: &Cell| cell.content(self.text.window(), self.dialect.escape).into_owned();
        self.cells.iter().map(content).collect()
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

    /// The cells of the record read last as names of columns.
    pub(super) fn names(&self, duplicates: Duplicates) -> Result<Vec<String>, TabError> {
        let cells = self.contents();
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
                seen.insert(name, (first, number + 1));
                name = free;
            }
            seen.insert(name.clone(), (at + 1, 2));
            names.push(name);
        }
        Ok(names)
    }
}

/// The separator that the first line holds most outside quotes.
fn sniff(window: &[u8], mark: u8) -> Delimiter {
    let mut counts =
        [(Delimiter::COMMA, 0), (Delimiter::TAB, 0), (Delimiter::SEMICOLON, 0), (Delimiter::PIPE, 0)];
    let mut quoted = false;
    for byte in window {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            byte => {
                for (delimiter, count) in &mut counts {
                    *count += usize::from(delimiter.byte() == *byte);
                }
            }
        }
    }
    let mut best = if mark == b',' { (Delimiter::SEMICOLON, 0) } else { (Delimiter::COMMA, 0) };
    for (delimiter, count) in counts {
        if count > best.1 && delimiter.byte() != mark {
            best = (delimiter, count);
        }
    }
    best.0
}
