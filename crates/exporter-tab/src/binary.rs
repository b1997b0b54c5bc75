//! Bytes as text: base64 (RFC 4648, section 4) and hexadecimal digits.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Appends base64 with padding.
pub(crate) fn to_base64(bytes: &[u8], to: &mut Vec<u8>) {
    for group in bytes.chunks(3) {
        let mut block = [0; 3];
        block[..group.len()].copy_from_slice(group);
        let bits = u32::from_be_bytes([0, block[0], block[1], block[2]]);
        for at in 0..4 {
            if at <= group.len() {
                to.push(ALPHABET[(bits >> (18 - 6 * at) & 63) as usize]);
            } else {
                to.push(b'=');
            }
        }
    }
}

/// Appends two lower-case digits a byte.
pub(crate) fn to_hex(bytes: &[u8], to: &mut Vec<u8>) {
    for byte in bytes {
        to.extend([byte >> 4, byte & 15].map(|digit| b"0123456789abcdef"[usize::from(digit)]));
    }
}

/// The bytes of a base64 text with padding.
pub(crate) fn from_base64(text: &[u8]) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let padding = text.iter().rev().take(2).take_while(|byte| **byte == b'=').count();
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    for group in text.get(..text.len() - padding)?.chunks(4) {
        let mut bits = 0_u32;
        for byte in group {
            let digit = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'a'..=b'z' => byte - b'a' + 26,
                b'0'..=b'9' => byte - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return None,
            };
            bits = bits << 6 | u32::from(digit);
        }
        let missing = 4 - group.len() as u32;
        let [_, block @ ..] = (bits << (6 * missing)).to_be_bytes();
        bytes.extend_from_slice(block.get(..3 - missing as usize)?);
    }
    Some(bytes)
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
