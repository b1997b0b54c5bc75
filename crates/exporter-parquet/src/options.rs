//! Options of the Parquet and Arrow IPC formats.

use exporter_core::{Error, OptionInfo, Result};
use serde::{Deserialize, Serialize};

/// How Parquet files are written.
///
/// ```
/// use exporter_parquet::{ParquetCompression, ParquetOptions};
///
/// let mut options = ParquetOptions::default();
/// options.compression = ParquetCompression::Snappy;
/// assert!(options.check().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct ParquetOptions {
    /// Compression of pages.
    pub compression: ParquetCompression,
    /// Level of zstd, 1 (fast) to 22 (small).
    pub level: u8,
    /// Whether repeated values are stored once per row group and column.
    pub dictionary: bool,
    /// Most rows of a row group.
    pub row_group_rows: u32,
    /// A row group ends when its values pass this many mebibytes in memory.
    pub row_group_mib: u32,
    /// Which statistics are stored.
    pub statistics: Statistics,
    /// Whether the codebook is stored in the file's metadata.
    pub codebook: bool,
    /// What is written for missing reasons.
    pub reasons: ReasonsAs,
    /// How categorical variables are written.
    pub categories: WriteCategoriesAs,
}

impl Default for ParquetOptions {
    fn default() -> Self {
        Self {
            compression: ParquetCompression::default(),
            level: 1,
            dictionary: true,
            row_group_rows: 1 << 20,
            row_group_mib: 128,
            statistics: Statistics::default(),
            codebook: true,
            reasons: ReasonsAs::default(),
            categories: WriteCategoriesAs::default(),
        }
    }
}

impl ParquetOptions {
    /// Refuses numbers outside their ranges.
    ///
    /// # Errors
    /// [`exporter_core::ErrorKind::Usage`] naming the option, its value and its range.
    pub fn check(&self) -> Result<()> {
        let within = |name: &str, value: u32, low: u32, high: u32| {
            if (low..=high).contains(&value) {
                return Ok(());
            }
            Err(Error::usage(format!("parquet: {name}={value} is not between {low} and {high}")))
        };
        within("level", self.level.into(), 1, 22)?;
        within("row-group-rows", self.row_group_rows, 1, i32::MAX as u32)?;
        within("row-group-mib", self.row_group_mib, 1, 4096)
    }
}

/// Compression of Parquet pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ParquetCompression {
    /// Zstandard: small and fast, read by every current program.
    #[default]
    Zstd,
    /// Snappy: larger, read by every program there ever was.
    Snappy,
    /// None.
    None,
}

/// Which statistics a Parquet file stores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Statistics {
    /// Of every row group and page.
    #[default]
    Page,
    /// Of every row group.
    RowGroup,
    /// None.
    None,
}

pub(crate) static PARQUET_OPTIONS: &[OptionInfo] = &[
    OptionInfo::choice("compression", &["zstd", "snappy", "none"], "Compression of pages.").default("zstd"),
    OptionInfo::integer("level", "Level of zstd, 1 (fast) to 22 (small).").default("1"),
    OptionInfo::boolean("dictionary", "Store repeated values once per row group and column.").default("true"),
    OptionInfo::integer("row-group-rows", "Most rows of a row group.").default("1048576"),
    OptionInfo::integer("row-group-mib", "End a row group when its values pass this many MiB in memory.")
        .default("128"),
    OptionInfo::choice(
        "statistics",
        &["page", "row-group", "none"],
        "Store smallest and largest values of every page, every row group or not at all.",
    )
    .default("page"),
    CODEBOOK,
    REASONS,
    CATEGORIES,
];

/// How Arrow IPC files and streams are written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct ArrowOptions {
    /// Compression of buffers.
    pub compression: ArrowCompression,
    /// Whether the codebook is stored in the schema's metadata.
    pub codebook: bool,
    /// What is written for missing reasons.
    pub reasons: ReasonsAs,
    /// How categorical variables are written.
    pub categories: WriteCategoriesAs,
}

impl Default for ArrowOptions {
    fn default() -> Self {
        Self {
            compression: ArrowCompression::default(),
            codebook: true,
            reasons: ReasonsAs::default(),
            categories: WriteCategoriesAs::default(),
        }
    }
}

/// Compression of Arrow IPC buffers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ArrowCompression {
    /// None: the file can be mapped into memory.
    #[default]
    None,
    /// LZ4 frames: fast.
    Lz4,
    /// Zstandard: small.
    Zstd,
}

pub(crate) static ARROW_OPTIONS: &[OptionInfo] = &[
    OptionInfo::choice(
        "compression",
        &["none", "lz4", "zstd"],
        "Compression of buffers; uncompressed files can be mapped into memory.",
    )
    .default("none"),
    CODEBOOK,
    REASONS,
    CATEGORIES,
];

const CODEBOOK: OptionInfo =
    OptionInfo::boolean("codebook", "Store the whole codebook in the file.").default("true");

const REASONS: OptionInfo = OptionInfo::choice(
    "reasons",
    &["empty", "column"],
    "What is written for a missing value that has a reason (.a) and no value: nothing, or the reason in a column of its own, \
     which is read back as reasons.",
)
.default("empty");

const CATEGORIES: OptionInfo = OptionInfo::choice(
    "categories",
    &["dictionary", "codes"],
    "Write variables that came from categories as a dictionary of their texts, which pandas, polars and R read as categories, or \
     as numbers.",
)
.default("dictionary");

/// What is written for a missing value that has a reason and no value of its own, such as Stata's `.a`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ReasonsAs {
    /// The same as for a null.
    #[default]
    Empty,
    /// The letter after a point, or the label of a reason without a letter, in a dictionary column of its own behind all
    /// others, `NAME_reason`.
    Column,
}

/// What becomes of a dictionary of texts: a factor of R, a categorical of pandas or polars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum CategoriesAs {
    /// Numbers from 1 in the order of the categories, which are their labels.
    #[default]
    Labels,
    /// Texts.
    Text,
}

/// How a categorical variable is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum WriteCategoriesAs {
    /// As a dictionary of its texts.
    #[default]
    Dictionary,
    /// As its numbers.
    Codes,
}

pub(crate) static READ_OPTIONS: &[OptionInfo] = &[
    OptionInfo::boolean(
        "codebook",
        "Use the codebook stored in the file; otherwise kinds are inferred from the columns, and columns of reasons are texts.",
    )
    .default("true"),
    OptionInfo::choice(
        "categories",
        &["labels", "text"],
        "Read dictionaries of texts (categoricals of pandas and polars, factors of R) as labelled numbers, from 1 in their \
         order, or as texts.",
    )
    .default("labels"),
];

/// How Parquet and Arrow IPC files are read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct ReadOptions {
    /// Whether a codebook stored in the file is used; else kinds are inferred from the columns.
    pub codebook: bool,
    /// What becomes of dictionaries of texts.
    pub categories: CategoriesAs,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self { codebook: true, categories: CategoriesAs::default() }
    }
}
