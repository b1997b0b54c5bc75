//! Records of fixed columns: a file cut at line ends, and the cells of one record.

use std::borrow::Cow;
use std::io::Read as _;
use std::sync::Arc;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use exporter_core::source::Cursor;
use exporter_core::{Cancel, Error, ReadAt, Result};

/// Bytes of one record at most: a file without line ends is none of records.
const MOST_RECORD: usize = 16 << 20;
/// What DOS puts at the end of a text.
const END_OF_FILE: u8 = 0x1a;

/// The bytes of a file, cut behind line ends.
pub(super) struct Pieces {
    cursor: Cursor,
    name: String,
    size: usize,
    cancel: Cancel,
    rest: Vec<u8>,
    is_first: bool,
    done: bool,
}

impl Pieces {
    /// Pieces of about so many bytes.
    pub(super) fn new(bytes: &Arc<dyn ReadAt>, name: &str, size: usize, cancel: &Cancel) -> Self {
        Self {
            cursor: Cursor::new(Arc::clone(bytes)),
            name: name.to_owned(),
            size: size.max(1),
            cancel: cancel.clone(),
            rest: Vec::new(),
            is_first: true,
            done: false,
        }
    }

    fn piece(&mut self) -> Result<Option<Vec<u8>>> {
        let mut piece = std::mem::take(&mut self.rest);
        loop {
            self.cancel.check()?;
            let known = piece.len();
            let read = (&mut self.cursor).take(self.size as u64).read_to_end(&mut piece);
            let read = read.map_err(|source| Error::io(format!("cannot read {}", self.name), source))?;
            if std::mem::take(&mut self.is_first) {
                if piece.starts_with(&[0xff, 0xfe]) || piece.starts_with(&[0xfe, 0xff]) {
                    let error = Error::unsupported("it is UTF-16, in which no fixed columns are read");
                    return Err(error.entry(&self.name).with_hint("save it as UTF-8"));
                }
                if piece.starts_with(b"\xef\xbb\xbf") {
                    piece.drain(..3);
                }
            }
            if read < self.size {
                self.done = true;
                return Ok((!piece.is_empty()).then_some(piece));
            }
            let new = piece.get(known.min(piece.len())..).unwrap_or_default();
            if let Some(end) = memchr::memrchr(b'\n', new) {
                self.rest = piece.split_off(known + end + 1);
                return Ok(Some(piece));
            }
            if piece.len() > MOST_RECORD {
                let message = format!("a record is longer than {} MiB", MOST_RECORD >> 20);
                let error = Error::limit(message).entry(&self.name);
                return Err(error.with_hint("put a line end behind each record"));
            }
        }
    }
}

impl Iterator for Pieces {
    type Item = Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let piece = self.piece();
        self.done |= piece.is_err();
        piece.transpose()
    }
}

/// The lines of a piece without their ends.
pub(super) fn lines(piece: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = piece;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (line, behind) = match memchr::memchr(b'\n', rest) {
            Some(end) => (rest.get(..end)?, rest.get(end + 1..)?),
            None => (rest, &[][..]),
        };
        rest = behind;
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    })
}

/// Whether a line is no record.
pub(super) fn is_empty(line: &[u8]) -> bool {
    line.is_empty() || line == [END_OF_FILE]
}

/// How bytes are read as characters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Charset(&'static Encoding);

impl Charset {
    /// The one of this name; UTF-8 without one that is known.
    pub(super) fn named(name: Option<&str>) -> Self {
        Self(name.and_then(|name| Encoding::for_label(name.trim().as_bytes())).unwrap_or(UTF_8))
    }
}

/// How a record fits its encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// Whole.
    Whole,
    /// It is no UTF-8 and read as Latin 1.
    Latin1,
    /// It has characters that are none.
    Replaced,
}

/// A record whose characters can be counted.
pub(super) struct Record<'a> {
    bytes: Cow<'a, [u8]>,
    /// Where each character starts, unless each is a byte.
    starts: Option<Vec<usize>>,
    /// The encoding of the bytes, where it is not UTF-8.
    encoding: Option<&'static Encoding>,
    pub(super) fit: Fit,
}

/// A cell of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cell<'r> {
    /// All of it.
    Whole(&'r [u8]),
    /// The record ends in it.
    Cut(&'r [u8]),
    /// The record ends before it.
    Beyond,
}

impl<'a> Record<'a> {
    pub(super) fn new(line: &'a [u8], charset: Charset) -> Self {
        let of = |bytes, encoding, fit| Self { bytes, starts: None, encoding, fit };
        let Charset(encoding) = charset;
        if line.is_ascii() && encoding.is_ascii_compatible() {
            return of(Cow::Borrowed(line), None, Fit::Whole);
        }
        if encoding.is_single_byte() {
            return of(Cow::Borrowed(line), Some(encoding), Fit::Whole);
        }
        let (text, fit) = match std::str::from_utf8(line) {
            Ok(text) if encoding == UTF_8 => (Cow::Borrowed(text), Fit::Whole),
            Err(_) if encoding == UTF_8 => {
                return of(Cow::Borrowed(line), Some(WINDOWS_1252), Fit::Latin1);
            }
            _ => {
                let (text, is_replaced) = encoding.decode_without_bom_handling(line);
                (text, if is_replaced { Fit::Replaced } else { Fit::Whole })
            }
        };
        let starts = text.char_indices().map(|(at, _)| at).collect();
        let bytes = match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        };
        Self { bytes, starts: Some(starts), encoding: None, fit }
    }

    /// Characters.
    pub(super) fn len(&self) -> usize {
        self.starts.as_ref().map_or(self.bytes.len(), Vec::len)
    }

    /// The cell of these characters, from 1.
    pub(super) fn cell(&self, (first, last): (u32, u32)) -> Cell<'_> {
        let (first, last) = (first.saturating_sub(1) as usize, last as usize);
        if first >= self.len() {
            return Cell::Beyond;
        }
        let place = |character: usize| match &self.starts {
            Some(starts) => starts.get(character).copied().unwrap_or(self.bytes.len()),
            None => character.min(self.bytes.len()),
        };
        let bytes = self.bytes.get(place(first)..place(last)).unwrap_or_default();
        if last > self.len() { Cell::Cut(bytes) } else { Cell::Whole(bytes) }
    }

    /// The text of a cell.
    pub(super) fn text<'c>(&self, cell: &'c [u8]) -> Cow<'c, str> {
        match self.encoding {
            Some(encoding) => encoding.decode_without_bom_handling(cell).0,
            None => String::from_utf8_lossy(cell),
        }
    }
}

#[cfg(test)]
mod tests {
    use exporter_core::source::MemoryBytes;

    use super::*;

    fn pieces(bytes: &[u8], size: usize) -> Vec<Vec<u8>> {
        let bytes: Arc<dyn ReadAt> = Arc::new(MemoryBytes::new(bytes.to_vec()));
        Pieces::new(&bytes, "x.dat", size, &Cancel::default()).collect::<Result<_>>().unwrap()
    }

    #[test]
    fn pieces_end_behind_lines_whatever_their_size() {
        let text = b"\xef\xbb\xbfab\r\n\ncdefghijkl\nm";
        for size in 3..30 {
            let pieces = pieces(text, size);
            assert_eq!(pieces.concat(), &text[3..], "{size}");
            let (_, all) = pieces.split_last().unwrap();
            assert!(all.iter().all(|piece| piece.ends_with(b"\n")), "{size}");
        }
        let whole = pieces(text, 100);
        assert_eq!(lines(&whole[0]).collect::<Vec<_>>(), [&b"ab"[..], b"", b"cdefghijkl", b"m"]);
        assert_eq!(pieces(b"", 10), Vec::<Vec<u8>>::new());
    }

    #[test]
    fn a_record_without_end_is_refused() {
        let bytes: Arc<dyn ReadAt> = Arc::new(MemoryBytes::new(vec![b'1'; MOST_RECORD + (3 << 20)]));
        let error = Pieces::new(&bytes, "x.dat", 1 << 20, &Cancel::default()).find_map(Result::err);
        assert_eq!(error.unwrap().kind(), exporter_core::ErrorKind::Limit);
    }

    #[test]
    fn characters_are_counted_and_not_bytes() {
        let cell = |line: &[u8], charset: Option<&str>, place| {
            let record = Record::new(line, Charset::named(charset));
            match record.cell(place) {
                Cell::Whole(cell) | Cell::Cut(cell) => record.text(cell).into_owned(),
                Cell::Beyond => "beyond".to_owned(),
            }
        };
        assert_eq!(cell("Übel12".as_bytes(), None, (5, 6)), "12");
        assert_eq!(cell("Übel12".as_bytes(), Some("UTF-8"), (1, 2)), "Üb");
        assert_eq!(cell(b"\xdcbel12", Some("ISO-8859-1"), (1, 6)), "Übel12");
        assert_eq!(cell(b"\xdcbel12", None, (1, 6)), "Übel12");
        assert_eq!(cell(b"\x83\x65\x83\x58\x83g12", Some("shift_jis"), (3, 4)), "ト1");
        assert_eq!(cell(b"ab", None, (3, 3)), "beyond");
        let record = Record::new(b"abc", Charset::named(None));
        assert_eq!((record.cell((2, 5)), record.cell((1, 3))), (Cell::Cut(b"bc"), Cell::Whole(b"abc")));
        assert_eq!(Record::new(b"\xdc", Charset::named(None)).fit, Fit::Latin1);
    }
}
