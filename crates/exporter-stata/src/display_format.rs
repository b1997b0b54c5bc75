//! Which display format a variable gets (section 9).

use exporter_core::codebook::{Alignment, DisplayFormat, DisplayStyle, Kind, Period, Variable};
use exporter_core::profile::Number;
use exporter_core::{ColumnFacts, Loss, LossCode};

use crate::storage::Stored;
use crate::{Conversion, FormatClass, StorageType, Version};

/// The display format of a variable, or the usual one of its kind or type where the version has too little room for it or lacks its
/// characters.
pub(crate) fn display_format(
    variable: &Variable,
    stored: &mut Stored,
    facts: &ColumnFacts,
    version: Version,
) -> String {
    let format = wanted(variable, stored, facts);
    if format.len() <= version.format_bytes() && version.charset().has(&format) {
        return format;
    }
    let loss = Loss::new(LossCode::DISPLAY_FORMAT_DROPPED, "too long for a file of this release");
    stored.losses.push(loss.first(None, format));
    // A date stays a date without its details: every release has room for `%td`.
    match time_format(variable, stored.conversion).and_then(|time| time.get(..2)) {
        Some(time) => format!("%{time}"),
        None => stored.storage.default_format(),
    }
}

/// The display format given for Stata, or derived from width, decimals and style, or Stata's own default.
fn wanted(variable: &Variable, stored: &mut Stored, facts: &ColumnFacts) -> String {
    let storage = stored.storage;
    let is_text = storage.is_string();
    if let Some(native) = variable.format.as_ref().and_then(|format| format.native.get("stata")) {
        let shows = match FormatClass::of(native) {
            Some(FormatClass::Text) => is_text,
            Some(FormatClass::Number) => !is_text,
            Some(FormatClass::Time) => {
                !is_text && counts_alike(native, time_format(variable, stored.conversion))
            }
            None => false,
        };
        if shows {
            return native.clone();
        }
        let loss = Loss::new(LossCode::DISPLAY_FORMAT_DROPPED, "not a format that Stata has for the type");
        stored.losses.push(loss.first(None, native.clone()));
    }
    let left = if variable.alignment == Some(Alignment::Left) { "-" } else { "" };
    if is_text {
        let width =
            variable.format.as_ref().and_then(|format| format.width).filter(|w| (1..=244).contains(w));
        return match (width, storage) {
            (Some(width), _) => format!("%{left}{width}s"),
            (None, StorageType::Str(width)) => format!("%{left}{}s", width.max(9)),
            (None, _) => format!("%{left}9s"),
        };
    }
    if let Some(time) = time_format(variable, stored.conversion) {
        return format!("%{left}{time}");
    }
    match &variable.format {
        Some(format) if format.width.is_some() || format.decimals.is_some() || format.style.is_some() => {
            number_format(format, storage, left)
        }
        _ => match (storage.default_format().strip_prefix('%'), long_numbers(facts)) {
            (_, Some(columns)) if storage == StorageType::Double => format!("%{left}{columns}.0g"),
            (Some(rest), _) => format!("%{left}{rest}"),
            (None, _) => storage.default_format(),
        },
    }
}

/// Columns that show all digits of whole numbers, such as ids, where `%10.0g` shows a power of ten.
fn long_numbers(facts: &ColumnFacts) -> Option<usize> {
    let (Number::Integer(low), Number::Integer(high)) = facts.valid_range?? else { return None };
    let digits = low.unsigned_abs().max(high.unsigned_abs()).to_string().len();
    // One more for a sign.
    Some(digits + 1).filter(|columns| *columns > 10)
}

/// Whether a format of dates or times shows what is stored; what is stored as a plain number may be shown as anything.
fn counts_alike(native: &str, time: Option<&str>) -> bool {
    let code = native.trim_start_matches(['%', '-']);
    let code = if code.starts_with('d') { "td" } else { code };
    time.is_none_or(|time| code.starts_with("tg") || code.get(..2) == time.get(..2))
}

fn time_format(variable: &Variable, conversion: Conversion) -> Option<&'static str> {
    match (&variable.kind, conversion) {
        (Kind::Date, _) => Some("td"),
        (Kind::Time(_), _) => Some("tcHH:MM:SS"),
        (_, Conversion::Millis { leap_seconds: true, .. }) => Some("tC"),
        (Kind::DateTime { .. }, _) => Some("tc"),
        (Kind::Period(Period::Year), _) => Some("ty"),
        (Kind::Period(Period::Half), _) => Some("th"),
        (Kind::Period(Period::Quarter), _) => Some("tq"),
        (Kind::Period(Period::Month), _) => Some("tm"),
        (Kind::Period(Period::Week), _) => Some("tw"),
        _ => None,
    }
}

fn number_format(format: &DisplayFormat, storage: StorageType, left: &str) -> String {
    /// Widest number format that Stata shows.
    const WIDEST: u32 = 40;
    let decimals = format.decimals.unwrap_or(0).min(WIDEST - 2);
    let usual = match storage {
        StorageType::Byte | StorageType::Int => 8,
        StorageType::Long => 12,
        StorageType::Float => 9,
        _ => 10,
    };
    let width =
        format.width.unwrap_or(usual).clamp(1, WIDEST).max(if decimals > 0 { decimals + 2 } else { 1 });
    let style = match (format.style, format.decimals) {
        (Some(DisplayStyle::General), _) | (None, None) => return format!("%{left}{width}.0g"),
        (Some(style), _) => style,
        (None, Some(_)) => DisplayStyle::Fixed,
    };
    match style {
        DisplayStyle::Grouped | DisplayStyle::Currency => format!("%{left}{width}.{decimals}fc"),
        DisplayStyle::Scientific => format!("%{left}{width}.{decimals}e"),
        DisplayStyle::Padded => format!("%{left}0{width}.{decimals}f"),
        _ => format!("%{left}{width}.{decimals}f"),
    }
}

/// What a codebook says of a display format: the format itself, and width and decimals of `%w.d…`; other formats say nothing
/// that programs share.
pub fn shown_format(format: &str) -> DisplayFormat {
    let mut shown = DisplayFormat::default();
    let digits = format.trim_start_matches(['%', '-', '~', '0']);
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let (width, rest) = digits.split_at(end);
    shown.width = width.parse().ok();
    if let Some(rest) = rest.strip_prefix(['.', ',']) {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        shown.decimals = rest.get(..end).and_then(|decimals| decimals.parse().ok());
    }
    shown.native.insert("stata".to_owned(), format.to_owned());
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Choices, storage::decide};

    fn format(kind: Kind, native: &str, version: Version) -> (String, usize) {
        let mut format = DisplayFormat::default();
        format.native.insert("stata".to_owned(), native.to_owned());
        let variable = Variable::new("x", kind).with_format(format);
        let stored = decide(&variable, &Default::default(), &Choices::new(version), None).unwrap();
        (stored.format, stored.losses.len())
    }

    #[test]
    fn a_format_that_stata_does_not_have_is_dropped_with_a_loss() {
        let newest = Version::Stata14;
        assert_eq!(format(Kind::FLOAT, "%12.2f", newest), ("%12.2f".to_owned(), 0));
        assert_eq!(format(Kind::FLOAT, "%12.2q", newest), ("%10.0g".to_owned(), 1));
        assert_eq!(format(Kind::FLOAT, "%9s", newest), ("%10.0g".to_owned(), 1));
        assert_eq!(format(Kind::Date, "%tm", newest), ("%td".to_owned(), 1));
        let long = "%tdCCYY-NN-DD";
        assert_eq!(format(Kind::Date, long, newest), (long.to_owned(), 0));
        assert_eq!(format(Kind::Date, long, Version::Stata8), ("%td".to_owned(), 1));
    }
}
