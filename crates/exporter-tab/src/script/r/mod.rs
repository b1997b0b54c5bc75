//! R: a `.R` file.

mod labels;
mod load;
mod text;

use exporter_core::codebook::{Kind, Table};
use exporter_core::{
    Carry, FormatInfo, Limits, Loss, LossCode, Part, ProfileRequest, Result, TableId, doubles,
};

use super::{Page, Syntax};

static INFO: FormatInfo = FormatInfo::new("r-script", "R script for csv or tab")
    .aliases(&["r"])
    .extensions(&["R"])
    .media_type("text/x-r-source")
    .limits(Limits::NONE.exact_integer(doubles::EXACT as u64))
    .losses(&[
        LossCode::PRECISION,
        LossCode::KIND_CHANGED,
        LossCode::TIME_ZONE,
        LossCode::NULL_TEXT,
        LossCode::MISSING_DROPPED,
    ])
    .notes(
        "Loads the tab or csv entry of the same export with base R; labelled columns have haven's classes. \
         Source it in its own folder.",
    );

/// The words of R, without packages.
#[derive(Clone, Copy, Debug, Default)]
pub struct R;

impl Syntax for R {
    const INFO: &'static FormatInfo = &INFO;

    fn carries(part: Part) -> Option<Carry> {
        match part {
            Part::Languages => {
                Some(Carry::Dropped("only one language is written; --language TAG chooses which"))
            }
            Part::Groups => Some(Carry::Dropped("a data frame has no groups of columns")),
            _ => None,
        }
    }

    fn needs(table: &Table, id: TableId, request: &mut ProfileRequest) {
        for (column, variable) in table.variables.iter().enumerate() {
            request.column(id, column, doubles::needs(&variable.kind));
        }
    }

    fn write(page: &mut Page<'_>) -> Result<()> {
        let frame = text::name(&page.description.table.name);
        load::load(page, &frame);
        for (index, variable) in page.description.table.variables.iter().enumerate() {
            let column = format!("{frame}[[{}]]", text::quoted(&variable.name));
            if let Some(facts) = page.facts.and_then(|facts| facts.columns.get(&index))
                && let Some(loss) = doubles::rounded(&variable.kind, facts)
            {
                page.loss(loss.variable(&variable.name));
            }
            if let Kind::Duration(unit) = &variable.kind {
                page.loss(Loss::duration_as_number(*unit).variable(&variable.name));
            }
            load::convert(page, variable, &column);
            labels::describe(page, variable, &column);
        }
        labels::table(page, &frame);
        Ok(())
    }
}
