//! R: a `.R` file.

mod labels;
mod load;
mod text;

use exporter_core::format::Supports;
use exporter_core::{FormatInfo, Limits, LossCode};

use super::{Page, Syntax};

static INFO: FormatInfo = FormatInfo::new("r-script", "R script for csv or tab")
    .aliases(&["r"])
    .extensions(&["R"])
    .media_type("text/x-r-source")
    .supports(Supports { variable_labels: true, value_labels: true, user_missing: true, ..Supports::NONE })
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
