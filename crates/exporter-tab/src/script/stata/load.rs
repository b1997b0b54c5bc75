//! Commands that read the rows.

use exporter_core::codebook::{Period, Variable};

use super::super::Page;
use super::super::description::Column;
use super::text::quoted;

/// Columns are loaded by position and named here: `import delimited` would mend names by rules of its own.
pub(super) fn load(page: &mut Page<'_>) {
    let positions = |wanted: bool| -> String {
        let columns = page.variables().enumerate();
        let chosen = columns.filter(|(_, (variable, _))| Column::of(variable).is_numeric() == wanted);
        chosen.map(|(index, _)| (index + 1).to_string()).collect::<Vec<_>>().join(" ")
    };
    let (numeric, text) = (positions(true), positions(false));
    let delimiter = if page.description.data.tab { "tab" } else { "\",\"" };
    let mut options = format!(
        "delimiters({delimiter}) varnames(nonames) rowrange(2) encoding(\"UTF-8\") bindquote(strict) \
         maxquotedrows(unlimited) asdouble"
    );
    if !numeric.is_empty() {
        options.push_str(&format!(" numericcols({numeric})"));
    }
    if !text.is_empty() {
        options.push_str(&format!(" stringcols({text})"));
    }
    let path = quoted(&page.description.data.path);
    page.line("version 14");
    page.line("set more off");
    page.line(format!("import delimited using {path}, {options} clear"));
    for (index, name) in page.names.iter().enumerate() {
        page.line(format!("rename v{} {name}", index + 1));
    }
}

/// Dates, times and truth values arrive as text.
pub(super) fn convert(page: &mut Page<'_>, variable: &Variable, name: &str) {
    page.value_losses(variable);
    let (kind, expression, format) = match Column::of(variable) {
        Column::Small | Column::Number | Column::Text => return,
        Column::Boolean => ("byte", format!("cond({name} == \"\", ., {name} == \"true\")"), "%8.0g"),
        Column::Date => ("long", format!("daily({name}, \"YMD\")"), "%td"),
        Column::DateTime { .. } => (
            "double",
            format!("clock(substr({name}, 1, 10) + \" \" + substr({name}, 12, 12), \"YMDhms\")"),
            "%tc",
        ),
        Column::Time => ("double", format!("clock(\"1960-01-01 \" + {name}, \"YMDhms\")"), "%tcHH:MM:SS"),
        Column::Period(period) => match period {
            Period::Year => ("int", format!("yearly({name}, \"Y\")"), "%ty"),
            Period::Half => ("int", format!("halfyearly({name}, \"YH\")"), "%th"),
            Period::Quarter => ("int", format!("quarterly({name}, \"YQ\")"), "%tq"),
            Period::Month => ("int", format!("monthly({name}, \"YM\")"), "%tm"),
            Period::Week => ("int", format!("weekly({name}, \"YW\")"), "%tw"),
        },
    };
    page.line("tempvar made");
    page.line(format!("generate {kind} `made' = {expression}"));
    page.line(format!("drop {name}"));
    page.line(format!("rename `made' {name}"));
    page.line(format!("format {name} {format}"));
}

/// Converted variables went to the end.
pub(super) fn order(page: &mut Page<'_>) {
    let stays = |variable| matches!(Column::of(variable), Column::Small | Column::Number | Column::Text);
    if page.variables().any(|(variable, _)| !stays(variable)) {
        for part in page.names.chunks(200).rev() {
            page.line(format!("order {}", part.join(" ")));
        }
    }
}
