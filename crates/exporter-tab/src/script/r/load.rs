//! Commands that read the rows.

use exporter_core::codebook::Variable;

use super::super::Page;
use super::super::description::LoadedColumn;
use super::text::quoted;

/// Reads every column as a number or as text.
pub(super) fn load(page: &mut Page<'_>, frame: &str) {
    let class = |variable| if LoadedColumn::of(variable).is_numeric() { "numeric" } else { "character" };
    let classes: Vec<String> =
        page.description.table.variables.iter().map(|variable| quoted(class(variable))).collect();
    let path = quoted(&page.description.data.path);
    let separator = if page.description.data.tab { "\\t" } else { "," };
    page.line(format!(
        "{frame} <- read.table({path}, header = TRUE, sep = \"{separator}\", quote = \"\\\"\","
    ));
    page.line(
        "  comment.char = \"\", check.names = FALSE, na.strings = \"\", strip.white = FALSE, dec = \".\",",
    );
    page.line("  stringsAsFactors = FALSE, fileEncoding = \"UTF-8-BOM\", encoding = \"UTF-8\",");
    page.line("  blank.lines.skip = FALSE, colClasses = c(");
    for (place, part) in classes.chunks(8).enumerate() {
        let comma = if (place + 1) * 8 < classes.len() { "," } else { "" };
        page.line(format!("    {}{comma}", part.join(", ")));
    }
    page.line("  ))");
}

/// Dates, times and truth values arrive as text.
pub(super) fn convert(page: &mut Page<'_>, variable: &Variable, column: &str) {
    page.zone_loss(variable);
    let expression = match LoadedColumn::of(variable) {
        LoadedColumn::Boolean => format!("{column} == \"true\""),
        LoadedColumn::Date => format!("as.Date({column}, format = \"%Y-%m-%d\")"),
        LoadedColumn::DateTime { .. } => {
            format!("as.POSIXct({column}, format = \"%Y-%m-%dT%H:%M:%OS\", tz = \"UTC\")")
        }
        LoadedColumn::Small
        | LoadedColumn::Number
        | LoadedColumn::Time
        | LoadedColumn::Period(_)
        | LoadedColumn::Text => return,
    };
    page.line(format!("{column} <- {expression}"));
}
