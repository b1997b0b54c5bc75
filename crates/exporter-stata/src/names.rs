//! Names by the rules of Stata: which are valid, and valid ones for any others (section 7).

use exporter_core::names::{NameRules, legal_unique};

use crate::limits::MAX_NAME_CHARS;
use crate::{Charset, Version};

/// Words that cannot name a variable (section 7), besides `str` with a number.
const RESERVED: [&str; 20] = [
    "_all", "_b", "byte", "_coef", "_cons", "double", "float", "if", "in", "int", "long", "_n", "_N", "_pi",
    "_pred", "_rc", "_skip", "strL", "using", "with",
];

/// Whether `name` follows the rules for characters and length.
pub fn is_valid(name: &str, charset: Charset) -> bool {
    name.chars().count() <= MAX_NAME_CHARS
        && name.chars().next().is_some_and(|first| !first.is_numeric())
        && name.chars().all(|c| is_allowed(c, charset))
}

/// Whether `name` is a word that cannot name a variable.
pub fn is_reserved(name: &str) -> bool {
    let numbered = name
        .strip_prefix("str")
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|digit| digit.is_ascii_digit()));
    numbered || RESERVED.contains(&name)
}

fn is_allowed(c: char, charset: Charset) -> bool {
    c == '_' || is_letter_or_digit(c, charset)
}

pub(crate) fn is_letter_or_digit(c: char, charset: Charset) -> bool {
    if charset == Charset::Utf8 { c.is_alphanumeric() } else { c.is_ascii_alphanumeric() }
}

/// Valid, unique names for `names`, in their order.
///
/// Names that are valid stay, the first of equal ones; others change by fixed rules and get a number when the result
/// is taken, so that equal input gives equal names.
pub fn unique_names<S: AsRef<str>>(names: &[S], version: Version) -> Vec<String> {
    derive(names, version, &is_reserved, "var")
}

/// Valid, unique names of value-label sets for `names`, in their order; no words are reserved there.
pub fn unique_set_names<S: AsRef<str>>(names: &[S], version: Version) -> Vec<String> {
    derive(names, version, &|_| false, "labels")
}

fn derive<S: AsRef<str>>(
    names: &[S],
    version: Version,
    reserved: &dyn Fn(&str) -> bool,
    fallback: &str,
) -> Vec<String> {
    let allows = |character: char, position| {
        is_allowed(character, version.charset()) && (position > 0 || !character.is_numeric())
    };
    let rules = NameRules::new(MAX_NAME_CHARS, version.name_bytes(), &allows, fallback).reserved(reserved);
    if version.charset() == Charset::Utf8 || names.iter().all(|name| name.as_ref().is_ascii()) {
        return legal_unique(names, &rules);
    }
    let names: Vec<String> = names.iter().map(|name| deunicode::deunicode(name.as_ref())).collect();
    legal_unique(&names, &rules)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn made(names: &[&str]) -> Vec<String> {
        unique_names(names, Version::Stata14)
    }

    #[test]
    fn valid_names_stay_and_others_move() {
        let names = made(&["age", "Age", "2020", "if", "a b", "a_b", "a-b", "", "age", "str5", "año", "__"]);
        assert_eq!(
            names,
            ["age", "Age", "_2020", "if_", "a_b_2", "a_b", "a_b_3", "var", "age_2", "str5_", "año", "__"]
        );
        let ascii = unique_names(&["año", "été", "ete", "größe", "возраст", "年齢"], Version::Stata13);
        assert_eq!(ascii, ["ano", "ete", "ete_2", "grosse", "vozrast", "Nian_Ling"]);
    }

    #[test]
    fn cut_names_stay_unique() {
        let long = "x".repeat(40);
        let names = made(&[&long, &long, &"x".repeat(32), &long]);
        let distinct: HashSet<_> = names.iter().collect();
        assert_eq!(distinct.len(), 4);
        assert!(names.iter().all(|name| is_valid(name, Charset::Utf8)));
        assert_eq!(names[2], "x".repeat(32));
        assert_eq!(names[0], format!("{}_2", "x".repeat(30)));
    }

    #[test]
    fn set_names_know_no_reserved_words() {
        assert_eq!(unique_set_names(&["if", "yes no"], Version::Stata14), ["if", "yes_no"]);
    }
}
