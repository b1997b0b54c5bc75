//! Labels and notes: what is cut, and what is kept whole as a note (sections 2 and 11).

use std::borrow::Cow;

use exporter_core::codebook::{Table, Text, Variable};
use exporter_core::truncate::{to_bytes, to_characters};
use exporter_core::{Loss, LossCode};

use crate::languages::Languages;
use crate::limits::{MAX_CHARACTERISTIC_BYTES, MAX_LABEL_CHARS, MAX_NOTES};

/// Longest note in bytes.
pub const MAX_NOTE_BYTES: usize = MAX_CHARACTERISTIC_BYTES - 1;

/// The label of a variable or table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Label {
    /// In the current language, at most 80 characters.
    pub text: String,
    /// In other languages, at most 80 characters each, with the name of the language.
    pub translated: Vec<(String, String)>,
    /// The text before it was cut.
    whole: Option<String>,
}

/// Notes of a variable or table: the codebook's own, then questions, cut labels and remarks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Notes {
    /// In their order, each text once; an empty one is a number without a note.
    pub texts: Vec<String>,
}

/// A text of the codebook without NUL, which would end it in a file.
pub(crate) fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', " ").into() } else { text.into() }
}

impl Label {
    pub(crate) fn of(label: &Text, languages: &Languages<'_>, losses: &mut Vec<Loss>) -> Self {
        let whole = without_nul(label.get(languages.current)).into_owned();
        let text = to_characters(&whole, MAX_LABEL_CHARS).to_owned();
        let is_cut = text.len() < whole.len();
        if is_cut {
            let action = "cut at 80 characters; the full text is kept as a note";
            losses.push(Loss::new(LossCode::LABEL_TRUNCATED, action).first(None, whole.clone()));
        }
        let mut translated = Vec::new();
        for language in &languages.others {
            if let Some(other) = languages.other(label, language) {
                let other = without_nul(other);
                let cut = to_characters(&other, MAX_LABEL_CHARS);
                if cut.len() < other.len() {
                    let action = format!("cut at 80 characters in {}", language.name);
                    losses.push(Loss::new(LossCode::LABEL_TRUNCATED, action).first(None, other.as_ref()));
                }
                translated.push((language.name.clone(), cut.to_owned()));
            }
        }
        Self { text, translated, whole: is_cut.then_some(whole) }
    }
}

impl Notes {
    pub(crate) fn of_table(
        table: &Table,
        label: &Label,
        languages: &Languages<'_>,
        losses: &mut Vec<Loss>,
    ) -> Self {
        Self::of(&table.notes, label.whole.iter().cloned(), languages, losses)
    }

    /// The notes of a variable, its question among them; `remark` says what the values are.
    pub(crate) fn of_variable(
        variable: &Variable,
        label: &Label,
        remark: Option<String>,
        languages: &Languages<'_>,
        losses: &mut Vec<Loss>,
    ) -> Self {
        let question = variable.question.iter().flat_map(|question| {
            [&question.pre_text, &question.text, &question.post_text, &question.instructions]
        });
        let question = question.map(|text| without_nul(text.get(languages.current)).into_owned());
        let more = question.chain(label.whole.clone()).chain(remark);
        Self::of(&variable.notes, more, languages, losses)
    }

    fn of(
        notes: &[Text],
        more: impl Iterator<Item = String>,
        languages: &Languages<'_>,
        losses: &mut Vec<Loss>,
    ) -> Self {
        let own = notes.iter().map(|note| without_nul(note.get(languages.current)).into_owned());
        let mut texts: Vec<String> = own.collect();
        for text in more {
            if !text.is_empty() && !texts.contains(&text) {
                texts.push(text);
            }
        }
        if texts.len() > MAX_NOTES {
            let dropped = (texts.len() - MAX_NOTES) as u64;
            texts.truncate(MAX_NOTES);
            let loss = Loss::new(LossCode::METADATA_DROPPED, "an owner holds 9,999 notes");
            losses.push(loss.count(dropped).counting("notes"));
        }
        for text in &mut texts {
            let cut = to_bytes(text, MAX_NOTE_BYTES).len();
            if cut < text.len() {
                let loss = Loss::new(LossCode::TEXT_TRUNCATED, "note cut at 67,783 bytes");
                losses.push(loss.first(None, text.clone()));
                text.truncate(cut);
            }
        }
        Self { texts }
    }
}
