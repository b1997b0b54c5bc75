//! Commands that describe variables and the table.

use exporter_core::codebook::Variable;
use exporter_core::doubles::shown;
use exporter_core::profile::Number;
use exporter_core::{Loss, LossCode};
use exporter_stata::{LabelSets, Missing, MissingRule, TableDescription, VariableDescription};

use super::super::Page;
use super::{is_changed, note, quoted};

/// Defines the value-label sets, which all languages share.
pub(super) fn define(page: &mut Page<'_>, labels: &LabelSets) {
    for set in &labels.sets {
        for (key, label) in &set.labels {
            let key = Missing::from_key(*key).map_or_else(|| key.to_string(), |missing| missing.to_string());
            page.line(format!("label define {} {key} {}, modify", set.name, quoted(label)));
        }
        text_loss(page, None, set.labels.iter().map(|(_, label)| label));
    }
}

/// Everything about one variable in the current language.
pub(super) fn describe(page: &mut Page<'_>, variable: &Variable, stata: &VariableDescription) {
    let name = &stata.name;
    if !stata.label.text.is_empty() {
        page.line(format!("label variable {name} {}", quoted(&stata.label.text)));
    }
    for text in stata.notes.texts.iter().filter(|text| !text.is_empty()) {
        page.line(format!("notes {name}: {}", note(text)));
    }
    recode(page, variable, stata);
    if !stata.set.is_empty() {
        page.line(format!("label values {name} {}", stata.set));
    }
    page.line(format!("format {name} {}", format(&stata.format)));
    let labels = stata.label.translated.iter().map(|(_, label)| label).chain([&stata.label.text]);
    text_loss(page, Some(variable), labels.chain(&stata.notes.texts));
}

/// Replaces values by letters. What was replaced meets no later condition, so the rule that wins comes first.
fn recode(page: &mut Page<'_>, variable: &Variable, stata: &VariableDescription) {
    let name = &stata.name;
    for rule in stata.letters.rules.iter().rev() {
        let stored = |code| stata.conversion.number(code, &variable.kind);
        let rule = MissingRule::new(stored(rule.low), stored(rule.high), rule.missing);
        page.line(format!("quietly replace {name} = {} if {}", rule.missing, condition(name, rule)));
    }
}

fn condition(name: &str, rule: MissingRule) -> String {
    if rule.low == rule.high {
        return format!("{name} == {}", literal(rule.low));
    }
    let end = |code: Number, sign: &str| {
        let finite = code.as_f64().is_finite();
        finite.then(|| format!("{name} {sign} {}", literal(code)))
    };
    // Missing values are larger than all numbers.
    let parts = [end(rule.low, ">="), end(rule.high, "<="), Some(format!("{name} < ."))];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" & ")
}

fn literal(code: Number) -> String {
    match code {
        Number::Integer(whole) => whole.to_string(),
        Number::Float(value) => shown(value),
    }
}

/// A display format, in quotes where it could end the command.
fn format(format: &str) -> String {
    let plain = |character: char| character.is_alphanumeric() || "%.,-~:_!/".contains(character);
    if format.chars().all(plain) { format.to_owned() } else { quoted(format) }
}

/// Labels in the other languages.
pub(super) fn languages(page: &mut Page<'_>, table: &TableDescription<'_>) {
    let languages = &table.languages;
    if languages.others.is_empty() {
        return;
    }
    let current = &languages.current_name;
    if current != "default" {
        page.line(format!("label language {current}, rename"));
    }
    for language in languages.others.iter().map(|language| &language.name) {
        page.line(format!("label language {language}, new"));
        let own = |pairs: &[(String, String)]| {
            pairs.iter().find(|(name, _)| name == language).map(|(_, own)| own.clone())
        };
        if let Some(label) = own(&table.label.translated) {
            page.line(format!("label data {}", quoted(&label)));
        }
        for variable in &table.variables {
            if let Some(label) = own(&variable.label.translated) {
                page.line(format!("label variable {} {}", variable.name, quoted(&label)));
            }
            if let Some(set) = own(&variable.translated_sets) {
                page.line(format!("label values {} {set}", variable.name));
            }
        }
    }
    page.line(format!("label language {current}"));
}

/// Everything about the table in the current language.
pub(super) fn table(page: &mut Page<'_>, table: &TableDescription<'_>) {
    if !table.label.text.is_empty() {
        page.line(format!("label data {}", quoted(&table.label.text)));
    }
    for text in table.notes.texts.iter().filter(|text| !text.is_empty()) {
        page.line(format!("notes: {}", note(text)));
    }
    text_loss(page, None, [&table.label.text].into_iter().chain(&table.notes.texts));
}

/// Texts that a command cannot hold as they are.
fn text_loss<'t>(page: &mut Page<'_>, of: Option<&Variable>, texts: impl Iterator<Item = &'t String>) {
    let mut changed = texts.filter(|text| is_changed(text));
    if let Some(first) = changed.next() {
        let action = "line ends, control characters and closing quotes are blanks in labels and notes";
        let loss = Loss::new(LossCode::TEXT_REPLACED, action).first(None, first.as_str());
        let loss = loss.count(1 + changed.count() as u64).counting("texts");
        page.loss(match of {
            Some(variable) => loss.variable(&variable.name),
            None => loss,
        });
    }
}
