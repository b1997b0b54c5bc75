//! The study as a whole.

use serde::{Deserialize, Serialize};

use super::Text;

/// What a study is, who made it and how it may be used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Study {
    /// Identifier; also the base of metadata file names.
    pub id: String,
    /// Version of the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<StudyVersion>,
    /// Title.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub title: Text,
    /// Abstract.
    #[serde(rename = "abstract", skip_serializing_if = "Text::is_empty")]
    pub summary: Text,
    /// BCP 47 tags of the texts' languages; the first is the default.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// Persons and bodies that made the study.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub producers: Vec<Agent>,
    /// Bodies that paid for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub funders: Vec<Agent>,
    /// Whom to ask.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Agent>,
    /// Keywords.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<Text>,
    /// Countries, as ISO 3166 codes or names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<String>,
    /// Geographic coverage.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub geography: Text,
    /// When the data was collected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collection_period: Option<CollectionPeriod>,
    /// Whom the study is about.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub universe: Text,
    /// What one observation is.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub analysis_unit: Text,
    /// How observations were selected.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub sampling: Text,
    /// How to weight.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub weighting: Text,
    /// Licence of the data.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub licence: Text,
    /// Conditions of access.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub access: Text,
    /// How to cite.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub citation: Text,
    /// The series the study belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub series: Option<Series>,
    /// Related materials.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related_materials: Vec<RelatedMaterial>,
    /// Notes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Text>,
}

/// Version of the data.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct StudyVersion {
    /// Version number or name.
    pub number: String,
    /// ISO 8601 date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// What changed.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub notes: Text,
}

/// A person or body.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Agent {
    /// Name.
    pub name: String,
    /// Affiliation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub affiliation: Option<String>,
    /// Abbreviation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub abbreviation: Option<String>,
    /// Role in the study.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Email address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Web address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
}

/// First and last day of collection.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct CollectionPeriod {
    /// ISO 8601 date, possibly only year or month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// ISO 8601 date, possibly only year or month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
}

/// A series of studies.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Series {
    /// Name of the series.
    pub name: Text,
    /// What it is.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub description: Text,
}

/// A report, site or study that goes with this one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct RelatedMaterial {
    /// Title.
    pub title: Text,
    /// Web address or identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// What it is to this study.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relation: Option<String>,
}
