//! Commands that describe variables and the table.

use exporter_core::codebook::{GroupKind, Language, Variable};
use exporter_core::{Loss, LossCode, text_cut};

use super::super::Page;
use super::super::description::{Column, whole_labels};
use super::missing::{letters, recode};
use super::text::{note, quoted, quoted_cut};
use super::{LABEL_CHARACTERS, NAME_CHARACTERS, VALUE_LABEL_BYTES};

/// Everything about one variable in the chosen language.
pub(super) fn describe(page: &mut Page<'_>, variable: &Variable, name: &str) {
    let language = page.description.language;
    let text = variable.label.get(language);
    if !text.is_empty() {
        label(page, &format!("label variable {name}"), text, variable);
        if text.chars().count() > LABEL_CHARACTERS {
            page.line(format!("notes {name}: {}", note(text)));
        }
    }
    let question = variable.question.as_ref().map_or("", |question| question.text.get(language));
    if !question.is_empty() {
        page.line(format!("notes {name}: {}", note(question)));
    }
    for text in &variable.notes {
        page.line(format!("notes {name}: {}", note(text.get(language))));
    }
    if Column::of(variable).is_numeric() {
        recode(page, variable, name);
        value_labels(page, variable, name, language, name);
        if let Some(format) = display_format(variable) {
            page.line(format!("format {name} {format}"));
        }
    } else if !variable.missing.is_empty() {
        let loss = Loss::new(LossCode::MISSING_DROPPED, "Stata has missing values only for numbers");
        page.loss(loss.variable(&variable.name).count(variable.missing.len() as u64));
    }
}

fn label(page: &mut Page<'_>, command: &str, label: &str, variable: &Variable) {
    let (text, cut) = quoted_cut(label, LABEL_CHARACTERS);
    page.line(format!("{command} {text}"));
    if cut {
        page.label_loss(variable, label, "cut at 80 characters, kept whole as a note");
    }
}

/// Every variable gets a set of its own when letters are labelled: reasons differ between variables.
fn value_labels(page: &mut Page<'_>, variable: &Variable, name: &str, language: Language<'_>, set: &str) {
    let letters = letters(&variable.missing);
    let mut define = Vec::new();
    for (value, label) in whole_labels(page.description.codebook, variable) {
        let declared = variable.missing.iter().position(|missing| missing.contains(&value.into()));
        match declared.and_then(|at| letters.get(at)) {
            Some(letter) => define.push((format!(".{letter}"), label.get(language))),
            None if (-2_147_483_647..=2_147_483_620).contains(&value) => {
                define.push((value.to_string(), label.get(language)))
            }
            None => {
                let loss = Loss::new(LossCode::VALUE_LABEL_KEY, "values beyond 32 bits cannot be labelled");
                page.loss(loss.variable(&variable.name).first(None, value.to_string()));
            }
        }
    }
    for (missing, letter) in variable.missing.iter().zip(&letters) {
        let label = missing.label.get(language);
        if !label.is_empty() && define.iter().all(|(key, _)| *key != format!(".{letter}")) {
            define.push((format!(".{letter}"), label));
        }
    }
    if define.is_empty() {
        return;
    }
    for (key, label) in define {
        let cut = text_cut::to_bytes(label, VALUE_LABEL_BYTES);
        if cut.len() < label.len() {
            page.label_loss(variable, label, "value label cut at 32000 bytes");
        }
        page.line(format!("label define {set} {key} {}, modify", quoted(cut)));
    }
    page.line(format!("label values {name} {set}"));
}

/// The other languages of the study as label languages.
pub(super) fn languages(page: &mut Page<'_>) {
    let codebook = page.description.codebook;
    let current = page.description.language.tag();
    let others: Vec<&String> =
        codebook.study.languages.iter().filter(|tag| Some(tag.as_str()) != current).collect();
    let Some(current) = current.filter(|_| !others.is_empty()) else { return };
    let tag = |tag: &str| text_cut::to_characters(&tag.replace('-', "_"), 24).to_owned();
    page.line(format!("label language {}, rename", tag(current)));
    for other in others {
        page.line(format!("label language {}, new", tag(other)));
        let language = codebook.language(Some(other));
        for (variable, name) in page.variables() {
            let text = variable.label.get(language);
            if !text.is_empty() {
                label(page, &format!("label variable {name}"), text, variable);
            }
            if Column::of(variable).is_numeric() {
                let room = NAME_CHARACTERS.saturating_sub(tag(other).chars().count() + 1);
                let set = format!("{}_{}", text_cut::to_characters(name, room), tag(other));
                value_labels(page, variable, name, language, &set);
            }
        }
    }
    page.line(format!("label language {}", tag(current)));
}

/// Everything about the table.
pub(super) fn table(page: &mut Page<'_>) {
    let (table, language) = (page.description.table, page.description.language);
    let label = table.label.get(language);
    let title = page.description.codebook.study.title.get(language);
    let label = if label.is_empty() { title } else { label };
    if !label.is_empty() {
        let (text, cut) = quoted_cut(label, LABEL_CHARACTERS);
        page.line(format!("label data {text}"));
        if cut {
            let action = "the table's label is cut at 80 characters";
            page.loss(Loss::new(LossCode::LABEL_TRUNCATED, action).first(None, label));
        }
    }
    for text in &table.notes {
        page.line(format!("notes: {}", note(text.get(language))));
    }
    for group in table.groups.iter().filter(|group| !matches!(group.kind, GroupKind::Section)) {
        let loss = Loss::new(LossCode::GROUP_DROPPED, "Stata has no groups of variables");
        page.loss(loss.first(None, &group.name));
    }
    page.empty_text_loss("missing texts become empty texts");
}

/// The format that the codebook asks for, when Stata has it.
fn display_format(variable: &Variable) -> Option<String> {
    let format = variable.format.as_ref()?;
    if let Some(native) = format
        .native
        .get("stata")
        .filter(|native| native.starts_with('%') && !native.contains(char::is_whitespace))
    {
        return Some(native.clone());
    }
    let decimals = format.decimals?;
    let width = format.width.unwrap_or(decimals.saturating_add(10)).clamp(decimals.saturating_add(2), 244);
    (decimals < 100).then(|| format!("%{width}.{decimals}f"))
}
