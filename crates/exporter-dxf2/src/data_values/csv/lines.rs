//! What servers since 2.43 read otherwise than other readers of CSV: found in the bytes as they pass (section 10.5).

use std::collections::VecDeque;
use std::io::{self, BufRead, Read};

/// What such a server makes something else of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Break {
    /// A carriage return, which is a line end of its own there.
    CarriageReturn,
    /// A quote that is doubled to stand in a text.
    DoubledQuote,
    /// A line break in a text.
    InText,
    /// An empty line with something behind it.
    EmptyLine,
}

impl Break {
    pub(super) fn message(self) -> &'static str {
        match self {
            Self::CarriageReturn => {
                "a carriage return is a line end of its own for servers since 2.43, which read nothing behind it; end lines with a line feed only"
            }
            Self::DoubledQuote => "servers since 2.43 read no doubled quotes; write another sign",
            Self::InText => "servers since 2.43 read no line break in a text; write a blank",
            Self::EmptyLine => "servers since 2.43 read nothing behind an empty line; take it out",
        }
    }
}

/// Bytes of a file with what is found in them.
pub(super) struct Lines<R> {
    inner: R,
    /// `None` where the file is not for such servers.
    found: Option<Found>,
    /// Whether the first line ends with a carriage return and a line feed, once it was read.
    is_crlf: Option<bool>,
}

/// What was found, and where the file goes on.
struct Found {
    breaks: VecDeque<(u64, Break)>,
    line: u64,
    in_text: bool,
    /// A quote ended a text; another one right behind it is doubled.
    after_quote: bool,
    /// Nothing stands in the line so far.
    is_empty: bool,
    /// An empty line, which something may follow.
    empty_line: Option<u64>,
}

/// Breaks that are kept until they are taken; a file that has more has one of them in every line.
const MOST: usize = 1 << 16;

impl<R> Lines<R> {
    pub(super) fn new(inner: R, watched: bool) -> Self {
        let found = watched.then(|| Found {
            breaks: VecDeque::new(),
            line: 1,
            in_text: false,
            after_quote: false,
            is_empty: true,
            empty_line: None,
        });
        Self { inner, found, is_crlf: None }
    }

    /// Whether lines end with a carriage return and a line feed.
    pub(super) fn is_crlf(&self) -> bool {
        self.is_crlf == Some(true)
    }

    /// The next break before a line.
    pub(super) fn take_before(&mut self, line: u64) -> Option<(u64, Break)> {
        let breaks = &mut self.found.as_mut()?.breaks;
        breaks.front().filter(|(at, _)| *at < line)?;
        breaks.pop_front()
    }
}

impl Found {
    fn pass(&mut self, byte: u8) {
        if byte == b'"' {
            if std::mem::take(&mut self.after_quote) {
                self.in_text = true;
                self.add(self.line, Break::DoubledQuote);
            } else {
                self.after_quote = self.in_text;
                self.in_text = !self.in_text;
            }
        } else {
            self.after_quote = false;
        }
        match byte {
            b'\n' => {
                if self.in_text {
                    self.add(self.line, Break::InText);
                } else if self.is_empty && self.empty_line.is_none() {
                    self.empty_line = Some(self.line);
                }
                self.line += 1;
                self.is_empty = true;
            }
            b'\r' => self.add(self.line, if self.in_text { Break::InText } else { Break::CarriageReturn }),
            _ => {
                self.is_empty = false;
                if let Some(line) = self.empty_line.take() {
                    self.add(line, Break::EmptyLine);
                }
            }
        }
    }

    fn add(&mut self, line: u64, kind: Break) {
        if self.breaks.len() < MOST && self.breaks.back() != Some(&(line, kind)) {
            self.breaks.push_back((line, kind));
        }
    }
}

impl<R: BufRead> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let bytes = buffer.get(..count).unwrap_or_default();
        if let Some(end) = memchr::memchr(b'\n', bytes).filter(|_| self.is_crlf.is_none()) {
            self.is_crlf = Some(end.checked_sub(1).and_then(|before| bytes.get(before)) == Some(&b'\r'));
        }
        if let Some(found) = &mut self.found {
            buffer.iter().take(count).for_each(|byte| found.pass(*byte));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_are_found_with_their_lines() {
        let found = |text: &str| {
            let mut lines = Lines::new(text.as_bytes(), true);
            io::copy(&mut lines, &mut io::sink()).unwrap();
            std::iter::from_fn(|| lines.take_before(u64::MAX)).collect::<Vec<_>>()
        };
        assert_eq!(found("a,b\n\"c,d\",e\n\n\n"), []);
        assert_eq!(found("a\r\nb\r\n"), [(1, Break::CarriageReturn), (2, Break::CarriageReturn)]);
        assert_eq!(found("\"a\"\"b\"\n\n\nc"), [(1, Break::DoubledQuote), (2, Break::EmptyLine)]);
        assert_eq!(found("x,\"a\nb\r\n\"\n"), [(1, Break::InText), (2, Break::InText)]);
        assert_eq!(found("\"\",\"\"\n"), [], "empty texts in quotes are no doubled quotes");
        let mut lines = Lines::new(&b"a\r\nb\r\n"[..], true);
        io::copy(&mut lines, &mut io::sink()).unwrap();
        assert_eq!((lines.take_before(1), lines.take_before(2).is_some()), (None, true));
        assert!(Lines::new(&b"a\r\n"[..], false).take_before(9).is_none());
    }
}
