//! How SPSS reads each column of the data file.

use exporter_core::codebook::{DisplayStyle, Kind, Variable};

use super::super::description::Column;

/// Longest text variable.
pub(super) const TEXT_BYTES: u64 = 32_767;

/// The format in which a column is read.
pub(super) fn input_format(variable: &Variable, max_bytes: u64) -> String {
    match Column::of(variable) {
        Column::Small => "F11.0".into(),
        Column::Number => "F40.16".into(),
        Column::Boolean => "A5".into(),
        Column::Date => "SDATE10".into(),
        Column::DateTime { .. } => "A40".into(),
        Column::Time => "TIME20.9".into(),
        Column::Period(_) => "A12".into(),
        Column::Text => format!("A{}", max_bytes.clamp(1, TEXT_BYTES)),
    }
}

/// The format in which values are shown.
pub(super) fn display_format(variable: &Variable) -> Option<String> {
    let asked = variable.format.as_ref();
    if let Some(native) = asked.and_then(|format| format.native.get("spss")) {
        let plain = native.chars().all(|character| character.is_ascii_alphanumeric() || character == '.');
        if plain && Column::of(variable).is_numeric() && !native.starts_with('A') {
            return Some(native.clone());
        }
    }
    let decimals = asked.and_then(|format| format.decimals);
    let width = asked.and_then(|format| format.width);
    let letter = match asked.and_then(|format| format.style) {
        Some(DisplayStyle::Grouped) => "COMMA",
        Some(DisplayStyle::Scientific) => "E",
        Some(DisplayStyle::Percent) => "PCT",
        Some(DisplayStyle::Currency) => "DOLLAR",
        Some(DisplayStyle::Padded) => "N",
        _ => "F",
    };
    match Column::of(variable) {
        Column::Small | Column::Number => {
            let default = match variable.kind {
                Kind::Float { .. } => 2,
                Kind::Decimal { scale, .. } => u32::try_from(scale).unwrap_or(0),
                _ => 0,
            };
            let decimals = if letter == "N" { 0 } else { decimals.unwrap_or(default).min(16) };
            let width = width.unwrap_or(12).clamp(decimals + 2, 40);
            Some(if letter == "N" { format!("N{width}") } else { format!("{letter}{width}.{decimals}") })
        }
        Column::Boolean => Some("F1.0".into()),
        Column::Date => Some("SDATE10".into()),
        Column::DateTime { .. } => Some("DATETIME23.3".into()),
        Column::Time => Some("TIME8".into()),
        Column::Period(_) => Some("F8.0".into()),
        Column::Text => None,
    }
}
