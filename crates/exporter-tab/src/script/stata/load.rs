//! Commands that read the rows.

use exporter_core::codebook::{Period, Variable};
use exporter_stata::{Conversion, TableDescription, VariableDescription};

use super::super::Page;
use super::super::description::LoadedColumn;
use super::quoted;

/// How a column is loaded.
#[derive(PartialEq)]
enum Loaded {
    Number,
    Text,
    /// As text that becomes a number.
    Converted,
}

fn loaded(variable: &Variable, stata: &VariableDescription) -> Loaded {
    match LoadedColumn::of(variable) {
        _ if stata.storage.is_string() => Loaded::Text,
        LoadedColumn::Small | LoadedColumn::Number => Loaded::Number,
        _ => Loaded::Converted,
    }
}

/// Columns are loaded by position and named here: `import delimited` would mend names by rules of its own.
pub(super) fn load(page: &mut Page<'_>, table: &TableDescription<'_>) {
    let positions = |numeric: bool| -> String {
        let columns = page.description.table.variables.iter().zip(&table.variables).enumerate();
        let chosen =
            columns.filter(|(_, (variable, stata))| (loaded(variable, stata) == Loaded::Number) == numeric);
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
    for (index, variable) in table.variables.iter().enumerate() {
        page.line(format!("rename v{} {}", index + 1, variable.name));
    }
}

/// Dates, times and truth values arrive as text.
pub(super) fn convert(page: &mut Page<'_>, variable: &Variable, stata: &VariableDescription) {
    if loaded(variable, stata) != Loaded::Converted {
        return;
    }
    let name = &stata.name;
    // Types that hold missing codes too, which are recoded later.
    let (kind, expression) = match LoadedColumn::of(variable) {
        LoadedColumn::Small | LoadedColumn::Number | LoadedColumn::Text => return,
        LoadedColumn::Boolean => ("byte", format!("cond({name} == \"\", ., {name} == \"true\")")),
        LoadedColumn::Date => ("long", format!("daily({name}, \"YMD\")")),
        LoadedColumn::DateTime { .. } => {
            ("double", format!("clock(substr({name}, 1, 10) + \" \" + substr({name}, 12, 8), \"YMDhms\")"))
        }
        LoadedColumn::Time => ("double", format!("clock(\"1960-01-01 \" + {name}, \"YMDhms\")")),
        LoadedColumn::Period(period) => {
            let (function, mask) = match period {
                Period::Year => ("yearly", "Y"),
                Period::Half => ("halfyearly", "YH"),
                Period::Quarter => ("quarterly", "YQ"),
                Period::Month => ("monthly", "YM"),
                Period::Week => ("weekly", "YW"),
            };
            ("long", format!("{function}({name}, \"{mask}\")"))
        }
    };
    page.line("tempvar made");
    page.line(format!("generate {kind} `made' = {expression}"));
    if let LoadedColumn::DateTime { zoned } = LoadedColumn::of(variable) {
        finish_clock(page, stata, zoned);
    }
    page.line(format!("drop {name}"));
    page.line(format!("rename `made' {name}"));
}

/// Adds milliseconds to whole seconds, and turns a wall clock with its offset into UTC.
fn finish_clock(page: &mut Page<'_>, stata: &VariableDescription, zoned: bool) {
    let name = &stata.name;
    let fraction = format!("real(substr({name}, 21, 3)) if substr({name}, 20, 1) == \".\"");
    page.line(format!("quietly replace `made' = `made' + {fraction}"));
    if zoned {
        let seconds = "real(regexs(2)) * 3600 + real(regexs(3)) * 60 + real(\"0\" + regexs(4))";
        let offset = "([+-])([0-9][0-9]):([0-9][0-9]):?([0-9]*)$";
        page.line(format!(
            "quietly replace `made' = `made' - cond(regexs(1) == \"-\", -1000, 1000) * ({seconds}) \
             if regexm({name}, \"{offset}\")"
        ));
    }
    if matches!(stata.conversion, Conversion::Millis { leap_seconds: true, .. }) {
        page.line("quietly replace `made' = Cofc(`made')");
    }
}

/// Converted variables went to the end.
pub(super) fn order(page: &mut Page<'_>, table: &TableDescription<'_>) {
    let mut columns = page.description.table.variables.iter().zip(&table.variables);
    if columns.any(|(variable, stata)| loaded(variable, stata) == Loaded::Converted) {
        let names: Vec<&str> = table.variables.iter().map(|variable| variable.name.as_str()).collect();
        for part in names.chunks(200).rev() {
            page.line(format!("order {}", part.join(" ")));
        }
    }
}
