//! Options of the writer and their table.

use exporter_core::OptionInfo;
use exporter_stata::Choices;
use serde::Deserialize;

use crate::spec::Release;

/// How a `.dta` is written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct DtaOptions {
    /// Release of the format.
    pub release: ReleaseOption,
    /// What becomes of the table; its version is that of the release.
    #[serde(flatten)]
    pub choices: Choices,
    /// Whether equal long texts are stored once.
    pub share_strl: bool,
    /// Whether the codebook is kept in a characteristic where it says more than the file does.
    pub codebook: bool,
    /// Whether the time of writing stands in the file.
    pub timestamp: bool,
}

impl Default for DtaOptions {
    fn default() -> Self {
        let (release, choices) = (ReleaseOption::Auto, Choices::default());
        Self { release, choices, share_strl: false, codebook: true, timestamp: true }
    }
}

impl DtaOptions {
    /// What becomes of the table in a file of `release`.
    pub(crate) fn choices(&self, release: Release) -> Choices {
        let mut choices = self.choices.clone();
        choices.version = release.version();
        choices
    }
}

/// Release of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub enum ReleaseOption {
    /// 118, or 119 for more than 32,767 variables.
    #[serde(rename = "auto")]
    Auto,
    /// Stata/MP 15 and later.
    #[serde(rename = "119")]
    V119,
    /// Stata 14 and later.
    #[serde(rename = "118")]
    V118,
    /// Stata 13.
    #[serde(rename = "117")]
    V117,
    /// Stata 12.
    #[serde(rename = "115")]
    V115,
    /// Stata 10 and 11.
    #[serde(rename = "114")]
    V114,
    /// Stata 8 and 9.
    #[serde(rename = "113")]
    V113,
}

impl ReleaseOption {
    /// Release for a table of so many variables.
    pub fn for_variables(self, count: usize) -> Release {
        match self {
            Self::Auto if count as u64 > Release::V118.max_variables() => Release::V119,
            Self::Auto | Self::V118 => Release::V118,
            Self::V119 => Release::V119,
            Self::V117 => Release::V117,
            Self::V115 => Release::V115,
            Self::V114 => Release::V114,
            Self::V113 => Release::V113,
        }
    }
}

/// The table of options, as the struct spells them.
pub(crate) static OPTIONS: &[OptionInfo] = &[
    OptionInfo::choice(
        "release",
        &["auto", "119", "118", "117", "115", "114", "113"],
        "Release of the format: 118 is read by Stata 14 and later, 117 by 13, 115 by 12, 114 by 10, 113 by 8; \
         auto is 118, and 119 for more than 32,767 variables.",
    )
    .default("auto"),
    OptionInfo::choice(
        "storage",
        &["keep", "smallest", "declared"],
        "Keep the type that a variable had in its Stata file and take the smallest that holds the values for others, take \
         the smallest for all, or the type of the file or of the declared kind whatever the values.",
    )
    .default("keep"),
    OptionInfo::choice(
        "large-integers",
        &["text", "double", "error"],
        "How a variable with whole numbers beyond 9,007,199,254,740,992 is stored: as text, as a rounded double, \
         or not at all (an error).",
    )
    .default("text"),
    OptionInfo::choice(
        "decimals",
        &["double", "text"],
        "How decimals with more than 15 digits are stored: as a rounded double, or as text.",
    )
    .default("double"),
    OptionInfo::choice(
        "zone",
        &["utc", "local"],
        "Write date-times that have a zone in UTC or on the wall clock of their zone; a note says which.",
    )
    .default("utc"),
    OptionInfo::boolean(
        "leap-seconds",
        "Count leap seconds in date-times that have a zone (%tC), as is always done for those whose given format \
         is %tC.",
    )
    .default("false"),
    OptionInfo::choice(
        "long-text",
        &["strl", "cut"],
        "Texts beyond 2,045 bytes become strL, or are cut; releases before 117 cut at 244.",
    )
    .default("strl"),
    OptionInfo::choice(
        "strl",
        &["needed", "smaller"],
        "Texts become strL only where a fixed string cannot hold them, or also where the file becomes smaller \
         so (long, mostly empty texts); Stata cannot sort or merge by strL.",
    )
    .default("needed"),
    OptionInfo::boolean(
        "share-strl",
        "Store equal long texts once; Stata reads such a file, but its own checker reports it as faulty.",
    )
    .default("false"),
    OptionInfo::boolean(
        "codebook",
        "Keep the codebook in a characteristic where Stata has no place for all of it (kinds, questions, groups, \
         original names).",
    )
    .default("true"),
    OptionInfo::boolean("timestamp", "Write the time of writing into the file.").default("true"),
];
