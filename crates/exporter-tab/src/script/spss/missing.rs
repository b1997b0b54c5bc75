//! Values in commands, and user-missing values.

use exporter_core::codebook::{Missing, MissingValues, Value, Variable};
use exporter_core::{Loss, LossCode};

use super::super::Page;
use super::super::description::{Column, number};
use super::text::{command, quoted};

/// Bytes of a text value that can be declared missing or labelled by syntax.
const SHORT_TEXT_BYTES: usize = 8;

/// SPSS takes three values, or a range and one value.
pub(super) fn missing(page: &mut Page<'_>, variable: &Variable, name: &str) {
    let numeric = Column::of(variable) != Column::Text;
    let mut values = Vec::new();
    let mut ranges = Vec::new();
    let mut impossible = 0;
    for missing in &variable.missing {
        match range_or_value(missing, numeric) {
            Some((text, true)) => ranges.push(text),
            Some((text, false)) => values.push(text),
            None => impossible += 1,
        }
    }
    let room = if ranges.is_empty() { 3 } else { 1 };
    let dropped = values.len().saturating_sub(room) + ranges.len().saturating_sub(1) + impossible;
    if dropped > 0 {
        let action = "SPSS takes three missing values, or a range and one value";
        let loss = Loss::new(LossCode::MISSING_DROPPED, action);
        page.loss(loss.variable(&variable.name).count(dropped as u64));
    }
    ranges.truncate(1);
    values.truncate(room);
    ranges.extend(values);
    if !ranges.is_empty() {
        page.push(&command(&format!("MISSING VALUES {name} ({})", ranges.join(", ")), &[]));
    }
}

/// A value as syntax writes it, if it can.
pub(super) fn literal(value: &Value, numeric: bool) -> Option<String> {
    match (value, numeric) {
        (Value::Text(text), false) if text.len() <= SHORT_TEXT_BYTES => Some(quoted(text)),
        (Value::Boolean(value), true) => Some(u8::from(*value).to_string()),
        (value, true) => value.as_f64().map(number),
        _ => None,
    }
}

/// A declaration in SPSS's words and whether it is a range.
fn range_or_value(missing: &Missing, numeric: bool) -> Option<(String, bool)> {
    match &missing.values {
        MissingValues::One(value) => Some((literal(value, numeric)?, false)),
        MissingValues::Range { low, high } if numeric => {
            let end = |value: &Option<Value>, open: &str| match value {
                Some(value) => value.as_f64().map(number),
                None => Some(open.to_owned()),
            };
            Some((format!("{} THRU {}", end(low, "LOWEST")?, end(high, "HIGHEST")?), true))
        }
        MissingValues::Range { .. } | MissingValues::Reason => None,
    }
}
