//! From variables to columns: header, periods, and what is written instead of labelled and missing values.

use exporter_core::codebook::{Codebook, Kind, Language, MissingValues, Table, Value, Variable};
use exporter_core::dataset::{ReasonColumn, reason_texts};

use super::options::{MissingAs, ReasonsAs, Settings, ValuesAs};
use crate::{Column, Key, Substitute};

/// The columns of a table; those of its reasons are written where the settings want them.
pub(super) fn columns(
    codebook: &Codebook,
    table: &Table,
    language: Language<'_>,
    settings: &Settings,
    reasons: &[ReasonColumn],
) -> Vec<Column> {
    let mut columns: Vec<Column> =
        table.variables.iter().map(|variable| column(codebook, variable, language, settings)).collect();
    if settings.reasons == ReasonsAs::Column {
        columns.extend(reasons.iter().map(|reasons| Column::new(reasons.name())));
    }
    columns
}

fn column(codebook: &Codebook, variable: &Variable, language: Language<'_>, settings: &Settings) -> Column {
    let mut column = Column::new(&variable.name)
        .label(variable.label.get(language))
        .substitutes(substitutes(codebook, variable, language, settings));
    if settings.reasons == ReasonsAs::Letter && variable.has_reasons() {
        let texts = reason_texts(variable, language);
        column = column.reasons(texts.into_iter().map(Option::unwrap_or_default).collect());
    }
    match variable.kind {
        Kind::Period(period) => column.period(period),
        _ => column,
    }
}

/// Missing values first: a reason goes before the label that the same value may have in its set.
fn substitutes(
    codebook: &Codebook,
    variable: &Variable,
    language: Language<'_>,
    settings: &Settings,
) -> Vec<Substitute> {
    let mut list = Vec::new();
    let label_of =
        |value: &Value| codebook.value_labels_of(variable)?.get(value).map(|label| label.get(language));
    for missing in &variable.missing {
        let reason = missing.label.get(language);
        let text = match settings.missing {
            MissingAs::Empty => None,
            MissingAs::Code => continue,
            MissingAs::Text if !reason.is_empty() => Some(reason.to_owned()),
            MissingAs::Text => match &missing.values {
                MissingValues::One(value) => match label_of(value) {
                    Some(label) => Some(label.to_owned()),
                    None => continue,
                },
                MissingValues::Range { .. } | MissingValues::Reason => continue,
            },
        };
        match &missing.values {
            MissingValues::Reason => {}
            MissingValues::One(value) => list.extend(key(value).map(|key| Substitute { key, text })),
            MissingValues::Range { low, high } => {
                let low = low.as_ref().map_or(Some(f64::NEG_INFINITY), Value::as_f64);
                let high = high.as_ref().map_or(Some(f64::INFINITY), Value::as_f64);
                let range = low.zip(high).map(|(low, high)| Key::Range(low, high));
                list.extend(range.map(|key| Substitute { key, text }));
            }
        }
    }
    if settings.values == ValuesAs::Labels
        && let Some(labels) = codebook.value_labels_of(variable)
    {
        for entry in &labels.entries {
            // With missing=code a missing value keeps its code although it has a label.
            if settings.missing == MissingAs::Code && variable.is_user_missing(&entry.value) {
                continue;
            }
            let text = Some(entry.label.get(language).to_owned());
            list.extend(key(&entry.value).map(|key| Substitute { key, text }));
        }
    }
    list
}

fn key(value: &Value) -> Option<Key> {
    match value {
        Value::Boolean(value) => Some(Key::Integer(i128::from(*value))),
        Value::Integer(value) => Some(Key::Integer(i128::from(*value))),
        Value::Float(value) => match Value::Float(*value).as_i64() {
            Some(whole) => Some(Key::Integer(i128::from(whole))),
            None => Some(Key::Float(*value)),
        },
        Value::Text(text) => Some(Key::Text(text.clone())),
    }
}
