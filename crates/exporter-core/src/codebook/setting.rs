//! Settings of a program that are attributes of a table and name its variables, such as the survey design of Stata.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Attribute;

/// The setting of Stata that an attribute is a part of; what belongs together goes together, as half a survey design gives
/// other results.
fn setting(name: &str) -> Option<&'static str> {
    const WHOLE: [(&str, &str); 4] =
        [("tis", "tsset"), ("iis", "tsset"), ("_dta", "stset"), ("st_ver", "stset")];
    const BEGINNINGS: [(&str, &str); 5] =
        [("_svy_", "svyset"), ("_TS", "tsset"), ("st_", "stset"), ("ReS_", "reshape"), ("_mi_", "mi")];
    let whole = WHOLE.iter().find(|(whole, _)| *whole == name);
    // `st_bt`, `st_wv` and the like, and not somebody's own `st_note`.
    let is_short = |beginning: &str| beginning != "st_" || name.len() <= "st_".len() + 3;
    let begins = BEGINNINGS.iter().find(|(begin, _)| name.starts_with(begin) && is_short(begin));
    whole.or(begins).map(|(_, setting)| *setting)
}

/// Whether the words of a part of a setting may be names of variables, and not keywords such as `pweight`.
fn names_variables(name: &str) -> bool {
    !matches!(name, "_dta" | "_svy_wtype" | "_svy_vce" | "_svy_version" | "_TSdelta" | "_TSitrvl" | "st_ver")
}

/// Whether a character can be part of a variable's name.
fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Takes away each setting of which a part names a variable that is `gone`.
pub(super) fn drop_settings(attributes: &mut BTreeMap<String, Attribute>, gone: impl Fn(&str) -> bool) {
    let names_gone = |text: &String| gone(text) || text.split(|c: char| !is_of_word(c)).any(&gone);
    let lost: HashSet<&str> = attributes
        .iter()
        .filter_map(|(name, attribute)| {
            setting(name).filter(|_| names_variables(name) && attribute.values().iter().any(names_gone))
        })
        .collect();
    attributes.retain(|name, _| setting(name).is_none_or(|setting| !lost.contains(setting)));
}

/// Gives the variables that settings name their `new` names.
pub fn rename_in_settings(attributes: &mut BTreeMap<String, Attribute>, new: &HashMap<&str, &str>) {
    for (name, attribute) in attributes {
        if let Some(renamed) = renamed(name, attribute, new) {
            *attribute = renamed;
        }
    }
}

/// A part of a setting with the `new` names of variables; nothing for other attributes and where none is renamed.
fn renamed(name: &str, attribute: &Attribute, new: &HashMap<&str, &str>) -> Option<Attribute> {
    setting(name).filter(|_| names_variables(name))?;
    let renamed = |text: &String| -> String {
        if let Some(new) = new.get(text.as_str()) {
            return (*new).to_owned();
        }
        let pieces = text.split_inclusive(|c: char| !is_of_word(c)).map(|piece| {
            let (word, rest) = piece.split_at(piece.find(|c: char| !is_of_word(c)).unwrap_or(piece.len()));
            format!("{}{rest}", new.get(word).copied().unwrap_or(word))
        });
        pieces.collect()
    };
    let changed = match attribute {
        Attribute::One(text) => Attribute::One(renamed(text)),
        Attribute::Many(texts) => Attribute::Many(texts.iter().map(renamed).collect()),
    };
    (changed != *attribute).then_some(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_go_as_a_whole_and_other_attributes_stay() {
        let design = [
            ("_svy_su1", "psu"),
            ("_svy_wtype", "pweight"),
            ("_svy_wexp", "= w"),
            ("tis", "year"),
            ("source", "w"),
        ];
        let all: BTreeMap<String, Attribute> =
            design.map(|(name, text)| (name.to_owned(), Attribute::One(text.into()))).into();
        let left = |gone: &str| {
            let mut left = all.clone();
            drop_settings(&mut left, |name| name == gone);
            left.into_keys().collect::<Vec<_>>()
        };
        assert_eq!(left("w"), ["source", "tis"]);
        assert_eq!(left("year"), ["_svy_su1", "_svy_wexp", "_svy_wtype", "source"]);
        assert_eq!(left("other").len(), 5);
        let new = HashMap::from([("w", "weight"), ("a b", "a_b")]);
        let renamed = |name: &str, text: &str| super::renamed(name, &Attribute::One(text.into()), &new);
        assert_eq!(renamed("_svy_wexp", "= w"), Some(Attribute::One("= weight".into())));
        assert_eq!(renamed("iis", "a b"), Some(Attribute::One("a_b".into())));
        assert_eq!(
            (renamed("_svy_wtype", "w"), renamed("tissue", "w"), renamed("st_note", "w")),
            (None, None, None)
        );
        assert_eq!((renamed("source", "w"), renamed("tis", "year")), (None, None));
    }
}
