//! Names by the rules of Stata: which are valid, and valid ones for any others (section 7).

use std::collections::HashSet;

use crate::spec::{MAX_NAME_CHARS, Release};

/// Words that cannot name a variable.
const RESERVED: [&str; 24] = [
    "_all", "_b", "byte", "_coef", "_cons", "double", "float", "if", "in", "int", "long", "_n", "_N", "_pi",
    "_pred", "_rc", "_skip", "str", "strL", "using", "with", "_se", "_r", "_weight",
];

/// Whether `name` follows the rules for characters and length in `release`.
pub fn is_valid(name: &str, release: Release) -> bool {
    name.chars().count() <= MAX_NAME_CHARS
        && name.chars().next().is_some_and(|first| !first.is_ascii_digit() && !is_digit(first))
        && name.chars().all(|c| is_allowed(c, release))
}

/// Whether `name` is a word that cannot name a variable.
pub fn is_reserved(name: &str) -> bool {
    let numbered = name
        .strip_prefix("str")
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|digit| digit.is_ascii_digit()));
    numbered || RESERVED.contains(&name)
}

fn is_allowed(c: char, release: Release) -> bool {
    c == '_' || if release.is_utf8() { c.is_alphanumeric() } else { c.is_ascii_alphanumeric() }
}

fn is_digit(c: char) -> bool {
    c.is_numeric()
}

/// Valid, unique names for `names`, in their order.
///
/// Names that are valid stay, the first of equal ones; others change by fixed rules and get a number when the result
/// is taken, so that equal input gives equal names.
pub fn unique_names<'a>(names: impl IntoIterator<Item = &'a str>, release: Release) -> Vec<String> {
    derive(names, release, is_reserved, "v")
}

/// Valid, unique names of value-label sets for `names`, in their order; no words are reserved there.
pub fn unique_set_names<'a>(names: impl IntoIterator<Item = &'a str>, release: Release) -> Vec<String> {
    derive(names, release, |_| false, "labels")
}

fn derive<'a>(
    names: impl IntoIterator<Item = &'a str>,
    release: Release,
    reserved: fn(&str) -> bool,
    stem: &str,
) -> Vec<String> {
    let names: Vec<&str> = names.into_iter().collect();
    let mut used = HashSet::new();
    let kept: Vec<bool> = names
        .iter()
        .map(|name| is_valid(name, release) && !reserved(name) && used.insert((*name).to_owned()))
        .collect();
    let mut next_number = std::collections::HashMap::new();
    names
        .iter()
        .zip(kept)
        .map(|(name, kept)| {
            if kept {
                return (*name).to_owned();
            }
            let base = legal(name, release, reserved, stem);
            if used.insert(base.clone()) {
                return base;
            }
            let number = next_number.entry(base.clone()).or_insert(2_u64);
            loop {
                let suffix = format!("_{number}");
                *number += 1;
                let kept_chars = MAX_NAME_CHARS - suffix.len();
                let candidate: String = base.chars().take(kept_chars).chain(suffix.chars()).collect();
                if used.insert(candidate.clone()) {
                    return candidate;
                }
            }
        })
        .collect()
}

/// A valid name near `name`: other characters become `_`, a digit in front gets the stem, a reserved word a `_`.
fn legal(name: &str, release: Release, reserved: fn(&str) -> bool, stem: &str) -> String {
    let mut legal: String = name.chars().map(|c| if is_allowed(c, release) { c } else { '_' }).collect();
    if legal.chars().all(|c| c == '_') || legal.chars().next().is_some_and(is_digit) {
        legal.insert_str(0, stem);
    }
    let mut legal: String = legal.chars().take(MAX_NAME_CHARS).collect();
    if reserved(&legal) {
        legal.push('_');
    }
    legal
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(names: &[&str]) -> Vec<String> {
        unique_names(names.iter().copied(), Release::V118)
    }

    #[test]
    fn valid_names_stay_and_others_move() {
        let names = made(&["age", "Age", "2020", "if", "a b", "a_b", "a-b", "", "age", "str5", "año", "__"]);
        assert_eq!(
            names,
            ["age", "Age", "v2020", "if_", "a_b_2", "a_b", "a_b_3", "v", "age_2", "str5_", "año", "v__"]
        );
        assert_eq!(unique_names(["año"], Release::V117), ["a_o"]);
    }

    #[test]
    fn cut_names_stay_unique() {
        let long = "x".repeat(40);
        let names = made(&[&long, &long, &"x".repeat(32), &long]);
        let distinct: HashSet<_> = names.iter().collect();
        assert_eq!(distinct.len(), 4);
        assert!(names.iter().all(|name| is_valid(name, Release::V118)));
        assert_eq!(names[2], "x".repeat(32));
        assert_eq!(names[0], format!("{}_2", "x".repeat(30)));
    }

    #[test]
    fn set_names_know_no_reserved_words() {
        assert_eq!(unique_set_names(["if", "yes no"], Release::V118), ["if", "yes_no"]);
    }
}
