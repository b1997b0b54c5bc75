//! Texts in Stata commands.

use exporter_core::text_cut;

use super::super::description::one_line;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macros_do_not_start_in_texts() {
        assert_eq!(quoted("costs $5 `now'\nor \"later\""), "`\"costs \\$5 \\`now' or \"later\"\"'");
        assert_eq!(quoted_cut("élève", 2), ("`\"él\"'".into(), true));
    }
}
