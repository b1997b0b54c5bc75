//! Values as SPSS stores them, and which of them it can declare missing.

use exporter_core::codebook::{self, Kind, MissingValues as Declared, Variable};
use exporter_core::missing::span;
use exporter_core::profile::Number;
use exporter_core::{Loss, LossCode};

use crate::limits::{MAX_MISSING_TEXT_BYTES, MAX_MISSING_VALUES};

/// Seconds from 1582-10-14, the epoch of SPSS, to 1970-01-01.
const EPOCH_SECONDS: i128 = 12_219_379_200;
/// Seconds of a day.
const DAY: f64 = 86_400.0;

/// A value as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number; dates and times are seconds.
    Number(f64),
    /// A text.
    Text(String),
}

/// What is declared missing: three values, or a range and one value.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct MissingValues {
    /// Smallest and largest number of a range, which is open where an end is `None`.
    pub range: Option<(Option<f64>, Option<f64>)>,
    /// Single values.
    pub values: Vec<Value>,
}

impl Value {
    /// A value of the codebook as it is stored in a variable of `kind`, if it can be.
    pub(crate) fn of(value: &codebook::Value, kind: &Kind) -> Option<Self> {
        match (value, kind) {
            (codebook::Value::Text(text), kind) if is_text(kind) => Some(Self::Text(text.clone())),
            (_, kind) if is_text(kind) => None,
            (_, Kind::Date | Kind::DateTime { .. } | Kind::Time(_)) => {
                let Number::Integer(count) = span(&Declared::One(value.clone()), kind)?.low else {
                    return None;
                };
                Some(Self::Number(seconds(count, kind)))
            }
            (codebook::Value::Boolean(truth), _) => Some(Self::Number(f64::from(u8::from(*truth)))),
            (value, _) => value.as_f64().map(Self::Number),
        }
    }

    fn number(value: &codebook::Value, kind: &Kind) -> Option<f64> {
        match Self::of(value, kind)? {
            Self::Number(number) => Some(number),
            Self::Text(_) => None,
        }
    }
}

/// Days or ticks of a date, a date-time or a time of day in seconds.
fn seconds(count: i128, kind: &Kind) -> f64 {
    match kind {
        Kind::DateTime { unit, .. } => {
            let per_second = i128::from(unit.per_second());
            (count + EPOCH_SECONDS * per_second) as f64 / per_second as f64
        }
        Kind::Time(unit) => count as f64 / unit.per_second() as f64,
        _ => count as f64 * DAY + EPOCH_SECONDS as f64,
    }
}

/// Whether a variable holds text; nested values are JSON and bytes base64.
pub(crate) fn is_text(kind: &Kind) -> bool {
    matches!(kind, Kind::Text | Kind::Binary | Kind::Structure(_) | Kind::List(_) | Kind::Map { .. })
}

impl MissingValues {
    /// What of a variable's missing values can be declared.
    pub(crate) fn of(variable: &Variable, losses: &mut Vec<Loss>) -> Self {
        let kind = &variable.kind;
        let mut ranges = Vec::new();
        let mut values = Vec::new();
        for missing in &variable.missing {
            match &missing.values {
                Declared::One(value) => values.extend(Value::of(value, kind).filter(|value| match value {
                    Value::Number(_) => true,
                    Value::Text(text) => text.len() <= MAX_MISSING_TEXT_BYTES,
                })),
                Declared::Range { low, high } if !is_text(kind) => {
                    let end = |end: &Option<codebook::Value>| match end {
                        Some(value) => Value::number(value, kind).map(Some),
                        None => Some(None),
                    };
                    ranges.extend(end(low).zip(end(high)));
                }
                Declared::Range { .. } | Declared::Reason => {}
            }
        }
        let room = if ranges.is_empty() { MAX_MISSING_VALUES } else { 1 };
        values.truncate(room);
        let range = ranges.into_iter().next();
        let declared = variable.missing.iter().filter(|missing| !missing.is_reason()).count();
        let dropped = declared - values.len() - usize::from(range.is_some());
        if dropped > 0 {
            let action = "SPSS takes three missing values, or a range and one value";
            losses.push(Loss::new(LossCode::MISSING_DROPPED, action).count(dropped as u64));
        }
        Self { range, values }
    }

    /// Whether nothing is declared.
    pub fn is_empty(&self) -> bool {
        self.range.is_none() && self.values.is_empty()
    }
}
