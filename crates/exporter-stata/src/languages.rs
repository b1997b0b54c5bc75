//! Which label languages a table has and what they are called (section 11).

use std::collections::BTreeSet;

use exporter_core::codebook::{Attribute, Codebook, Language, Table, Text};
use exporter_core::{Loss, LossCode};

use crate::Charset;
use crate::label_sets::TRANSLATION_SET;
use crate::limits::{MAX_LANGUAGE_CHARS, MAX_LANGUAGES};
use crate::names::is_letter_or_digit;

/// The attribute of a table that lists its label languages, where the file does not begin with the current one or has no
/// text in one of them.
pub const LANGUAGE_LIST: &str = "_lang_list";

/// The languages of a table as its file listed them.
fn listed(table: &Table) -> Option<&str> {
    match table.attributes.get(LANGUAGE_LIST) {
        Some(Attribute::One(list)) => Some(list),
        _ => None,
    }
}

/// One label language.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LabelLanguage {
    /// Name in Stata.
    pub name: String,
    /// BCP 47 tag; `None` is the language of texts without a tag.
    tag: Option<String>,
}

/// The languages of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Languages<'a> {
    /// How texts of the ordinary places are chosen.
    pub current: Language<'a>,
    /// Name of the current language in Stata.
    pub current_name: String,
    /// All others that have a text.
    pub others: Vec<LabelLanguage>,
}

impl<'a> Languages<'a> {
    /// Collects the languages of a table's labels.
    pub(crate) fn of(
        codebook: &'a Codebook,
        table: &Table,
        wanted: Option<&'a str>,
        charset: Charset,
        losses: &mut Vec<Loss>,
    ) -> Self {
        let current = codebook.language(wanted);
        let mut tags = BTreeSet::new();
        let mut untagged = false;
        let mut see = |text: &Text| {
            untagged |= text.untagged().is_some();
            for (tag, _) in text.tagged() {
                if !tags.contains(tag) {
                    tags.insert(tag.to_owned());
                }
            }
        };
        see(&table.label);
        for variable in &table.variables {
            see(&variable.label);
            variable.missing.iter().for_each(|missing| see(&missing.label));
            for entry in codebook.value_labels_of(variable).iter().flat_map(|labels| &labels.entries) {
                see(&entry.label);
            }
        }
        // A language of a file may have no text, or a set without any.
        let listed = listed(table);
        let name_of = |tag: &str| name_of(tag, listed, charset);
        for tag in &codebook.study.languages {
            let name = name_of(tag);
            let set = format!("{TRANSLATION_SET}{name}");
            if listed.unwrap_or_default().split_ascii_whitespace().any(|listed| listed == name)
                || table.variables.iter().any(|variable| variable.attributes.contains_key(&set))
            {
                tags.insert(tag.clone());
            }
        }
        let default = current.default;
        let mut others = Vec::new();
        // Texts without a tag are in the default language, whatever it is called.
        let is_default = current.wanted.is_none() || current.wanted == default;
        if !is_default && (untagged || default.is_some_and(|tag| tags.contains(tag))) {
            others.push(None);
        }
        others
            .extend(tags.into_iter().filter(|tag| Some(tag.as_str()) != current.tag().or(default)).map(Some));
        others.retain(|tag| tag.is_none() || tag.as_deref() != default);
        if others.len() >= MAX_LANGUAGES {
            let dropped = others.split_off(MAX_LANGUAGES - 1).len() as u64;
            let loss = Loss::new(LossCode::LANGUAGE_DROPPED, "a file holds 100 languages");
            losses.push(loss.count(dropped));
        }
        let own = current.tag().unwrap_or("default");
        let mut all = vec![name_of(own)];
        all.extend(others.iter().map(|tag| name_of(tag.as_deref().or(default).unwrap_or("default"))));
        let mut names = unique(all).into_iter();
        let current_name = names.next().unwrap_or_default();
        let others = names.zip(others).map(|(name, tag)| LabelLanguage { name, tag }).collect();
        Self { current, current_name, others }
    }

    /// All names, parted by blanks: in the order that the file of the table had, else the current one first.
    pub fn list(&self, table: &Table) -> String {
        let others = self.others.iter().map(|language| language.name.as_str());
        let names: Vec<&str> = std::iter::once(self.current_name.as_str()).chain(others).collect();
        let is_same = |list: &&str| {
            let listed: Vec<&str> = list.split_ascii_whitespace().collect();
            listed.len() == names.len() && names.iter().all(|name| listed.contains(name))
        };
        listed(table).filter(is_same).map_or_else(|| names.join(" "), str::to_owned)
    }

    /// The text in another language, if it has one.
    pub fn other<'t>(&self, text: &'t Text, language: &LabelLanguage) -> Option<&'t str> {
        match &language.tag {
            Some(tag) => text.translation(tag),
            None => text.untagged().or_else(|| text.translation(self.current.default?)),
        }
        .filter(|text| !text.is_empty())
    }
}

/// A BCP 47 tag for a language that Stata knows by any name of up to 24 characters; without an ASCII letter or digit that of
/// [`private_tag`].
pub fn language_tag(name: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    for word in name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        let letters: Vec<char> = word.chars().collect();
        parts.extend(letters.chunks(8).map(|part| part.iter().collect::<String>()));
    }
    if parts.is_empty() { private_tag(name) } else { parts.join("-") }
}

/// A BCP 47 tag for private use that tells a name by the numbers of its characters: `x-65e5-672c` for 日本.
pub fn private_tag(name: &str) -> String {
    // A name without a character has none of the numbers.
    let characters = if name.is_empty() { "\0" } else { name };
    characters.chars().fold("x".to_owned(), |tag, c| format!("{tag}-{:x}", u32::from(c)))
}

/// The name of a language: the one that a file listed, if it can stand there, else one made of the tag.
fn name_of(tag: &str, listed: Option<&str>, charset: Charset) -> String {
    let names = listed.unwrap_or_default().split_ascii_whitespace();
    let names = names.filter(|name| name.chars().all(|c| is_letter_or_digit(c, charset)));
    let own = names.flat_map(|name| [(name, language_tag(name)), (name, private_tag(name))]);
    let own: Vec<(&str, String)> = own.collect();
    // Names may differ in case alone.
    let exact = own.iter().find(|(_, own)| own == tag);
    let known = exact.or_else(|| own.iter().find(|(_, own)| own.eq_ignore_ascii_case(tag)));
    let known = known.map(|(name, _)| *name);
    known.map_or_else(|| legal(tag, charset), str::to_owned)
}

/// A tag as a name of at most 24 characters.
fn legal(tag: &str, charset: Charset) -> String {
    let name: String = tag
        .chars()
        .map(|c| if is_letter_or_digit(c, charset) { c } else { '_' })
        .take(MAX_LANGUAGE_CHARS)
        .collect();
    if name.is_empty() { "default".to_owned() } else { name }
}

/// Numbers names that meet others.
fn unique(names: Vec<String>) -> Vec<String> {
    let mut used = BTreeSet::new();
    names
        .into_iter()
        .map(|name| {
            let mut candidate = name.clone();
            let mut number = 2;
            while !used.insert(candidate.clone()) {
                let suffix = format!("_{number}");
                let kept: String = name.chars().take(MAX_LANGUAGE_CHARS - suffix.len()).collect();
                candidate = kept + &suffix;
                number += 1;
            }
            candidate
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use exporter_core::codebook::{Kind, Variable};

    fn table() -> Table {
        let label = Text::new("Age").with("fr", "Âge").with("pt-BR", "Idade");
        Table::new("t", vec![Variable::new("age", Kind::INTEGER).with_label(label)])
    }

    #[test]
    fn the_wanted_language_is_the_current_one() {
        let codebook = Codebook::new("s").with_languages(["en", "fr"]).with_table(table());
        let english = Languages::of(&codebook, &codebook.tables[0], None, Charset::Utf8, &mut Vec::new());
        let names: Vec<&str> = english.others.iter().map(|language| language.name.as_str()).collect();
        assert_eq!((english.current_name.as_str(), names), ("en", vec!["fr", "pt_BR"]));
        let french =
            Languages::of(&codebook, &codebook.tables[0], Some("fr"), Charset::Utf8, &mut Vec::new());
        let label = &codebook.tables[0].variables[0].label;
        let texts: Vec<_> = french.others.iter().map(|t| (t.name.as_str(), french.other(label, t))).collect();
        assert_eq!(french.current_name, "fr");
        assert_eq!(texts, [("en", Some("Age")), ("pt_BR", Some("Idade"))]);
    }
}
