//! Groups of variables.

use serde::{Deserialize, Serialize};

use super::{Question, Text, ValidationRule, Value};

/// Variables that belong together, such as a section, a multiple response set or a grid, or a text of the questionnaire.
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
    /// What is shown with it, such as the text of a static text.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub text: Text,
    /// Instructions to the interviewer.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub instructions: Text,
    /// Under which condition it is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enablement: Option<String>,
    /// Rules that are checked where it stands, as static texts have them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub validations: Vec<ValidationRule>,
    /// The one question that all its variables answer together, as those of a multiple response set do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<Box<Question>>,
    /// Where the labels of a multiple response set come from; none = from the set and the labels of its variables.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label_source: Option<LabelSource>,
    /// Identifier in the collecting system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_id: Option<String>,
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
    /// A text between questions, without members.
    StaticText,
    /// Variables that are looked at together, such as a variable set of SPSS.
    Set,
}

/// Where the labels of a multiple response set come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum LabelSource {
    /// The options are called by the labels of the counted values.
    CountedValues,
    /// The same, and the set is called by the label of its first variable.
    FirstVariable,
}
