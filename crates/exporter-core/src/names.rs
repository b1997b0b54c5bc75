//! Legal, unique names: deterministic, whatever the format's rules.

use std::collections::HashSet;

use crate::text_cut;

/// A format's rules for names.
pub struct NameRules<'a> {
    /// Longest name in characters.
    pub characters: usize,
    /// Longest name in bytes.
    pub bytes: usize,
    /// Whether a character may stand at this position (0 = first).
    pub allows: &'a dyn Fn(char, usize) -> bool,
    /// Whether a whole name is taken by the format; compared after mending.
    pub reserved: &'a dyn Fn(&str) -> bool,
    /// Whether names that differ only in case clash.
    pub ignore_case: bool,
    /// What a name that has no legal character becomes; must itself be legal.
    pub fallback: &'a str,
}

/// Derives a legal, unique name for each name, in order; legal names that come first keep theirs.
///
/// Illegal characters become `_`, a first character that is not allowed gets `_` before it when that is allowed
/// (else the fallback), too long names are cut, and clashes get `_2`, `_3` … within the length. Names that are legal as
/// they are never yield to a mended one, wherever they stand.
pub fn legal_unique<S: AsRef<str>>(names: &[S], rules: &NameRules<'_>) -> Vec<String> {
    let mended: Vec<String> = names.iter().map(|name| mend(name.as_ref(), rules)).collect();
    let mut taken: HashSet<String> = HashSet::new();
    let mut result: Vec<Option<String>> = vec![None; names.len()];
    for (index, name) in names.iter().enumerate() {
        if mended[index] == name.as_ref() && taken.insert(key(name.as_ref(), rules)) {
            result[index] = Some(mended[index].clone());
        }
    }
    let mut suffixes: std::collections::HashMap<String, u64> = std::collections::HashMap::new();
    result
        .into_iter()
        .zip(mended)
        .map(|(kept, mended)| kept.unwrap_or_else(|| unique(&mended, rules, &mut taken, &mut suffixes)))
        .collect()
}

fn key(name: &str, rules: &NameRules<'_>) -> String {
    if rules.ignore_case { name.to_lowercase() } else { name.to_owned() }
}

fn mend(name: &str, rules: &NameRules<'_>) -> String {
    let mut mended = String::with_capacity(name.len());
    for (position, character) in name.chars().enumerate() {
        if position == 0
            && !(rules.allows)(character, 0)
            && (rules.allows)(character, 1)
            && (rules.allows)('_', 0)
        {
            mended.push('_');
            mended.push(character);
        } else if (rules.allows)(character, position) {
            mended.push(character);
        } else if (rules.allows)('_', position) {
            mended.push('_');
        }
    }
    let cut = cut(&mended, rules, 0);
    let empty =
        cut.chars().all(|character| character == '_') && name.chars().any(|character| character != '_');
    if cut.is_empty() || empty {
        rules.fallback.to_owned()
    } else if (rules.reserved)(cut) {
        let shorter = self::cut(cut, rules, 1);
        format!("{shorter}_")
    } else {
        cut.to_owned()
    }
}

/// The beginning of a name that leaves room for a suffix of ASCII characters.
fn cut<'n>(name: &'n str, rules: &NameRules<'_>, suffix: usize) -> &'n str {
    let short = text_cut::to_characters(name, rules.characters.saturating_sub(suffix));
    text_cut::to_bytes(short, rules.bytes.saturating_sub(suffix))
}

fn unique(
    name: &str,
    rules: &NameRules<'_>,
    taken: &mut HashSet<String>,
    suffixes: &mut std::collections::HashMap<String, u64>,
) -> String {
    if taken.insert(key(name, rules)) {
        return name.to_owned();
    }
    // Counting goes on where the last clash of the same name ended: no quadratic search.
    let next = suffixes.entry(key(name, rules)).or_insert(2);
    loop {
        let suffix = format!("_{next}");
        *next += 1;
        let candidate = format!("{}{suffix}", cut(name, rules, suffix.len()));
        if taken.insert(key(&candidate, rules)) {
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
            ignore_case: false,
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
}
