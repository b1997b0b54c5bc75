//! Groups of variables.

use serde::{Deserialize, Serialize};

use super::{Text, Value};

/// Variables that belong together: a section, a multiple response set, a grid.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Group {
    /// Name, unique in its table.
    pub name: String,
    /// Label.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub label: Text,
    /// What binds the members.
    pub kind: GroupKind,
    /// Names of variables or of other groups of the table.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
}

/// What binds the members of a group.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum GroupKind {
    /// A section of the questionnaire.
    #[default]
    Section,
    /// One variable per option; an option counts as chosen when it has this value.
    MultipleDichotomy {
        /// The value that means "chosen".
        counted: Value,
    },
    /// Several variables that share the same options.
    MultipleCategory,
    /// Questions with the same answers.
    Grid,
}
