//! Decodes text: UTF-8 from release 118 on, an 8-bit encoding that no file names before; programs that are older than
//! release 118 also write such text in later releases.

use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use crate::error::{DtaError, Result};

/// How bytes of text become characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum TextEncoding {
    /// UTF-8, and Windows-1252 for texts that are not valid UTF-8. Before release 118, all is Windows-1252 where any text of the
    /// descriptions, or of the first rows where these are ASCII, is not UTF-8.
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

/// Decodes the text of one file and counts what could not be read, and what was read in an encoding that is a guess.
#[derive(Debug)]
pub(crate) struct TextDecoder {
    /// Whether valid UTF-8 is taken as it is before `encoding` is tried.
    utf8_first: bool,
    encoding: &'static Encoding,
    is_guess: bool,
    /// Whether what is UTF-8 is a guess as well, as before release 118.
    is_all_guess: bool,
    replaced: AtomicU64,
    guessed: AtomicU64,
    first_guess: OnceLock<String>,
    /// Hashes of the texts that were guessed where others are not, as long as they are few.
    guesses: Mutex<HashSet<u64>>,
}

/// Most guessed texts that are told from others.
const MAX_GUESSES: usize = 1 << 18;

impl TextDecoder {
    pub(crate) fn new(utf8_first: bool, encoding: &'static Encoding) -> Self {
        let (replaced, guessed, first_guess, guesses) = Default::default();
        let utf8_first = utf8_first || encoding == UTF_8;
        let (is_guess, is_all_guess) = (false, false);
        Self { utf8_first, encoding, is_guess, is_all_guess, replaced, guessed, first_guess, guesses }
    }

    /// A decoder of texts that are UTF-8 by their release; others are a guess.
    pub(crate) fn guessing_others() -> Self {
        Self { is_guess: true, ..Self::new(true, WINDOWS_1252) }
    }

    /// A decoder of texts whose encoding nobody has named: all of it a guess.
    pub(crate) fn guessing(utf8_first: bool) -> Self {
        Self { is_guess: true, is_all_guess: true, ..Self::new(utf8_first, WINDOWS_1252) }
    }

    pub(crate) fn decode<'b>(&self, bytes: &'b [u8]) -> Cow<'b, str> {
        if (bytes.is_ascii() || self.utf8_first)
            && let Ok(text) = std::str::from_utf8(bytes)
        {
            if self.is_all_guess && !bytes.is_ascii() {
                self.note_guess(text);
            }
            return Cow::Borrowed(text);
        }
        let (text, damaged) = self.encoding.decode_without_bom_handling(bytes);
        if damaged {
            let count = text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
            self.replaced.fetch_add(count as u64, Ordering::Relaxed);
        }
        if self.is_guess {
            self.note_guess(&text);
        }
        text
    }

    #[cold]
    fn note_guess(&self, text: &str) {
        if self.guessed.fetch_add(1, Ordering::Relaxed) == 0 {
            self.first_guess.get_or_init(|| text.to_owned());
        }
        if !self.is_all_guess
            && let Ok(mut guesses) = self.guesses.lock()
            && guesses.len() < MAX_GUESSES
        {
            guesses.insert(hash(text));
        }
    }

    /// Whether a decoded text is, or is the same as, one whose encoding was guessed.
    pub(crate) fn was_guessed(&self, text: &str) -> bool {
        let among_others = || {
            let guesses = self.guesses.lock();
            guesses.is_ok_and(|guesses| guesses.contains(&hash(text)))
        };
        self.is_guess && !text.is_ascii() && (self.is_all_guess || among_others())
    }

    /// Whether every text beyond ASCII is a guess, seen or not.
    pub(crate) fn is_all_guess(&self) -> bool {
        self.is_all_guess
    }

    /// How many texts were read in an encoding that is a guess so far, and the first of them.
    pub(crate) fn guessed(&self) -> (u64, Option<&str>) {
        (self.guessed.load(Ordering::Relaxed), self.first_guess.get().map(String::as_str))
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

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
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

    /// Whether a text may be UTF-8: nothing that went by was another encoding.
    pub(crate) fn may_be_utf8(&self) -> bool {
        !self.other
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
    fn guessed_texts_are_told_from_others() {
        let decoder = TextDecoder::guessing_others();
        assert_eq!((decoder.decode("café".as_bytes()), decoder.guessed()), ("café".into(), (0, None)));
        assert_eq!(decoder.decode(b"C\xF4te"), "Côte");
        assert_eq!(decoder.guessed(), (1, Some("Côte")));
        assert!(decoder.was_guessed("Côte") && !decoder.was_guessed("café") && !decoder.was_guessed("plain"));
        for (utf8_first, bytes) in [(false, &b"caf\xE9"[..]), (true, b"caf\xE9"), (true, "café".as_bytes())]
        {
            let old = TextDecoder::guessing(utf8_first);
            assert_eq!((old.decode(bytes), old.guessed()), ("café".into(), (1, Some("café"))));
            assert!(old.was_guessed("café") && !old.was_guessed("plain"));
        }
    }

    #[test]
    fn one_text_outside_utf_8_decides() {
        let mut detector = Detector::default();
        detector.see(b"plain");
        assert!(detector.is_undecided());
        detector.see("é".as_bytes());
        assert!(detector.may_be_utf8());
        detector.see(b"\xE9");
        assert!(!detector.may_be_utf8());
    }
}
