//! Texts in R.

/// A text in double quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            other if other.is_control() => quoted.push_str(&format!("\\u{{{:x}}}", u32::from(other))),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// A variable that holds a table, in backquotes unless it is a plain name.
pub(super) fn name(text: &str) -> String {
    let plain = text.chars().enumerate().all(|(place, character)| {
        character.is_ascii_alphabetic() || (place > 0 && (character.is_ascii_digit() || character == '_'))
    });
    let reserved = [
        "if", "else", "repeat", "while", "function", "for", "in", "next", "break", "TRUE", "FALSE", "NULL",
        "Inf", "NaN", "NA",
    ];
    if plain && !text.is_empty() && !reserved.contains(&text) {
        text.to_owned()
    } else {
        format!("`{}`", text.replace('\\', "\\\\").replace('`', "\\`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_names_are_escaped() {
        assert_eq!(quoted("a\"b\\c\nd"), r#""a\"b\\c\nd""#);
        assert_eq!(name("members"), "members");
        assert_eq!(name("my table"), "`my table`");
        assert_eq!(name("if"), "`if`");
    }
}
