//! Texts in Stata commands, and the letters of missing values.

use exporter_core::codebook::Missing;
use exporter_core::text_cut;

use super::description::one_line;

/// A text in compound quotes; `$` and a backquote would start macros even there.
pub(super) fn quoted(text: &str) -> String {
    format!("`\"{}\"'", escaped(text))
}

/// A text cut at so many characters, in compound quotes, and whether it was cut.
pub(super) fn quoted_cut(text: &str, characters: usize) -> (String, bool) {
    let cut = text_cut::to_characters(text, characters);
    (quoted(cut), cut.len() < text.len())
}

/// A text for `notes`, which takes the rest of the line.
pub(super) fn note(text: &str) -> String {
    escaped(text)
}

fn escaped(text: &str) -> String {
    one_line(text).replace('$', "\\$").replace('`', "\\`")
}

/// The letter of each declaration: its own, else the first free one; beyond `z` they share `z`.
pub(super) fn letters(missing: &[Missing]) -> Vec<char> {
    let taken: Vec<char> = missing.iter().filter_map(|missing| missing.letter).collect();
    let mut free = ('a'..='z').filter(|letter| !taken.contains(letter));
    missing.iter().map(|missing| missing.letter.or_else(|| free.next()).unwrap_or('z')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macros_do_not_start_in_texts() {
        assert_eq!(quoted("costs $5 `now'\nor \"later\""), "`\"costs \\$5 \\`now' or \"later\"\"'");
        assert_eq!(quoted_cut("élève", 2), ("`\"él\"'".into(), true));
    }

    #[test]
    fn letters_that_are_fixed_stay() {
        let missing = [Missing::value(1), Missing::value(2).letter('a'), Missing::value(3)];
        assert_eq!(letters(&missing), ['b', 'a', 'c']);
        assert_eq!(letters(&vec![Missing::value(1); 30])[25..], ['z'; 5]);
    }
}
