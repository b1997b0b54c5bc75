//! What a file says by itself: a codebook made of its descriptions alone, whatever its rows hold.

use std::collections::{HashMap, HashSet};

use exporter_core::codebook::{
    Alignment, Attribute, Codebook, Missing as Reason, SortKey, Table, Text, Variable,
};

use crate::characteristics::{DATASET, LANGUAGE_LABEL, LANGUAGE_SET, LANGUAGES};
use crate::dataset::kinds::kind_of;
use crate::dataset::owners::Owners;
use crate::metadata::Characteristic;
use crate::reader::{self, ColumnType, Dictionary};
use crate::spec::MAX_LANGUAGES;
use crate::spec_storage::StorageType;
use exporter_stata::{Missing, language_tag, private_tag, shown_format};

/// What is known of a file from elsewhere.
#[derive(Debug, Default)]
pub(super) struct Hints {
    /// The languages of the study.
    pub(super) languages: Vec<String>,
    /// Values by set of another language that have their text of the current one, for want of a translation.
    pub(super) untranslated: HashMap<String, HashSet<i32>>,
}

/// Describes a file by what stands before and behind its rows: kinds by storage and display format, reasons for letters that
/// have a label. Alias variables, whose values are elsewhere, are left out.
pub(crate) fn plain(dictionary: &Dictionary, name: &str) -> Codebook {
    described(dictionary, name, Hints::default())
}

/// As [`plain`], with hints.
pub(super) fn described(dictionary: &Dictionary, name: &str, hints: Hints) -> Codebook {
    let mut plain = Plain::new(dictionary, name, hints);
    plain.value_label_sets();
    let mut table = plain.table(name);
    let variables = dictionary.variables.iter().filter(|variable| variable.storage != StorageType::Alias);
    table.variables = variables.map(|variable| plain.variable(variable)).collect();
    let sorted = dictionary.sort.iter().map_while(|index| dictionary.variables.get(*index));
    let sorted = sorted.take_while(|variable| variable.storage != StorageType::Alias);
    table.sort = sorted.map(|variable| SortKey::Ascending(variable.name.clone())).collect();
    plain.codebook.tables.push(table);
    plain.codebook
}

/// A codebook being made.
pub(super) struct Plain<'d> {
    pub(super) dictionary: &'d Dictionary,
    pub(super) owners: Owners<'d>,
    pub(super) hints: Hints,
    /// Languages beside the current one, by their names in the file and their tags.
    pub(super) languages: Vec<(&'d str, String)>,
    pub(super) codebook: Codebook,
    /// Sets of the file by name.
    pub(super) sets: HashMap<&'d str, &'d reader::ValueLabels>,
    /// Variables by the name of their set.
    pub(super) users: HashMap<&'d str, Vec<&'d reader::Variable>>,
    /// Names of sets in the codebook by variable, where they are not those of the file.
    pub(super) own_sets: HashMap<&'d str, String>,
}

impl<'d> Plain<'d> {
    fn new(dictionary: &'d Dictionary, name: &str, hints: Hints) -> Self {
        let mut users: HashMap<&str, Vec<&reader::Variable>> = HashMap::new();
        for variable in dictionary.variables.iter().filter(|variable| !variable.value_labels.is_empty()) {
            users.entry(&variable.value_labels).or_default().push(variable);
        }
        // Of several sets of one name the first counts, as everywhere.
        let sets = dictionary.value_labels.iter().rev().map(|set| (set.name.as_str(), set)).collect();
        let mut codebook = Codebook::new(name);
        let mut names = vec![dictionary.current_language()];
        for language in dictionary.other_languages() {
            // More than Stata knows would only cost time: every variable is asked for each.
            if names.len() < MAX_LANGUAGES && !names.contains(&language) {
                names.push(language);
            }
        }
        let tags = tags(&names, &hints.languages);
        if names.len() > 1 {
            codebook.study.languages.clone_from(&tags);
        }
        let languages = names.into_iter().zip(tags).skip(1).collect();
        let (owners, own_sets) = (Owners::of(dictionary), HashMap::new());
        Self { dictionary, owners, hints, languages, codebook, sets, users, own_sets }
    }

    /// The name that the set of a variable has in the codebook.
    pub(super) fn set_of<'s>(&'s self, stored: &'s reader::Variable) -> &'s String {
        self.own_sets.get(stored.name.as_str()).unwrap_or(&stored.value_labels)
    }

    fn table(&self, name: &str) -> Table {
        let mut table = Table::new(name, Vec::new());
        table.label = self.text(&self.dictionary.label, DATASET);
        table.notes = self.owners.notes(DATASET);
        table.attributes = self.owners.free(DATASET, &self.language_names());
        table
            .attributes
            .extend(self.language_list().map(|list| (LANGUAGES.to_owned(), Attribute::One(list))));
        table
    }

    /// The current language and those listed beside it.
    fn language_names(&self) -> Vec<&str> {
        let others = self.languages.iter().map(|(name, _)| *name);
        std::iter::once(self.dictionary.current_language()).chain(others).collect()
    }

    /// The list of languages, where it does not follow from the texts in them.
    fn language_list(&self) -> Option<String> {
        let list = self.dictionary.characteristic(DATASET, LANGUAGES)?;
        let is_used = |(language, _): &(&str, String)| {
            let of = |c: &Characteristic| {
                let name = c.name.strip_prefix(LANGUAGE_LABEL).or_else(|| c.name.strip_prefix(LANGUAGE_SET));
                name == Some(*language)
            };
            self.dictionary.characteristics.iter().any(of)
        };
        let is_first = list.split_ascii_whitespace().next() == Some(self.dictionary.current_language());
        let is_sorted = self.languages.is_sorted_by(|(_, one), (_, next)| one < next);
        // Those whose letters a tag does not keep.
        let is_kept = |name: &str, tag: &String| tag.replace(|c: char| !c.is_alphanumeric(), "_") == name;
        let own = self.codebook.study.languages.first();
        let are_kept = own.is_none_or(|tag| is_kept(self.dictionary.current_language(), tag))
            && self.languages.iter().all(|(name, tag)| is_kept(name, tag));
        let follows = self.languages.is_empty()
            || is_first && is_sorted && are_kept && self.languages.iter().all(is_used);
        (!follows).then(|| list.to_owned())
    }

    /// The label of an owner with its translations.
    fn text(&self, label: &str, owner: &str) -> Text {
        let mut text = Text::new(label);
        for (language, tag) in &self.languages {
            if let Some(label) = self.owners.label(owner, language) {
                text.set(tag, label);
            }
        }
        if !text.is_empty() && text.untagged().is_none() {
            // Stata shows no label in the current language, not that of another one.
            text.set("und", "");
        }
        text
    }

    fn variable(&self, stored: &'d reader::Variable) -> Variable {
        let kind = kind_of(ColumnType::suggested(stored), stored.storage);
        let mut variable = Variable::new(&stored.name, kind);
        variable.label = self.text(&stored.label, &stored.name);
        variable.notes = self.owners.notes(&stored.name);
        variable.attributes = self.owners.free(&stored.name, &self.language_names());
        let set = Some(self.set_of(stored)).filter(|name| self.codebook.value_labels.contains_key(*name));
        variable.labels = set.cloned();
        for (name, set) in self.set_names(stored) {
            variable.attributes.entry(name).or_insert(Attribute::One(set.to_owned()));
        }
        for missing in self.labelled_letters(stored) {
            if let Some((letter, label)) = missing.letter().zip(self.letter_label(missing, stored)) {
                variable.missing.push(Reason::reason().letter(letter).label(label));
            }
        }
        variable.format = Some(shown_format(&stored.format));
        if stored.format.starts_with("%-") {
            variable.alignment = Some(Alignment::Left);
        }
        // The width of a text tells whether it is the one that was written.
        if stored.storage.is_string() {
            variable.facts.storage.insert("stata".to_owned(), stored.storage.to_string());
        }
        variable
    }

    /// Letters with a label in the set of a numeric variable, in order.
    fn labelled_letters(&self, stored: &reader::Variable) -> Vec<Missing> {
        let others =
            self.languages.iter().filter_map(|(language, _)| self.owners.set(&stored.name, language));
        let sets = others.chain([stored.value_labels.as_str()]).filter_map(|name| self.sets.get(name));
        let has_letters = !stored.storage.is_string() && self.dictionary.release.has_extended_missing();
        let labelled = sets.filter(|_| has_letters).flat_map(|set| set.iter());
        let letters = labelled.filter_map(|(value, _)| Missing::from_key(value));
        let mut letters: Vec<Missing> = letters.filter(|missing| *missing != Missing::SYSTEM).collect();
        letters.sort_unstable();
        letters.dedup();
        letters
    }
}

/// The tags of a file's languages; `known` are those of the study.
fn tags(names: &[&str], known: &[String]) -> Vec<String> {
    let legal = |tag: &str| tag.replace(|c: char| !c.is_alphanumeric(), "_");
    let mut tags: Vec<String> = Vec::new();
    for name in names {
        let tag = known.iter().find(|tag| legal(tag) == legal(name));
        let mut tag = tag.cloned().unwrap_or_else(|| language_tag(name));
        if tags.contains(&tag) {
            tag = private_tag(name);
        }
        while tags.contains(&tag) {
            tag.push_str("-x");
        }
        tags.push(tag);
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_name_becomes_a_tag() {
        let tag = language_tag;
        assert_eq!([tag("fr"), tag("pt_BR"), tag("日本")], ["fr", "pt-BR", "x-65e5-672c"]);
        assert_eq!(tag("long_questionnaire"), "long-question-naire");
        assert_eq!(tags(&["en", "pt_BR", "日本"], &["pt-br".into()]), ["en", "pt-BR", "x-65e5-672c"]);
        assert_eq!(tags(&["en", "pt_BR"], &["pt-BR-x".into(), "pt-BR".into()]), ["en", "pt-BR"]);
    }
}
