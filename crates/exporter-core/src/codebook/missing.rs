//! User-missing values: ordinary values that the codebook declares missing.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::{Text, Value};

/// A value, a range of values or a reason without a value that counts as missing.
///
/// In JSON `{ "value": 9, "label": "Refused", "letter": "a" }` or `{ "low": -9, "high": -1, … }`; a range without
/// `low` or `high` is open on that side. Without any of them, `{ "letter": "a", "label": "Refused" }`, it is a reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "MissingForm", into = "MissingForm")]
#[non_exhaustive]
pub struct Missing {
    /// Which values.
    pub values: MissingValues,
    /// The reason, such as "Refused".
    pub label: Text,
    /// The letter of Stata's and SAS's special missing values, `a` to `z`, or `_` of SAS's `._`, if one is fixed.
    pub letter: Option<char>,
}

/// One value, an inclusive range open where an end is `None`, or no value at all.
#[derive(Clone, Debug, PartialEq)]
pub enum MissingValues {
    /// A reason without a value of its own, such as Stata's `.a` or "not asked". The rows hold a null;
    /// [`crate::Scan::with_reasons`] delivers the reason beside it.
    Reason,
    /// Exactly this value.
    One(Value),
    /// All values from low to high, both included.
    Range {
        /// Smallest value; `None` = no lower end.
        low: Option<Value>,
        /// Largest value; `None` = no upper end.
        high: Option<Value>,
    },
}

impl Missing {
    /// Declares these values missing.
    pub fn new(values: MissingValues) -> Self {
        Self { values, label: Text::default(), letter: None }
    }

    /// Declares one value missing.
    pub fn value(value: impl Into<Value>) -> Self {
        Self::new(MissingValues::One(value.into()))
    }

    /// Declares a range missing, both ends included.
    pub fn range(low: Option<Value>, high: Option<Value>) -> Self {
        Self::new(MissingValues::Range { low, high })
    }

    /// Declares a reason for which the rows hold no value; it needs a letter or a label.
    pub fn reason() -> Self {
        Self::new(MissingValues::Reason)
    }

    /// Whether this is a reason without a value of its own.
    pub fn is_reason(&self) -> bool {
        self.values == MissingValues::Reason
    }

    /// Gives the reason.
    #[must_use]
    pub fn label(mut self, label: impl Into<Text>) -> Self {
        self.label = label.into();
        self
    }

    /// Fixes the letter of the extended missing value.
    #[must_use]
    pub fn letter(mut self, letter: char) -> Self {
        self.letter = Some(letter);
        self
    }

    /// Whether a value falls under this declaration; numbers compare by exact size, texts byte by byte.
    pub fn contains(&self, value: &Value) -> bool {
        match &self.values {
            MissingValues::Reason => false,
            MissingValues::One(one) => same(one, value),
            MissingValues::Range { low, high } => {
                low.as_ref().is_none_or(|low| ordered(low, value))
                    && high.as_ref().is_none_or(|high| ordered(value, high))
            }
        }
    }
}

fn same(a: &Value, b: &Value) -> bool {
    a.size_cmp(b) == Some(Ordering::Equal)
}

fn ordered(low: &Value, high: &Value) -> bool {
    matches!(low.size_cmp(high), Some(Ordering::Less | Ordering::Equal))
}

#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Missing"))]
#[serde(deny_unknown_fields)]
struct MissingForm {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    low: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    high: Option<Value>,
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    label: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    letter: Option<char>,
}

impl TryFrom<MissingForm> for Missing {
    type Error = String;

    fn try_from(form: MissingForm) -> Result<Self, String> {
        let values = match (form.value, form.low, form.high) {
            (Some(value), None, None) => MissingValues::One(value),
            (None, None, None) if form.letter.is_none() && form.label.is_empty() => {
                return Err(
                    "a missing value needs `value`, `low` and/or `high`, or as a reason `letter` or `label`"
                        .into(),
                );
            }
            (None, None, None) => MissingValues::Reason,
            (None, low, high) => MissingValues::Range { low, high },
            (Some(_), _, _) => return Err("a missing value has either `value` or a range, not both".into()),
        };
        Ok(Self { values, label: form.label, letter: form.letter })
    }
}

impl From<Missing> for MissingForm {
    fn from(missing: Missing) -> Self {
        let (value, low, high) = match missing.values {
            MissingValues::Reason => (None, None, None),
            MissingValues::One(value) => (Some(value), None, None),
            MissingValues::Range { low, high } => (None, low, high),
        };
        Self { value, low, high, label: missing.label, letter: missing.letter }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_has_a_letter_or_a_label_and_no_value() {
        let reason: Missing = serde_json::from_str(r#"{"letter": "a", "label": "Refused"}"#).unwrap();
        assert_eq!(reason, Missing::reason().letter('a').label("Refused"));
        assert!(reason.is_reason() && !reason.contains(&Value::Integer(1)));
        assert_eq!(serde_json::to_string(&reason).unwrap(), r#"{"label":"Refused","letter":"a"}"#);
        let error = serde_json::from_str::<Missing>("{}").unwrap_err().to_string();
        assert!(error.contains("letter"), "{error}");
    }
}
