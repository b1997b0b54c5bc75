//! Names of XML, and the white space between them.

/// White space of XML.
pub const XML_SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

/// Whether a text is a name without colon (NCName of Namespaces in XML 1.0).
pub fn is_nc_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(is_name_start) && characters.all(is_name_character)
}

/// Whether a name without colon may begin with this character (XML 1.0, production 4).
pub fn is_name_start(one: char) -> bool {
    matches!(one, 'A'..='Z' | 'a'..='z' | '_' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

/// Whether a name may hold this character behind its first (XML 1.0, production 4a).
pub fn is_name_character(one: char) -> bool {
    is_name_start(one)
        || matches!(one, '0'..='9' | '-' | '.' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// Whether a text is what stands in an XML declaration (XML 1.0, production 23).
pub(super) fn is_declaration(text: &str) -> bool {
    let is_word = |value: &str, more: &[char]| {
        value.chars().all(|one| one.is_ascii_alphanumeric() || more.contains(&one))
    };
    let holds = |name: &str, value: &str| match name {
        "version" => value
            .strip_prefix("1.")
            .is_some_and(|minor| !minor.is_empty() && minor.bytes().all(|one| one.is_ascii_digit())),
        "encoding" => {
            value.starts_with(|one: char| one.is_ascii_alphabetic()) && is_word(value, &['.', '_', '-'])
        }
        _ => matches!(value, "yes" | "no"),
    };
    let Some(mut rest) = text.strip_prefix("xml") else { return false };
    for name in ["version", "encoding", "standalone"] {
        let behind =
            rest.trim_start_matches(XML_SPACE).strip_prefix(name).filter(|_| rest.starts_with(XML_SPACE));
        let Some(behind) = behind else {
            if name == "version" {
                return false;
            }
            continue;
        };
        let value = behind.trim_start_matches(XML_SPACE).strip_prefix('=').and_then(|value| {
            let value = value.trim_start_matches(XML_SPACE);
            let quote = value.chars().next().filter(|one| matches!(one, '"' | '\''))?;
            value.get(1..)?.split_once(quote)
        });
        match value {
            Some((value, behind)) if holds(name, value) => rest = behind,
            _ => return false,
        }
    }
    rest.trim_matches(XML_SPACE).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_are_those_of_xml() {
        for good in [
            "xml version=\"1.0\"",
            "xml version = '1.1' encoding='UTF-8' standalone=\"no\" ",
            "xml\nversion='1.0' standalone='yes'",
        ] {
            assert!(is_declaration(good), "{good}");
        }
        for bad in [
            "xml",
            "xml version=\" \"",
            "xml version='1.0'encoding='UTF-8'",
            "xml encoding='UTF-8'",
            "xml version='1.0' encoding=' UTF-8'",
            "xml version='1.0' standalone='maybe'",
            "xml encoding='UTF-8' version='1.0'",
            "xml version='2.0'",
            "xml version='1.0' more",
        ] {
            assert!(!is_declaration(bad), "{bad}");
        }
    }
}
