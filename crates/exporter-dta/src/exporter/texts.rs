//! Notes, attributes and the rest of the codebook as characteristics.

use exporter_core::codebook::{Attribute, Codebook, Table, Text, Variable};
use exporter_core::text_cut::{to_bytes, to_characters};
use exporter_core::{Loss, LossCode};
use serde_json::Value as Json;

use super::labels::LabelSets;
use super::languages::Languages;
use super::missing::Letters;
use super::ready::without_nul;
use crate::characteristics::{
    CLOCK, CLOCK_UTC, CURRENT_LANGUAGE, DATASET, LABEL, LABEL_STUDY, LANGUAGE_LABEL, LANGUAGE_SET, LANGUAGES,
    LETTERS, NAME, NOTES, SET_LETTERS, SETS, STUDY, TABLE, UNTRANSLATED, VALUE_LABELS, VARIABLE, is_special,
};
use crate::charset::Charset;
use crate::metadata::Characteristic;
use crate::names::is_valid;
use crate::spec::{MAX_CHARACTERISTIC_BYTES, MAX_LABEL_CHARS, MAX_NOTES, Release};

/// Collects the characteristics of one file.
pub(super) struct Texts<'a> {
    pub(super) release: Release,
    pub(super) languages: &'a Languages<'a>,
    /// Whether the codebook's other parts are kept.
    pub(super) codebook: bool,
    pub(super) characteristics: Vec<Characteristic>,
    pub(super) losses: Vec<Loss>,
}

/// What one variable became, as far as its texts depend on it.
pub(super) struct Written<'a> {
    pub(super) name: &'a str,
    pub(super) format: &'a str,
    pub(super) has_labels: bool,
    pub(super) translated_sets: &'a [(String, String)],
    pub(super) letters: &'a Letters,
    /// Letters whose label is one of the set.
    pub(super) set_letters: &'a str,
    /// Whether moments that have a zone are stored in UTC.
    pub(super) in_utc: bool,
    pub(super) remark: Option<&'a str>,
}

/// Longest contents in bytes, the NUL left out.
pub(super) const LONGEST: usize = MAX_CHARACTERISTIC_BYTES - 1;

impl Texts<'_> {
    pub(super) fn add(&mut self, owner: &str, name: impl Into<String>, contents: impl Into<String>) {
        let (owner, name) = (owner.to_owned(), name.into());
        self.characteristics.push(Characteristic { owner, name, contents: contents.into() });
    }

    /// The label for the ordinary place, at most 80 characters without NUL.
    pub(super) fn label(&mut self, label: &Text, of: Option<&str>) -> String {
        let full = without_nul(label.get(self.languages.current)).into_owned();
        let cut = to_characters(&full, MAX_LABEL_CHARS);
        if cut.len() < full.len() {
            let loss =
                Loss::new(LossCode::LABEL_TRUNCATED, "cut at 80 characters; the full text is kept as a note");
            let loss = loss.first(None, full.clone());
            self.losses.push(match of {
                Some(variable) => loss.variable(variable),
                None => loss,
            });
        }
        cut.to_owned()
    }

    /// Whether the file holds a text as it is.
    fn is_plain(&self, text: &str) -> bool {
        !text.contains('\0') && Charset::of(self.release).encode(text).1 == 0
    }

    /// Whether a label is in one language without a tag and short enough, so that the ordinary place holds all of it.
    fn is_label(&self, label: &Text) -> bool {
        let text = label.get(self.languages.current);
        let translated = |tongue| self.languages.other(label, tongue).is_some();
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
    pub(super) fn dataset(&mut self, codebook: &Codebook, table: &Table, label: &Text, sets: &LabelSets) {
        self.language_list(label);
        let full = without_nul(label.get(self.languages.current)).into_owned();
        let extra = (full.chars().count() > MAX_LABEL_CHARS).then_some(full);
        self.notes(DATASET, None, &table.notes, extra.into_iter().collect());
        if !self.codebook {
            self.report_dropped(codebook, table, sets);
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
        if table.label.is_empty() && !label.is_empty() {
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

    fn language_list(&mut self, label: &Text) {
        let languages = self.languages;
        if languages.others.is_empty() {
            return;
        }
        let names = languages.others.iter().map(|tongue| tongue.name.as_str());
        let list: Vec<&str> = std::iter::once(languages.current_name.as_str()).chain(names).collect();
        self.add(DATASET, LANGUAGES, list.join(" "));
        self.add(DATASET, CURRENT_LANGUAGE, languages.current_name.clone());
        self.other_labels(DATASET, label);
    }

    fn other_labels(&mut self, owner: &str, label: &Text) {
        let languages = self.languages;
        for tongue in &languages.others {
            if let Some(text) = languages.other(label, tongue) {
                let text = without_nul(text);
                let cut = to_characters(&text, MAX_LABEL_CHARS);
                self.add(owner, format!("{LANGUAGE_LABEL}{}", tongue.name), cut);
            }
        }
    }

    fn report_dropped(&mut self, codebook: &Codebook, table: &Table, sets: &LabelSets) {
        let groups = table.groups.len() as u64;
        if groups > 0 {
            self.losses.push(Loss::new(LossCode::GROUP_DROPPED, "left out by codebook=false").count(groups));
        }
        if !table.key.is_empty() || table.parent.is_some() {
            self.losses.push(Loss::new(LossCode::KEY_DROPPED, "left out by codebook=false"));
        }
        let untranslated = sets.untranslated.values().map(|values| values.len() as u64).sum();
        if untranslated > 0 {
            let action = "value labels without a translation stand in the current language, unmarked by codebook=false";
            self.losses.push(Loss::new(LossCode::METADATA_DROPPED, action).count(untranslated));
        }
        if codebook.study != exporter_core::codebook::Study::default() {
            self.losses
                .push(Loss::new(LossCode::METADATA_DROPPED, "the study is left out by codebook=false"));
        }
    }

    /// Adds everything that belongs to one variable.
    pub(super) fn variable(&mut self, variable: &Variable, written: &Written<'_>) {
        let owner = written.name;
        self.other_labels(owner, &variable.label);
        for (language, set) in written.translated_sets {
            self.add(owner, format!("{LANGUAGE_SET}{language}"), set.as_str());
        }
        let full = without_nul(variable.label.get(self.languages.current)).into_owned();
        let cut = full.chars().count() > MAX_LABEL_CHARS;
        let mut extra = Vec::new();
        if let Some(question) = &variable.question {
            for text in [&question.pre_text, &question.text, &question.post_text, &question.instructions] {
                extra.push(without_nul(text.get(self.languages.current)).into_owned());
            }
        }
        if cut {
            extra.push(full.clone());
        }
        extra.extend(written.remark.map(str::to_owned));
        self.notes(owner, Some(&variable.name), &variable.notes, extra);
        let mut rest = variable.clone();
        for (name, attribute) in &variable.attributes {
            if let Attribute::One(text) = attribute
                && is_valid(name, self.release)
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
            self.report_dropped_parts(variable, &rest);
            return;
        }
        if variable.name != owner && self.is_plain(&variable.name) {
            self.add(owner, NAME, variable.name.as_str());
        }
        if !written.letters.values.is_empty() {
            self.json(owner, LETTERS, &written.letters.values);
        }
        if !written.set_letters.is_empty() {
            self.add(owner, SET_LETTERS, written.set_letters);
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
        if written.has_labels {
            rest.labels = None;
        }
        if let Some(format) = &rest.format
            && *format == native_only(written.format)
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

    fn report_dropped_parts(&mut self, variable: &Variable, rest: &Variable) {
        let parts = !rest.attributes.is_empty()
            || rest.question.is_some()
            || !rest.universe.is_empty()
            || !rest.concept.is_empty()
            || !rest.derivation.is_empty()
            || rest.measure.is_some()
            || rest.role.is_some();
        if parts {
            let loss = Loss::new(LossCode::METADATA_DROPPED, "left out by codebook=false");
            self.losses.push(loss.variable(&variable.name));
        }
    }

    /// Adds the codebook's notes and then further texts, each once, with their count.
    fn notes(&mut self, owner: &str, variable: Option<&str>, notes: &[Text], extra: Vec<String>) {
        let own = notes.iter().map(|note| without_nul(note.get(self.languages.current)).into_owned());
        let mut texts: Vec<String> = own.filter(|text| !text.is_empty()).collect();
        let own = texts.len();
        for text in extra {
            if !text.is_empty() && !texts.contains(&text) {
                texts.push(text);
            }
        }
        let mut losses = Vec::new();
        if texts.len() > MAX_NOTES {
            let more = (texts.len() - MAX_NOTES) as u64;
            texts.truncate(MAX_NOTES);
            losses.push(Loss::new(LossCode::METADATA_DROPPED, "an owner holds 9,999 notes").count(more));
        }
        if texts.is_empty() {
            return;
        }
        self.add(owner, "note0", texts.len().to_string());
        let added = texts.len() > own;
        for (number, text) in texts.iter().enumerate() {
            let cut = to_bytes(text, LONGEST);
            if cut.len() < text.len() {
                let loss = Loss::new(LossCode::TEXT_TRUNCATED, "note cut at 67,783 bytes");
                losses.push(loss.first(None, text.clone()));
            }
            self.add(owner, format!("note{}", number + 1), cut);
        }
        if added && self.codebook {
            self.add(owner, NOTES, own.to_string());
        }
        self.losses.extend(losses.into_iter().map(|loss| match variable {
            Some(variable) => loss.variable(variable),
            None => loss,
        }));
    }
}

fn native_only(format: &str) -> exporter_core::codebook::DisplayFormat {
    let mut native = exporter_core::codebook::DisplayFormat::default();
    native.native.insert("stata".to_owned(), format.to_owned());
    native
}
