//! Value-label sets: named, ordered maps from value to text.

use std::fmt;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::{Text, Value};

/// One value and its label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ValueLabel {
    /// The value as it stands in the data.
    pub value: Value,
    /// What it means.
    pub label: Text,
    /// The answer to another question under which it is offered, as in cascading options.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Value>,
}

/// An ordered map from value to text, shared by variables.
///
/// JSON writes a list of `{ "value", "label" }`; a map from value to label is read too, its keys
/// being whole numbers when all of them look like whole numbers, else numbers, else texts.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
#[non_exhaustive]
pub struct ValueLabels {
    /// Values and labels in the order they are shown.
    pub entries: Vec<ValueLabel>,
}

impl ValueLabel {
    /// A value and what it means.
    pub fn new(value: impl Into<Value>, label: impl Into<Text>) -> Self {
        Self { value: value.into(), label: label.into(), parent: None }
    }

    /// Sets the answer to another question under which it is offered.
    #[must_use]
    pub fn with_parent(mut self, parent: impl Into<Value>) -> Self {
        self.parent = Some(parent.into());
        self
    }
}

impl From<Vec<ValueLabel>> for ValueLabels {
    fn from(entries: Vec<ValueLabel>) -> Self {
        Self { entries }
    }
}

impl ValueLabels {
    /// An empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a value and its label.
    #[must_use]
    pub fn with(mut self, value: impl Into<Value>, label: impl Into<Text>) -> Self {
        self.entries.push(ValueLabel::new(value, label));
        self
    }

    /// The label of a value.
    pub fn get(&self, value: &Value) -> Option<&Text> {
        self.entries.iter().find(|entry| &entry.value == value).map(|entry| &entry.label)
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many values are labelled.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Makes typed values of map keys, which are always text.
    fn from_keys(pairs: Vec<(String, Text)>) -> Self {
        let integers: Option<Vec<i64>> = pairs.iter().map(|(key, _)| whole_number(key)).collect();
        let floats: Option<Vec<f64>> = pairs.iter().map(|(key, _)| decimal_number(key)).collect();
        let values: Vec<Value> = match (integers, floats) {
            (Some(integers), _) => integers.into_iter().map(Value::Integer).collect(),
            (None, Some(floats)) => floats.into_iter().map(Value::Float).collect(),
            (None, None) => pairs.iter().map(|(key, _)| Value::Text(key.clone())).collect(),
        };
        let entries =
            values.into_iter().zip(pairs).map(|(value, (_, label))| ValueLabel::new(value, label)).collect();
        Self { entries }
    }
}

/// A key such as `7` or `-7`, but not `007` or `+7`, which are codes in text.
fn whole_number(key: &str) -> Option<i64> {
    key.parse::<i64>().ok().filter(|number| number.to_string() == key)
}

/// A key such as `0.5`, but not `01` or `1e400`.
fn decimal_number(key: &str) -> Option<f64> {
    let digits = key.trim_start_matches('-');
    let padded = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    key.parse().ok().filter(|number: &f64| number.is_finite() && !padded)
}

impl<'de> Deserialize<'de> for ValueLabels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = ValueLabels;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map from value to label, or a list of { value, label }")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<ValueLabels, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = seq.next_element()? {
                    entries.push(entry);
                }
                Ok(ValueLabels { entries })
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ValueLabels, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(ValueLabels::from_keys(pairs))
            }
        }
        deserializer.deserialize_any(Entries)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for ValueLabels {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ValueLabels".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let list = generator.subschema_for::<Vec<ValueLabel>>();
        let map = generator.subschema_for::<std::collections::BTreeMap<String, Text>>();
        schemars::json_schema!({
            "description": "Values and their labels: a list of { value, label }, or a map from value to label.",
            "anyOf": [list, map]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn map_keys_become_the_narrowest_kind_that_fits_all() {
        let parse = |json| serde_json::from_str::<ValueLabels>(json).unwrap().entries.remove(0).value;
        assert_eq!(parse(r#"{"0": "No", "1": "Yes"}"#), Value::Integer(0));
        assert_eq!(parse(r#"{"0.5": "half", "1": "one"}"#), Value::Float(0.5));
        assert_eq!(parse(r#"{"01": "first", "2": "second"}"#), Value::Text("01".into()));
        assert_eq!(parse(r#"{"a": "A", "2": "second"}"#), Value::Text("a".into()));
    }

    #[test]
    fn order_is_kept() {
        let labels: ValueLabels = serde_json::from_str(r#"{"2": "b", "1": "a"}"#).unwrap();
        assert_eq!(labels, ValueLabels::new().with(2, "b").with(1, "a"));
        let again = serde_json::to_string(&labels).unwrap();
        assert_eq!(serde_json::from_str::<ValueLabels>(&again).unwrap(), labels);
    }
}
