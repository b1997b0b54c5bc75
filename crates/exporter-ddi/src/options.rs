//! Options of writing and reading.

use exporter_core::OptionInfo;
use serde::Deserialize;

use crate::structure::Version;

/// Options of a document.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub struct DdiOptions {
    /// Version of DDI Codebook.
    pub version: Version,
    /// Whose habits it is written for.
    pub profile: Profile,
    /// What is told of the values.
    pub statistics: StatisticsOption,
    /// Counts below this number are left out.
    pub threshold: u64,
    /// Extension of the data files whose names and values the document has; empty for those that come first.
    pub file: String,
}

/// Whose habits a document is written for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Profile {
    /// All languages in one document.
    #[default]
    Standard,
    /// The catalogues of the World Bank: one document a language.
    Nada,
    /// Dataverse: no language on the root, persistent identifiers first.
    Dataverse,
    /// Data archives of CESSDA: an abstract, a distributor, agencies of identifiers and a web address.
    Archive,
    /// Readers of IPUMS extracts: one table in one language, with what these need.
    Ipums,
    /// Readers of the Open Data Format: one table, named by itself.
    Odf,
}

/// What is told of the values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum StatisticsOption {
    /// Nothing.
    None,
    /// How many are valid, and how often categories occur.
    Counts,
    /// These, smallest and largest values, means and deviations.
    #[default]
    Full,
}

/// Where labels of values are looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum LabelsFrom {
    /// In the categories.
    #[default]
    Categories,
    /// Also in the coding instructions, line by line.
    CodInstr,
}

impl Default for DdiOptions {
    fn default() -> Self {
        let (version, profile, statistics, threshold, file) = Default::default();
        Self { version, profile, statistics, threshold, file }
    }
}

/// What is told of the values, as an option.
pub const STATISTICS: OptionInfo = OptionInfo::choice(
    "statistics",
    &["none", "counts", "full"],
    "No statistics, counts only, or also range, mean and standard deviation.",
)
.default("full");

/// Which counts are left out, as an option.
pub const THRESHOLD: OptionInfo = OptionInfo::integer(
    "threshold",
    "Leave out counts from 1 to below this number, and others from which they could be computed.",
)
.default("0");

/// The table of [`DdiOptions`].
pub(crate) static OPTIONS: &[OptionInfo] = &[
    OptionInfo::choice("version", &["2.5", "2.6"], "Version of DDI Codebook; 2.5 is also valid as 2.5.1.").default("2.5"),
    OptionInfo::choice(
        "profile",
        &["standard", "nada", "dataverse", "archive", "ipums", "odf"],
        "Write for any reader, for NADA catalogues (a document for each language), Dataverse (no language on the root), archives of \
         CESSDA, readers of IPUMS extracts or of the Open Data Format (both take one table).",
    )
    .default("standard"),
    STATISTICS,
    THRESHOLD,
    OptionInfo::text(
        "file",
        "Extension of the data files (such as dta) whose names of columns and values the document has; by default those of \
         the format that comes first.",
    ),
];

/// The table of [`crate::DdiInputOptions`].
pub(crate) static READ_OPTIONS: &[OptionInfo] = &[OptionInfo::choice(
    "labels",
    &["categories", "codinstr"],
    "labels of values from the categories alone, or also from lines such as `0 = Unknown` in the coding instructions (codInstr); for --codebook, first \
     export the document to a codebook with this option",
)
.default("categories")];
