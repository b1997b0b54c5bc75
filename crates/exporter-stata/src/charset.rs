//! Text in bytes: UTF-8 from Stata 14 on, Windows-1252 before (section 6).

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use exporter_core::encoded;

/// How a version stores text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// Stata 14 and later.
    Utf8,
    /// Stata 13 and before; what it lacks becomes `?`.
    Windows1252,
}

impl Charset {
    /// Bytes of `text` and the number of characters that became `?`.
    pub fn encode(self, text: &str) -> (Cow<'_, [u8]>, u64) {
        encoded::encode(self.encoding(), text)
    }

    /// The encoding of its texts.
    pub fn encoding(self) -> &'static Encoding {
        match self {
            Self::Utf8 => UTF_8,
            Self::Windows1252 => WINDOWS_1252,
        }
    }

    /// Whether it has every character of a text.
    pub fn has(self, text: &str) -> bool {
        self.encode(text).1 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_characters_are_counted() {
        let (bytes, replaced) = Charset::Windows1252.encode("né€ дом");
        assert_eq!(&*bytes, b"n\xE9\x80 ???");
        assert_eq!(replaced, 3);
        assert_eq!(Charset::Utf8.encode("né").0.len(), 3);
    }
}
