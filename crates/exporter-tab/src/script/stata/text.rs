//! Texts in Stata commands.

use super::super::description::one_line;

/// A text in compound quotes; `$` and a backquote would start macros even there.
pub(super) fn quoted(text: &str) -> String {
    let blank = if text.ends_with('`') { " " } else { "" };
    format!("`\"{}{blank}\"'", escaped(text))
}

/// A text for `notes`, which takes the rest of the line.
pub(super) fn note(text: &str) -> String {
    escaped(text)
}

/// Whether a command says something else than the text: control characters, and what would end or begin quotes.
pub(super) fn is_changed(text: &str) -> bool {
    text.contains(char::is_control) || text.contains("\"'") || text.contains("`\"") || text.ends_with('`')
}

fn escaped(text: &str) -> String {
    let text = one_line(text).replace("\"'", "\" '").replace("`\"", "` \"");
    text.replace('$', "\\$").replace('`', "\\`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macros_do_not_start_and_quotes_do_not_end_in_texts() {
        assert_eq!(quoted("costs $5 `now'\nor \"later\""), "`\"costs \\$5 \\`now' or \"later\"\"'");
        assert_eq!(quoted("6'4\"' `\" x"), "`\"6'4\" ' \\` \" x\"'");
        assert_eq!(quoted("a`"), "`\"a\\` \"'");
        assert!(is_changed("a\nb") && is_changed("6'4\"'") && !is_changed("6'4\""));
    }
}
