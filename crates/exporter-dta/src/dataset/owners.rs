//! Characteristics by owner: notes, labels in other languages, and what neither Stata nor our writer gives a meaning.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};

use exporter_core::codebook::{Attribute, Text};

use crate::characteristics::{
    CURRENT_LANGUAGE, LANGUAGE_LABEL, LANGUAGE_SET, LANGUAGES, is_of_unlisted_language, is_special, part,
};
use crate::metadata::Characteristic;
use crate::reader::Dictionary;
use crate::reader::dictionary::numbered_notes;

/// The characteristics of a file by owner.
#[derive(Debug)]
pub(super) struct Owners<'d> {
    by_owner: HashMap<&'d str, Vec<&'d Characteristic>>,
    /// How many more numbers without a note are kept.
    gaps: Cell<usize>,
}

/// Most numbers without a note that are kept: the last note of an owner may have the number 9,999, and a damaged file may
/// have thousands of owners.
const MAX_GAPS: usize = 100_000;

impl<'d> Owners<'d> {
    pub(super) fn of(dictionary: &'d Dictionary) -> Self {
        let mut owners: HashMap<&str, Vec<&Characteristic>> = HashMap::new();
        for c in &dictionary.characteristics {
            owners.entry(c.owner.as_str()).or_default().push(c);
        }
        Self { by_owner: owners, gaps: Cell::new(MAX_GAPS) }
    }

    /// Characteristics of `owner` in file order.
    fn of_owner(&self, owner: &str) -> impl Iterator<Item = &'d Characteristic> + use<'d, '_> {
        self.by_owner.get(owner).into_iter().flatten().copied()
    }

    pub(super) fn get(&self, owner: &str, name: &str) -> Option<&'d str> {
        self.of_owner(owner).find(|c| c.name == name).map(|c| c.contents.as_str())
    }

    /// Contents that may continue in further parts.
    pub(super) fn whole(&self, owner: &str, name: &str) -> Option<String> {
        let mut text = self.get(owner, name)?.to_owned();
        for number in 2.. {
            let Some(more) = self.get(owner, &part(name, number)) else { break };
            text.push_str(more);
        }
        Some(text)
    }

    /// Notes of `owner`, each at its number less one; empty where Stata has none, as after `notes drop`.
    pub(super) fn notes(&self, owner: &str) -> Vec<Text> {
        let mut notes = numbered_notes(self.of_owner(owner));
        let gaps = notes.iter().filter(|note| note.is_empty()).count();
        match self.gaps.get().checked_sub(gaps) {
            Some(left) => self.gaps.set(left),
            None => notes.retain(|note| !note.is_empty()),
        }
        notes.into_iter().map(Text::new).collect()
    }

    /// Characteristics of `owner` that neither Stata nor our writer gives a meaning.
    pub(super) fn free(&self, owner: &str, languages: &[&str]) -> BTreeMap<String, Attribute> {
        let mut attributes = BTreeMap::new();
        // The name of a language alone is nothing but a characteristic, and so is a label in one that is not listed.
        let is_alone = |name: &str| {
            languages.len() < 2 && [LANGUAGES, CURRENT_LANGUAGE].contains(&name)
                || is_of_unlisted_language(name, languages.iter())
        };
        for free in self.of_owner(owner).filter(|c| !is_special(&c.name) || is_alone(&c.name)) {
            attributes.entry(free.name.clone()).or_insert_with(|| Attribute::One(free.contents.clone()));
        }
        attributes
    }

    /// Label of `owner` in `language`.
    pub(super) fn label(&self, owner: &str, language: &str) -> Option<&'d str> {
        self.get(owner, &format!("{LANGUAGE_LABEL}{language}"))
    }

    /// Name of the value-label set of `variable` in `language`.
    pub(super) fn set(&self, variable: &str, language: &str) -> Option<&'d str> {
        self.get(variable, &format!("{LANGUAGE_SET}{language}"))
    }
}
