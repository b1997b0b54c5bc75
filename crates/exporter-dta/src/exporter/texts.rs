//! Notes, attributes and labels in other languages as characteristics.

use std::collections::{BTreeMap, HashMap};

use exporter_core::codebook::{Attribute, Table, Variable, rename_in_settings};
use exporter_core::{Loss, LossCode};
use exporter_stata::names::is_valid;
use exporter_stata::{Label, Languages, Notes, TableDescription, VariableDescription};

use crate::characteristics::{
    CURRENT_LANGUAGE, DATASET, LANGUAGE_LABEL, LANGUAGE_SET, LANGUAGES, is_of_unlisted_language, is_special,
};
use crate::metadata::Characteristic;
use crate::spec::Release;

/// Collects the characteristics of one file.
pub(super) struct Texts<'a> {
    pub(super) release: Release,
    pub(super) languages: &'a Languages<'a>,
    /// Whether the file embeds the codebook.
    pub(super) codebook: bool,
    pub(super) characteristics: Vec<Characteristic>,
    pub(super) losses: Vec<Loss>,
}

/// Longest contents in bytes, the NUL left out.
pub(super) const LONGEST: usize = exporter_stata::MAX_NOTE_BYTES;

impl Texts<'_> {
    pub(super) fn add(&mut self, owner: &str, name: impl Into<String>, contents: impl Into<String>) {
        let (owner, name) = (owner.to_owned(), name.into());
        self.characteristics.push(Characteristic { owner, name, contents: contents.into() });
    }

    /// Whether the file holds a text as it is.
    fn is_plain(&self, text: &str) -> bool {
        !text.contains('\0') && self.release.charset().has(text)
    }

    /// Adds everything that belongs to the whole dataset.
    pub(super) fn dataset(&mut self, table: &Table, described: &TableDescription<'_>) {
        self.language_list(table, &described.label);
        self.notes(DATASET, &described.notes);
        let written = table.variables.iter().zip(&described.variables);
        let new: HashMap<&str, &str> = written
            .map(|(variable, written)| (variable.name.as_str(), written.name.as_str()))
            .filter(|(own, written)| own != written)
            .collect();
        let mut attributes = table.attributes.clone();
        rename_in_settings(&mut attributes, &new);
        self.attributes(DATASET, &attributes, None);
    }

    fn language_list(&mut self, table: &Table, label: &Label) {
        let languages = self.languages;
        if languages.others.is_empty() {
            return;
        }
        self.add(DATASET, LANGUAGES, languages.list(table));
        self.add(DATASET, CURRENT_LANGUAGE, languages.current_name.clone());
        self.other_labels(DATASET, label);
    }

    fn other_labels(&mut self, owner: &str, label: &Label) {
        for (language, text) in &label.translated {
            self.add(owner, format!("{LANGUAGE_LABEL}{language}"), text.as_str());
        }
    }

    /// Adds everything that belongs to one variable.
    pub(super) fn variable(&mut self, variable: &Variable, written: &VariableDescription) {
        let owner = written.name.as_str();
        self.other_labels(owner, &written.label);
        for (language, set) in &written.translated_sets {
            self.add(owner, format!("{LANGUAGE_SET}{language}"), set.as_str());
        }
        self.notes(owner, &written.notes);
        self.attributes(owner, &variable.attributes, Some((variable, written)));
    }

    /// Adds the attributes that can stand in the file.
    fn attributes(
        &mut self,
        owner: &str,
        attributes: &BTreeMap<String, Attribute>,
        variable: Option<(&Variable, &VariableDescription)>,
    ) {
        let mut dropped = 0;
        for (name, attribute) in attributes {
            match (attribute, variable) {
                (Attribute::One(text), _) if self.is_characteristic(name, text) => {
                    self.add(owner, name.as_str(), text.as_str());
                }
                _ if self.is_written_elsewhere(name) => {}
                (Attribute::One(set), Some((_, written))) if self.is_language_set(name) => {
                    // A set that is not the one of the variable's own, or that holds nothing.
                    let has_set =
                        |(language, _): &(String, String)| name.strip_prefix(LANGUAGE_SET) == Some(language);
                    if !written.translated_sets.iter().any(has_set) {
                        self.add(owner, name.as_str(), set.as_str());
                    }
                }
                _ => dropped += 1,
            }
        }
        if dropped > 0 && !self.codebook {
            let loss = Loss::new(LossCode::METADATA_DROPPED, "left out because of codebook=false");
            let loss = match variable {
                Some((variable, _)) => loss.variable(&variable.name),
                None => loss,
            };
            self.losses.push(loss.count(dropped).counting("attributes"));
        }
    }

    /// Whether an attribute says how the languages or the variable's own set are written.
    fn is_written_elsewhere(&self, name: &str) -> bool {
        let is_of_list = name == LANGUAGES && !self.languages.others.is_empty();
        is_of_list || name.strip_prefix(LANGUAGE_SET) == Some(self.languages.current_name.as_str())
    }

    /// Whether an attribute names the value-label set of another language.
    fn is_language_set(&self, name: &str) -> bool {
        let language = name.strip_prefix(LANGUAGE_SET);
        language.is_some_and(|language| self.languages.others.iter().any(|other| other.name == language))
    }

    fn language_names(&self) -> impl Iterator<Item = &str> {
        let others = self.languages.others.iter().map(|language| language.name.as_str());
        std::iter::once(self.languages.current_name.as_str()).chain(others)
    }

    /// Whether an attribute can stand in the file as it is.
    fn is_characteristic(&self, name: &str, text: &str) -> bool {
        is_valid(name, self.release.charset())
            && (!is_special(name)
                || self.languages.others.is_empty() && [LANGUAGES, CURRENT_LANGUAGE].contains(&name)
                || is_of_unlisted_language(name, self.language_names()))
            && !text.is_empty()
            && text.len() <= LONGEST
            && self.is_plain(text)
    }

    /// Adds notes with their count, which is that of the last one.
    fn notes(&mut self, owner: &str, notes: &Notes) {
        if notes.texts.is_empty() {
            return;
        }
        self.add(owner, "note0", notes.texts.len().to_string());
        let texts = notes.texts.iter().enumerate().filter(|(_, text)| !text.is_empty());
        for (number, text) in texts {
            self.add(owner, format!("note{}", number + 1), text.as_str());
        }
    }
}
