//! Options of reading.

use exporter_core::OptionInfo;
use serde::Deserialize;

use crate::mode::Mode;

/// Options of reading.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub struct Dxf2InputOptions {
    /// What becomes of a damaged file, and of what a server would refuse.
    pub mode: ReadMode,
    /// The version of DHIS2 whose rules hold in strict mode; the newest where it is empty.
    pub target: String,
    /// What a row of events is.
    pub events: Events,
    /// What columns of identifiers are.
    pub values: Values,
}

/// What becomes of a damaged file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ReadMode {
    /// All before the damage is read.
    #[default]
    Lenient,
    /// It is an error, and so is what a server would refuse.
    Strict,
}

/// What a row of events is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Events {
    /// An event, with a column for each data element.
    #[default]
    Wide,
    /// A data value of an event.
    Long,
}

/// What columns of identifiers are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Values {
    /// Identifiers.
    #[default]
    Ids,
    /// Identifiers, and a column with the names behind each of them.
    Names,
}

pub(super) static READ_OPTIONS: &[OptionInfo] = &[
    OptionInfo::choice(
        "mode",
        &["lenient", "strict"],
        "What becomes of a damaged file: lenient reads all before the damage, which is a loss; strict refuses it, and what a server would refuse.",
    )
    .default("lenient"),
    OptionInfo::text(
        "target",
        "The version of DHIS2 whose rules hold in strict mode, such as 2.38 or head; head when left out.",
    )
    .elsewhere(&["version"]),
    OptionInfo::choice(
        "events",
        &["wide", "long"],
        "What a row of events is: an event with a column for each data element, or a data value with all that is said of it.",
    )
    .default("wide"),
    OptionInfo::choice(
        "values",
        &["ids", "names"],
        "Whether a column with the names stands behind each column of identifiers; the names are those of the metadata given with --codebook.",
    )
    .default("ids"),
];

impl From<ReadMode> for Mode {
    fn from(mode: ReadMode) -> Self {
        match mode {
            ReadMode::Lenient => Self::Lenient,
            ReadMode::Strict => Self::Strict,
        }
    }
}
