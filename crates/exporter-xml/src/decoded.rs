//! Bytes of a document as UTF-8.

use std::io::{self, BufRead, Read};

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::counted::Position;

/// Bytes in which a declaration is looked for.
const HEAD: usize = 1024;
/// Bytes in UTF-8 that are decoded at once.
const PIECE: usize = 32 << 10;

/// The text of a document in UTF-8, from the encoding of its byte-order mark or its declaration; bytes that the encoding does
/// not have become U+FFFD.
pub struct Decoded<R> {
    inner: R,
    /// Bytes that were read to find the encoding, and what of them is not decoded yet.
    head: Vec<u8>,
    decoder: Option<Decoder>,
    text: Vec<u8>,
    at: usize,
    at_end: bool,
    /// Behind what was decoded.
    position: Position,
    /// The first bytes that the encoding does not have.
    malformed: Option<Position>,
    /// The first bytes that are no UTF-8, where the document declares no encoding and is read in another one.
    undeclared: Option<Position>,
    /// The name of the declared encoding, where nothing is known of it: only what is ASCII in nearly all of them is read.
    unknown: Option<String>,
}

impl<R: BufRead> Decoded<R> {
    /// Decodes a document.
    pub fn new(inner: R) -> Self {
        let (head, text) = (Vec::new(), Vec::new());
        let (position, malformed) = (Position::of_line(1), None);
        let (undeclared, unknown) = (None, None);
        Self {
            inner,
            head,
            decoder: None,
            text,
            at: 0,
            at_end: false,
            position,
            malformed,
            undeclared,
            unknown,
        }
    }

    /// The name of the declared encoding, where nothing is known of it.
    pub fn unknown(&self) -> Option<&str> {
        self.unknown.as_deref()
    }

    /// The line, from 1, of the first bytes that the encoding does not have.
    pub fn malformed(&self) -> Option<u64> {
        self.malformed_at().map(|position| position.line)
    }

    /// Where the first bytes stand that the encoding does not have.
    pub fn malformed_at(&self) -> Option<Position> {
        self.malformed
    }

    /// Where the first bytes stand that are no UTF-8, where the document declares no encoding and is read in Windows-1252.
    pub fn undeclared_at(&self) -> Option<Position> {
        self.undeclared
    }

    /// Decodes what comes next.
    fn fill(&mut self) -> io::Result<()> {
        let mut decoder = match self.decoder.take() {
            Some(decoder) => decoder,
            None => {
                self.inner.by_ref().take(HEAD as u64).read_to_end(&mut self.head)?;
                let (encoding, unknown) = encoding_of(&self.head);
                self.unknown = unknown;
                if encoding == WINDOWS_1252
                    && label_of(&self.head).is_none()
                    && let Err(bad) = std::str::from_utf8(&self.head)
                {
                    let mut at = Position::of_line(1);
                    at.pass(self.head.get(..bad.valid_up_to()).unwrap_or_default());
                    self.undeclared = Some(at);
                }
                encoding.new_decoder()
            }
        };
        self.at = 0;
        self.text.resize(PIECE, 0);
        let mut written = 0;
        while written == 0 && !self.at_end {
            let from_head = !self.head.is_empty();
            let bytes = if from_head { self.head.as_slice() } else { self.inner.fill_buf()? };
            let is_last = bytes.is_empty();
            let (result, read, some, bad) = decoder.decode_to_utf8(bytes, &mut self.text, is_last);
            written = some;
            let text = self.text.get(..some).unwrap_or_default();
            let is_beyond_ascii = self.unknown.is_some() && !text.is_ascii();
            if (bad || is_beyond_ascii) && self.malformed.is_none() {
                let at = match is_beyond_ascii {
                    true => text.iter().position(|byte| !byte.is_ascii()),
                    false => memchr::memmem::find(text, "\u{FFFD}".as_bytes()),
                };
                let mut position = self.position;
                position.pass(text.get(..at.unwrap_or(text.len())).unwrap_or_default());
                self.malformed = Some(position);
            }
            self.position.pass(text);
            self.at_end = is_last && result == CoderResult::InputEmpty;
            if from_head {
                self.head.drain(..read);
            } else {
                self.inner.consume(read);
            }
        }
        self.text.truncate(written);
        self.decoder = Some(decoder);
        Ok(())
    }
}

impl<R: BufRead> BufRead for Decoded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at >= self.text.len() && !self.at_end {
            self.fill()?;
        }
        Ok(self.text.get(self.at..).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.at = self.at.saturating_add(count).min(self.text.len());
    }
}

impl<R: BufRead> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

/// The encoding of a document by its beginning (XML 1.0, appendix F), and the name of one that is not known.
fn encoding_of(head: &[u8]) -> (&'static Encoding, Option<String>) {
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return (encoding, None);
    }
    match head {
        [b'<', 0, ..] => return (UTF_16LE, None),
        [0, b'<', ..] => return (UTF_16BE, None),
        _ => {}
    }
    let encoding = match label_of(head) {
        // Without a declaration it is UTF-8, unless it cannot be.
        None if std::str::from_utf8(head).is_err_and(|bad| bad.error_len().is_some()) => WINDOWS_1252,
        None => UTF_8,
        Some(label) => match Encoding::for_label(label.as_bytes()) {
            // The bytes of the declaration are no UTF-16.
            Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => UTF_8,
            Some(encoding) => encoding,
            None => return (UTF_8, Some(label)),
        },
    };
    (encoding, None)
}

/// The encoding that a document declares.
fn label_of(head: &[u8]) -> Option<String> {
    let declaration = head.strip_prefix(b"<?xml")?;
    let end = declaration.windows(2).position(|two| two == b"?>").unwrap_or_default();
    let declaration = String::from_utf8_lossy(declaration.get(..end).unwrap_or_default());
    let (_, rest) = declaration.split_once("encoding")?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|one| matches!(one, '"' | '\''))?;
    rest.get(1..)?.split(quote).next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> (String, bool) {
        // One byte at a time, so that characters are cut.
        let mut decoded = Decoded::new(io::BufReader::with_capacity(1, bytes));
        let mut text = String::new();
        decoded.read_to_string(&mut text).unwrap();
        (text, decoded.malformed().is_some())
    }

    #[test]
    fn documents_are_decoded_by_their_mark_or_their_declaration() {
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        assert_eq!(decoded("\u{FEFF}<a>é</a>".as_bytes()), ("<a>é</a>".into(), false));
        assert_eq!(decoded(&utf16("\u{FEFF}<a>é</a>")), ("<a>é</a>".into(), false));
        assert_eq!(decoded(&utf16("<a>é</a>")), ("<a>é</a>".into(), false));
        let latin = b"<?xml version='1.0' encoding = 'ISO-8859-1' ?><a>\xE9</a>";
        assert_eq!(decoded(latin).0.split_once("?>").unwrap().1, "<a>é</a>");
        assert_eq!(decoded(b"<?xml version='1.0'?><a>\xE9</a>").0.split_once("?>").unwrap().1, "<a>é</a>");
        assert_eq!(
            decoded(b"<?xml version='1.0' encoding='utf-8'?>\xE9"),
            ("<?xml version='1.0' encoding='utf-8'?>\u{FFFD}".into(), true)
        );
        assert_eq!(decoded(b""), (String::new(), false));
        let mut third = Decoded::new(b"<?xml encoding='utf-8'?>\n<a>\n\xE9 \xE8</a>".as_slice());
        third.read_to_string(&mut String::new()).unwrap();
        assert_eq!(third.malformed_at(), Some(Position { line: 3, column: 1 }));
        for (head, place) in
            [("<?xml version='1.0'?>\n<a>", Some((2, 4))), ("<?xml encoding='latin1'?>", None)]
        {
            let bytes = [head.as_bytes(), b"\xE9</a>"].concat();
            let mut latin = Decoded::new(bytes.as_slice());
            latin.read_to_string(&mut String::new()).unwrap();
            assert_eq!(latin.undeclared_at().map(|it| (it.line, it.column)), place);
            assert_eq!(latin.malformed(), None);
        }
        for (text, line) in [("<a>\n\u{E9}</a>", Some(2)), ("<a>e</a>", None)] {
            let text = format!("<?xml version='1.0' encoding='foo-9'?>{text}");
            let mut unknown = Decoded::new(text.as_bytes());
            unknown.read_to_string(&mut String::new()).unwrap();
            assert_eq!((unknown.unknown(), unknown.malformed()), (Some("foo-9"), line));
        }
    }
}
