//! Bytes as text: base64 (RFC 4648, section 4) and hexadecimal digits.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};

/// With padding, and without a rule for the bits that no byte has.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// Appends base64 with padding.
pub(crate) fn to_base64(bytes: &[u8], to: &mut Vec<u8>) {
    to.extend_from_slice(BASE64.encode(bytes).as_bytes());
}

/// Appends two lower-case digits a byte.
pub(crate) fn to_hex(bytes: &[u8], to: &mut Vec<u8>) {
    for byte in bytes {
        to.extend([byte >> 4, byte & 15].map(|digit| b"0123456789abcdef"[usize::from(digit)]));
    }
}

/// The bytes of a base64 text with padding.
pub(crate) fn from_base64(text: &[u8]) -> Option<Vec<u8>> {
    BASE64.decode(text).ok()
}

/// The bytes of hexadecimal digits in either case.
pub(crate) fn from_hex(text: &[u8]) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    text.chunks_exact(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_vectors_of_rfc_4648_section_10() {
        for (plain, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            let mut text = Vec::new();
            to_base64(plain.as_bytes(), &mut text);
            assert_eq!(text, encoded.as_bytes());
            assert_eq!(from_base64(encoded.as_bytes()).unwrap(), plain.as_bytes());
        }
        assert_eq!(from_base64(b"Zh==").unwrap(), b"f");
        assert_eq!(from_base64(b"Zg="), None);
        assert_eq!(from_base64(b"Z==="), None);
        assert_eq!(from_base64(b"Z!=="), None);
    }

    #[test]
    fn hex_reads_back() {
        let mut text = Vec::new();
        to_hex(&[0, 255, 16], &mut text);
        assert_eq!(text, b"00ff10");
        assert_eq!(from_hex(b"00FF10").unwrap(), [0, 255, 16]);
        assert_eq!(from_hex(b"0g"), None);
    }
}
