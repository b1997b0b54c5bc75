//! What becomes of a table where SPSS leaves a choice.

use encoding_rs::Encoding;
use serde::Deserialize;

/// How a table becomes one of SPSS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Choices {
    /// What limits the length of labels.
    pub label_limit: LabelLimit,
    /// Where the width of a text comes from.
    pub widths: Widths,
    /// What happens to texts beyond 32,767 bytes.
    pub long_text: LongTextOption,
    /// What happens to variables with whole numbers beyond 2^53.
    pub large_integers: ExactOption,
    /// What happens to decimals with more digits than a double keeps.
    pub decimals: ExactOption,
    /// Which clock date-times with a zone show.
    pub zone: Zone,
    /// Encoding of the texts; names get a readable form in ASCII where it lacks their characters. `None` is UTF-8.
    pub encoding: Option<&'static Encoding>,
    /// What the table is written into.
    pub target: Target,
}

/// What limits the length of labels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum LabelLimit {
    /// 256 and 120 characters, as SPSS counts in files in UTF-8.
    #[default]
    Characters,
    /// 256 and 120 bytes, which every version and reader takes.
    Bytes,
}

/// Where the width of a text comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Widths {
    /// The file of SPSS that it was read from, or the declared length; else the longest text.
    #[default]
    Declared,
    /// The longest text.
    Measured,
}

/// What happens to texts that SPSS has no room for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum LongTextOption {
    /// They are cut, which is a loss.
    #[default]
    Cut,
    /// They continue in further variables, which the caller makes before it describes the table.
    Split,
    /// They are an error.
    Error,
}

/// What happens to numbers that no double holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ExactOption {
    /// They are rounded, which is a loss.
    #[default]
    Double,
    /// The variable becomes a text.
    Text,
    /// They are an error.
    Error,
}

/// Which clock date-times with a zone show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Zone {
    /// Coordinated universal time.
    #[default]
    Utc,
    /// The wall clock of the zone.
    Local,
}

/// What a table is written into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// Delimited text, with syntax that describes it.
    #[default]
    Syntax,
    /// A system file.
    SystemFile,
}

impl Choices {
    /// Those of syntax, whose labels every version takes.
    pub fn syntax() -> Self {
        Self { label_limit: LabelLimit::Bytes, ..Self::default() }
    }

    /// Encoding of the texts.
    pub fn encoding(&self) -> &'static Encoding {
        self.encoding.unwrap_or(encoding_rs::UTF_8)
    }

    /// Whether a system file is written.
    pub(crate) fn is_file(&self) -> bool {
        self.target == Target::SystemFile
    }
}
