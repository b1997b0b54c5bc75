//! Questions: what was asked and under which conditions.

use serde::{Deserialize, Serialize};

use super::Text;

/// The question behind a variable.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Question {
    /// The literal text.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub text: Text,
    /// Text before the question.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub pre_text: Text,
    /// Text after the question.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub post_text: Text,
    /// Instructions to the interviewer.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub instructions: Text,
    /// Under which condition it is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enablement: Option<String>,
    /// Rules its answer must satisfy.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub validations: Vec<ValidationRule>,
    /// How it is answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<QuestionKind>,
    /// Identifier in the collecting system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_id: Option<String>,
}

/// A condition an answer must satisfy and what is said otherwise.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ValidationRule {
    /// The condition in the collecting system's language.
    pub condition: String,
    /// What is shown when it fails.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub message: Text,
}

/// How a question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum QuestionKind {
    /// One option.
    Single,
    /// Several options.
    Multiple,
    /// Yes or no for each option.
    YesNo,
    /// Options in order of choice.
    Ordered,
    /// A number.
    Numeric,
    /// A text.
    Text,
    /// A list of texts.
    TextList,
    /// A position.
    Gps,
    /// A line or area.
    Geography,
    /// A day.
    Date,
    /// The date-time of answering.
    Timestamp,
    /// A scanned code.
    Barcode,
    /// A photo.
    Picture,
    /// A recording.
    Audio,
    /// A video.
    Video,
    /// A file.
    File,
}
