//! Names by the rules of SPSS.

use std::borrow::Cow;

use deunicode::deunicode;
use encoding_rs::Encoding;
use exporter_core::encoded;
use exporter_core::names::{NameRules, legal_unique};

use crate::limits::MAX_NAME_BYTES;

/// Words that cannot be names (command syntax reference, "Variable names").
const RESERVED: &[&str] =
    &["all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"];

/// Bytes of the longest suffix that tells names apart.
const LONGEST_SUFFIX: usize = 8;

/// A name as names are compared: letters of any case are one, `ß` and `SS` are, and so are all that Unicode folds to one.
pub fn folded(name: &str) -> Cow<'_, str> {
    if name.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_lowercase()) {
        return Cow::Borrowed(name);
    }
    let mut folded = String::with_capacity(name.len());
    // First to small letters: the capital `ẞ` has no other.
    for character in name.chars().flat_map(char::to_lowercase) {
        // A letter of its own, although its capital is that of `i`.
        if character == 'ı' { folded.push(character) } else { folded.extend(character.to_uppercase()) }
    }
    Cow::Owned(folded)
}

/// Valid, unique names of variables for `names`, in their order; names that are one when [`folded`] clash.
pub fn unique_names<S: AsRef<str>>(names: &[S]) -> Vec<String> {
    legal(names, MAX_NAME_BYTES, false)
}

/// Likewise for multiple response sets, without the `$` before each name.
pub fn unique_set_names<S: AsRef<str>>(names: &[S]) -> Vec<String> {
    legal(names, MAX_NAME_BYTES - 1, false)
}

/// Likewise for attributes, which SPSS hides where a name begins with `$`.
pub fn unique_attribute_names<S: AsRef<str>>(names: &[S]) -> Vec<String> {
    legal(names, MAX_NAME_BYTES, true)
}

fn legal<S: AsRef<str>>(names: &[S], bytes: usize, hidden: bool) -> Vec<String> {
    // `#` begins scratch variables and `$` those of the system.
    let allows = |character: char, position| {
        is_letter(character)
            || character == '@'
            || (position > 0 && (character.is_ascii_digit() || "_.$#".contains(character)))
            || hidden && character == '$'
    };
    // A period at the end would end a command.
    let reserved =
        |name: &str| name == "$" || name.ends_with('.') || RESERVED.contains(&name.to_lowercase().as_str());
    let rules = NameRules::new(bytes, bytes, &allows, "var").before('@').reserved(&reserved);
    legal_unique(names, &rules.key(&|name| folded(name).into_owned()))
}

/// A name for files in an encoding: itself, or a readable form in ASCII where the encoding lacks a character of it or takes
/// more bytes for it than a name has.
pub fn in_encoding<'n>(name: &'n str, encoding: Option<&'static Encoding>) -> Cow<'n, str> {
    let suits = |encoding: &'static Encoding| {
        let bytes = |character: char| encoded::length(encoding, character.encode_utf8(&mut [0; 4]));
        // Names are cut by their bytes in UTF-8.
        let longest: usize = name.chars().map(|character| bytes(character).max(character.len_utf8())).sum();
        let has_room = longest == name.len() || longest <= MAX_NAME_BYTES - LONGEST_SUFFIX;
        has_room && !encoding.encode(name).2
    };
    if encoding.is_none_or(suits) { Cow::Borrowed(name) } else { Cow::Owned(deunicode(name)) }
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
    fn names_of_sets_and_attributes_have_room_for_their_sign() {
        let long = "q".repeat(64);
        let names = [format!("{long}1"), format!("{long}2"), format!("{long}3"), "likes🤓".to_owned()];
        let legal = ["q".repeat(63), format!("{}_2", "q".repeat(61)), format!("{}_3", "q".repeat(61))];
        assert_eq!(unique_set_names(&names)[..3], legal);
        assert_eq!(unique_set_names(&names)[3], "likes🤓");
        let names =
            [format!("${long}"), "x".into(), "$x".into(), "$".into(), "$@Role".into(), "emo🤓".into()];
        let legal = [format!("${}", "q".repeat(63)), "x".into(), "$x".into(), "$_".into()];
        assert_eq!(unique_attribute_names(&names)[..4], legal);
        assert_eq!(unique_attribute_names(&names)[4..], names[4..]);
    }

    #[test]
    fn names_are_compared_as_unicode_folds_them() {
        let one = ["straße", "STRASSE", "Strasse", "STRAẞE"];
        assert!(one.iter().all(|name| folded(name) == folded(one[0])), "{:?}", one.map(folded));
        assert_eq!(unique_names(&one), ["straße", "STRASSE_2", "Strasse_3", "STRAẞE_4"]);
        assert_eq!(folded("ΟΔΟΣ"), folded("οδος"));
        assert_ne!(folded("ısı"), folded("isi"));
    }

    #[test]
    fn names_have_characters_of_the_encoding() {
        let latin = Some(encoding_rs::WINDOWS_1252);
        assert_eq!(
            (in_encoding("größe", latin), in_encoding("ключ", latin)),
            ("größe".into(), "kliuch".into())
        );
        assert_eq!(in_encoding("ключ", None), "ключ");
        // Four bytes for a character that UTF-8 has in two.
        let gb = Some(encoding_rs::GB18030);
        assert_eq!(in_encoding(&"ä".repeat(32), gb), "a".repeat(32));
        assert_eq!(
            (in_encoding("größe", gb), in_encoding("户".repeat(21).as_str(), gb)),
            ("größe".into(), "户".repeat(21).into())
        );
    }
}
