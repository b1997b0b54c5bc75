//! Names by the rules of SPSS.

use std::borrow::Cow;

use deunicode::deunicode;
use encoding_rs::Encoding;
use exporter_core::names::{NameRules, legal_unique};

use crate::limits::MAX_NAME_BYTES;

/// Words that cannot be names (command syntax reference, "Variable names").
const RESERVED: &[&str] =
    &["all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"];

/// Valid, unique names for `names`, in their order; names that differ only in case clash.
pub fn unique_names<S: AsRef<str>>(names: &[S]) -> Vec<String> {
    // `#` begins scratch variables and `$` those of the system.
    let allows = |character: char, position| {
        is_letter(character)
            || character == '@'
            || (position > 0 && (character.is_ascii_digit() || "_.$#".contains(character)))
    };
    // A period at the end would end a command.
    let reserved = |name: &str| name.ends_with('.') || RESERVED.contains(&name.to_lowercase().as_str());
    let rules = NameRules::new(MAX_NAME_BYTES, MAX_NAME_BYTES, &allows, "var");
    legal_unique(names, &rules.before('@').reserved(&reserved).ignore_case())
}

/// A name for files in an encoding: itself, or a readable form in ASCII where the encoding lacks a character of it.
pub(crate) fn in_encoding<'n>(name: &'n str, encoding: Option<&'static Encoding>) -> Cow<'n, str> {
    let is_lacking = encoding.is_some_and(|encoding| encoding.encode(name).2);
    if is_lacking { Cow::Owned(deunicode(name)) } else { Cow::Borrowed(name) }
}

/// Whether SPSS takes a character for a letter: letters and signs such as emoji, no punctuation.
fn is_letter(character: char) -> bool {
    let is_sign = matches!(character, '\u{2190}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}');
    character.is_alphabetic() || is_sign
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_words_and_case_are_minded() {
        let names = ["Age", "age", "NOT", "2nd", "_id", "a.b", "end.", "#x", "größe", "a b", "a🤓"];
        let legal = ["Age", "age_2", "NOT_", "@2nd", "@_id", "a.b", "end._", "@#x", "größe", "a_b", "a🤓"];
        assert_eq!(unique_names(&names), legal);
    }

    #[test]
    fn names_have_characters_of_the_encoding() {
        let latin = Some(encoding_rs::WINDOWS_1252);
        assert_eq!(
            (in_encoding("größe", latin), in_encoding("ключ", latin)),
            ("größe".into(), "kliuch".into())
        );
        assert_eq!(in_encoding("ключ", None), "ключ");
    }
}
