//! From variables to columns: header, periods, and what is written instead of labelled and missing values.

use exporter_core::codebook::{Codebook, Kind, Language, MissingValues, Table, Value, Variable};
use exporter_core::dataset::{ReasonColumn, reason_texts};
use exporter_core::missing::span;

use super::options::{MissingAs, ReasonsAs, Settings, ValuesAs};
use crate::{Column, Key, Substitute};

/// The columns of a table; those of its reasons are written where the settings want them.
pub(super) fn columns(
    codebook: &Codebook,
    table: &Table,
    language: Language<'_>,
    settings: &Settings,
    reasons: &[ReasonColumn],
    categories_are_texts: bool,
) -> Vec<Column> {
    let mut columns: Vec<Column> = table
        .variables
        .iter()
        .map(|variable| {
            let as_labels = settings.values == ValuesAs::Labels
                || categories_are_texts && codebook.categories_of(variable).is_some();
            column(codebook, variable, language, settings, as_labels)
        })
        .collect();
    if settings.reasons == ReasonsAs::Column {
        columns.extend(reasons.iter().map(|reasons| Column::new(reasons.name())));
    }
    columns
}

fn column(
    codebook: &Codebook,
    variable: &Variable,
    language: Language<'_>,
    settings: &Settings,
    as_labels: bool,
) -> Column {
    let mut column = Column::new(&variable.name)
        .label(variable.label.get(language))
        .substitutes(substitutes(codebook, variable, language, settings, as_labels));
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
    as_labels: bool,
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
        list.extend(key(&missing.values, &variable.kind).map(|key| Substitute { key, text }));
    }
    if as_labels && let Some(labels) = codebook.value_labels_of(variable) {
        for entry in &labels.entries {
            // A missing value is a code or empty although it has a label.
            if settings.missing != MissingAs::Text && variable.is_user_missing(&entry.value) {
                continue;
            }
            let text = Some(entry.label.get(language).to_owned());
            let value = MissingValues::One(entry.value.clone());
            list.extend(key(&value, &variable.kind).map(|key| Substitute { key, text }));
        }
    }
    list
}

/// The values of a column of this kind that are declared; none where there are none.
fn key(values: &MissingValues, kind: &Kind) -> Option<Key> {
    let text = |value: &Value| match value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    };
    match (kind, values) {
        (Kind::Text, MissingValues::Reason) => None,
        (Kind::Text, MissingValues::One(value)) => text(value).map(Key::Text),
        (Kind::Text, MissingValues::Range { low, high }) => {
            Some(Key::Texts(low.as_ref().and_then(text), high.as_ref().and_then(text)))
        }
        _ => span(values, kind).map(Key::Numbers),
    }
}
