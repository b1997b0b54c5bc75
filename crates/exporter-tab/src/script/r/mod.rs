//! R: a `.R` file.

mod labels;
mod load;
mod text;

use exporter_core::{Carry, FormatInfo, Limits, LossCode, Part};

use super::{Page, Syntax};

static INFO: FormatInfo = FormatInfo::new("r-script", "R script for csv or tab")
    .aliases(&["r"])
    .extensions(&["R"])
    .media_type("text/x-r-source")
    .limits(Limits::NONE.exact_integer(1 << 53))
    .losses(&[
        LossCode::PRECISION,
        LossCode::LANGUAGE_DROPPED,
        LossCode::TIME_ZONE,
        LossCode::NULL_TEXT,
        LossCode::METADATA_DROPPED,
        LossCode::GROUP_DROPPED,
        LossCode::MISSING_DROPPED,
    ])
    .notes(
        "Loads the tab or csv entry of the same export with base R; labelled columns have haven's classes. \
         Source it in the folder of both.",
    );

/// The words of R, without packages.
#[derive(Clone, Copy, Debug, Default)]
pub struct R;

impl Syntax for R {
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

    fn write(page: &mut Page<'_>) {
        let frame = text::name(&page.description.table.name);
        load::load(page, &frame);
        for (variable, name) in page.variables() {
            let column = format!("{frame}[[{}]]", text::quoted(name));
            load::convert(page, variable, &column);
            labels::describe(page, variable, &column);
        }
        labels::table(page, &frame);
    }
}
