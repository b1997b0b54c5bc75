//! Variables: one column each.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Kind, Missing, Question, Text, Value};

/// One column: its name, what it holds and what is known about it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Variable {
    /// Name as given, unique in its table.
    pub name: String,
    /// Label.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub label: Text,
    /// What the values are.
    pub kind: Kind,
    /// Unit of measurement, such as "kg".
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub unit: Text,
    /// Level of measurement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measure: Option<Measure>,
    /// Role in analysis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// How values are shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<DisplayFormat>,
    /// How values are written, where that is not how they are shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub write_format: Option<DisplayFormat>,
    /// Alignment in a data view.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alignment: Option<Alignment>,
    /// Width of the column in a data view, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column_width: Option<u32>,
    /// Name of the value-label set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<String>,
    /// Whether the values are the texts of its value-label set, in their order, and the numbers only their positions from 1:
    /// a factor of R, a categorical of pandas or polars.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub categorical: bool,
    /// User-missing values and ranges.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Missing>,
    /// The question that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<Box<Question>>,
    /// Whom the variable is about.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub universe: Text,
    /// The concept it measures.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub concept: Text,
    /// How it was computed.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub derivation: Text,
    /// Whether the variable is a weight.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub weight: bool,
    /// Name of the variable of the table that it is weighted by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weighted_by: Option<String>,
    /// How much it says about a person.
    #[serde(skip_serializing_if = "Sensitivity::is_none")]
    pub sensitivity: Sensitivity,
    /// Notes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Text>,
    /// Free attributes.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "super::json::unique")]
    pub attributes: BTreeMap<String, Attribute>,
    /// Facts that spare a pass over the data.
    #[serde(skip_serializing_if = "DeclaredFacts::is_empty")]
    pub facts: DeclaredFacts,
}

/// Level of measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Measure {
    /// Names without order.
    Nominal,
    /// Ordered categories.
    Ordinal,
    /// Numbers with distances.
    Scale,
}

/// Role in analysis, as SPSS names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Predictor.
    Input,
    /// Outcome.
    Target,
    /// Predictor and outcome.
    Both,
    /// Neither.
    None,
    /// Marks training and test parts.
    Partition,
    /// Splits the file.
    Split,
}

/// How values are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct DisplayFormat {
    /// Characters, the decimals included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Digits after the decimal mark.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u32>,
    /// Style of the number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style: Option<DisplayStyle>,
    /// The exact format in a program's own words, by program (`stata`, `spss`), when it came from there.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "super::json::unique")]
    pub native: BTreeMap<String, String>,
}

/// Style of a displayed number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum DisplayStyle {
    /// The program's general style.
    General,
    /// A fixed number of decimals.
    Fixed,
    /// Grouped thousands.
    Grouped,
    /// With an exponent.
    Scientific,
    /// A percentage.
    Percent,
    /// With a currency sign.
    Currency,
    /// Padded with zeros to the width.
    Padded,
}

/// Alignment in a data view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Alignment {
    /// Left.
    Left,
    /// Centre.
    Centre,
    /// Right.
    Right,
}

/// How much a variable says about a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Sensitivity {
    /// Nothing personal.
    #[default]
    None,
    /// Personal, but not identifying alone.
    Personal,
    /// Identifies a person directly.
    DirectIdentifier,
}

impl Sensitivity {
    fn is_none(&self) -> bool {
        *self == Sensitivity::None
    }
}

/// A free attribute: a string or a list of strings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged, expecting = "a text or a list of texts")]
pub enum Attribute {
    /// One value.
    One(String),
    /// Several values.
    Many(Vec<String>),
}

impl Attribute {
    /// Its values.
    pub fn values(&self) -> &[String] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }
}

/// Facts about a column that its owner guarantees.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct DeclaredFacts {
    /// No text is longer than this many bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_bytes: Option<u64>,
    /// No value is smaller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<Value>,
    /// No value is larger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<Value>,
    /// By program, the type of the variable in its file, such as `str20` for `stata`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub storage: BTreeMap<String, String>,
    /// The numbers that stand for its reasons, in their order, in the file of SPSS that it comes from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reason_numbers: Vec<f64>,
    /// The name that it has in the file it is read from, where that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_in_file: Option<String>,
}

impl DeclaredFacts {
    /// What of these is about files: types and numbers that variables had there, and not what their rows hold.
    #[must_use]
    pub fn of_files(&mut self) -> Self {
        let (storage, reason_numbers) =
            (std::mem::take(&mut self.storage), std::mem::take(&mut self.reason_numbers));
        Self { storage, reason_numbers, ..Self::default() }
    }

    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Variable {
    /// Whether it declares a reason without a value of its own, see [`super::MissingValues::Reason`].
    pub fn has_reasons(&self) -> bool {
        self.missing.iter().any(Missing::is_reason)
    }

    /// Whether a value counts as missing by declaration.
    pub fn is_user_missing(&self, value: &Value) -> bool {
        self.missing.iter().any(|missing| missing.contains(value))
    }
}
