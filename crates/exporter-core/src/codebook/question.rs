//! Questions: what was asked and under which conditions.

use serde::{Deserialize, Serialize};

use super::Text;

/// The question behind a variable.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Question {
    /// Its number in the questionnaire, such as "12a".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
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
    /// Which of the options are offered, as a condition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options_filter: Option<String>,
    /// Who answers it; none = the interviewer asks it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<QuestionScope>,
    /// Whether it must be answered.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// Whether its answer tells one interview from the others, as on a cover page.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub identifying: bool,
    /// Whether an interview is not complete without it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub critical: bool,
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
    /// What a failure is; none = an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<RuleSeverity>,
}

/// What the failure of a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RuleSeverity {
    /// The answer may stay.
    Warning,
    /// The answer is wrong.
    Error,
}

/// Who answers a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum QuestionScope {
    /// The interviewer, with the respondent.
    Interviewer,
    /// The supervisor.
    Supervisor,
    /// Whoever prepares the interview.
    Headquarters,
    /// Nobody: it holds what other parts of the questionnaire use.
    Hidden,
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
