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
