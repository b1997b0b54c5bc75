//! The input cut at record ends into pieces that several threads can take.

use std::io::Read;
use std::ops::Range;

use memchr::{memchr, memchr2, memrchr2};

use super::split::{Cell, Dialect, Fault, closing_quote, split_record};
use super::window::TextWindow;
use crate::TabError;

/// How a piece ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// With a record.
    Border,
    /// With the input.
    Input,
    /// Within a record that is longer than the limit; nothing follows.
    Cut,
}

/// Whole records of the input, as UTF-8.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(super) bytes: Vec<u8>,
    pub(super) ending: Ending,
}

impl Piece {
    /// Its bytes.
    pub(crate) fn len(&self) -> u64 {
        self.bytes.len() as u64
    }
}

/// Gives the rest of an input, which starts with a record, piece by piece.
pub(crate) struct Pieces<R> {
    text: TextWindow<R>,
    dialect: Dialect,
    /// Bytes of a piece, unless one record is longer.
    piece: usize,
    done: bool,
}

impl<R: Read> Pieces<R> {
    pub(super) fn new(text: TextWindow<R>, dialect: Dialect, piece: usize) -> Self {
        Self { text, dialect, piece: piece.max(1), done: false }
    }

    /// Name of the encoding in use.
    pub(super) fn encoding(&self) -> &'static str {
        self.text.encoding
    }

    fn cut(&mut self) -> Result<Option<Piece>, TabError> {
        // Bytes that show a record to be too long; a piece never has more.
        let most = self.dialect.max_record_bytes.clamp(self.piece.min(Cell::REACH - 2), Cell::REACH - 2) + 1;
        loop {
            let (window, is_last) = (self.text.window(), self.text.is_done());
            let border = if window.len() < self.piece {
                None
            } else {
                border(window, is_last, &self.dialect, self.piece)
            };
            let (len, ending) = match border {
                Some(len) if len <= most => (len, Ending::Border),
                None if is_last && window.len() <= most => (window.len(), Ending::Input),
                None if window.len() < most => {
                    self.text.extend(most)?;
                    continue;
                }
                _ => {
                    self.done = true;
                    return Ok(Some(Piece { bytes: self.text.take_window(most), ending: Ending::Cut }));
                }
            };
            self.done = ending == Ending::Input;
            let bytes = window.get(..len).unwrap_or_default().to_vec();
            self.text.consume(len);
            return Ok((!bytes.is_empty()).then_some(Piece { bytes, ending }));
        }
    }
}

impl<R: Read> Iterator for Pieces<R> {
    type Item = Result<Piece, TabError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let piece = self.cut();
        self.done |= !matches!(piece, Ok(Some(_)));
        piece.transpose()
    }
}

/// Place after the last record that ends within `reach` bytes, else after the first that ends beyond; none when the
/// window holds no whole record.
fn border(window: &[u8], is_last: bool, dialect: &Dialect, reach: usize) -> Option<usize> {
    let reach = reach.min(window.len());
    if dialect.is_sequential() {
        return border_of_records(window, is_last, dialect, reach);
    }
    let Some(quote_byte) = dialect.marks.quote else {
        let within = last_line_end(window, 0..reach, is_last);
        return within.or_else(|| first_line_end(window, reach..window.len(), is_last));
    };
    let (mut at, mut last) = (0, None);
    while at < reach || last.is_none() {
        // Bytes far beyond the reach are looked at only when they are needed.
        let seen = window.get(..if at < reach { reach } else { window.len() })?;
        let quote = opening_quote(seen, at, quote_byte, dialect.marks.delimiter);
        // Between quoted cells every line end ends a record.
        let bare = at..quote.unwrap_or(seen.len());
        let found = if at < reach {
            last_line_end(window, bare, is_last)
        } else {
            first_line_end(window, bare, is_last)
        };
        last = found.or(last);
        at = match quote {
            Some(quote) => match closing_quote(window, quote + 1, is_last, quote_byte, None) {
                Some((closed, _)) => closed + 1,
                None => return last,
            },
            None if seen.len() == window.len() => return last,
            None => seen.len(),
        };
    }
    last
}

/// The same, record by record: where a line end may be escaped or stand in a comment that holds quotes.
fn border_of_records(window: &[u8], is_last: bool, dialect: &Dialect, reach: usize) -> Option<usize> {
    let (mut at, mut last) = (0, None);
    while at < window.len() && (at < reach || last.is_none()) {
        let end = match split_record(window, at, is_last, dialect, usize::MAX, |_, _| {}) {
            Ok(found) => found.end,
            Err(Fault::Incomplete) => return last,
            // The thread that takes the piece reports what is wrong with its records.
            Err(_) => return last.or(Some(window.len())),
        };
        if end > reach && last.is_some() {
            return last;
        }
        (at, last) = (end, Some(end));
    }
    last
}

fn last_line_end(window: &[u8], range: Range<usize>, is_last: bool) -> Option<usize> {
    let part = window.get(range.clone())?;
    let found = range.start + memrchr2(b'\n', b'\r', part)?;
    after(window, found, is_last).or_else(|| last_line_end(window, range.start..found, is_last))
}

fn first_line_end(window: &[u8], range: Range<usize>, is_last: bool) -> Option<usize> {
    let part = window.get(range.clone())?;
    after(window, range.start + memchr2(b'\n', b'\r', part)?, is_last)
}

/// Offset behind the line end that starts at `offset`; none when a carriage return there may be half of one.
fn after(window: &[u8], offset: usize, is_last: bool) -> Option<usize> {
    match (window.get(offset), window.get(offset + 1)) {
        (Some(b'\r'), Some(b'\n')) => Some(offset + 2),
        (Some(b'\r'), None) if !is_last => None,
        _ => Some(offset + 1),
    }
}

/// The next quote that opens a cell; others are ordinary characters of cells without quotes.
fn opening_quote(window: &[u8], start: usize, quote: u8, delimiter: u8) -> Option<usize> {
    let mut at = start;
    loop {
        at += memchr(quote, window.get(at..)?)?;
        let before = at.checked_sub(1).and_then(|before| window.get(before)).copied();
        if before.is_none_or(|byte| byte == delimiter || byte == b'\n' || byte == b'\r') {
            return Some(at);
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::encoding::Encoding;

    const DIALECT: Dialect = Dialect { max_record_bytes: 4 << 20, ..Dialect::PLAIN };
    const PIECE_BYTES: usize = 1 << 20;

    /// Ends of the records, one after the other.
    fn ends(text: &[u8]) -> Vec<usize> {
        let mut ends = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let Ok(found) = split_record(text, at, true, &DIALECT, 100, |_, _| {}) else { break };
            at = found.end;
            ends.push(at);
        }
        ends
    }

    #[test]
    fn borders_are_record_ends() {
        for text in [
            "a,b\nc,d\n",
            "a,b\r\nc,d\r\n\r\ne",
            "a\rb\r\r\nc",
            "a,\"b\nc\",d\n\"e\"\r\n\"\"\"\n\"\nf\"g,\"\n\"",
            "it\"s,5\" x,y\n1,\"2\n3\",4\n",
            "\n\n\"\n\"\n\n",
        ] {
            let ends = ends(text.as_bytes());
            for (cut, reach) in (0..=text.len()).flat_map(|cut| (0..=cut + 1).map(move |reach| (cut, reach)))
            {
                let (window, is_last) = (&text.as_bytes()[..cut], cut == text.len());
                // A carriage return at the cut may be half of a line end; without one the last record may go on.
                let known = |end: &&usize| match window.get(**end - 1) {
                    Some(b'\n') => true,
                    Some(b'\r') => is_last || **end < cut,
                    _ => false,
                };
                let known: Vec<usize> = ends.iter().filter(known).copied().collect();
                let within = |reach| known.iter().rfind(|end| **end <= reach).or(known.first()).copied();
                let found = border(window, is_last, &DIALECT, reach);
                // The line feed after a carriage return at the reach goes with it.
                let right = found == within(reach) || found == within(reach + 1);
                assert!(right, "{text:?} at {cut} within {reach}: {found:?}");
            }
        }
    }

    fn pieces(text: &[u8]) -> Vec<Piece> {
        Pieces::new(TextWindow::new(text, Encoding::AUTO).unwrap(), DIALECT, PIECE_BYTES)
            .map(Result::unwrap)
            .collect()
    }

    #[test]
    fn pieces_are_the_input_cut_between_records() {
        let record = format!("1,\"{}\n\",3\r\n", "x".repeat(1000));
        let text = record.repeat(4000);
        let pieces = pieces(text.as_bytes());
        assert!(pieces.len() > 3 && pieces.iter().all(|piece| piece.bytes.len() <= PIECE_BYTES + 1));
        assert!(pieces.iter().all(|piece| piece.bytes.len() % record.len() == 0));
        let whole: Vec<u8> = pieces.into_iter().flat_map(|piece| piece.bytes).collect();
        assert!(whole == text.as_bytes());
    }

    #[test]
    fn a_long_record_is_a_piece_and_one_beyond_the_limit_is_cut() {
        let long = |len: usize| format!("1\n{}\n2\n", "x".repeat(len));
        let sizes = |len| -> Vec<(usize, Ending)> {
            pieces(long(len).as_bytes()).iter().map(|piece| (piece.bytes.len(), piece.ending)).collect()
        };
        assert_eq!(
            sizes(3 << 20),
            [(2, Ending::Border), ((3 << 20) + 1, Ending::Border), (2, Ending::Input)]
        );
        assert_eq!(sizes(5 << 20), [(2, Ending::Border), ((4 << 20) + 1, Ending::Cut)]);
        assert!(pieces(b"").is_empty());
    }
}
