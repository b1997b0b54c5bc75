//! What our writer kept in characteristics, taken back.

use std::collections::{BTreeMap, HashMap, HashSet};

use exporter_core::codebook::{Study, Table, Value, ValueLabels, Variable};
use serde::de::DeserializeOwned;

use crate::characteristics::{
    CLOCK, DATASET, LABEL, LABEL_STUDY, LANGUAGE_LABEL, LANGUAGE_SET, LETTERS, NAME, NOTES, SET_LETTERS,
    SETS, STUDY, TABLE, UNTRANSLATED, VALUE_LABELS, VARIABLE, is_special, part,
};
use crate::metadata::Characteristic;
use crate::reader::Dictionary;
use crate::reader::notes::numbered_notes;
use crate::spec::MAX_LANGUAGES;

/// Characteristics by owner.
#[derive(Debug)]
pub(super) struct Kept<'d> {
    by_owner: HashMap<&'d str, Vec<&'d Characteristic>>,
    /// Whether what our writer kept counts.
    ours: bool,
    /// Names of the languages beside the current one.
    pub(super) languages: Vec<&'d str>,
}

impl<'d> Kept<'d> {
    pub(super) fn of(dictionary: &'d Dictionary) -> Self {
        let mut by_owner: HashMap<&str, Vec<&Characteristic>> = HashMap::new();
        for c in &dictionary.characteristics {
            by_owner.entry(c.owner.as_str()).or_default().push(c);
        }
        let mut languages: Vec<&str> = Vec::new();
        for language in dictionary.other_languages().iter().map(|language| language.name) {
            // More than Stata knows would only cost time: every variable is asked for each.
            if languages.len() + 1 < MAX_LANGUAGES && !languages.contains(&language) {
                languages.push(language);
            }
        }
        Self { by_owner, ours: true, languages }
    }

    /// Only what Stata itself knows.
    pub(super) fn by_stata(dictionary: &'d Dictionary) -> Self {
        Self { ours: false, ..Self::of(dictionary) }
    }

    /// A characteristic of our writer.
    fn own(&self, owner: &str, name: &str) -> Option<&'d str> {
        self.get(owner, name).filter(|_| self.ours)
    }

    /// Characteristics of `owner` in file order.
    pub(super) fn of_owner(&self, owner: &str) -> impl Iterator<Item = &'d Characteristic> + use<'d, '_> {
        self.by_owner.get(owner).into_iter().flatten().copied()
    }

    pub(super) fn get(&self, owner: &str, name: &str) -> Option<&'d str> {
        self.of_owner(owner).find(|c| c.name == name).map(|c| c.contents.as_str())
    }

    /// Notes of `owner` that are the codebook's own.
    pub(super) fn notes(&self, owner: &str) -> Vec<&'d str> {
        let notes = numbered_notes(self.of_owner(owner));
        let own = self.own(owner, NOTES).and_then(|count| count.parse().ok()).unwrap_or(notes.len());
        notes.into_iter().take(own).collect()
    }

    /// Characteristics of `owner` that neither Stata nor our writer gives a meaning.
    pub(super) fn free(&self, owner: &str) -> impl Iterator<Item = (&'d str, &'d str)> + use<'d, '_> {
        self.of_owner(owner).filter(|c| !is_special(&c.name)).map(|c| (c.name.as_str(), c.contents.as_str()))
    }

    /// Label of `owner` in `language`.
    pub(super) fn label(&self, owner: &str, language: &str) -> Option<&'d str> {
        self.get(owner, &format!("{LANGUAGE_LABEL}{language}"))
    }

    /// Name of the value-label set of `variable` in `language`.
    pub(super) fn set(&self, variable: &str, language: &str) -> Option<&'d str> {
        self.get(variable, &format!("{LANGUAGE_SET}{language}"))
    }

    /// Contents that may continue in further parts.
    fn whole(&self, owner: &str, name: &str) -> Option<String> {
        let mut text = self.own(owner, name)?.to_owned();
        for number in 2.. {
            let Some(more) = self.get(owner, &part(name, number)) else { break };
            text.push_str(more);
        }
        Some(text)
    }

    /// JSON that another program has damaged counts as absent: the file itself still says everything Stata knows.
    fn json<T: DeserializeOwned>(&self, owner: &str, name: &str) -> Option<T> {
        serde_json::from_str(&self.whole(owner, name)?).ok()
    }

    pub(super) fn study(&self) -> Option<Study> {
        self.json(DATASET, STUDY)
    }

    pub(super) fn table(&self) -> Option<Table> {
        self.json(DATASET, TABLE)
    }

    /// Names of sets in the file to their names in the codebook.
    pub(super) fn sets(&self) -> BTreeMap<String, String> {
        self.json(DATASET, SETS).unwrap_or_default()
    }

    /// Sets that the file could not hold whole.
    pub(super) fn whole_sets(&self) -> BTreeMap<String, ValueLabels> {
        self.json(DATASET, VALUE_LABELS).unwrap_or_default()
    }

    /// Values by set of another language that have their text of the current one, for want of a translation.
    pub(super) fn untranslated(&self) -> HashMap<String, HashSet<i32>> {
        self.json(DATASET, UNTRANSLATED).unwrap_or_default()
    }

    /// The value that each letter of a variable stands for.
    pub(super) fn letters(&self, variable: &str) -> BTreeMap<char, Value> {
        self.json(variable, LETTERS).unwrap_or_default()
    }

    /// The variable's own fields, and whether its kind is among them.
    pub(super) fn variable(&self, name: &str) -> Option<(Variable, bool)> {
        let json: serde_json::Value = self.json(name, VARIABLE)?;
        let has_kind = json.get("kind").is_some();
        Some((serde_json::from_value(json).ok()?, has_kind))
    }

    /// The variable's name in the codebook, where it is another one.
    pub(super) fn name(&self, variable: &str) -> Option<&'d str> {
        self.own(variable, NAME)
    }

    /// Letters of a variable whose label is that of its set.
    pub(super) fn set_letters(&self, variable: &str) -> &'d str {
        self.own(variable, SET_LETTERS).unwrap_or_default()
    }

    /// The clock of a variable's moments, where it is recorded.
    pub(super) fn clock(&self, variable: &str) -> Option<&'d str> {
        self.own(variable, CLOCK)
    }

    /// Whether the dataset label is the title of the study and not that of the table.
    pub(super) fn is_labelled_by_study(&self) -> bool {
        self.own(DATASET, LABEL) == Some(LABEL_STUDY)
    }
}
