//! Text in bytes: UTF-8 from Stata 14 on, Windows-1252 before (section 6).

use std::borrow::Cow;

use encoding_rs::{EncoderResult, WINDOWS_1252};

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
        if self == Self::Utf8 || text.is_ascii() {
            return (Cow::Borrowed(text.as_bytes()), 0);
        }
        let mut bytes = Vec::with_capacity(text.len());
        let replaced = append_windows_1252(text, &mut bytes);
        (Cow::Owned(bytes), replaced)
    }

    /// Whether it has every character of a text.
    pub fn has(self, text: &str) -> bool {
        self.encode(text).1 == 0
    }
}

/// Appends `text` in Windows-1252 and returns how many characters became `?`.
fn append_windows_1252(text: &str, bytes: &mut Vec<u8>) -> u64 {
    let mut encoder = WINDOWS_1252.new_encoder();
    let mut replaced = 0;
    let mut rest = text;
    loop {
        bytes.reserve(rest.len() + 1);
        let (result, read) = encoder.encode_from_utf8_to_vec_without_replacement(rest, bytes, true);
        rest = rest.get(read..).unwrap_or_default();
        match result {
            EncoderResult::InputEmpty => return replaced,
            EncoderResult::OutputFull => {}
            EncoderResult::Unmappable(_) => {
                bytes.push(b'?');
                replaced += 1;
            }
        }
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
