//! Documents that go with the data.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Text;

/// A questionnaire, translation, attachment or report.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Document {
    /// File name.
    pub name: String,
    /// What it is.
    pub kind: DocumentKind,
    /// Title.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// Media type, such as `application/pdf`.
    pub media_type: String,
    /// BCP 47 tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Its bytes, in JSON as base64.
    #[serde(skip_serializing_if = "Option::is_none", with = "super::json::base64")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub bytes: Option<Vec<u8>>,
    /// A file that is read on demand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// Where it is on the web; it is listed, never fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
}

/// What a document is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum DocumentKind {
    /// The questionnaire.
    Questionnaire,
    /// A translation of it.
    Translation,
    /// Anything shown or sent along.
    #[default]
    Attachment,
    /// A report about the data.
    Report,
}
