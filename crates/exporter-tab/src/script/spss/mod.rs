//! SPSS: a `.sps` file.

mod groups;
mod labels;
mod load;
mod missing;
mod text;
mod types;

use exporter_core::codebook::Variable;
use exporter_core::names::{NameRules, legal_unique};
use exporter_core::{Carry, Facts, FormatInfo, Limits, LossCode, Part};

use super::description::Column;
use super::{Page, Syntax};
use text::{command, quoted};
use types::TEXT_BYTES;

/// Bytes of a name.
const NAME_BYTES: usize = 64;
/// Bytes of a variable label.
const LABEL_BYTES: usize = 256;
/// Bytes of a value label.
const VALUE_LABEL_BYTES: usize = 120;
/// Bytes of the label of a file.
const FILE_LABEL_BYTES: usize = 60;

static INFO: FormatInfo = FormatInfo::new("spss-script", "SPSS syntax for csv or tab")
    .aliases(&["sps"])
    .extensions(&["sps"])
    .media_type("text/x-spss-syntax")
    .limits(Limits::NONE
        .name_characters(NAME_BYTES as u32)
        .text_bytes(TEXT_BYTES)
        .label_characters(LABEL_BYTES as u32)
        .value_label_bytes(VALUE_LABEL_BYTES as u32)
        .exact_integer(1 << 53))
    .losses(&[
        LossCode::NAME_CHANGED,
        LossCode::LABEL_TRUNCATED,
        LossCode::TEXT_TRUNCATED,
        LossCode::PRECISION,
        LossCode::MISSING_REASON_MERGED,
        LossCode::MISSING_DROPPED,
        LossCode::VALUE_LABELS_DROPPED,
        LossCode::LANGUAGE_DROPPED,
        LossCode::TIME_PRECISION,
        LossCode::TIME_ZONE,
        LossCode::NULL_TEXT,
        LossCode::METADATA_DROPPED,
        LossCode::GROUP_DROPPED,
    ])
    .notes(
        "Loads the tab or csv entry of the same export; run it in the folder of both. SPSS 16 and later, PSPP.",
    );

/// The words of SPSS (16 and later) and PSPP.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spss;

/// Words that cannot be names (command syntax reference, "Variable names").
const RESERVED: &[&str] =
    &["all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"];

impl Syntax for Spss {
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
            | Part::Measure
            | Part::Question
            | Part::VariableNotes => Carry::Limited,
            Part::MissingReasons => Carry::Dropped("the delimited file holds nulls"),
            Part::StudyDescription
            | Part::Documents
            | Part::Keys
            | Part::SortOrder
            | Part::VariableDescription
            | Part::Attributes => Carry::Dropped("a script has no place for it"),
        }
    }

    fn names(given: &[&str]) -> Vec<String> {
        let rules = NameRules {
            characters: NAME_BYTES,
            bytes: NAME_BYTES,
            // A final period or underscore is legal but clashes with the end of commands and system names.
            allows: &|character, position| {
                character.is_alphabetic()
                    || (position > 0 && (character.is_ascii_digit() || character == '_'))
            },
            reserved: &|name| RESERVED.contains(&name.to_lowercase().as_str()),
            ignore_case: true,
            fallback: "var",
        };
        legal_unique(given, &rules)
    }

    /// SPSS must know the width of every text before it reads.
    fn facts(variable: &Variable) -> Option<Facts> {
        (Column::of(variable) == Column::Text).then_some(Facts::MAX_BYTES)
    }

    fn write(page: &mut Page<'_>) {
        load::load(page);
        for (column, (variable, name)) in page.variables().enumerate() {
            load::convert(page, variable, name, column);
        }
        load::order(page);
        for (variable, name) in page.variables() {
            labels::describe(page, variable, name);
        }
        groups::groups(page);
        labels::table(page);
        let target = quoted(&page.description.beside("sav"));
        page.push(&command(&format!("SAVE OUTFILE={target}"), &[]));
    }
}
