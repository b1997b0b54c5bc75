//! Attributes as haven sets them.

use exporter_core::codebook::{MissingValues, Value, Variable};
use exporter_core::doubles::shown;
use exporter_core::{Loss, LossCode};

use super::super::Page;
use super::super::description::LoadedColumn;
use super::text::quoted;

/// Everything about one variable.
pub(super) fn describe(page: &mut Page<'_>, variable: &Variable, column: &str) {
    match LoadedColumn::of(variable) {
        LoadedColumn::Small | LoadedColumn::Number => labels(page, variable, column, "double"),
        LoadedColumn::Text => labels(page, variable, column, "character"),
        _ => missing_loss(page, variable, declared(variable), "only numbers and texts have missing values"),
    }
    let label = variable.label.get(page.description.language);
    if !label.is_empty() {
        page.line(format!("attr({column}, \"label\") <- {}", quoted(label)));
    }
    if let Some(native) = variable.format.as_ref().and_then(|format| format.native.get("spss")) {
        page.line(format!("attr({column}, \"format.spss\") <- {}", quoted(native)));
    }
}

/// How many values or ranges are declared missing; the rows hold no reasons.
fn declared(variable: &Variable) -> usize {
    variable.missing.iter().filter(|missing| !missing.is_reason()).count()
}

fn missing_loss(page: &mut Page<'_>, variable: &Variable, lost: usize, action: &str) {
    if lost > 0 {
        let loss = Loss::new(LossCode::MISSING_DROPPED, action);
        page.loss(loss.variable(&variable.name).count(lost as u64));
    }
}

/// A value as R writes it in a column of this type, if it can.
fn literal(value: &Value, kind: &str) -> Option<String> {
    match (value, kind) {
        (Value::Text(text), "character") => Some(quoted(text)),
        (value, "double") => value.as_f64().map(shown),
        _ => None,
    }
}

/// Labels of values, missing values and the class that goes with them.
fn labels(page: &mut Page<'_>, variable: &Variable, column: &str, kind: &str) {
    let labels: Vec<String> = page
        .description
        .labelled(variable)
        .into_iter()
        .filter_map(|(value, label)| Some(format!("  {} = {}", quoted(label), literal(value, kind)?)))
        .collect();
    let mut values = Vec::new();
    let mut ranges = Vec::new();
    for missing in &variable.missing {
        match &missing.values {
            MissingValues::One(value) => values.extend(literal(value, kind)),
            MissingValues::Range { low, high } if kind == "double" => {
                let end = |end: &Option<Value>, open: &str| match end {
                    Some(value) => value.as_f64().map(shown),
                    None => Some(open.to_owned()),
                };
                let ends = end(low, "-Inf").zip(end(high, "Inf"));
                ranges.extend(ends.map(|(low, high)| format!("c({low}, {high})")));
            }
            MissingValues::Range { .. } | MissingValues::Reason => {}
        }
    }
    let lost = declared(variable) - values.len() - ranges.len().min(1);
    missing_loss(page, variable, lost, "haven keeps values and one range");
    if !labels.is_empty() {
        page.line(format!("attr({column}, \"labels\") <- c("));
        page.line(labels.join(",\n"));
        page.line(")");
    }
    if !values.is_empty() {
        page.line(format!("attr({column}, \"na_values\") <- c({})", values.join(", ")));
    }
    if let Some(range) = ranges.first() {
        page.line(format!("attr({column}, \"na_range\") <- {range}"));
    }
    let spss = if values.is_empty() && ranges.is_empty() { "" } else { "\"haven_labelled_spss\", " };
    if !spss.is_empty() || !labels.is_empty() {
        page.line(format!("class({column}) <- c({spss}\"haven_labelled\", \"vctrs_vctr\", \"{kind}\")"));
    }
}

/// Everything about the table.
pub(super) fn table(page: &mut Page<'_>, frame: &str) {
    let table = page.description.table;
    let label = table.label.get(page.description.language);
    if !label.is_empty() {
        page.line(format!("attr({frame}, \"label\") <- {}", quoted(label)));
    }
    // The file tells empty texts from null by their quotes, which R does not mind.
    if table.variables.iter().any(|variable| LoadedColumn::of(variable) == LoadedColumn::Text) {
        page.loss(Loss::new(LossCode::NULL_TEXT, "empty texts become NA"));
    }
}
