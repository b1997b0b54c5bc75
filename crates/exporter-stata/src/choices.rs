//! What may be chosen about a table in Stata.

use serde::Deserialize;

use crate::Version;

/// How a table is described: for which version of Stata, and what becomes of what it cannot hold.
///
/// As options of a format they are read from JSON, but for what the format knows itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct Choices {
    /// Version of Stata.
    #[serde(skip)]
    pub version: Version,
    /// Whether the rows are in delimited text that a do-file loads, and not in a file of Stata.
    #[serde(skip)]
    pub delimited: bool,
    /// Where storage types come from.
    pub storage: StorageOption,
    /// What becomes of whole numbers that a double does not hold exactly.
    pub large_integers: LargeIntegers,
    /// What becomes of decimals with more than 15 digits.
    pub decimals: Decimals,
    /// Which clock instants are written on.
    pub zone: ZoneOption,
    /// Whether instants count leap seconds (`%tC`).
    pub leap_seconds: bool,
    /// What becomes of texts too long for a fixed string.
    pub long_text: LongTextOption,
    /// Which texts that fit a fixed string become strL.
    pub strl: StrlOption,
}

impl Choices {
    /// The usual choices for a version.
    pub fn new(version: Version) -> Self {
        Self {
            version,
            delimited: false,
            storage: StorageOption::Keep,
            large_integers: LargeIntegers::Text,
            decimals: Decimals::Double,
            zone: ZoneOption::Utc,
            leap_seconds: false,
            long_text: LongTextOption::Strl,
            strl: StrlOption::Needed,
        }
    }
}

impl Default for Choices {
    fn default() -> Self {
        Self::new(Version::default())
    }
}

/// Where storage types come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum StorageOption {
    /// The type that the variable had in its Stata file, if it holds the values, else the smallest one.
    Keep,
    /// The smallest type that holds the values, declared or profiled.
    Smallest,
    /// The type that the variable had in its Stata file, else the declared kind alone, so that the structure never depends
    /// on the data.
    Declared,
}

/// What becomes of whole numbers that a double does not hold exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum LargeIntegers {
    /// The export stops.
    Error,
    /// They are rounded; the loss policy decides.
    Double,
    /// The variable becomes text.
    Text,
}

/// What becomes of decimals with more than 15 digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Decimals {
    /// They are rounded to a double.
    Double,
    /// The variable becomes text.
    Text,
}

/// Which clock instants (date-times with a zone) are written on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ZoneOption {
    /// Coordinated universal time.
    Utc,
    /// The wall clock of the variable's zone.
    Local,
}

/// What becomes of texts too long for a fixed string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum LongTextOption {
    /// The variable becomes strL; where the release has none, texts are cut.
    Strl,
    /// Texts are cut.
    Cut,
}

/// Which texts that fit a fixed string become strL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum StrlOption {
    /// None.
    Needed,
    /// Those whose variable takes fewer bytes so, variables of the sort order left out; where types follow the
    /// declared kind alone, none.
    Smaller,
}
