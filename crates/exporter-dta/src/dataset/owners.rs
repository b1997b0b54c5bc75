//! Characteristics by owner: notes, labels in other languages, and what neither Stata nor our writer gives a meaning.

use std::collections::HashMap;

use crate::characteristics::{LANGUAGE_LABEL, LANGUAGE_SET, is_special, part};
use crate::metadata::Characteristic;
use crate::reader::Dictionary;
use crate::reader::dictionary::numbered_notes;

/// The characteristics of a file by owner.
#[derive(Debug)]
pub(super) struct Owners<'d>(HashMap<&'d str, Vec<&'d Characteristic>>);

impl<'d> Owners<'d> {
    pub(super) fn of(dictionary: &'d Dictionary) -> Self {
        let mut owners: HashMap<&str, Vec<&Characteristic>> = HashMap::new();
        for c in &dictionary.characteristics {
            owners.entry(c.owner.as_str()).or_default().push(c);
        }
        Self(owners)
    }

    /// Characteristics of `owner` in file order.
    fn of_owner(&self, owner: &str) -> impl Iterator<Item = &'d Characteristic> + use<'d, '_> {
        self.0.get(owner).into_iter().flatten().copied()
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

    /// Notes of `owner`.
    pub(super) fn notes(&self, owner: &str) -> Vec<&'d str> {
        numbered_notes(self.of_owner(owner))
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
}
