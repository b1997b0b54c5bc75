//! Texts with HTML in them, as questionnaires have, as plain text.

use std::borrow::Cow;

use exporter_xml::entity_of;

/// Elements that HTML has and people do not write as words in brackets, beside those of lines.
const ELEMENTS: &str =
    "a b big body cite code em font html i img pre s small span strike strong style sub sup tbody td th u";

/// Elements of HTML that begin or end a line.
const LINES: &str = "blockquote br center dd div dl dt h1 h2 h3 h4 h5 h6 hr li ol p table tr ul";

/// Whether an element begins or ends a line.
pub(super) fn is_line(name: &str) -> bool {
    LINES.split(' ').any(|line| line == name)
}

/// The text without HTML: no tags, a line break where an element begins or ends a line, entities as what they stand for. Words
/// in brackets that are no elements, such as `<name>`, stay.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    let has_tag = text.match_indices('<').any(|(at, _)| tag(text.get(at..).unwrap_or_default()).is_some());
    let has_entity =
        || text.match_indices('&').any(|(at, _)| entity(text.get(at..).unwrap_or_default()).is_some());
    if !has_tag && !has_entity() {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['<', '&']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        if let Some((name, length)) = tag(from) {
            if is_line(&name) && !out.is_empty() && !out.ends_with('\n') {
                out.push('\n');
            }
            rest = from.get(length..).unwrap_or_default();
        } else if let Some((one, length)) = entity(from) {
            out.push_str(&one);
            rest = from.get(length..).unwrap_or_default();
        } else {
            out.push_str(from.get(..1).unwrap_or_default());
            rest = from.get(1..).unwrap_or_default();
        }
    }
    out.push_str(rest);
    let lines: Vec<&str> = out.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\n").into()
}

/// The element that a text begins with a tag of, in lower case, and the length of the tag.
fn tag(text: &str) -> Option<(String, usize)> {
    let inside = text.strip_prefix('<')?;
    let inside = inside.strip_prefix('/').unwrap_or(inside);
    let end = inside.find(|one: char| !one.is_ascii_alphanumeric())?;
    let name = inside.get(..end)?.to_ascii_lowercase();
    let behind = inside.get(end..)?;
    let is_element = is_line(&name) || ELEMENTS.split(' ').any(|element| element == name);
    if !is_element || !behind.starts_with(['>', '/', ' ', '\n', '\t']) {
        return None;
    }
    // Behind the name are attributes: `<b and c>` is a sentence.
    let attributes = behind.get(..behind.find('>')?)?.trim_end_matches('/');
    (attributes.trim().is_empty() || attributes.contains('=')).then_some(())?;
    Some((name, text.find('>')? + 1))
}

/// What the entity stands for that a text begins with, and its length.
fn entity(text: &str) -> Option<(String, usize)> {
    let (name, _) = text.strip_prefix('&')?.split_once(';').filter(|(name, _)| name.len() <= 8)?;
    let length = name.len() + 2;
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok()?,
            None => number.parse().ok()?,
        };
        return Some((char::from_u32(code)?.to_string(), length));
    }
    Some((entity_of(name)?.to_owned(), length))
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn tags_go_and_words_in_brackets_stay() {
        assert_eq!(plain("<b>Are</b> you <font color=\"red\">well</font>?"), "Are you well?");
        assert_eq!(plain("One<br/>Two<p>Three</p>Four"), "One\nTwo\nThree\nFour");
        assert_eq!(plain("a&nbsp;b &lt;c&gt; &#233;&#xe9; R&D; 5 &"), "a\u{a0}b <c> éé R&D; 5 &");
        for same in [
            "if age < 5 or > 9",
            "a <b and c> d",
            "<name>, how old are you?",
            "%name% & co",
            "a <b",
            "x<y>z",
            "1 < 2 &c;",
        ] {
            assert_eq!(plain(same), same);
        }
    }
}
