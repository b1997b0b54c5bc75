//! Identifiers of DHIS2: eleven letters and digits that begin with a letter (`CodeGenerator` of dhis2-core).

use sha2::{Digest as _, Sha256};

/// Characters of a UID.
const LENGTH: usize = 11;
/// The letters with which it begins, and behind them the digits.
const SIGNS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const LETTERS: u64 = 52;

/// Whether a text has the form of a UID.
///
/// ```
/// assert!(exporter_dxf2::uid::is_uid("fbfJHSPpUQD"));
/// assert!(!exporter_dxf2::uid::is_uid("1bfJHSPpUQD"));
/// ```
pub fn is_uid(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == LENGTH
        && bytes.iter().all(u8::is_ascii_alphanumeric)
        && bytes.first().is_some_and(u8::is_ascii_alphabetic)
}

/// The UID of a text, the same in every version: the first 16 bytes of the SHA-256 of its UTF-8 as a number with its greatest byte
/// first, of which the remainder by 52 gives the letter and the quotient, by 62, one sign after the other.
///
/// ```
/// let uid = exporter_dxf2::uid::of_text("dataElement 65");
/// assert_eq!(uid, exporter_dxf2::uid::of_text("dataElement 65"));
/// assert!(exporter_dxf2::uid::is_uid(&uid));
/// ```
pub fn of_text(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let first = digest.iter().take(16);
    of_number(first.fold(0, |number, byte| number << 8 | u128::from(*byte)))
}

fn of_number(mut number: u128) -> String {
    let mut uid = String::with_capacity(LENGTH);
    for place in 0..LENGTH {
        let base = u128::from(if place == 0 { LETTERS } else { SIGNS.len() as u64 });
        let sign = SIGNS.get((number % base) as usize).copied().unwrap_or(b'A');
        uid.push(char::from(sign));
        number /= base;
    }
    uid
}

/// New UIDs, each another one; a seed gives the same ones again.
#[derive(Clone, Debug)]
pub struct UidSource {
    seed: u64,
    next: u64,
}

impl UidSource {
    /// UIDs of a seed.
    pub fn new(seed: u64) -> Self {
        Self { seed, next: 0 }
    }

    /// The next UID.
    pub fn next_uid(&mut self) -> String {
        self.next += 1;
        of_text(&format!("{} {}", self.seed, self.next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uids_are_stable_and_differ() {
        assert_eq!(of_text(""), of_text(""));
        assert_eq!(of_number(0), "AAAAAAAAAAA");
        assert_eq!(of_number(51), "zAAAAAAAAAA");
        assert_eq!(of_number(52), "ABAAAAAAAAA");
        let mut source = UidSource::new(7);
        let many: std::collections::HashSet<String> = (0..10_000).map(|_| source.next_uid()).collect();
        assert!(many.len() == 10_000 && many.iter().all(|uid| is_uid(uid)));
    }

    #[test]
    fn only_eleven_ascii_signs_that_begin_with_a_letter_are_one() {
        for (text, expected) in [
            ("a1234567890", true),
            ("Abcdefghijk", true),
            ("abcdefghij", false),
            ("1bcdefghijk", false),
            ("abcdefghij-", false),
            ("äbcdefghij", false),
        ] {
            assert_eq!(is_uid(text), expected, "{text}");
        }
    }
}
