//! Records and cells: where they start and end.

use std::borrow::Cow;
use std::io::Read;

use memchr::{memchr, memchr_iter, memchr2, memchr3};

use super::source::Source;
use crate::TabError;

/// A cell as a range of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    start: usize,
    end: usize,
    /// Whether it stands in quotes; the range is then what is between them.
    pub(super) quoted: bool,
    /// Whether it holds doubled or escaped quotes.
    escaped: bool,
}

/// What is needed to split lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    pub(super) escape: Option<u8>,
    pub(super) max_record_bytes: usize,
}

/// Gives one record after the other.
pub(super) struct Scanner<R> {
    pub(super) source: Source<R>,
    pub(super) dialect: Dialect,
    /// The cells of the record read last.
    cells: Vec<Cell>,
    /// Bytes of the record read last, consumed by the next call.
    used: usize,
    /// Line on which the record read last starts, from 1.
    pub(super) line: u64,
    /// Lines of the record read last.
    lines: u64,
    /// Number of the record read last, from 1; 0 = a header.
    pub(super) record: u64,
}

/// Why a record could not be split.
enum Fault {
    /// The window ends before the record does.
    Incomplete,
    /// There are more cells than the limit.
    TooMany,
    /// Text follows a closing quote.
    AfterQuote,
    /// A quote is open at the end of the input.
    OpenQuote,
}

impl<R: Read> Scanner<R> {
    pub(super) fn new(source: Source<R>, dialect: Dialect) -> Self {
        Self { source, dialect, cells: Vec::new(), used: 0, line: 1, lines: 0, record: 0 }
    }

    /// Moves to the next record that is not an empty line; false at the end of the input.
    ///
    /// A record with more than `limit` cells is an error, made by `too_many` from the line.
    pub(super) fn advance(
        &mut self,
        limit: usize,
        too_many: impl Fn(&Self) -> TabError,
    ) -> Result<bool, TabError> {
        loop {
            self.source.consume(self.used);
            self.line += self.lines;
            (self.used, self.lines) = (0, 0);
            let (used, lines) = loop {
                if self.source.window().is_empty() {
                    if !self.source.is_done() {
                        self.source.extend()?;
                    }
                    if self.source.window().is_empty() {
                        if self.source.is_done() {
                            return Ok(false);
                        }
                        continue;
                    }
                }
                let window = self.source.window();
                match split(window, self.source.is_done(), self.dialect, limit, &mut self.cells) {
                    Ok(found) => break found,
                    Err(Fault::Incomplete) => {
                        if window.len() > self.dialect.max_record_bytes {
                            let limit = self.dialect.max_record_bytes;
                            return Err(TabError::RecordTooLong { line: self.line, limit });
                        }
                        self.source.extend()?;
                    }
                    Err(Fault::TooMany) => return Err(too_many(self)),
                    Err(Fault::AfterQuote) => {
                        let (record, line) = (self.record, self.line);
                        return Err(TabError::AfterQuote { record, line, column: self.cells.len() + 1 });
                    }
                    Err(Fault::OpenQuote) => {
                        let (record, line) = (self.record, self.line);
                        return Err(TabError::OpenQuote { record, line, column: self.cells.len() + 1 });
                    }
                }
            };
            (self.used, self.lines) = (used, lines);
            if used > self.dialect.max_record_bytes {
                let limit = self.dialect.max_record_bytes;
                return Err(TabError::RecordTooLong { line: self.line, limit });
            }
            let blank = matches!(self.cells[..], [Cell { start, end, quoted: false, .. }] if start == end);
            if !blank {
                return Ok(true);
            }
        }
    }

    /// The cells of the record read last.
    #[inline]
    pub(super) fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The bytes of a cell of the record read last, as they stand there.
    #[inline]
    pub(super) fn raw(&self, cell: Cell) -> &[u8] {
        self.source.window().get(cell.start..cell.end).unwrap_or_default()
    }

    /// The bytes of a cell of the record read last, without doubling and escapes.
    #[inline]
    pub(super) fn content(&self, cell: Cell) -> Cow<'_, [u8]> {
        let raw = self.raw(cell);
        if cell.escaped { Cow::Owned(unescape(raw, self.dialect.escape)) } else { Cow::Borrowed(raw) }
    }
}

/// Splits the first record of a window into cells; gives the bytes and lines it takes.
fn split(
    window: &[u8],
    is_last: bool,
    dialect: Dialect,
    limit: usize,
    cells: &mut Vec<Cell>,
) -> Result<(usize, u64), Fault> {
    cells.clear();
    let delimiter = dialect.delimiter;
    let mut lines = 1;
    let mut at = 0;
    loop {
        if cells.len() >= limit {
            return Err(Fault::TooMany);
        }
        // Where the cell ends, that is the delimiter or line end after it.
        let stop = if window.get(at) == Some(&b'"') {
            let (end, escaped) = closing_quote(window, at + 1, is_last, dialect.escape)?;
            let inner = window.get(at + 1..end).unwrap_or_default();
            lines += memchr_iter(b'\n', inner).count() as u64;
            let next = window.get(end + 1).copied();
            if next.is_some_and(|byte| byte != delimiter && byte != b'\n' && byte != b'\r') {
                return Err(Fault::AfterQuote);
            }
            cells.push(Cell { start: at + 1, end, quoted: true, escaped });
            end + 1
        } else {
            let rest = window.get(at..).unwrap_or_default();
            let end = match end_of_bare(delimiter, rest) {
                Some(len) => at + len,
                None if is_last => window.len(),
                None => return Err(Fault::Incomplete),
            };
            cells.push(Cell { start: at, end, quoted: false, escaped: false });
            end
        };
        match window.get(stop) {
            None if is_last => return Ok((stop.min(window.len()), lines)),
            None => return Err(Fault::Incomplete),
            Some(b'\n') => return Ok((stop + 1, lines)),
            Some(b'\r') => {
                return match window.get(stop + 1) {
                    Some(b'\n') => Ok((stop + 2, lines)),
                    None if !is_last => Err(Fault::Incomplete),
                    _ => Ok((stop + 1, lines)),
                };
            }
            Some(_) => at = stop + 1,
        }
    }
}

/// Length of a cell without quotes. Most are a few bytes, for which a plain loop beats a vector search.
#[inline]
fn end_of_bare(delimiter: u8, rest: &[u8]) -> Option<usize> {
    let short = rest.first_chunk::<12>();
    if let Some(short) = short {
        for (at, byte) in short.iter().enumerate() {
            if *byte == delimiter || *byte == b'\n' || *byte == b'\r' {
                return Some(at);
            }
        }
        return memchr3(delimiter, b'\n', b'\r', rest.get(12..)?).map(|at| at + 12);
    }
    memchr3(delimiter, b'\n', b'\r', rest)
}

/// Place of the quote that closes a cell, and whether quotes inside are doubled or escaped.
fn closing_quote(
    window: &[u8],
    mut at: usize,
    is_last: bool,
    escape: Option<u8>,
) -> Result<(usize, bool), Fault> {
    let mut escaped = false;
    let open = if is_last { Fault::OpenQuote } else { Fault::Incomplete };
    loop {
        let rest = window.get(at..).unwrap_or_default();
        let found = match escape {
            Some(escape) => memchr2(b'"', escape, rest),
            None => memchr(b'"', rest),
        };
        let Some(found) = found else { return Err(open) };
        let place = at + found;
        let doubled = window.get(place) == Some(&b'"') && window.get(place + 1) == Some(&b'"');
        if doubled || window.get(place) != Some(&b'"') {
            escaped = true;
            at = place + 2;
        } else if place + 1 == window.len() && !is_last {
            return Err(Fault::Incomplete);
        } else {
            return Ok((place, escaped));
        }
    }
}

fn unescape(raw: &[u8], escape: Option<u8>) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut bytes = raw.iter();
    while let Some(byte) = bytes.next() {
        if Some(*byte) == escape || *byte == b'"' {
            out.push(*bytes.next().unwrap_or(byte));
        } else {
            out.push(*byte);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::options::Encoding;

    fn records(text: &str, escape: Option<u8>) -> Result<Vec<Vec<String>>, TabError> {
        let dialect = Dialect { delimiter: b',', escape, max_record_bytes: 1 << 20 };
        let mut scanner = Scanner::new(Source::new(text.as_bytes(), Encoding::Auto)?, dialect);
        let mut all = Vec::new();
        while scanner.advance(5, |at| TabError::TooManyColumns { line: at.line, limit: 5 })? {
            scanner.record += 1;
            let cell = |cell: &Cell| String::from_utf8(scanner.content(*cell).into_owned()).unwrap();
            all.push(scanner.cells().iter().map(cell).collect());
        }
        Ok(all)
    }

    #[test]
    fn lines_and_cells() {
        let expected = vec![vec!["a".to_string(), String::new()], vec!["b".to_string(), "c\nd".to_string()]];
        for text in
            ["a,\nb,\"c\nd\"", "a,\r\nb,\"c\nd\"\r\n", "a,\rb,\"c\nd\"\r", "\n\na,\"\"\n\r\nb,\"c\nd\"\n\n"]
        {
            assert_eq!(records(text, None).unwrap(), expected, "{text:?}");
        }
        assert_eq!(records("a\"b,c", None).unwrap(), [["a\"b", "c"]]);
        assert_eq!(records("\"a\"\"b\",\"\"\"\"", None).unwrap(), [["a\"b", "\""]]);
        assert_eq!(records(r#""a\"b","c\\""#, Some(b'\\')).unwrap(), [["a\"b", "c\\"]]);
        assert!(records("", None).unwrap().is_empty());
    }

    #[test]
    fn faults_have_places() {
        let message = |text: &str| records(text, None).unwrap_err().to_string();
        assert!(message("a,b\n\"x\ny\",\"open").contains("record 1, column 2: the quote opened on line 2"));
        assert!(message("a\n\"x\"y").contains("record 1 (line 2), column 1: text follows"));
        assert!(message("a\n\"1\n2\"\na,b,c,d,e,f").contains("line 4 has more than 5 columns"));
    }

    #[test]
    fn a_record_longer_than_the_limit_is_refused() {
        let text = format!("a,\"{}\"", "x".repeat(3 << 20));
        assert!(matches!(records(&text, None), Err(TabError::RecordTooLong { line: 1, limit: 1_048_576 })));
    }
}
