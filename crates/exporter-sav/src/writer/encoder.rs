//! Texts in the encoding of the file.

use std::borrow::Cow;

use encoding_rs::Encoding;
use exporter_core::encoded::encode;

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
    }
}
