//! A cell as it stands in the text, and what it holds.

use std::borrow::Cow;
use std::ops::Range;

/// The bytes between and round cells, and the one that takes their meaning away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marks {
    pub(super) delimiter: u8,
    /// The byte round cells, which is doubled inside.
    pub(super) quote: Option<u8>,
    /// A byte that makes the mark or line end behind it a part of the cell.
    pub(super) escape: Option<u8>,
}

impl Marks {
    /// Whether a quoted cell starts with this byte.
    #[inline]
    pub(super) fn opens(self, byte: Option<&u8>) -> bool {
        // No byte is none of the quotes when there is none.
        byte.map_or(512, |byte| u16::from(*byte)) == self.quote.map_or(256, u16::from)
    }

    /// Whether an escape before this byte is one.
    fn is_escapable(self, byte: u8) -> bool {
        byte == self.delimiter
            || [self.quote, self.escape].contains(&Some(byte))
            || matches!(byte, b'\n' | b'\r')
    }
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
    pub(super) fn bare(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end as u32 }
    }

    pub(super) fn bare_escaped(start: usize, end: usize) -> Self {
        Self { start: start as u32 | Self::ESCAPED, end: end as u32 }
    }

    /// A cell that is not there, as an empty one at this place.
    pub(super) fn absent(at: usize) -> Self {
        Self::bare(at, at)
    }

    #[inline]
    pub(super) fn quoted(start: usize, end: usize, escaped: bool) -> Self {
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
    pub(super) fn content(self, bytes: &[u8], marks: Marks) -> Cow<'_, [u8]> {
        let raw = self.raw(bytes);
        if self.is_escaped() {
            Cow::Owned(unescape(raw, marks, self.is_quoted()))
        } else {
            Cow::Borrowed(raw)
        }
    }
}

/// Takes doubling and escapes away. What needs no escape keeps the one before it: R doubles no backslash in `"C:\new"`.
fn unescape(raw: &[u8], marks: Marks, is_quoted: bool) -> Vec<u8> {
    let Marks { quote, escape, .. } = marks;
    let mut out = Vec::with_capacity(raw.len());
    let mut bytes = raw.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        let is_mark = match escape {
            Some(escape) if byte == escape => bytes.peek().is_some_and(|next| marks.is_escapable(*next)),
            _ => is_quoted && Some(byte) == quote && bytes.peek() == Some(&byte),
        };
        out.push(if is_mark { bytes.next().unwrap_or(byte) } else { byte });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_doubling_are_taken_away_where_they_are_needed() {
        let plain = |raw: &str, marks, is_quoted| {
            String::from_utf8(unescape(raw.as_bytes(), marks, is_quoted)).unwrap()
        };
        let marks = |quote, escape| Marks { delimiter: b',', quote, escape };
        let (doubled, backslash) = (marks(Some(b'"'), None), marks(Some(b'"'), Some(b'\\')));
        for (raw, marks, is_quoted, expected) in [
            (r#"a""b"#, doubled, true, r#"a"b"#),
            (r#""""""#, doubled, true, r#""""#),
            (r#"a\"b""c\\d"#, backslash, true, r#"a"b"c\d"#),
            (r"C:\new\x", backslash, true, r"C:\new\x"),
            (r"a\,b\é", backslash, false, r"a,b\é"),
            (r"end\", backslash, false, r"end\"),
            (r#"a""b"#, backslash, false, r#"a""b"#),
            ("it''s", marks(Some(b'\''), None), true, "it's"),
            (r"a\,b", marks(None, Some(b'\\')), false, "a,b"),
        ] {
            assert_eq!(plain(raw, marks, is_quoted), expected, "{raw}");
        }
    }
}
