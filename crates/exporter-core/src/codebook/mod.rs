//! The codebook: a study's description, independent of any format and of Arrow.
//!
//! Its JSON is a public, versioned format (`"codebook": 1`); the JSON Schema in the repository is
//! generated from these structs (feature `schema`).

mod builder;
mod categories;
mod document;
mod excerpt;
mod group;
mod json;
mod kind;
mod languages;
mod missing;
mod period;
mod question;
mod roster;
#[cfg(feature = "schema")]
mod schema;
mod setting;
mod study;
mod table;
mod text;
mod validate;
mod value;
mod value_labels;
mod variable;
mod whole_numbers;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use document::{Document, DocumentKind};
pub use group::{Group, GroupKind, LabelSource};
pub use kind::{Field, Kind, TimeUnit};
pub use missing::{Missing, MissingValues};
pub use period::Period;
pub use question::{Question, QuestionKind, QuestionScope, RuleSeverity, ValidationRule};
pub use roster::{Roster, RosterSource};
#[cfg(feature = "schema")]
pub use schema::json_schema;
pub use setting::rename_in_settings;
pub use study::{
    Agent, BoundingBox, CollectionPeriod, Identifier, RelatedMaterial, Series, Software, Study, StudyVersion,
};
pub use table::{Parent, SortKey, Table, TableKind};
pub use text::{Language, Text};
pub use validate::RULES;
pub use value::Value;
pub use value_labels::{ValueLabel, ValueLabels};
pub use variable::{
    Alignment, Attribute, DeclaredFacts, DisplayFormat, DisplayStyle, Measure, Role, Sensitivity, Variable,
};
pub use whole_numbers::check_whole_numbers;

/// The version of the codebook's JSON this crate writes.
pub const CODEBOOK_VERSION: u32 = 1;

/// A study's description: study, tables, variables, value labels, groups and documents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Codebook {
    /// Version of this format: 1.
    #[serde(rename = "codebook", deserialize_with = "json::version")]
    pub version: u32,
    /// The study as a whole.
    #[serde(default)]
    pub study: Study,
    /// Tables in the order they are exported.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<Table>,
    /// Value-label sets by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "json::unique")]
    pub value_labels: BTreeMap<String, ValueLabels>,
    /// Documents that go with the data.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Document>,
}

impl Default for Codebook {
    fn default() -> Self {
        Self {
            version: CODEBOOK_VERSION,
            study: Study::default(),
            tables: Vec::new(),
            value_labels: BTreeMap::new(),
            documents: Vec::new(),
        }
    }
}

impl Codebook {
    /// The table with this name and its position.
    pub fn table(&self, name: &str) -> Option<(usize, &Table)> {
        self.tables.iter().enumerate().find(|(_, table)| table.name == name)
    }

    /// The value-label set that a variable uses.
    pub fn value_labels_of(&self, variable: &Variable) -> Option<&ValueLabels> {
        self.value_labels.get(variable.labels.as_deref()?)
    }

    /// The study's default language, if it names any.
    pub fn default_language(&self) -> Option<&str> {
        self.study.languages.first().map(String::as_str)
    }

    /// How to pick texts for one wanted language (`None` = the default language).
    pub fn language<'a>(&'a self, wanted: Option<&'a str>) -> Language<'a> {
        Language { wanted, default: self.default_language() }
    }
}
