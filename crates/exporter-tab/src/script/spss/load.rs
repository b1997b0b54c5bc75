//! Commands that read the rows.

use exporter_core::codebook::{Period, Variable};
use exporter_spss::{TableDescription, VariableDescription};

use super::super::Page;
use super::super::description::LoadedColumn;
use super::text::{command, quoted};

/// Every column is read under its name, or under another when it must be converted.
pub(super) fn load(page: &mut Page<'_>, table: &TableDescription) {
    page.push("* Encoding: UTF-8.\n");
    page.push(&command("SET DECIMAL=DOT", &[]));
    let path = quoted(&page.description.data.path);
    let delimiter = if page.description.data.tab { "\"\\t\"" } else { "\",\"" };
    let mut parts = vec![
        "/TYPE=TXT".to_owned(),
        format!("/FILE={path}"),
        "/ENCODING='UTF8'".into(),
        "/ARRANGEMENT=DELIMITED".into(),
        "/DELCASE=LINE".into(),
        "/FIRSTCASE=2".into(),
        format!("/DELIMITERS={delimiter}"),
        "/QUALIFIER='\"'".into(),
        "/VARIABLES=".into(),
    ];
    for (column, (variable, spss)) in
        page.description.table.variables.iter().zip(&table.variables).enumerate()
    {
        let name = if needs_conversion(variable) { raw_name(column) } else { spss.name.clone() };
        parts.push(format!("{name} {}", input_format(variable, spss)));
    }
    page.push(&command("GET DATA", &parts));
}

/// Date-times, truth values and periods arrive as text. They hold ASCII alone, of which the old text functions, which PSPP
/// has too, count the same as `CHAR.SUBSTR` and `CHAR.LENGTH`.
pub(super) fn convert(page: &mut Page<'_>, variable: &Variable, name: &str, column: usize) {
    page.zone_loss(variable);
    let raw = raw_name(column);
    let piece =
        |from: usize, count: usize, format: &str| format!("NUMBER(SUBSTR({raw}, {from}, {count}), {format})");
    match LoadedColumn::of(variable) {
        LoadedColumn::Boolean => {
            page.push(&command(&format!("IF ({raw} = 'true') {name} = 1"), &[]));
            page.push(&command(&format!("IF ({raw} = 'false') {name} = 0"), &[]));
        }
        LoadedColumn::DateTime { zoned } => {
            let (day, month, year) = (piece(9, 2, "F2.0"), piece(6, 2, "F2.0"), piece(1, 4, "F4.0"));
            let (hour, minute, second) = (piece(12, 2, "F2.0"), piece(15, 2, "F2.0"), piece(18, 2, "F2.0"));
            let day = format!("DATE.DMY({day}, {month}, {year})");
            let clock = format!("({hour} * 60 + {minute}) * 60 + {second}");
            page.push(&command(&format!("COMPUTE {name} ="), &[day, "+".into(), clock]));
            let fraction = piece(21, 9, "F9.0");
            // `Z` stands before the blanks that fill the text.
            let digits = format!("LENGTH(RTRIM(RTRIM(SUBSTR({raw}, 21)), 'Z'))");
            if !zoned {
                let condition = format!("IF (SUBSTR({raw}, 20, 1) = '.')");
                let more = format!("{name} = {name} + {fraction} / 10 ** {digits}");
                page.push(&command(&condition, &[more]));
            }
        }
        LoadedColumn::Period(period) => {
            let year = piece(1, 4, "F4.0");
            let per_year = match period {
                Period::Year => 1,
                Period::Half => 2,
                Period::Quarter => 4,
                Period::Month => 12,
                Period::Week => 52,
            };
            let value = if per_year == 1 {
                year
            } else {
                format!("({year} - 1960) * {per_year} + {} - 1", piece(6, 2, "F2.0"))
            };
            page.push(&command(&format!("COMPUTE {name} ="), &[value]));
        }
        LoadedColumn::Small
        | LoadedColumn::Number
        | LoadedColumn::Date
        | LoadedColumn::Time
        | LoadedColumn::Text => {}
    }
}

/// Converted variables went to the end; this puts them back and drops the texts they came from.
pub(super) fn order(page: &mut Page<'_>, table: &TableDescription) {
    if page.description.table.variables.iter().any(needs_conversion) {
        let mut parts = vec!["/FILE=*".to_owned(), "/KEEP=".into()];
        parts.extend(table.variables.iter().map(|variable| variable.name.clone()));
        page.push(&command("ADD FILES", &parts));
    }
}

fn needs_conversion(variable: &Variable) -> bool {
    matches!(
        LoadedColumn::of(variable),
        LoadedColumn::Boolean | LoadedColumn::DateTime { .. } | LoadedColumn::Period(_)
    )
}

/// The name under which a text is loaded that becomes a number.
fn raw_name(column: usize) -> String {
    format!("@raw{}", column + 1)
}

/// The format in which a column is read.
fn input_format(variable: &Variable, spss: &VariableDescription) -> String {
    match LoadedColumn::of(variable) {
        LoadedColumn::Small => "F11.0".into(),
        LoadedColumn::Number => "F40.16".into(),
        LoadedColumn::Boolean => "A5".into(),
        LoadedColumn::Date => "SDATE10".into(),
        LoadedColumn::DateTime { .. } => "A40".into(),
        LoadedColumn::Time => "TIME20.9".into(),
        LoadedColumn::Period(_) => "A12".into(),
        LoadedColumn::Text => format!("A{}", spss.text_bytes.unwrap_or(1)),
    }
}
