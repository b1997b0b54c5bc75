//! Which texts need quotes, found with one search over a whole column.

use crate::options::{Breaks, EmptyText, Quoting, WriteOptions};

/// The rules of one output that concern text.
#[derive(Debug, Clone)]
pub(super) struct TextRules {
    pub(super) delimiter: u8,
    pub(super) breaks: Breaks,
    /// Whether every text is quoted.
    pub(super) always: bool,
    /// Whether a space at either end calls for quotes.
    pub(super) edges: bool,
    /// What stands for an empty text.
    pub(super) empty: &'static [u8],
    /// A text that equals this one is quoted, so that it is not taken for a missing value.
    pub(super) missing: Box<[u8]>,
}

impl TextRules {
    pub(super) fn new(options: &WriteOptions) -> Self {
        let always = matches!(options.quoting, Quoting::All | Quoting::NonNumeric);
        Self {
            delimiter: options.delimiter.byte(),
            breaks: options.breaks,
            always,
            edges: options.quoting == Quoting::SurveySolutions,
            empty: match options.empty_text {
                EmptyText::Quoted => b"\"\"",
                EmptyText::Bare if always => b"\"\"",
                EmptyText::Bare => b"",
            },
            missing: options.missing_text.as_bytes().into(),
        }
    }

    /// Appends `text` as a cell; returns whether a tab or line end was replaced.
    #[cold]
    pub(super) fn write(&self, text: &[u8], to: &mut Vec<u8>) -> bool {
        if text.is_empty() {
            to.extend_from_slice(self.empty);
            return false;
        }
        let mut replaced = false;
        let start = to.len();
        let mut quoted = self.always || *text == *self.missing || (self.edges && on_edge(text));
        to.push(b'"');
        for byte in text {
            match *byte {
                b'\t' | b'\r' | b'\n' if self.breaks == Breaks::Space => {
                    to.push(b' ');
                    replaced = true;
                }
                b'"' => {
                    to.extend_from_slice(b"\"\"");
                    quoted = true;
                }
                byte => {
                    quoted |= byte == self.delimiter || matches!(byte, b'\n' | b'\r');
                    to.push(byte);
                }
            }
        }
        if replaced && self.edges {
            quoted |= to.get(start + 1) == Some(&b' ') || to.last() == Some(&b' ');
        }
        if quoted {
            to.push(b'"');
        } else {
            to.remove(start);
        }
        replaced
    }

    /// The cell of a text that is known before the rows.
    pub(super) fn cell(&self, text: &str) -> Box<[u8]> {
        let mut cell = Vec::new();
        self.write(text.as_bytes(), &mut cell);
        cell.into()
    }
}

#[inline]
fn on_edge(text: &[u8]) -> bool {
    text.first() == Some(&b' ') || text.last() == Some(&b' ')
}

/// Walks the texts of a column in order and tells which may be copied as they are.
#[derive(Debug)]
pub(super) struct PlainTexts<'a> {
    values: &'a [u8],
    /// Next delimiter, quote or line feed at or after the last place asked for.
    next_mark: usize,
    /// Next carriage return or (when breaks are replaced) tab.
    next_break: usize,
}

impl<'a> PlainTexts<'a> {
    /// Starts at the text that begins at `start`.
    pub(super) fn new(values: &'a [u8], start: usize, rules: &TextRules) -> Self {
        let mut texts = Self { values, next_mark: 0, next_break: 0 };
        texts.seek_mark(start, rules);
        texts.seek_break(start, rules);
        texts
    }

    /// Whether the text at `start..end`, which follows all texts asked for before, holds no special byte.
    #[inline]
    pub(super) fn is_plain(&mut self, start: usize, end: usize, rules: &TextRules) -> bool {
        if self.next_mark < start {
            self.seek_mark(start, rules);
        }
        if self.next_break < start {
            self.seek_break(start, rules);
        }
        self.next_mark >= end && self.next_break >= end
    }

    #[inline(never)]
    fn seek_mark(&mut self, start: usize, rules: &TextRules) {
        let rest = self.values.get(start..).unwrap_or_default();
        self.next_mark =
            memchr::memchr3(rules.delimiter, b'"', b'\n', rest).map_or(usize::MAX, |at| start + at);
    }

    #[inline(never)]
    fn seek_break(&mut self, start: usize, rules: &TextRules) {
        let rest = self.values.get(start..).unwrap_or_default();
        let found = match rules.breaks {
            Breaks::Space => memchr::memchr2(b'\r', b'\t', rest),
            Breaks::Keep => memchr::memchr(b'\r', rest),
        };
        self.next_break = found.map_or(usize::MAX, |at| start + at);
    }
}

/// Whether a text that holds no special byte needs quotes all the same.
#[inline]
pub(super) fn needs_quotes(text: &[u8], rules: &TextRules) -> bool {
    (rules.edges && on_edge(text)) || (!rules.missing.is_empty() && *text == *rules.missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(options: &WriteOptions, text: &str) -> String {
        String::from_utf8(TextRules::new(options).cell(text).into()).unwrap()
    }

    #[test]
    fn csv_quotes_what_rfc_4180_asks_for() {
        let csv = WriteOptions::default();
        assert_eq!(cell(&csv, "plain"), "plain");
        assert_eq!(cell(&csv, " edge"), " edge");
        assert_eq!(cell(&csv, "a,b"), "\"a,b\"");
        assert_eq!(cell(&csv, "a\tb"), "a\tb");
        assert_eq!(cell(&csv, "say \"hi\""), "\"say \"\"hi\"\"\"");
        assert_eq!(cell(&csv, "a\r\nb"), "\"a\r\nb\"");
        assert_eq!(cell(&csv, ""), "\"\"");
    }

    #[test]
    fn survey_solutions_replaces_breaks_and_quotes_edges() {
        let tab = WriteOptions::survey_solutions();
        assert_eq!(cell(&tab, "a\r\nb\tc"), "a  b c");
        assert_eq!(cell(&tab, "end\n"), "\"end \"");
        assert_eq!(cell(&tab, " edge"), "\" edge\"");
        assert_eq!(cell(&tab, "a\"b"), "\"a\"\"b\"");
        assert_eq!(cell(&tab, ""), "");
    }

    #[test]
    fn a_text_that_looks_missing_is_quoted() {
        let csv = WriteOptions { missing_text: "NA".into(), ..WriteOptions::default() };
        assert_eq!(cell(&csv, "NA"), "\"NA\"");
        assert_eq!(cell(&csv, "NAB"), "NAB");
    }

    #[test]
    fn the_search_agrees_with_a_look_at_every_byte() {
        let rules = TextRules::new(&WriteOptions::survey_solutions());
        let text = b"\"abc\rdef\tg\"\"hi jk\nlmnop";
        for step in 1..5 {
            let mut plain = PlainTexts::new(text, 0, &rules);
            let mut start = 0;
            while start < text.len() {
                let end = (start + step).min(text.len());
                let expected = !text[start..end].iter().any(|byte| b"\t\r\n\"".contains(byte));
                assert_eq!(plain.is_plain(start, end, &rules), expected, "{start}..{end}");
                start = end;
            }
        }
    }
}
