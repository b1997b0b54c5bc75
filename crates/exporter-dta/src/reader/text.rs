//! Decodes text: UTF-8 from release 118 on, an 8-bit encoding that no file names before.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use crate::error::{DtaError, Result};

/// How bytes of text become characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum TextEncoding {
    /// UTF-8 from release 118 on. Before: UTF-8 when all non-ASCII text of the descriptions (or, where those are
    /// ASCII, of the first rows) is valid UTF-8, else Windows-1252.
    #[default]
    Detect,
    /// This encoding before release 118; from 118 on, for those texts that are not valid UTF-8.
    Named(&'static Encoding),
}

impl TextEncoding {
    /// Looks an encoding up by its label, for example `windows-1252`, `macintosh` or `utf-8`.
    ///
    /// # Errors
    ///
    /// [`DtaError::Unsupported`] for a label that is not in the encoding standard.
    pub fn from_label(label: &str) -> Result<Self> {
        match Encoding::for_label(label.as_bytes()) {
            Some(encoding) => Ok(Self::Named(encoding)),
            None => Err(DtaError::Unsupported(format!(
                "text encoding \"{label}\" is unknown; take one such as windows-1252, macintosh, shift_jis or utf-8"
            ))),
        }
    }
}

/// Decodes the text of one file and counts the characters that could not be.
#[derive(Debug)]
pub(crate) struct TextDecoder {
    /// Whether valid UTF-8 is taken as it is before `encoding` is tried.
    utf8_first: bool,
    encoding: &'static Encoding,
    replaced: AtomicU64,
}

impl TextDecoder {
    pub(crate) fn new(utf8_first: bool, encoding: &'static Encoding) -> Self {
        Self { utf8_first: utf8_first || encoding == UTF_8, encoding, replaced: AtomicU64::new(0) }
    }

    pub(crate) fn decode<'b>(&self, bytes: &'b [u8]) -> Cow<'b, str> {
        if (bytes.is_ascii() || self.utf8_first)
            && let Ok(text) = std::str::from_utf8(bytes)
        {
            return Cow::Borrowed(text);
        }
        let (text, damaged) = self.encoding.decode_without_bom_handling(bytes);
        if damaged {
            let count = text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
            self.replaced.fetch_add(count as u64, Ordering::Relaxed);
        }
        text
    }

    /// Whether bytes that are valid UTF-8 are the text itself.
    pub(crate) fn takes_utf8(&self) -> bool {
        self.utf8_first
    }

    /// Name of the encoding for text that is not taken as UTF-8.
    pub(crate) fn name(&self) -> &'static str {
        self.encoding.name()
    }

    /// Characters replaced by U+FFFD so far.
    pub(crate) fn replaced(&self) -> u64 {
        self.replaced.load(Ordering::Relaxed)
    }
}

/// Watches texts go by and says what their encoding is.
#[derive(Debug, Default)]
pub(crate) struct Detector {
    utf8: bool,
    other: bool,
}

impl Detector {
    pub(crate) fn see(&mut self, text: &[u8]) {
        if text.is_ascii() {
            return;
        }
        if std::str::from_utf8(text).is_ok() {
            self.utf8 = true;
        } else {
            self.other = true;
        }
    }

    /// Whether nothing but ASCII went by.
    pub(crate) fn is_undecided(&self) -> bool {
        !self.utf8 && !self.other
    }

    pub(crate) fn encoding(&self) -> &'static Encoding {
        if self.utf8 && !self.other { UTF_8 } else { WINDOWS_1252 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_outside_utf_8_is_replaced_and_counted() {
        let decoder = TextDecoder::new(true, UTF_8);
        assert_eq!(decoder.decode(b"caf\xE9 \xFF"), "caf\u{FFFD} \u{FFFD}");
        assert_eq!(decoder.replaced(), 2);
        assert_eq!(decoder.decode("café".as_bytes()), "café");
        assert_eq!(decoder.replaced(), 2);
    }

    #[test]
    fn a_named_encoding_reads_what_is_not_utf_8() {
        let mac = TextDecoder::new(false, encoding_rs::MACINTOSH);
        assert_eq!(mac.decode(b"caf\x8E"), "café");
        let fallback = TextDecoder::new(true, WINDOWS_1252);
        assert_eq!(fallback.decode(b"caf\xE9"), "café");
        assert_eq!(fallback.decode("café".as_bytes()), "café");
        assert_eq!(fallback.replaced(), 0);
        assert!(TextEncoding::from_label("klingon").is_err());
    }

    #[test]
    fn one_text_outside_utf_8_decides() {
        let mut detector = Detector::default();
        detector.see(b"plain");
        assert!(detector.is_undecided());
        detector.see("é".as_bytes());
        assert_eq!(detector.encoding(), UTF_8);
        detector.see(b"\xE9");
        assert_eq!(detector.encoding(), WINDOWS_1252);
    }
}
