//! Value labels of a file: sets with their translations, and the labels of missing values.

use std::collections::{BTreeMap, HashMap, HashSet};

use exporter_core::codebook::{Missing as Declared, Text, Value, ValueLabel, Variable};

use crate::dataset::codebook::Work;
use crate::dataset::letters::Letter;
use crate::missing::{Missing, MissingCell};
use crate::reader;

impl<'d> Work<'d> {
    /// All sets of the file without the labels of missing values, with their translations.
    pub(super) fn value_label_sets(&mut self) {
        let d = self.dictionary;
        let translations = self.translation_sets();
        for set in &d.value_labels {
            let attached = self.users.contains_key(set.name.as_str());
            // A set that serves another language only is not one of its own.
            if !attached && translations.contains(set.name.as_str()) {
                continue;
            }
            let by_value = |(tag, other): (String, &'d reader::ValueLabels)| {
                (tag, other, other.iter().collect::<HashMap<i32, &str>>())
            };
            let others: Vec<_> = self.translated(&set.name).into_iter().map(by_value).collect();
            let own = |value: i32| !attached || Missing::from_long(value).is_none();
            // Ascending as Stata keeps them; of several labels of a value the last counts.
            let ordered: BTreeMap<i32, &str> = set.iter().filter(|(value, _)| own(*value)).collect();
            for (value, text) in ordered {
                let mut label = Text::new(text);
                for (tag, set, other) in &others {
                    if let Some(other) = other.get(&value)
                        && (*other != text || self.is_translated(&set.name, value))
                    {
                        label.set(tag, *other);
                    }
                }
                self.add_label(&set.name, Value::Integer(value.into()), label);
            }
        }
        self.whole = self.kept.whole_sets();
        for (name, labels) in &self.whole {
            self.codebook.value_labels.insert(name.clone(), labels.clone());
        }
    }

    /// Adds a label to the codebook's set of a set of the file; several of these may be one of the codebook. A set that
    /// was kept whole lacks none.
    fn add_label(&mut self, set: &str, value: Value, label: Text) {
        let name = self.set_name(set).to_owned();
        if self.whole.contains_key(&name) {
            return;
        }
        let labels = self.codebook.value_labels.entry(name).or_default();
        let last = labels.entries.last().map(|entry| &entry.value);
        if last.is_none_or(|last| *last < value) {
            labels.entries.push(ValueLabel::new(value, label));
        } else if labels.get(&value).is_none() {
            let place = labels.entries.partition_point(|entry| entry.value < value);
            labels.entries.insert(place, ValueLabel::new(value, label));
        }
    }

    /// Name in the codebook of a set of the file.
    fn set_name<'s>(&'s self, set: &'s str) -> &'s str {
        self.renamed.get(set).map_or(set, String::as_str)
    }

    /// Names of sets that variables give for other languages.
    fn translation_sets(&self) -> HashSet<&'d str> {
        let names = |variable: &'d reader::Variable| {
            let of = |(language, _): &(&'d str, String)| self.kept.set(&variable.name, language);
            self.languages.iter().filter_map(of).collect::<Vec<_>>()
        };
        self.dictionary.variables.iter().flat_map(names).collect()
    }

    /// Sets in other languages of the variables that use `set`, with the tags of these.
    fn translated(&self, set: &str) -> Vec<(String, &'d reader::ValueLabels)> {
        let mut found = Vec::new();
        for (language, tag) in &self.languages {
            let mut users = self.users.get(set).into_iter().flatten();
            let name = users.find_map(|variable| self.kept.set(&variable.name, language));
            if let Some(other) = name.and_then(|name| self.sets.get(name)) {
                found.push((tag.clone(), *other));
            }
        }
        found
    }

    /// Gives a variable its set, and the recorded missing values those labels that stood in the set; `is_kept` says that our
    /// writer recorded whether it has one.
    pub(super) fn attach_set(
        &mut self,
        variable: &mut Variable,
        stored: &reader::Variable,
        letters: &[Letter],
        is_kept: bool,
    ) {
        if let Some(set) = self.sets.get(stored.value_labels.as_str()).copied() {
            let of_set = self.kept.set_letters(&stored.name);
            for Letter { missing, value } in letters {
                let is_of_set = missing.letter().is_some_and(|letter| of_set.contains(letter));
                if let (true, Some(value)) = (is_of_set, value)
                    && let Some(label) = self.letter_label(*missing, stored)
                {
                    self.add_label(&stored.value_labels, value.clone(), label);
                }
            }
            let name = self.set_name(&stored.value_labels).to_owned();
            // A set of letters alone labels reasons; our writer makes such sets of variables without one.
            if !is_kept && !set.is_empty() {
                self.codebook.value_labels.entry(name.clone()).or_default();
            }
            variable.labels = Some(name);
        }
        // Stata accepts the name of a set that is not in the file; a codebook does not.
        variable.labels = variable.labels.take().filter(|name| self.codebook.value_labels.contains_key(name));
    }

    /// Declares the letters that stand for no value as reasons, and gives declared values without a label that of their
    /// letter.
    pub(super) fn declare(&mut self, variable: &mut Variable, stored: &reader::Variable, letters: &[Letter]) {
        let of_set = self.kept.set_letters(&stored.name);
        for Letter { missing, value } in letters {
            let (label, letter) = (self.letter_label(*missing, stored).unwrap_or_default(), missing.letter());
            let declared = match value {
                Some(value) => {
                    let from_set = letter.is_some_and(|letter| of_set.contains(letter));
                    let in_set = variable.labels.as_ref().and_then(|set| self.codebook.value_labels.get(set));
                    if from_set || in_set.is_some_and(|set| set.get(value).is_some()) {
                        continue;
                    }
                    variable.missing.iter_mut().find(|declared| declared.contains(value))
                }
                None => {
                    // A letter has one meaning; what else was recorded for it cannot be delivered.
                    variable.missing.retain(|other| other.letter != letter || other.is_reason());
                    if let Some(letter) =
                        letter.filter(|_| variable.missing.iter().all(|m| m.letter != letter))
                    {
                        variable.missing.push(Declared::reason().letter(letter));
                    }
                    variable.missing.iter_mut().find(|other| other.letter == letter)
                }
            };
            if let Some(declared) = declared.filter(|declared| declared.label.is_empty()) {
                declared.label = label;
            }
        }
    }

    /// The label on a missing value in a variable's set, with translations.
    fn letter_label(&self, missing: Missing, stored: &reader::Variable) -> Option<Text> {
        let text = |set: &str| {
            let set = self.sets.get(set)?;
            set.iter().find(|(value, _)| *value == missing.long()).map(|(_, text)| text)
        };
        let own = text(&stored.value_labels)?;
        let mut label = Text::new(own);
        for (language, tag) in &self.languages {
            if let Some(set) = self.kept.set(&stored.name, language)
                && let Some(other) = text(set)
                && (other != own || self.is_translated(set, missing.long()))
            {
                label.set(tag, other);
            }
        }
        Some(label)
    }

    /// Whether the label of a value in a set of another language is a translation even where it is the same text: our
    /// writer notes the values that have none.
    fn is_translated(&self, set: &str, value: i32) -> bool {
        self.untranslated.get(set).is_none_or(|values| !values.contains(&value))
    }
}
