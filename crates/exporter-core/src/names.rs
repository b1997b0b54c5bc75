//! Legal, unique names: deterministic, whatever the format's rules.

use std::collections::{HashMap, HashSet};

use crate::truncate;

/// A format's rules for names.
#[non_exhaustive]
pub struct NameRules<'a> {
    /// Longest name in characters; at least 8, so that suffixes fit.
    pub characters: usize,
    /// Longest name in bytes; at least 8.
    pub bytes: usize,
    /// Whether a character may stand at this position (0 = first); `_` and ASCII digits must be allowed after the
    /// first, since suffixes are made of them.
    pub allows: &'a dyn Fn(char, usize) -> bool,
    /// Whether a whole name is taken by the format; compared after mending.
    pub reserved: &'a dyn Fn(&str) -> bool,
    /// What of a name must differ from that of all others.
    pub key: &'a dyn Fn(&str) -> String,
    /// What stands before a first character that is legal further on only, where it is legal itself.
    pub before: char,
    /// What a name that has no legal character becomes; must itself be legal.
    pub fallback: &'a str,
}

impl<'a> NameRules<'a> {
    /// Names of so many characters and bytes at most, made of the characters that are allowed; no name is reserved, and
    /// names that differ only in case are different.
    pub fn new(
        characters: usize,
        bytes: usize,
        allows: &'a dyn Fn(char, usize) -> bool,
        fallback: &'a str,
    ) -> Self {
        Self { characters, bytes, allows, reserved: &|_| false, key: &str::to_owned, before: '_', fallback }
    }

    /// Sets which names are taken by the format.
    #[must_use]
    pub fn reserved(self, reserved: &'a dyn Fn(&str) -> bool) -> Self {
        Self { reserved, ..self }
    }

    /// Sets what stands before a first character that is legal further on only.
    #[must_use]
    pub fn before(self, before: char) -> Self {
        Self { before, ..self }
    }

    /// Makes names of the same key clash.
    #[must_use]
    pub fn key(self, key: &'a dyn Fn(&str) -> String) -> Self {
        Self { key, ..self }
    }
}

/// Derives a legal, unique name for each name, in order; legal names that come first keep theirs.
///
/// Illegal characters become `_`, a first character that is allowed further on only gets [`NameRules::before`] before it
/// where that is allowed (else the fallback), too long names are cut, and clashes get `_2`, `_3` … within the length. Names that are legal as
/// they are never yield to a mended one, wherever they stand.
pub fn legal_unique<S: AsRef<str>>(names: &[S], rules: &NameRules<'_>) -> Vec<String> {
    let mended: Vec<String> = names.iter().map(|name| mend(name.as_ref(), rules)).collect();
    let mut taken: HashSet<String> = HashSet::new();
    let mut result: Vec<Option<String>> = vec![None; names.len()];
    for (index, name) in names.iter().enumerate() {
        if mended[index] == name.as_ref() && taken.insert((rules.key)(name.as_ref())) {
            result[index] = Some(mended[index].clone());
        }
    }
    let mut suffixes: HashMap<String, u64> = HashMap::new();
    result
        .into_iter()
        .zip(mended)
        .map(|(kept, mended)| kept.unwrap_or_else(|| unique(&mended, rules, &mut taken, &mut suffixes)))
        .collect()
}

fn mend(name: &str, rules: &NameRules<'_>) -> String {
    let mut mended = String::with_capacity(name.len());
    // Positions count what was kept: a character that was left out makes room.
    let mut position = 0;
    let mut meaning = false;
    for character in name.chars() {
        let (kept, before) = if (rules.allows)(character, position) {
            (character, false)
        } else if position == 0 && (rules.allows)(character, 1) && (rules.allows)(rules.before, 0) {
            (character, true)
        } else if (rules.allows)('_', position) {
            ('_', false)
        } else {
            continue;
        };
        if before {
            mended.push(rules.before);
            position += 1;
        }
        mended.push(kept);
        position += 1;
        meaning |= kept != '_' || character == '_';
    }
    let cut = cut(&mended, rules, 0);
    if cut.is_empty() || !meaning {
        return rules.fallback.to_owned();
    }
    if !(rules.reserved)(cut) {
        return cut.to_owned();
    }
    let longer = format!("{}_", self::cut(cut, rules, 1));
    if (rules.reserved)(&longer) { rules.fallback.to_owned() } else { longer }
}

/// The beginning of a name that leaves room for a suffix of ASCII characters.
fn cut<'n>(name: &'n str, rules: &NameRules<'_>, suffix: usize) -> &'n str {
    let short = truncate::to_characters(name, rules.characters.saturating_sub(suffix));
    truncate::to_bytes(short, rules.bytes.saturating_sub(suffix))
}

fn unique(
    name: &str,
    rules: &NameRules<'_>,
    taken: &mut HashSet<String>,
    suffixes: &mut HashMap<String, u64>,
) -> String {
    if !(rules.reserved)(name) && taken.insert((rules.key)(name)) {
        return name.to_owned();
    }
    // Counting goes on where the last clash of the same name ended: no quadratic search.
    let next = suffixes.entry((rules.key)(name)).or_insert(2);
    loop {
        let suffix = format!("_{next}");
        *next += 1;
        let candidate = format!("{}{suffix}", cut(name, rules, suffix.len()));
        if !(rules.reserved)(&candidate) && taken.insert((rules.key)(&candidate)) {
            return candidate;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> NameRules<'static> {
        NameRules {
            characters: 8,
            bytes: 8,
            allows: &|character, position| {
                character == '_'
                    || character.is_ascii_alphabetic()
                    || (position > 0 && character.is_ascii_digit())
            },
            reserved: &|name| name == "if",
            key: &str::to_owned,
            before: '_',
            fallback: "var",
        }
    }

    #[test]
    fn names_become_legal_and_unique() {
        let names = ["age", "1st", "a b", "a_b", "if", "longername", "longername2", "é", "ü", ""];
        let got = legal_unique(&names, &rules());
        assert_eq!(
            got,
            ["age", "_1st", "a_b_2", "a_b", "if_", "longerna", "longer_2", "var", "var_2", "var_3"]
        );
    }

    #[test]
    fn a_hundred_thousand_clashes_are_quick_and_unique() {
        let names = vec!["same name that is long"; 100_000];
        let got: HashSet<String> = legal_unique(&names, &rules()).into_iter().collect();
        assert_eq!(got.len(), names.len());
        assert!(got.iter().all(|name| name.len() <= 8));
    }

    #[test]
    fn a_character_that_is_left_out_makes_room_for_the_next_as_first() {
        let rules = NameRules {
            allows: &|character, position| {
                character.is_ascii_alphabetic()
                    || (position > 0 && (character.is_ascii_digit() || character == '_'))
            },
            ..rules()
        };
        assert_eq!(legal_unique(&["é1", "éa", "_b", "12"], &rules), ["var", "a", "b", "var_2"]);
    }

    #[test]
    fn reserved_names_are_never_made() {
        let rules = NameRules { reserved: &|name| name.starts_with("if") || name == "a_2", ..rules() };
        assert_eq!(legal_unique(&["if", "a", "a", "if"], &rules), ["var", "a", "a_3", "var_2"]);
    }

    proptest::proptest! {
        #[test]
        fn names_are_legal_unique_within_limits_and_the_same_again(
            names in proptest::collection::vec(
                proptest::prop_oneof!["\\PC{0,12}", "[aAbB]{1,2}", "if", "[a-z_0-9]{6,12}", "[éÉßẞİıǅ]{1,9}"],
                0..60,
            ),
            characters in 8usize..12,
            bytes in 8usize..40,
            ignore_case: bool,
            unicode: bool,
        ) {
            let allows = |character: char, position: usize| {
                let letter = if unicode { character.is_alphabetic() } else { character.is_ascii_alphabetic() };
                letter || character == '_' || (position > 0 && character.is_ascii_digit())
            };
            let reserved = |name: &str| name.eq_ignore_ascii_case("if");
            let rules = NameRules::new(characters, bytes, &allows, "var").reserved(&reserved);
            let rules = if ignore_case { rules.key(&str::to_lowercase) } else { rules };
            let got = legal_unique(&names, &rules);
            proptest::prop_assert_eq!(&legal_unique(&names, &rules), &got);
            let mut seen = HashSet::new();
            for name in &got {
                proptest::prop_assert!(name.chars().count() <= characters && name.len() <= bytes, "{name}");
                proptest::prop_assert!(!name.is_empty() && !reserved(name));
                proptest::prop_assert!(name.chars().enumerate().all(|(at, one)| allows(one, at)), "{name}");
                proptest::prop_assert!(seen.insert((rules.key)(name)), "{name} twice in {got:?}");
            }
            // The first of the names that are legal already keeps its name, and all do when mended again.
            proptest::prop_assert_eq!(legal_unique(&got, &rules), got);
        }
    }
}
