//! Options of the writer and their tables.

use encoding_rs::Encoding;
use exporter_core::{Error, OptionInfo, Result};
use exporter_spss::{Choices, ExactOption, LabelLimit, LongTextOption, Target, Widths, Zone};
use serde::Deserialize;

/// How a `.sav` is written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct SavOptions {
    /// How the cases are compressed.
    pub compression: SavCompression,
    /// What holds for every system file.
    #[serde(flatten)]
    pub file: FileOptions,
}

/// How a `.zsav` is written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct ZsavOptions {
    /// How hard zlib compresses.
    pub level: Level,
    /// What holds for every system file.
    #[serde(flatten)]
    pub file: FileOptions,
}

/// What holds for every system file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct FileOptions {
    /// Encoding of the texts, by its label.
    pub encoding: String,
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
    /// A language whose labels stand in attributes beside those of the chosen one, by its tag; none where it is empty, and
    /// that of the source SPSS file where nothing is said.
    pub second_language: Option<String>,
    /// Whether the codebook is kept in an attribute where it says more than the file does.
    pub codebook: bool,
    /// Whether the time of writing stands in the file.
    pub timestamp: bool,
}

/// How the cases of a `.sav` are compressed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SavCompression {
    /// Small whole numbers and blanks take one byte.
    #[default]
    Bytecode,
    /// Not at all.
    None,
}

/// How hard zlib compresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Level(u8);

impl Level {
    /// Half the time of level 6 for files that are a twelfth larger.
    pub const FAST: Self = Self(0);
    /// The usual one: the size of zlib's own level 6 within three percent.
    pub const SIX: Self = Self(6);

    /// A level from 1 to 9; none of other numbers.
    pub const fn new(level: u8) -> Option<Self> {
        if matches!(level, 1..=9) { Some(Self(level)) } else { None }
    }

    /// 1 to 9, and 0 for [`Level::FAST`].
    pub(crate) fn number(self) -> u8 {
        self.0
    }
}

impl Default for Level {
    fn default() -> Self {
        Self::SIX
    }
}

impl TryFrom<String> for Level {
    type Error = String;

    fn try_from(word: String) -> std::result::Result<Self, String> {
        let level = if word == "fast" { Some(Self::FAST) } else { word.parse().ok().and_then(Self::new) };
        level.ok_or_else(|| format!("level {word} is none of 1 to 9 and fast"))
    }
}

impl Default for FileOptions {
    fn default() -> Self {
        let (label_limit, widths, long_text, decimals, zone, second_language) = Default::default();
        Self {
            encoding: "utf-8".to_owned(),
            label_limit,
            widths,
            long_text,
            // Numbers of this size are identifiers: rounded ones would be those of others.
            large_integers: ExactOption::Text,
            decimals,
            zone,
            second_language,
            codebook: true,
            timestamp: true,
        }
    }
}

impl FileOptions {
    /// What becomes of the table.
    pub(crate) fn choices(&self) -> Choices {
        let mut choices = Choices::default();
        choices.target = Target::SystemFile;
        // SPSS counts bytes where characters are one each.
        let is_utf8 = self.encoding().is_ok_and(|encoding| encoding == encoding_rs::UTF_8);
        choices.encoding = self.encoding().ok().filter(|_| !is_utf8);
        choices.label_limit = if is_utf8 { self.label_limit } else { LabelLimit::Bytes };
        choices.widths = self.widths;
        choices.long_text = self.long_text;
        choices.large_integers = self.large_integers;
        choices.decimals = self.decimals;
        choices.zone = self.zone;
        choices
    }

    /// The encoding of the texts.
    pub(crate) fn encoding(&self) -> Result<&'static Encoding> {
        encoding(&self.encoding)
    }
}

/// The encoding of a label.
pub(crate) fn encoding(label: &str) -> Result<&'static Encoding> {
    Encoding::for_label(label.trim().as_bytes()).ok_or_else(|| {
        Error::usage(format!("sav: the encoding {label} is not known"))
            .with_hint("name one such as utf-8, windows-1252, gbk, euc-kr or shift_jis")
    })
}

/// `OptionInfo`s that both formats have, behind their own.
macro_rules! table {
    ($first:expr) => {
        &[
            $first,
            OptionInfo::text(
                "encoding",
                "Character encoding. SPSS before 16 cannot read utf-8; windows-1252 suits it (latin1 and ascii mean the same).",
            )
                .default("utf-8"),
            OptionInfo::choice(
                "label-limit",
                &["characters", "bytes"],
                "Cut labels of variables and values at 256 and 120 characters, or at as many bytes for old readers.",
            )
            .default("characters"),
            OptionInfo::choice(
                "widths",
                &["declared", "measured"],
                "Width of string variables: as in the source SPSS file or the declared length, or the longest value.",
            )
            .default("declared"),
            OptionInfo::choice(
                "long-text",
                &["cut", "split", "error"],
                "Texts beyond 32,767 bytes are cut, continue in further variables (answer, answer_2, answer_3), or are \
                 refused.",
            )
            .default("cut"),
            OptionInfo::choice(
                "large-integers",
                &["text", "double", "error"],
                "How a variable with whole numbers beyond 9,007,199,254,740,992 is stored: as text, as rounded numbers, \
                 or not at all (an error).",
            )
            .default("text"),
            OptionInfo::choice(
                "decimals",
                &["double", "text", "error"],
                "How decimals with more than 15 digits are stored: as rounded numbers, as text, or not at all (an error).",
            )
            .default("double"),
            OptionInfo::choice(
                "zone",
                &["utc", "local"],
                "Write date-times that have a zone in UTC or on the wall clock of their zone; an attribute says which.",
            )
            .default("utc"),
            OptionInfo::text(
                "second-language",
                "Tag of a language whose labels stand in the attributes Label_TAG and ValueLabels_TAG of the variables; by default \
                 that of the source SPSS file.",
            ),
            OptionInfo::boolean(
                "codebook",
                "Keep the codebook in a hidden attribute where SPSS has no place for all of it (kinds, questions, groups, \
                 original names).",
            )
            .default("true"),
            OptionInfo::boolean("timestamp", "Write the time of writing into the file.").default("true"),
        ]
    };
}

/// The table of [`SavOptions`], as the struct spells them.
pub(crate) static SAV_OPTIONS: &[OptionInfo] = table!(
    OptionInfo::choice(
        "compression",
        &["bytecode", "none"],
        "Small whole numbers and blanks take one byte, as SPSS saves; or no compression, which some old tools need.",
    )
    .default("bytecode")
);

/// The table of [`ZsavOptions`].
pub(crate) static ZSAV_OPTIONS: &[OptionInfo] = table!(
    OptionInfo::choice(
        "level",
        &["1", "2", "3", "4", "5", "6", "7", "8", "9", "fast"],
        "How hard zlib compresses: 1 to 9, or fast, which compresses twice as fast as 6 to files a twelfth larger.",
    )
    .default("6")
);
