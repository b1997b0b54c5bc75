//! Texts in the encoding of the file.

use std::borrow::Cow;

use encoding_rs::{EncoderResult, Encoding, UTF_8};

/// Encodes texts and counts the characters that the encoding lacks.
pub(super) struct TextEncoder {
    encoding: &'static Encoding,
    /// Characters that became `?`.
    pub(super) replaced: u64,
}

impl TextEncoder {
    pub(super) fn new(encoding: &'static Encoding) -> Self {
        Self { encoding, replaced: 0 }
    }

    /// The bytes of a text.
    pub(super) fn encode<'t>(&mut self, text: &'t str) -> Cow<'t, [u8]> {
        let (bytes, replaced) = encode(self.encoding, text);
        self.replaced += replaced;
        bytes
    }
}

/// The bytes of a text and the number of characters that became `?`.
pub(super) fn encode<'t>(encoding: &'static Encoding, text: &'t str) -> (Cow<'t, [u8]>, u64) {
    if encoding == UTF_8 || text.is_ascii() {
        return (Cow::Borrowed(text.as_bytes()), 0);
    }
    let mut bytes = Vec::new();
    let replaced = append(encoding, text, &mut bytes);
    (Cow::Owned(bytes), replaced)
}

/// Appends a text, and gives the number of characters that became `?`.
pub(super) fn append(encoding: &'static Encoding, text: &str, bytes: &mut Vec<u8>) -> u64 {
    let mut encoder = encoding.new_encoder();
    let (mut rest, mut replaced) = (text, 0);
    loop {
        bytes.reserve(rest.len() + 4);
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

/// Bytes of a text.
pub(super) fn encoded_len(encoding: &'static Encoding, text: &str) -> usize {
    encode(encoding, text).0.len()
}

/// The name of the encoding in a file: of the sets of which more is written than their names say, that of the code page.
pub(super) fn file_name(encoding: &'static Encoding) -> &'static str {
    match encoding.name() {
        "Shift_JIS" => "CP932",
        "EUC-KR" => "CP949",
        "Big5" => "CP950",
        name => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_an_encoding_lacks_are_counted() {
        let mut encoder = TextEncoder::new(encoding_rs::WINDOWS_1252);
        assert_eq!(encoder.encode("Zoë Ω€ж").as_ref(), b"Zo\xEB ?\x80?");
        assert_eq!((encoder.encode("plain").as_ref(), encoder.replaced), (&b"plain"[..], 2));
        let (bytes, replaced) = encode(encoding_rs::GBK, "中文");
        assert_eq!((bytes.as_ref(), replaced), (&b"\xD6\xD0\xCE\xC4"[..], 0));
    }
}
