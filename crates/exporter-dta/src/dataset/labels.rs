//! Value labels of a file: sets with their translations, and the labels of missing values.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use exporter_core::codebook::{Text, ValueLabel};

use exporter_stata::translation_set;

use crate::characteristics::LANGUAGE_SET;
use crate::dataset::plain::Plain;
use crate::reader;
use exporter_stata::Missing;

/// The set in each other language of the file; none where there is no such set.
type Translations<'d> = Vec<Option<&'d str>>;

impl<'d> Plain<'d> {
    /// All sets of the file with their translations; variables that share a set, but not these, have sets of their own. The
    /// labels of missing values are those of reasons where a variable has the set; a set of such labels alone is empty.
    pub(super) fn value_label_sets(&mut self) {
        let d = self.dictionary;
        let translations = self.translation_sets();
        for set in &d.value_labels {
            let attached = self.users.contains_key(set.name.as_str());
            // A set that serves another language only is not one of its own; of several of one name the first counts.
            let is_known = self.codebook.value_labels.get(&set.name).is_some_and(|known| !known.is_empty());
            if set.is_empty() || is_known || (!attached && translations.contains(set.name.as_str())) {
                continue;
            }
            let mut groups = self.by_translations(&set.name);
            if groups.is_empty() {
                groups.push((Vec::new(), Vec::new()));
            }
            for (index, (translations, users)) in groups.into_iter().enumerate() {
                let entries = self.translated(set, attached, &translations);
                let mut name = set.name.clone();
                if index > 0 {
                    let known = &self.codebook.value_labels;
                    let is_free =
                        |name: &String| !self.sets.contains_key(name.as_str()) && !known.contains_key(name);
                    let mut numbered = (index + 1..).map(|number| format!("{}_{number}", set.name));
                    name = numbered.find(is_free).unwrap_or(name);
                    self.own_sets.extend(users.into_iter().map(|user| (user, name.clone())));
                }
                self.codebook.value_labels.entry(name).or_default().entries = entries;
            }
        }
        // Stata accepts the name of a set that is not in the file; in a codebook such a set is empty.
        let is_dangling =
            |variable: &&reader::Variable| !variable.storage.is_string() && !variable.value_labels.is_empty();
        for variable in d.variables.iter().filter(is_dangling) {
            self.codebook.value_labels.entry(variable.value_labels.clone()).or_default();
        }
    }

    /// The sets of a variable in other languages whose names do not follow from those of the current one and of the language,
    /// and the one of the current language where the codebook has another name for it, by the characteristic that names them.
    pub(super) fn set_names(&self, stored: &'d reader::Variable) -> Vec<(String, &'d str)> {
        let of = |(language, _): &(&'d str, String)| {
            let set = self.owners.set(&stored.name, language)?;
            let follows = translation_set(self.set_of(stored), language) == set;
            // Of a set that is not there nothing but the name is known.
            let is_kept = !follows || !self.sets.contains_key(set);
            is_kept.then(|| (format!("{LANGUAGE_SET}{language}"), set))
        };
        let own = self.own_sets.contains_key(stored.name.as_str());
        let own = own.then(|| (self.own_set_name(), stored.value_labels.as_str()));
        self.languages.iter().filter_map(of).chain(own).collect()
    }

    /// The attribute that names the set of a variable in the current language.
    fn own_set_name(&self) -> String {
        format!("{LANGUAGE_SET}{}", self.dictionary.current_language())
    }

    /// Names of sets that variables with a set give for other languages.
    fn translation_sets(&self) -> HashSet<&'d str> {
        let names = |variable: &'d reader::Variable| {
            let of = |(language, _): &(&'d str, String)| self.owners.set(&variable.name, language);
            self.languages.iter().filter_map(of).collect::<Vec<_>>()
        };
        let has_own = |variable: &&reader::Variable| self.sets.contains_key(variable.value_labels.as_str());
        self.dictionary.variables.iter().filter(has_own).flat_map(names).collect()
    }

    /// The names of the variables that use `set`, together where their sets in other languages are the same ones.
    fn by_translations(&self, set: &str) -> Vec<(Translations<'d>, Vec<&'d str>)> {
        let mut groups: Vec<(Translations<'d>, Vec<&'d str>)> = Vec::new();
        let mut known: HashMap<Translations<'d>, usize> = HashMap::new();
        for user in self.users.get(set).into_iter().flatten() {
            let of = |(language, _): &(&'d str, String)| {
                self.owners.set(&user.name, language).filter(|name| self.sets.contains_key(name))
            };
            let translations: Translations<'d> = self.languages.iter().map(of).collect();
            let group = *known.entry(translations.clone()).or_insert(groups.len());
            if group == groups.len() {
                groups.push((translations, Vec::new()));
            }
            groups.get_mut(group).into_iter().for_each(|(_, users)| users.push(user.name.as_str()));
        }
        groups
    }

    /// The labels of a set with those of sets in other languages.
    fn translated(
        &self,
        set: &reader::ValueLabels,
        attached: bool,
        translations: &[Option<&'d str>],
    ) -> Vec<ValueLabel> {
        let mut others = Vec::new();
        for ((_, tag), name) in self.languages.iter().zip(translations) {
            if let Some(other) = name.and_then(|name| self.sets.get(name)) {
                others.push((tag, *other, other.iter().collect::<HashMap<i32, &str>>()));
            }
        }
        let own = |value: i32| !attached || Missing::from_key(value).is_none();
        // Ascending as Stata keeps them; of several labels of a value the last counts.
        let ordered: BTreeMap<i32, &str> = set.iter().filter(|(value, _)| own(*value)).collect();
        let of_others = others.iter().flat_map(|(_, set, _)| set.iter().map(|(value, _)| value));
        let values: BTreeSet<i32> =
            ordered.keys().copied().chain(of_others.filter(|value| own(*value))).collect();
        let label = |value: i32| {
            // Stata shows no label in the current language for what only another one labels.
            let text = ordered.get(&value).copied();
            let mut label = match text {
                Some(text) => Text::new(text),
                None => Text::default().with("und", ""),
            };
            for (tag, set, other) in &others {
                if let Some(other) = other.get(&value)
                    && (Some(*other) != text || self.is_translated(&set.name, value))
                {
                    label.set(tag.as_str(), *other);
                }
            }
            ValueLabel::new(i64::from(value), label)
        };
        values.into_iter().map(label).collect()
    }

    /// The label on a missing value in a variable's set, with translations.
    pub(super) fn letter_label(&self, missing: Missing, stored: &reader::Variable) -> Option<Text> {
        let text = |set: &str| {
            let set = self.sets.get(set)?;
            set.iter().find(|(value, _)| *value == missing.key()).map(|(_, text)| text)
        };
        let own = text(&stored.value_labels);
        let mut label = own.map_or_else(Text::default, Text::new);
        for (language, tag) in &self.languages {
            if let Some(set) = self.owners.set(&stored.name, language)
                && let Some(other) = text(set)
                && (Some(other) != own || self.is_translated(set, missing.key()))
            {
                label.set(tag, other);
            }
        }
        if own.is_none() && !label.is_empty() {
            label.set("und", "");
        }
        Some(label).filter(|label| !label.is_empty())
    }

    /// Whether the label of a value in a set of another language is a translation even where it is the same text.
    fn is_translated(&self, set: &str, value: i32) -> bool {
        self.hints.untranslated.get(set).is_none_or(|values| !values.contains(&value))
    }
}
