//! Choices for the formats, by name, and their descriptions.

use exporter_core::{Error, FormatInfo, LossCode, OptionInfo, Result};
use serde::{Deserialize, Serialize};

use crate::input::READ_OPTIONS;
use crate::options::{
    BinaryText, Breaks, DecimalMark, Delimiter, EmptyText, Header, LineEnd, Quoting, WriteOptions, booleans,
    pattern,
};

/// What is written for a value that has a label.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ValuesAs {
    /// The value itself; of a categorical variable its text, unless a codebook or script beside the file tells what the numbers
    /// mean.
    #[default]
    #[serde(skip)]
    Open,
    /// The value itself.
    Codes,
    /// Its label.
    Labels,
}

/// What is written for a value that is declared missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum MissingAs {
    /// The same as for a null.
    Empty,
    /// The value itself.
    Code,
    /// The reason; the value itself when no reason is given.
    Text,
}

/// What is written for a missing value that has a reason and no value of its own, such as Stata's `.a`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ReasonsAs {
    /// The same as for a null.
    #[default]
    Empty,
    /// The letter after a point, or the label of a reason without a letter.
    Letter,
    /// The same in a column of its own behind all others, `NAME_reason`.
    Column,
}

/// Options of `csv` and `tab`; what is left out is the format's default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[non_exhaustive]
pub struct DelimitedOptions {
    /// A whole set of choices to start from.
    pub preset: Option<Preset>,
    /// The character between cells.
    pub delimiter: Option<Delimiter>,
    /// Which cells stand in quotes.
    pub quoting: Option<Quoting>,
    /// Whether the file starts with a byte order mark.
    pub bom: Option<bool>,
    /// What ends a line.
    pub line_end: Option<LineEnd>,
    /// What stands above the rows.
    pub header: Option<Header>,
    /// What is written for labelled values.
    pub values: Option<ValuesAs>,
    /// What is written for user-missing values.
    pub missing: Option<MissingAs>,
    /// What is written for missing reasons.
    pub reasons: Option<ReasonsAs>,
    /// What is written for a null.
    pub missing_text: Option<String>,
    /// What is written for an empty text.
    pub empty: Option<EmptyText>,
    /// What becomes of tabs and line ends inside a text.
    pub breaks: Option<Breaks>,
    /// The decimal mark.
    pub decimal: Option<DecimalMark>,
    /// Texts of false and true; read from `yes/no`.
    #[serde(deserialize_with = "booleans")]
    pub booleans: Option<[String; 2]>,
    /// Pattern of dates (strftime); none, read from `iso`, is ISO 8601.
    #[serde(deserialize_with = "pattern")]
    pub dates: Option<String>,
    /// Pattern of date-times, likewise.
    #[serde(deserialize_with = "pattern")]
    pub datetimes: Option<String>,
    /// How bytes become text.
    pub binary: Option<BinaryText>,
}

/// Whole sets of choices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Preset {
    /// The format's own defaults.
    Default,
    /// Byte for byte as the Survey Solutions export service writes its `.tab` files.
    SurveySolutions,
}

/// Options with every choice made.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) write: WriteOptions,
    pub(super) values: ValuesAs,
    pub(super) missing: MissingAs,
    pub(super) reasons: ReasonsAs,
}

impl DelimitedOptions {
    /// Makes every choice, starting from the format's defaults.
    pub(super) fn settle(self, base: WriteOptions) -> Result<Settings> {
        let mut write = match self.preset {
            Some(Preset::SurveySolutions) => WriteOptions::survey_solutions(),
            Some(Preset::Default) | None => base,
        };
        let values = self.values.unwrap_or_default();
        let missing = self.missing.unwrap_or(match values {
            ValuesAs::Open | ValuesAs::Codes => MissingAs::Code,
            ValuesAs::Labels => MissingAs::Text,
        });
        set(&mut write.delimiter, self.delimiter);
        set(&mut write.quoting, self.quoting);
        set(&mut write.bom, self.bom);
        set(&mut write.line_end, self.line_end);
        set(&mut write.header, self.header);
        set(&mut write.missing_text, self.missing_text);
        set(&mut write.empty_text, self.empty);
        set(&mut write.breaks, self.breaks);
        set(&mut write.decimal_mark, self.decimal);
        set(&mut write.binary, self.binary);
        set(&mut write.booleans, self.booleans);
        write.date_pattern = self.dates;
        write.date_time_pattern = self.datetimes;
        write.check().map_err(|source| Error::usage(source.to_string()).with_source(source))?;
        Ok(Settings { write, values, missing, reasons: self.reasons.unwrap_or_default() })
    }
}

fn set<T>(target: &mut T, chosen: Option<T>) {
    if let Some(chosen) = chosen {
        *target = chosen;
    }
}

impl Settings {
    /// What a script needs to load the entry.
    pub(super) fn dialect(&self) -> Vec<(&'static str, String)> {
        let write = &self.write;
        let dates = match (&write.date_pattern, &write.date_time_pattern) {
            (None, None) => "iso".to_owned(),
            _ => "custom".to_owned(),
        };
        vec![
            ("delimiter", write.delimiter.into()),
            ("header", name(&write.header)),
            // Scripts stand beside files of codes.
            ("values", if self.values == ValuesAs::Labels { "labels" } else { "codes" }.into()),
            ("missing", name(&self.missing)),
            ("reasons", name(&self.reasons)),
            ("missing-text", write.missing_text.clone()),
            ("decimal", name(&write.decimal_mark)),
            ("dates", dates),
            ("booleans", format!("{}/{}", write.booleans[1], write.booleans[0])),
            ("bom", write.bom.to_string()),
        ]
    }
}

/// A choice by the name under which it is read.
fn name(choice: &impl Serialize) -> String {
    match serde_json::to_value(choice) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

const NOTES: &str = "One file per table. UTF-8. Opens in every spreadsheet, statistical program and database; the \
                     codebook travels beside it or as a script (stata-script, spss-script, r-script).";

/// The description of `csv`.
pub(super) static CSV: FormatInfo = FormatInfo::new("csv", "Comma-separated values")
    .extensions(&["csv"])
    .media_type("text/csv")
    .options(&CSV_OPTIONS)
    .read_options(READ_OPTIONS)
    .losses(LOSSES)
    .notes(NOTES);

/// The description of `tab`.
pub(super) static TAB: FormatInfo = FormatInfo::new("tab", "Tab-separated values")
    .aliases(&["tsv"])
    .extensions(&["tab", "tsv", "txt"])
    .media_type("text/tab-separated-values")
    .options(&TAB_OPTIONS)
    .read_options(READ_OPTIONS)
    .losses(LOSSES)
    .notes(NOTES);

/// What the parts of a codebook do not give.
const LOSSES: &[LossCode] = &[
    LossCode::NAME_DROPPED,
    LossCode::MISSING_REASON_MERGED,
    LossCode::KIND_CHANGED,
    LossCode::STRUCTURE_FLATTENED,
    LossCode::BINARY_AS_TEXT,
    LossCode::TIME_ZONE,
    LossCode::TIME_PRECISION,
    LossCode::TEXT_REPLACED,
    LossCode::NULL_TEXT,
];

const CSV_OPTIONS: [OptionInfo; 17] = options("comma");
const TAB_OPTIONS: [OptionInfo; 17] = options("tab");

const fn options(delimiter: &'static str) -> [OptionInfo; 17] {
    [
        OptionInfo::choice(
            "preset",
            &["default", "survey-solutions"],
            "A whole set of choices to start from.",
        )
        .default("default"),
        OptionInfo::text("delimiter", "Between cells: tab, comma, semicolon, pipe, space or one character.")
            .default(delimiter),
        OptionInfo::choice(
            "quoting",
            &["minimal", "all", "non-numeric", "survey-solutions"],
            "Which cells stand in quotes (RFC 4180).",
        )
        .default("minimal"),
        OptionInfo::boolean("bom", "Start with a byte order mark, which Excel needs to read UTF-8.").default("false"),
        OptionInfo::choice("line-end", &["lf", "crlf"], "What ends a line.").default("lf"),
        OptionInfo::choice("header", &["names", "labels", "both", "none"], "What stands above the rows.")
            .default("names"),
        OptionInfo::choice("values", &["codes", "labels"], "What is written for a labelled value; texts that were categories elsewhere are texts by default, where no codebook or \
             script is written beside.")
            .default("codes"),
        OptionInfo::choice(
            "missing",
            &["empty", "code", "text"],
            "What is written for a user-missing value; with values=labels the default is text.",
        )
        .default("code"),
        OptionInfo::choice(
            "reasons",
            &["empty", "letter", "column"],
            "What is written for a missing value that has a reason (.a) and no value: nothing, the reason in the cell or in a \
             column of its own.",
        )
        .default("empty"),
        OptionInfo::text("missing-text", "What is written for a null."),
        OptionInfo::choice(
            "empty",
            &["quoted", "bare"],
            "An empty text: two quotes, or nothing like a null.",
        )
        .default("quoted"),
        OptionInfo::choice("breaks", &["keep", "space"], "Tabs and line ends inside a text.").default("keep"),
        OptionInfo::choice("decimal", &["point", "comma"], "The decimal mark.").default("point"),
        OptionInfo::text("booleans", "Texts of true and false.").default("true/false"),
        OptionInfo::text("dates", "Pattern of dates in strftime letters.").default("iso"),
        OptionInfo::text("datetimes", "Pattern of date-times in strftime letters.").default("iso"),
        OptionInfo::choice("binary", &["base64", "hex"], "How bytes become text.").default("base64"),
    ]
}
