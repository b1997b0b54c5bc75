//! Where cells and records end.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memchr_iter, memchr2, memchr3};

/// What is needed to split lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    pub(super) escape: Option<u8>,
    pub(super) max_record_bytes: usize,
}

/// A cell as a range of the bytes that were split, which are never more than [`Cell::REACH`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    /// Where it starts; the two highest bits say whether it is quoted and escaped.
    start: u32,
    end: u32,
}

impl Cell {
    /// Bytes that a cell's offsets can tell apart.
    pub(super) const REACH: usize = 1 << 30;

    /// It stands in quotes; the range is then what is between them.
    const QUOTED: u32 = 1 << 31;
    /// It holds doubled or escaped quotes.
    const ESCAPED: u32 = 1 << 30;

    #[inline]
    fn bare(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    #[inline]
    fn quoted(start: usize, end: usize, escaped: bool) -> Self {
        let flags = Self::QUOTED | if escaped { Self::ESCAPED } else { 0 };
        Self { start: start as u32 | flags, end: end as u32 }
    }

    /// Whether it stands in quotes.
    #[inline]
    pub(super) fn is_quoted(self) -> bool {
        self.start & Self::QUOTED != 0
    }

    /// Whether it holds doubled or escaped quotes.
    #[inline]
    pub(super) fn is_escaped(self) -> bool {
        self.start & Self::ESCAPED != 0
    }

    /// Where it stands, without the quotes around it.
    #[inline]
    pub(super) fn range(self) -> Range<usize> {
        (self.start & !(Self::QUOTED | Self::ESCAPED)) as usize..self.end as usize
    }

    /// Length as it stands there, in bytes.
    #[inline]
    pub(super) fn len(self) -> usize {
        self.range().len()
    }

    /// The bytes as they stand there, without the quotes around them.
    #[inline]
    pub(super) fn raw(self, bytes: &[u8]) -> &[u8] {
        bytes.get(self.range()).unwrap_or_default()
    }

    /// The bytes without doubling and escapes.
    #[inline]
    pub(super) fn content(self, bytes: &[u8], escape: Option<u8>) -> Cow<'_, [u8]> {
        let raw = self.raw(bytes);
        if self.is_escaped() { Cow::Owned(unescape(raw, escape)) } else { Cow::Borrowed(raw) }
    }
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
    /// Whether it is an empty line.
    pub(super) blank: bool,
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

/// Splits the record that starts at `start` and gives each cell with its position to `push`.
#[inline]
pub(super) fn split_record(
    bytes: &[u8],
    start: usize,
    is_last: bool,
    dialect: &Dialect,
    limit: usize,
    mut push: impl FnMut(usize, Cell),
) -> Result<RecordEnd, Fault> {
    let mut at = start;
    let mut cells = 0;
    let mut lines = 1;
    loop {
        if cells >= limit {
            return Err(Fault::TooMany);
        }
        // Where the cell ends, that is the delimiter or line end after it.
        let stop = if bytes.get(at) == Some(&b'"') {
            let (end, escaped) = match closing_quote(bytes, at + 1, is_last, dialect.escape) {
                Some(found) => found,
                None if is_last => return Err(Fault::OpenQuote(cells + 1)),
                None => return Err(Fault::Incomplete),
            };
            lines += memchr_iter(b'\n', bytes.get(at + 1..end).unwrap_or_default()).count() as u64;
            let next = bytes.get(end + 1).copied();
            if next.is_some_and(|byte| byte != dialect.delimiter && byte != b'\n' && byte != b'\r') {
                return Err(Fault::AfterQuote(cells + 1));
            }
            push(cells, Cell::quoted(at + 1, end, escaped));
            end + 1
        } else {
            let end = end_of_bare(bytes, at, dialect.delimiter);
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
        return Ok(RecordEnd { end, lines, cells, blank: stop == start });
    }
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

/// Place of the quote that closes a cell, and whether quotes inside are doubled or escaped; none when the bytes end
/// before that is known.
#[inline]
pub(super) fn closing_quote(
    bytes: &[u8],
    mut at: usize,
    is_last: bool,
    escape: Option<u8>,
) -> Option<(usize, bool)> {
    let mut escaped = false;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let found = match escape {
            Some(escape) => memchr2(b'"', escape, rest),
            None => memchr(b'"', rest),
        };
        let quote = at + found?;
        let doubled = bytes.get(quote) == Some(&b'"') && bytes.get(quote + 1) == Some(&b'"');
        if doubled || bytes.get(quote) != Some(&b'"') {
            escaped = true;
            at = quote + 2;
        } else if quote + 1 == bytes.len() && !is_last {
            return None;
        } else {
            return Some((quote, escaped));
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
