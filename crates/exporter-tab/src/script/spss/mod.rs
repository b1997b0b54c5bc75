//! SPSS: a `.sps` file.

mod labels;
mod load;
mod text;

use exporter_core::codebook::Table;
use exporter_core::{Carry, FormatInfo, Limits, LossCode, Part, ProfileRequest, Result, TableId, doubles};
use exporter_spss::limits::{MAX_LABEL, MAX_NAME_BYTES, MAX_TEXT_BYTES, MAX_VALUE_LABEL};
use exporter_spss::{Choices, describe, needs};

use super::{Page, Syntax};
use text::{command, quoted};

static INFO: FormatInfo = FormatInfo::new("spss-script", "SPSS syntax for csv or tab")
    .aliases(&["sps"])
    .extensions(&["sps"])
    .media_type("text/x-spss-syntax")
    .limits(
        Limits::NONE
            .name_characters(MAX_NAME_BYTES as u32)
            .text_bytes(MAX_TEXT_BYTES)
            .label_characters(MAX_LABEL as u32)
            .value_label_bytes(MAX_VALUE_LABEL as u32)
            .exact_integer(doubles::EXACT as u64),
    )
    .losses(&[
        LossCode::NAME_CHANGED,
        LossCode::LABEL_TRUNCATED,
        LossCode::TEXT_TRUNCATED,
        LossCode::PRECISION,
        LossCode::KIND_CHANGED,
        LossCode::MISSING_DROPPED,
        LossCode::VALUE_LABELS_DROPPED,
        LossCode::TIME_ZONE,
        LossCode::NULL_TEXT,
        LossCode::DISPLAY_FORMAT_DROPPED,
        LossCode::GROUP_DROPPED,
    ])
    .notes(
        "Loads the tab or csv entry of the same export; run it in its own folder. SPSS 16 and later, PSPP.",
    );

/// The words of SPSS (16 and later) and PSPP.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spss;

impl Syntax for Spss {
    const INFO: &'static FormatInfo = &INFO;

    fn carries(part: Part) -> Option<Carry> {
        match part {
            Part::Groups | Part::Measure => Some(Carry::Limited),
            Part::Languages => {
                Some(Carry::Dropped("only one language is written; --language TAG chooses which"))
            }
            _ => None,
        }
    }

    fn needs(table: &Table, id: TableId, request: &mut ProfileRequest) {
        needs(table, id, &Choices::syntax(), request);
    }

    fn write(page: &mut Page<'_>) -> Result<()> {
        let from = page.description;
        let choices = Choices::syntax();
        let table = describe(from.codebook, from.table, page.facts, from.language, &choices)?;
        let variables = || from.table.variables.iter().zip(&table.variables);
        load::load(page, &table);
        for (column, (variable, spss)) in variables().enumerate() {
            load::convert(page, variable, &spss.name, column);
        }
        load::order(page, &table);
        for (variable, spss) in variables() {
            labels::describe(page, variable, spss);
        }
        labels::response_sets(page, &table);
        labels::table(page, &table);
        let target = quoted(&from.saved("sav"));
        page.push(&command(&format!("SAVE OUTFILE={target}"), &[]));
        page.losses(table.losses.iter().cloned());
        page.plan.changes.renames.extend(table.renames);
        Ok(())
    }
}
