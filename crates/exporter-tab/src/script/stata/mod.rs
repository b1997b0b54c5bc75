//! Stata: a `.do` file.

mod labels;
mod load;

use exporter_core::codebook::Table;
use exporter_core::{Carry, FormatInfo, Limits, LossCode, Part, ProfileRequest, Result, TableId, doubles};
use exporter_stata::limits::{
    MAX_LABEL_CHARS, MAX_NAME_CHARS, MAX_VALUE_LABEL_BYTES, MAX_VALUE_LABELS, MAX_VARIABLES_MP,
};
use exporter_stata::{Choices, Version, describe, needs};

use super::description::one_line;
use super::{Page, Syntax};

static INFO: FormatInfo = FormatInfo::new("stata-script", "Stata do-file for csv or tab")
    .aliases(&["do"])
    .extensions(&["do"])
    .media_type("text/x-stata-do")
    .limits(
        Limits::NONE
            .variables(MAX_VARIABLES_MP)
            .name_characters(MAX_NAME_CHARS as u32)
            .label_characters(MAX_LABEL_CHARS as u32)
            .value_label_bytes(MAX_VALUE_LABEL_BYTES as u32)
            .value_labels(MAX_VALUE_LABELS as u32)
            .exact_integer(doubles::EXACT as u64),
    )
    .losses(&[
        LossCode::NAME_CHANGED,
        LossCode::LABEL_TRUNCATED,
        LossCode::VALUE_LABELS_DROPPED,
        LossCode::VALUE_LABEL_KEY,
        LossCode::TEXT_TRUNCATED,
        LossCode::TEXT_REPLACED,
        LossCode::NULL_TEXT,
        LossCode::PRECISION,
        LossCode::RANGE,
        LossCode::TIME_ZONE,
        LossCode::MISSING_REASON_MERGED,
        LossCode::MISSING_DROPPED,
        LossCode::LANGUAGE_DROPPED,
        LossCode::METADATA_DROPPED,
        LossCode::KIND_CHANGED,
        LossCode::DISPLAY_FORMAT_DROPPED,
        LossCode::COMPATIBILITY,
    ])
    .notes("Loads the tab or csv entry of the same export; run it in its own folder. Stata 14 and later.");

/// The words of Stata (14 and later).
#[derive(Clone, Copy, Debug, Default)]
pub struct Stata;

impl Syntax for Stata {
    const INFO: &'static FormatInfo = &INFO;

    fn carries(part: Part) -> Option<Carry> {
        match part {
            Part::StudyTitle | Part::Languages | Part::TableNotes | Part::Question | Part::VariableNotes => {
                Some(Carry::Limited)
            }
            Part::Groups => Some(Carry::Dropped("Stata has no groups of variables")),
            _ => None,
        }
    }

    fn needs(table: &Table, id: TableId, request: &mut ProfileRequest) {
        needs(table, id, &choices(), request);
    }

    fn write(page: &mut Page<'_>) -> Result<()> {
        let from = page.description;
        let table =
            describe(from.codebook, from.table, (page.facts, None), from.language.wanted, &choices())?;
        load::load(page, &table);
        for (variable, stata) in from.table.variables.iter().zip(&table.variables) {
            load::convert(page, variable, stata);
        }
        load::order(page, &table);
        labels::define(page, &table.labels);
        for (variable, stata) in from.table.variables.iter().zip(&table.variables) {
            labels::describe(page, variable, stata);
        }
        labels::languages(page, &table);
        labels::table(page, &table);
        page.line("compress");
        let target = quoted(&from.saved("dta"));
        page.line(format!("save {target}, replace"));
        page.plan.changes.losses.merge(table.losses);
        page.plan.changes.renames.extend(table.renames);
        page.plan.changes.recodes.extend(table.recodes);
        Ok(())
    }
}

/// The usual ones, so that the script tells what a `.dta` of the same export tells.
fn choices() -> Choices {
    let mut choices = Choices::new(Version::Stata14);
    choices.delimited = true;
    choices
}

/// A text in compound quotes; `$` and a backquote would start macros even there.
fn quoted(text: &str) -> String {
    let blank = if text.ends_with('`') { " " } else { "" };
    format!("`\"{}{blank}\"'", escaped(text))
}

/// A text for `notes`, which takes the rest of the line.
fn note(text: &str) -> String {
    escaped(text)
}

/// Whether a command says something else than the text: control characters, and what would end or begin quotes.
fn is_changed(text: &str) -> bool {
    text.contains(char::is_control) || text.contains("\"'") || text.contains("`\"") || text.ends_with('`')
}

fn escaped(text: &str) -> String {
    let text = one_line(text).replace("\"'", "\" '").replace("`\"", "` \"");
    text.replace('$', "\\$").replace('`', "\\`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macros_do_not_start_and_quotes_do_not_end_in_texts() {
        assert_eq!(quoted("costs $5 `now'\nor \"later\""), "`\"costs \\$5 \\`now' or \"later\"\"'");
        assert_eq!(quoted("6'4\"' `\" x"), "`\"6'4\" ' \\` \" x\"'");
        assert_eq!(quoted("a`"), "`\"a\\` \"'");
        assert!(is_changed("a\nb") && is_changed("6'4\"'") && !is_changed("6'4\""));
    }
}
