//! Stata: a `.do` file.

mod labels;
mod load;
mod missing;
mod text;

use exporter_core::names::{NameRules, legal_unique};
use exporter_core::{Carry, FormatInfo, Limits, LossCode, Part};

use super::{Page, Syntax};

/// Characters of a variable or value-label name.
const NAME_CHARACTERS: usize = 32;
/// Characters of a variable or data label.
const LABEL_CHARACTERS: usize = 80;
/// Bytes of a value label.
const VALUE_LABEL_BYTES: usize = 32_000;

static INFO: FormatInfo = FormatInfo::new("stata-script", "Stata do-file for csv or tab")
    .aliases(&["do"])
    .extensions(&["do"])
    .media_type("text/x-stata-do")
    .limits(
        Limits::NONE
            .variables(120_000)
            .name_characters(NAME_CHARACTERS as u32)
            .label_characters(LABEL_CHARACTERS as u32)
            .value_label_bytes(VALUE_LABEL_BYTES as u32)
            .value_labels(65_536)
            .exact_integer(1 << 53),
    )
    .losses(&[
        LossCode::NAME_CHANGED,
        LossCode::LABEL_TRUNCATED,
        LossCode::VALUE_LABEL_KEY,
        LossCode::PRECISION,
        LossCode::MISSING_REASON_MERGED,
        LossCode::MISSING_DROPPED,
        LossCode::GROUP_DROPPED,
        LossCode::TIME_PRECISION,
        LossCode::TIME_ZONE,
        LossCode::NULL_TEXT,
    ])
    .notes(
        "Loads the tab or csv entry of the same export; run it in the folder of both. Stata 14 and later.",
    );

/// The words of Stata (14 and later).
#[derive(Clone, Copy, Debug, Default)]
pub struct Stata;

/// Names that Stata keeps for itself (`help reswords`).
const RESERVED: &[&str] = &[
    "_all", "_b", "byte", "_coef", "_cons", "double", "float", "if", "in", "int", "long", "_n", "_N", "_pi",
    "_pred", "_rc", "_skip", "strL", "using", "with",
];

impl Syntax for Stata {
    const INFO: &'static FormatInfo = &INFO;

    fn carries(part: Part) -> Carry {
        match part {
            Part::StudyTitle
            | Part::Languages
            | Part::TableLabel
            | Part::TableNotes
            | Part::Groups
            | Part::VariableLabel
            | Part::ValueLabels
            | Part::MissingValues
            | Part::DisplayFormat
            | Part::Question
            | Part::VariableNotes => Carry::Limited,
            Part::MissingReasons => Carry::Dropped("the delimited file holds nulls"),
            Part::StudyDescription
            | Part::Documents
            | Part::Keys
            | Part::SortOrder
            | Part::Measure
            | Part::VariableDescription
            | Part::Attributes => Carry::Dropped("a script has no place for it"),
        }
    }

    fn names(given: &[&str]) -> Vec<String> {
        let rules = NameRules {
            characters: NAME_CHARACTERS,
            bytes: 4 * NAME_CHARACTERS,
            allows: &|character, position| {
                character == '_' || character.is_alphabetic() || (position > 0 && character.is_ascii_digit())
            },
            reserved: &|name| {
                let width = name.strip_prefix("str").unwrap_or_default();
                RESERVED.contains(&name)
                    || (!width.is_empty() && width.bytes().all(|digit| digit.is_ascii_digit()))
            },
            ignore_case: false,
            fallback: "var",
        };
        legal_unique(given, &rules)
    }

    fn write(page: &mut Page<'_>) {
        load::load(page);
        for (variable, name) in page.variables() {
            load::convert(page, variable, name);
        }
        load::order(page);
        for (variable, name) in page.variables() {
            labels::describe(page, variable, name);
        }
        labels::languages(page);
        labels::table(page);
        page.line("compress");
        let target = text::quoted(&page.description.beside("dta"));
        page.line(format!("save {target}, replace"));
    }
}
