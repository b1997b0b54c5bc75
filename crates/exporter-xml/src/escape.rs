//! Characters of XML: which it cannot hold, and how those are written that mean something in it.

use std::borrow::Cow;

/// Whether XML 1.0 can hold a character (production 2).
pub(crate) fn is_allowed(one: char) -> bool {
    matches!(one, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}')
}

/// How many characters of a text XML cannot hold.
pub fn forbidden(text: &str) -> u64 {
    text.chars().filter(|one| !is_allowed(*one)).count() as u64
}

/// A text with U+FFFD for each character that XML cannot hold.
pub fn without_forbidden(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_allowed) {
        return text.into();
    }
    text.chars().map(|one| if is_allowed(one) { one } else { char::REPLACEMENT_CHARACTER }).collect()
}

/// Adds a text as it stands between tags, or within the quotes of an attribute. Characters that readers would make others of
/// (a carriage return, and in attributes tabs and line feeds) are written by number.
pub fn escape(text: &str, in_attribute: bool, out: &mut String) {
    let mut rest = text;
    let is_special = |one: char| match one {
        '&' | '<' | '>' | '\r' => true,
        '"' | '\t' | '\n' => in_attribute,
        _ => !is_allowed(one),
    };
    while let Some((at, one)) = rest.char_indices().find(|(_, one)| is_special(*one)) {
        let (before, behind) = rest.split_at(at);
        out.push_str(before);
        match one {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            _ => out.push(char::REPLACEMENT_CHARACTER),
        }
        rest = behind.get(one.len_utf8()..).unwrap_or_default();
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_characters_are_written_so_that_they_are_read_as_they_are() {
        let escaped = |text, in_attribute| {
            let mut out = String::new();
            escape(text, in_attribute, &mut out);
            out
        };
        assert_eq!(escaped("a<b> & \"c\"\r\n\t\u{1}é", false), "a&lt;b&gt; &amp; \"c\"&#13;\n\t\u{FFFD}é");
        assert_eq!(escaped("\"c\"\r\n\t", true), "&quot;c&quot;&#13;&#10;&#9;");
        assert_eq!(without_forbidden("a\u{0}\u{FFFE}b\n"), "a\u{FFFD}\u{FFFD}b\n");
    }
}
