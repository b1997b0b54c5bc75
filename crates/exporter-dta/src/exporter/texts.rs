//! Notes, attributes and the rest of the codebook as characteristics.

use exporter_core::codebook::{Attribute, Codebook, Table, Text, Variable};
use exporter_core::{Loss, LossCode};
use exporter_stata::names::is_valid;
use exporter_stata::{Label, LabelSets, Languages, Notes, TableDescription, VariableDescription};
use serde_json::Value as Json;

use crate::characteristics::{
    CLOCK, CLOCK_UTC, CURRENT_LANGUAGE, DATASET, LABEL, LABEL_STUDY, LANGUAGE_LABEL, LANGUAGE_SET, LANGUAGES,
    LETTERS, NAME, NOTES, SET_LETTERS, SETS, STUDY, TABLE, UNTRANSLATED, VALUE_LABELS, VARIABLE, is_special,
};
use crate::metadata::Characteristic;
use crate::spec::{MAX_LABEL_CHARS, MAX_NOTES, Release};

/// Collects the characteristics of one file.
pub(super) struct Texts<'a> {
    pub(super) release: Release,
    pub(super) languages: &'a Languages<'a>,
    /// Whether the codebook's other parts are kept.
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

    /// Whether a label is in one language without a tag and short enough, so that the ordinary place holds all of it.
    fn is_label(&self, label: &Text) -> bool {
        let text = label.get(self.languages.current);
        let translated = |language| self.languages.other(label, language).is_some();
        !self.languages.others.iter().any(translated)
            && *label == Text::new(text)
            && text.chars().count() <= MAX_LABEL_CHARS
            && self.is_plain(text)
    }

    /// Whether notes of the file hold all of the codebook's.
    fn are_notes(&self, notes: &[Text]) -> bool {
        let holds = |note: &Text| {
            let text = note.get(self.languages.current);
            *note == Text::new(text) && !text.is_empty() && text.len() <= LONGEST && self.is_plain(text)
        };
        notes.len() <= MAX_NOTES && notes.iter().all(holds)
    }

    /// Adds everything that belongs to the whole dataset.
    pub(super) fn dataset(&mut self, codebook: &Codebook, table: &Table, described: &TableDescription<'_>) {
        let sets = &described.labels;
        self.language_list(&described.label);
        self.notes(DATASET, &described.notes);
        if !self.codebook {
            self.report_dropped(sets);
            return;
        }
        let mut rest = table.clone();
        rest.variables.clear();
        if self.is_label(&table.label) {
            rest.label = Text::default();
        }
        if self.are_notes(&table.notes) {
            rest.notes.clear();
        }
        if table.label.is_empty() && !codebook.study.title.is_empty() {
            self.add(DATASET, LABEL, LABEL_STUDY);
        }
        self.json(DATASET, TABLE, &rest);
        self.json(DATASET, STUDY, &codebook.study);
        if !sets.originals.is_empty() {
            self.json(DATASET, SETS, &sets.originals);
        }
        if !sets.untranslated.is_empty() {
            self.json(DATASET, UNTRANSLATED, &sets.untranslated);
        }
        if !sets.incomplete.is_empty() {
            self.json(DATASET, VALUE_LABELS, &sets.incomplete);
        }
    }

    fn language_list(&mut self, label: &Label) {
        let languages = self.languages;
        if languages.others.is_empty() {
            return;
        }
        let names = languages.others.iter().map(|language| language.name.as_str());
        let list: Vec<&str> = std::iter::once(languages.current_name.as_str()).chain(names).collect();
        self.add(DATASET, LANGUAGES, list.join(" "));
        self.add(DATASET, CURRENT_LANGUAGE, languages.current_name.clone());
        self.other_labels(DATASET, label);
    }

    fn other_labels(&mut self, owner: &str, label: &Label) {
        for (language, text) in &label.translated {
            self.add(owner, format!("{LANGUAGE_LABEL}{language}"), text.as_str());
        }
    }

    /// What only the file's own form loses; the rest is compared by the core.
    fn report_dropped(&mut self, sets: &LabelSets) {
        let untranslated = sets.untranslated.values().map(|values| values.len() as u64).sum();
        if untranslated > 0 {
            let action = "value labels without a translation stand in the current language, unmarked by codebook=false";
            self.losses.push(Loss::new(LossCode::METADATA_DROPPED, action).count(untranslated));
        }
    }

    /// Adds everything that belongs to one variable.
    pub(super) fn variable(&mut self, variable: &Variable, written: &VariableDescription) {
        let owner = written.name.as_str();
        self.other_labels(owner, &written.label);
        for (language, set) in &written.labels.translated {
            self.add(owner, format!("{LANGUAGE_SET}{language}"), set.as_str());
        }
        self.notes(owner, &written.notes);
        let mut rest = variable.clone();
        for (name, attribute) in &variable.attributes {
            if let Attribute::One(text) = attribute
                && is_valid(name, self.release.charset())
                && !is_special(name)
                && !text.is_empty()
                && text.len() <= LONGEST
                && self.is_plain(text)
            {
                self.add(owner, name.as_str(), text.as_str());
                rest.attributes.remove(name);
            }
        }
        if !self.codebook {
            if !rest.attributes.is_empty() {
                let loss = Loss::new(LossCode::METADATA_DROPPED, "left out, as codebook=false asks");
                let count = rest.attributes.len() as u64;
                self.losses.push(loss.variable(&variable.name).count(count));
            }
            return;
        }
        if variable.name != owner && self.is_plain(&variable.name) {
            self.add(owner, NAME, variable.name.as_str());
        }
        if !written.letters.values.is_empty() {
            self.json(owner, LETTERS, &written.letters.values);
        }
        if !written.labels.set_letters.is_empty() {
            self.add(owner, SET_LETTERS, written.labels.set_letters.as_str());
        }
        if written.in_utc {
            self.add(owner, CLOCK, CLOCK_UTC);
        }
        if self.is_label(&variable.label) {
            rest.label = Text::default();
        }
        if self.are_notes(&variable.notes) {
            rest.notes.clear();
        }
        if !written.labels.name.is_empty() {
            rest.labels = None;
        }
        if let Some(format) = &rest.format
            && *format == native_only(&written.format)
        {
            rest.format = None;
        }
        for (missing, assigned) in rest.missing.iter_mut().zip(&written.letters.declared) {
            missing.letter = match assigned.as_slice() {
                [one] => one.letter(),
                _ => missing.letter,
            };
        }
        if let Ok(Json::Object(mut fields)) = serde_json::to_value(&rest) {
            // A name that a characteristic cannot hold either stays here.
            if variable.name == owner || self.is_plain(&variable.name) {
                fields.remove("name");
            }
            self.object(owner, VARIABLE, &fields);
        }
    }

    /// Adds notes with their count.
    fn notes(&mut self, owner: &str, notes: &Notes) {
        if notes.texts.is_empty() {
            return;
        }
        self.add(owner, "note0", notes.texts.len().to_string());
        for (number, text) in notes.texts.iter().enumerate() {
            self.add(owner, format!("note{}", number + 1), text.as_str());
        }
        if notes.texts.len() > notes.own && self.codebook {
            self.add(owner, NOTES, notes.own.to_string());
        }
    }
}

fn native_only(format: &str) -> exporter_core::codebook::DisplayFormat {
    let mut native = exporter_core::codebook::DisplayFormat::default();
    native.native.insert("stata".to_owned(), format.to_owned());
    native
}
