//! The study as a whole.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Attribute, Text};

/// What a study is, who made it and how it may be used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Study {
    /// Identifier; also the base of metadata file names.
    pub id: String,
    /// Identifiers that others gave it, such as a DOI.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<Identifier>,
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
    /// Persons and bodies that wrote it: investigators, consultants.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<Agent>,
    /// Persons and bodies that made the study.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub producers: Vec<Agent>,
    /// Bodies that paid for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub funders: Vec<Agent>,
    /// Bodies that give the data out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub distributors: Vec<Agent>,
    /// Persons and bodies that gave the data to an archive.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub depositors: Vec<Agent>,
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
    /// The box round the places that the data is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounding_box: Option<BoundingBox>,
    /// When the data was collected, or the first time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collection_period: Option<CollectionPeriod>,
    /// When data was collected after that.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub further_collection_periods: Vec<CollectionPeriod>,
    /// Whom the study is about.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub universe: Text,
    /// What one observation is.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub analysis_unit: Text,
    /// Kinds of data, such as "sample survey data".
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub data_kinds: Vec<Text>,
    /// How observations were selected.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub sampling: Text,
    /// How to weight.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub weighting: Text,
    /// Modes of collection, such as "face-to-face interview".
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub collection_modes: Vec<Text>,
    /// Instruments, such as "structured questionnaire".
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub instruments: Vec<Text>,
    /// Programs that the data was collected and processed with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub software: Vec<Software>,
    /// How many of those asked have answered.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub response_rate: Text,
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
    /// Free attributes.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "super::json::unique")]
    pub attributes: BTreeMap<String, Attribute>,
}

/// An identifier and who gave it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Identifier {
    /// The identifier.
    pub id: String,
    /// The agency that gave it, such as `DOI` or an archive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agency: Option<String>,
}

/// A program.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Software {
    /// Name.
    pub name: String,
    /// Version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// ISO 8601 date of that version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
}

/// A box on the globe, in degrees: longitudes from -180 to 180, latitudes from -90 to 90. One whose west lies beyond its east
/// crosses the 180th meridian.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct BoundingBox {
    /// Longitude of the western side.
    pub west: f64,
    /// Longitude of the eastern side.
    pub east: f64,
    /// Latitude of the southern side.
    pub south: f64,
    /// Latitude of the northern side.
    pub north: f64,
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
    /// The wave or cycle that it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cycle: Option<String>,
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
