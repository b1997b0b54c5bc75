//! Cutting texts on character borders.

use std::borrow::Cow;

/// The longest beginning of a text that has at most this many bytes and ends on a character border.
///
/// ```
/// assert_eq!(exporter_core::truncate::to_bytes("élève", 4), "él");
/// ```
pub fn to_bytes(text: &str, bytes: usize) -> &str {
    if text.len() <= bytes {
        return text;
    }
    &text[..text.floor_char_boundary(bytes)]
}

/// The longest beginning of a text that has at most this many characters.
///
/// ```
/// assert_eq!(exporter_core::truncate::to_characters("élève", 2), "él");
/// ```
pub fn to_characters(text: &str, characters: usize) -> &str {
    // A text of no more bytes than characters allowed needs no count.
    if text.len() <= characters {
        return text;
    }
    match text.char_indices().nth(characters) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

/// The text to show of a longer one: at most this many characters, and `…` behind them where others follow.
///
/// ```
/// assert_eq!(exporter_core::truncate::shown("élève", 2), "él…");
/// assert_eq!(exporter_core::truncate::shown("élève", 5), "élève");
/// ```
pub fn shown(text: &str, characters: usize) -> Cow<'_, str> {
    match to_characters(text, characters) {
        short if short.len() < text.len() => format!("{short}…").into(),
        _ => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_longest_beginning_within_the_limit(text in "\\PC{0,20}", limit in 0usize..40) {
            let bytes = to_bytes(&text, limit);
            prop_assert!(text.starts_with(bytes) && bytes.len() <= limit);
            let next = text[bytes.len()..].chars().next();
            prop_assert!(next.is_none_or(|next| bytes.len() + next.len_utf8() > limit));

            let characters = to_characters(&text, limit);
            prop_assert!(text.starts_with(characters));
            prop_assert_eq!(characters.chars().count(), text.chars().count().min(limit));
        }
    }
}
