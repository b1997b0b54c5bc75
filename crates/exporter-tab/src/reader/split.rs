//! Where cells and records end.

use memchr::{memchr, memchr_iter, memchr2, memchr3};

pub(super) use super::cell::{Cell, Marks};
use super::options::Ragged;
use crate::TabError;

/// What is needed to split lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) marks: Marks,
    /// Records that start with it are no rows.
    pub(super) comment: Option<u8>,
    /// What becomes of records of another length than the header.
    pub(super) ragged: Ragged,
    /// Whether a record may have one empty cell more than there are columns.
    pub(super) trailing: bool,
    /// Whether spaces may stand between a quote and the delimiters round the cell.
    pub(super) spaced: bool,
    /// Whether a quoted cell behind whose closing quote text follows is taken as it stands.
    pub(super) lenient: bool,
    pub(super) max_record_bytes: usize,
}

impl Dialect {
    /// Commas and double quotes, and nothing let pass.
    #[cfg(test)]
    pub(super) const PLAIN: Self = Self {
        marks: Marks { delimiter: b',', quote: Some(b'"'), escape: None },
        comment: None,
        ragged: Ragged::Error,
        trailing: false,
        spaced: false,
        lenient: false,
        max_record_bytes: 1 << 20,
    };

    /// Whether the end of a record is known only from its beginning.
    pub(super) fn is_sequential(&self) -> bool {
        self.marks.escape.is_some() || self.comment.is_some() || self.spaced || self.lenient
    }

    /// Whether records of another length than the header may be rows.
    pub(super) fn is_loose(&self) -> bool {
        self.trailing || self.ragged != Ragged::Error
    }
}

/// What was split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A record.
    Record,
    /// A line of nothing but spaces, if any; where there is one column it is a record too.
    Blank,
    /// A line that is no row and has no cells.
    Comment,
}

/// A record that was split.
#[derive(Debug, Clone, Copy)]
pub(super) struct RecordEnd {
    /// Place after its line end.
    pub(super) end: usize,
    /// Lines it takes.
    pub(super) lines: u64,
    /// Its cells.
    pub(super) cells: usize,
    pub(super) kind: Kind,
}

/// Why a record could not be split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The bytes end before the record does.
    Incomplete,
    /// There are more cells than the limit.
    TooMany,
    /// Text follows the closing quote of this column (from 1).
    AfterQuote(usize),
    /// The quote of this column (from 1) is open at the end of the input.
    OpenQuote(usize),
}

impl Fault {
    /// The error of a record (0 = the header) that starts on this line; how many cells it may have, `too_many` tells.
    pub(super) fn at(
        self,
        record: u64,
        line: u64,
        most_bytes: usize,
        too_many: impl FnOnce() -> TabError,
    ) -> TabError {
        match self {
            Self::Incomplete => TabError::RecordTooLong { line, limit: most_bytes },
            Self::TooMany => too_many(),
            Self::AfterQuote(column) => TabError::AfterQuote { record, line, column },
            Self::OpenQuote(column) => TabError::OpenQuote { record, line, column },
        }
    }
}

/// Splits the record that starts at `start` and gives each cell with its position to `push`, or passes a comment.
#[inline]
pub(super) fn split_record(
    bytes: &[u8],
    start: usize,
    is_last: bool,
    dialect: &Dialect,
    limit: usize,
    mut push: impl FnMut(usize, Cell),
) -> Result<RecordEnd, Fault> {
    if dialect.comment.is_some() && bytes.get(start) == dialect.comment.as_ref() {
        let (end, _) = line_end(bytes, start, is_last).ok_or(Fault::Incomplete)?;
        return Ok(RecordEnd { end, lines: 1, cells: 0, kind: Kind::Comment });
    }
    let mut at = start;
    let mut cells = 0;
    let mut lines = 1;
    // One test in the loop covers all rare cases.
    let special = dialect.spaced || dialect.marks.escape.is_some();
    loop {
        if cells >= limit {
            return Err(Fault::TooMany);
        }
        if special && dialect.spaced {
            let quote = at + spaces(bytes, at);
            at = if dialect.marks.opens(bytes.get(quote)) { quote } else { at };
        }
        // Where the cell ends, that is the delimiter or line end after it.
        let stop = if dialect.marks.opens(bytes.get(at)) {
            let quote = dialect.marks.quote.unwrap_or(b'"');
            let (end, escaped) = match closing_quote(bytes, at + 1, is_last, quote, dialect.marks.escape) {
                Some(found) => found,
                None if is_last => return Err(Fault::OpenQuote(cells + 1)),
                None => return Err(Fault::Incomplete),
            };
            lines += memchr_iter(b'\n', bytes.get(at + 1..end).unwrap_or_default()).count() as u64;
            let after = end + 1 + if dialect.spaced { spaces(bytes, end + 1) } else { 0 };
            let next = bytes.get(after).copied();
            if next.is_some_and(|byte| byte != dialect.marks.delimiter && byte != b'\n' && byte != b'\r') {
                if !dialect.lenient {
                    return Err(Fault::AfterQuote(cells + 1));
                }
                match late_closing_quote(bytes, end + 1, is_last, quote, dialect.marks.delimiter)? {
                    Some(closed) => {
                        let more = bytes.get(end..closed).unwrap_or_default();
                        lines += memchr_iter(b'\n', more).count() as u64;
                        push(cells, Cell::quoted(at + 1, closed, true));
                        closed + 1
                    }
                    None => {
                        let end = end_of_bare(bytes, end + 1, dialect.marks.delimiter);
                        if end == bytes.len() && !is_last {
                            return Err(Fault::Incomplete);
                        }
                        push(cells, Cell::bare(at, end));
                        end
                    }
                }
            } else {
                push(cells, Cell::quoted(at + 1, end, escaped));
                after
            }
        } else if let (true, Some(escape)) = (special, dialect.marks.escape) {
            let (end, escaped) = end_of_escaped(bytes, at, dialect.marks.delimiter, escape);
            if end == bytes.len() && !is_last {
                return Err(Fault::Incomplete);
            }
            if escaped {
                lines += memchr_iter(b'\n', bytes.get(at..end).unwrap_or_default()).count() as u64;
                push(cells, Cell::bare_escaped(at, end));
            } else {
                push(cells, Cell::bare(at, end));
            }
            end
        } else {
            let end = end_of_bare(bytes, at, dialect.marks.delimiter);
            if end == bytes.len() && !is_last {
                return Err(Fault::Incomplete);
            }
            push(cells, Cell::bare(at, end));
            end
        };
        cells += 1;
        let end = match bytes.get(stop) {
            None if is_last => bytes.len(),
            None => return Err(Fault::Incomplete),
            Some(b'\n') => stop + 1,
            Some(b'\r') => match bytes.get(stop + 1) {
                Some(b'\n') => stop + 2,
                None if !is_last => return Err(Fault::Incomplete),
                _ => stop + 1,
            },
            Some(_) => {
                at = stop + 1;
                continue;
            }
        };
        let is_blank = cells == 1
            && bytes
                .get(start..stop)
                .is_some_and(|line| line.iter().all(|byte| matches!(byte, b' ' | b'\t')));
        let kind = if is_blank { Kind::Blank } else { Kind::Record };
        return Ok(RecordEnd { end, lines, cells, kind });
    }
}

/// Bytes within which a quoted cell goes on behind quotes that are not doubled.
const LATE_REACH: usize = 16 << 10;

/// Place of the quote that closes a cell in which quotes are not doubled: the first one before a delimiter or line end. None
/// where a quote opens another cell before.
#[cold]
fn late_closing_quote(
    bytes: &[u8],
    start: usize,
    is_last: bool,
    quote: u8,
    delimiter: u8,
) -> Result<Option<usize>, Fault> {
    let is_border = |byte: u8| byte == delimiter || matches!(byte, b'\n' | b'\r');
    let within = bytes.get(start..bytes.len().min(start + LATE_REACH)).unwrap_or_default();
    for at in memchr_iter(quote, within).map(|found| start + found) {
        if at.checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(|byte| is_border(*byte)) {
            return Ok(None);
        }
        match bytes.get(at + 1) {
            None if !is_last => return Err(Fault::Incomplete),
            Some(next) if !is_border(*next) => {}
            _ => return Ok(Some(at)),
        }
    }
    if within.len() < LATE_REACH && !is_last { Err(Fault::Incomplete) } else { Ok(None) }
}

/// How many spaces follow.
fn spaces(bytes: &[u8], start: usize) -> usize {
    bytes.get(start..).unwrap_or_default().iter().take_while(|byte| **byte == b' ').count()
}

/// Place after a cell without quotes. Most are a few bytes, for which words of eight beat a vector search.
#[inline]
fn end_of_bare(bytes: &[u8], start: usize, delimiter: u8) -> usize {
    /// Bytes after which a vector search pays.
    const LONG: usize = 32;
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    let delimiters = ONES * u64::from(delimiter);
    // The lowest set bit of a result is at the first zero byte; those above it may lie.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word;
    let mut at = start;
    while at < start + LONG
        && let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk)
    {
        let word = u64::from_le_bytes(*word);
        let stops = zeros(word ^ delimiters)
            | zeros(word ^ (ONES * u64::from(b'\n')))
            | zeros(word ^ (ONES * u64::from(b'\r')));
        let stops = stops & (ONES << 7);
        if stops != 0 {
            return at + stops.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    memchr3(delimiter, b'\n', b'\r', rest).map_or(bytes.len(), |found| at + found)
}

/// Place after a cell without quotes, in which an escape makes the byte behind it a part of the cell, and whether one does.
fn end_of_escaped(bytes: &[u8], start: usize, delimiter: u8, escape: u8) -> (usize, bool) {
    let (mut at, mut escaped) = (start, false);
    loop {
        let end = end_of_bare(bytes, at, delimiter);
        let Some(found) = memchr(escape, bytes.get(at..end).unwrap_or_default()) else {
            return (end, escaped);
        };
        escaped = true;
        at = at + found + 2;
        if at > bytes.len() {
            return (bytes.len(), escaped);
        }
    }
}

/// Place after the line that starts at `start`, and of its end; none when the bytes end before that is known.
pub(super) fn line_end(bytes: &[u8], start: usize, is_last: bool) -> Option<(usize, usize)> {
    let rest = bytes.get(start..)?;
    let Some(end) = memchr2(b'\n', b'\r', rest).map(|found| start + found) else {
        return is_last.then_some((bytes.len(), bytes.len()));
    };
    match (bytes.get(end), bytes.get(end + 1)) {
        (Some(b'\r'), Some(b'\n')) => Some((end + 2, end)),
        (Some(b'\r'), None) if !is_last => None,
        _ => Some((end + 1, end)),
    }
}

/// Place of the quote that closes a cell, and whether quotes inside are doubled or escaped; none when the bytes end
/// before that is known.
#[inline]
pub(super) fn closing_quote(
    bytes: &[u8],
    mut at: usize,
    is_last: bool,
    quote: u8,
    escape: Option<u8>,
) -> Option<(usize, bool)> {
    let mut escaped = false;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let found = match escape {
            Some(escape) => memchr2(quote, escape, rest),
            None => memchr(quote, rest),
        };
        let found = at + found?;
        let doubled = bytes.get(found) == Some(&quote) && bytes.get(found + 1) == Some(&quote);
        if doubled || bytes.get(found) != Some(&quote) {
            escaped = true;
            at = found + 2;
        } else if found + 1 == bytes.len() && !is_last {
            return None;
        } else {
            return Some((found, escaped));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_cells_end_where_a_look_at_every_byte_says() {
        let mut text: Vec<u8> = (0..200_u8).map(|byte| byte.wrapping_mul(37) | 0x10).collect();
        for (place, byte) in [(9, b','), (10, b'\n'), (60, b'\r'), (150, b',')] {
            text[place] = byte;
        }
        for start in 0..text.len() {
            let stop = |byte: &u8| matches!(byte, b',' | b'\n' | b'\r');
            let expected = text[start..].iter().position(stop).map_or(text.len(), |found| start + found);
            assert_eq!(end_of_bare(&text, start, b','), expected, "from {start}");
        }
    }
}
