//! Texts in the encoding of a file.

use std::borrow::Cow;

use encoding_rs::{EncoderResult, Encoding, UTF_8};

/// The bytes of a text, and the number of characters that the encoding lacks, which become `?`.
///
/// ```
/// let (bytes, replaced) = exporter_core::encoded::encode(encoding_rs::WINDOWS_1252, "né€ дом");
/// assert_eq!((&*bytes, replaced), (&b"n\xE9\x80 ???"[..], 3));
/// ```
pub fn encode<'t>(encoding: &'static Encoding, text: &'t str) -> (Cow<'t, [u8]>, u64) {
    if encoding == UTF_8 || text.is_ascii() {
        return (Cow::Borrowed(text.as_bytes()), 0);
    }
    let mut bytes = Vec::new();
    let replaced = append(encoding, text, &mut bytes);
    (Cow::Owned(bytes), replaced)
}

/// Appends a text to bytes, and gives the number of characters that became `?`.
pub fn append(encoding: &'static Encoding, text: &str, bytes: &mut Vec<u8>) -> u64 {
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
pub fn length(encoding: &'static Encoding, text: &str) -> usize {
    encode(encoding, text).0.len()
}

/// The longest beginning of a text that has at most so many bytes.
///
/// ```
/// let cut = |encoding| exporter_core::encoded::to_bytes(encoding, "привет", 4);
/// assert_eq!((cut(encoding_rs::WINDOWS_1251), cut(encoding_rs::UTF_8)), ("прив", "пр"));
/// ```
pub fn to_bytes<'t>(encoding: &'static Encoding, text: &'t str, bytes: usize) -> &'t str {
    if encoding == UTF_8 || text.is_ascii() {
        return crate::truncate::to_bytes(text, bytes);
    }
    let mut left = bytes;
    for (start, character) in text.char_indices() {
        match left.checked_sub(length(encoding, character.encode_utf8(&mut [0; 4]))) {
            Some(rest) => left = rest,
            None => return text.get(..start).unwrap_or_default(),
        }
    }
    text
}
