//! A table as SPSS holds it: everything decided that is not bytes.

use exporter_core::codebook::{
    Codebook, Kind, Language, Measure, MissingValues as Declared, Role, Table, Value as CodebookValue,
    Variable,
};
use exporter_core::truncate::to_bytes;
use exporter_core::{
    ColumnFacts, Facts, Loss, LossCode, LossReport, ProfileRequest, Rename, TableId, TableProfile, doubles,
};

use crate::display_format::Format;
use crate::limits::{MAX_FILE_LABEL_BYTES, MAX_LABEL_BYTES, MAX_TEXT_BYTES, MAX_VALUE_LABEL_BYTES};
use crate::names::unique_names;
use crate::response_sets::ResponseSet;
use crate::values::{MissingValues, Value, is_text};

/// What a table is called, labelled and shown as in SPSS, and what that loses.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct TableDescription {
    /// Label of the file.
    pub label: String,
    /// The variables in their order.
    pub variables: Vec<VariableDescription>,
    /// Multiple response sets.
    pub sets: Vec<ResponseSet>,
    /// What is lost.
    pub losses: LossReport,
    /// The names that changed.
    pub renames: Vec<Rename>,
}

/// A variable in SPSS.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct VariableDescription {
    /// Name, valid and unique in the table.
    pub name: String,
    /// Bytes of a text, 1 at least; `None` for numbers.
    pub text_bytes: Option<u64>,
    /// Label.
    pub label: String,
    /// Labelled values: those of the set, then missing values with a label of their own.
    pub labels: Vec<(Value, String)>,
    /// Missing values.
    pub missing: MissingValues,
    /// Display format of a number.
    pub format: Option<Format>,
    /// Level of measurement.
    pub measure: Option<Measure>,
    /// Role in analysis.
    pub role: Option<Role>,
}

/// Asks for the facts about the rows of a table that its description depends on: SPSS needs the width of every text, and
/// holds every number as a double.
pub fn needs(table: &Table, id: TableId, request: &mut ProfileRequest) {
    for (column, Variable { kind, .. }) in table.variables.iter().enumerate() {
        let facts = if is_text(kind) { Facts::MAX_BYTES | Facts::NULLS } else { doubles::needs(kind) };
        request.column(id, column, facts);
    }
}

/// Describes a table in one language by the facts about its rows.
pub fn describe(
    codebook: &Codebook,
    table: &Table,
    facts: Option<&TableProfile>,
    language: Language<'_>,
) -> TableDescription {
    let mut described = TableDescription::default();
    let names = unique_names(&table.variables.iter().map(|variable| &variable.name).collect::<Vec<_>>());
    for (column, (variable, name)) in table.variables.iter().zip(names).enumerate() {
        let facts = facts.and_then(|facts| facts.columns.get(&column)).cloned().unwrap_or_default();
        let mut losses = Vec::new();
        if name != variable.name {
            let loss = Loss::new(LossCode::NAME_CHANGED, format!("written as {name}"));
            losses.push(loss.first(None, &variable.name));
            described.renames.push(Rename::variable(&table.name, &variable.name, &name));
        }
        described.variables.push(of_variable(codebook, variable, name, &facts, language, &mut losses));
        let place = |loss: Loss| loss.table(&table.name).variable(&variable.name);
        losses.into_iter().for_each(|loss| described.losses.add(place(loss)));
    }
    let mut losses = Vec::new();
    let sets = table.groups.iter().filter_map(|group| ResponseSet::of(group, table, language, &mut losses));
    described.sets = sets.collect();
    let action = "the table's label is cut at 60 bytes";
    described.label = cut(table.label.get(language), MAX_FILE_LABEL_BYTES, action, &mut losses);
    losses.into_iter().for_each(|loss| described.losses.add(loss.table(&table.name)));
    described
}

fn of_variable(
    codebook: &Codebook,
    variable: &Variable,
    name: String,
    facts: &ColumnFacts,
    language: Language<'_>,
    losses: &mut Vec<Loss>,
) -> VariableDescription {
    let text = is_text(&variable.kind);
    let longest = facts.max_bytes.unwrap_or(MAX_TEXT_BYTES);
    if text && longest > MAX_TEXT_BYTES {
        losses.push(Loss::new(LossCode::TEXT_TRUNCATED, format!("cut at {MAX_TEXT_BYTES} bytes")));
    }
    if let Some(nulls) = facts.nulls.filter(|nulls| text && *nulls > 0) {
        losses.push(Loss::new(LossCode::NULL_TEXT, "missing texts become empty texts").count(nulls));
    }
    losses.extend(doubles::rounded(&variable.kind, facts));
    if let Kind::Duration(unit) = &variable.kind {
        losses.push(Loss::duration_as_number(*unit));
    }
    VariableDescription {
        name,
        text_bytes: text.then(|| longest.clamp(1, MAX_TEXT_BYTES)),
        label: cut(variable.label.get(language), MAX_LABEL_BYTES, "cut at 256 bytes", losses),
        labels: labels(codebook, variable, language, losses),
        missing: MissingValues::of(variable, losses),
        format: Format::of(variable, losses),
        // Texts cannot be on a scale.
        measure: variable.measure.filter(|measure| !(text && *measure == Measure::Scale)),
        role: variable.role,
    }
}

fn cut(label: &str, bytes: usize, action: &str, losses: &mut Vec<Loss>) -> String {
    let cut = to_bytes(label, bytes);
    if cut.len() < label.len() {
        losses.push(Loss::new(LossCode::LABEL_TRUNCATED, action).first(None, label));
    }
    cut.to_owned()
}

fn labels(
    codebook: &Codebook,
    variable: &Variable,
    language: Language<'_>,
    losses: &mut Vec<Loss>,
) -> Vec<(Value, String)> {
    let set = codebook.value_labels_of(variable).map_or(&[][..], |labels| &labels.entries);
    let in_set = |value: &CodebookValue| set.iter().any(|entry| entry.value == *value);
    let set = set.iter().map(|entry| (&entry.value, &entry.label));
    let reasons = variable.missing.iter().filter_map(|missing| match &missing.values {
        Declared::One(value) if !missing.label.is_empty() && !in_set(value) => Some((value, &missing.label)),
        _ => None,
    });
    let mut labels = Vec::new();
    for (value, label) in set.chain(reasons) {
        let Some(stored) = Value::of(value, &variable.kind) else {
            let loss = Loss::new(LossCode::VALUE_LABELS_DROPPED, "the labelled value is not of the kind");
            losses.push(loss.first(None, value.to_string()));
            continue;
        };
        let action = "value label cut at 120 bytes";
        labels.push((stored, cut(label.get(language), MAX_VALUE_LABEL_BYTES, action, losses)));
    }
    labels
}
