//! Display formats: which there are, and which one a variable gets.

use std::fmt;

use exporter_core::codebook::{DisplayFormat, DisplayStyle, Kind, Variable};
use exporter_core::{Loss, LossCode};

use crate::values::is_text;

/// What a display format shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FormatClass {
    /// Numbers.
    Number,
    /// Days, and spans of days that begin with one.
    Date,
    /// Days with a time.
    DateTime,
    /// Times of day and lengths of time.
    Time,
}

/// A display format of a number, such as `F8.2`; texts have only their width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Format {
    /// Name, in capitals.
    pub name: &'static str,
    /// What it shows.
    pub class: FormatClass,
    /// Characters, the decimals included.
    pub width: u32,
    /// Digits after the decimal mark.
    pub decimals: u32,
}

/// Widest format.
const WIDEST: u32 = 40;
/// Most decimals.
const MOST_DECIMALS: u32 = 16;

/// Names with the least width and what they show; binary and hexadecimal ones, which show no values, are left out.
const FORMATS: &[(&str, u32, FormatClass)] = {
    use FormatClass::{Date, DateTime, Number, Time};
    &[
        ("F", 1, Number),
        ("COMMA", 1, Number),
        ("DOT", 1, Number),
        ("DOLLAR", 2, Number),
        ("PCT", 2, Number),
        ("E", 6, Number),
        ("N", 1, Number),
        ("Z", 1, Number),
        ("CCA", 2, Number),
        ("CCB", 2, Number),
        ("CCC", 2, Number),
        ("CCD", 2, Number),
        ("CCE", 2, Number),
        ("WKDAY", 2, Number),
        ("MONTH", 3, Number),
        ("DATE", 9, Date),
        ("ADATE", 8, Date),
        ("EDATE", 8, Date),
        ("SDATE", 8, Date),
        ("JDATE", 5, Date),
        ("QYR", 6, Date),
        ("MOYR", 6, Date),
        ("WKYR", 8, Date),
        ("DATETIME", 17, DateTime),
        ("YMDHMS", 16, DateTime),
        ("TIME", 5, Time),
        ("DTIME", 8, Time),
        ("MTIME", 5, Time),
    ]
};

impl Format {
    /// Reads a format such as `F8.2`, or `None` if SPSS could not.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.find(|character: char| character.is_ascii_digit())?;
        let (name, size) = text.split_at(digits);
        let (width, decimals) = size.split_once('.').unwrap_or((size, "0"));
        let plain = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit());
        if !plain(width) || !plain(decimals) {
            return None;
        }
        let (width, decimals) = (width.parse().ok()?, decimals.parse().ok()?);
        let (name, least, class) = FORMATS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name))?;
        let fits = (*least..=WIDEST).contains(&width) && decimals <= MOST_DECIMALS && decimals < width;
        fits.then_some(Self { name, class: *class, width, decimals })
    }

    fn new(name: &'static str, class: FormatClass, width: u32, decimals: u32) -> Self {
        Self { name, class, width, decimals }
    }

    /// The format given for SPSS, or derived from width, decimals and style, or the usual one of the kind; `None` for
    /// texts.
    pub(crate) fn of(variable: &Variable, losses: &mut Vec<Loss>) -> Option<Self> {
        let kind = &variable.kind;
        if is_text(kind) {
            return None;
        }
        let usual = usual(variable);
        if let Some(native) = variable.format.as_ref().and_then(|format| format.native.get("spss")) {
            let given = Self::parse(native);
            if let Some(given) = given.filter(|given| given.class == usual.class) {
                return Some(given);
            }
            let loss = Loss::new(LossCode::DISPLAY_FORMAT_DROPPED, "not a format that SPSS has for the type");
            losses.push(loss.first(None, native.as_str()));
        }
        Some(usual)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.name, self.width)?;
        match (self.class, self.decimals) {
            (FormatClass::Number, decimals) if self.name != "N" => write!(f, ".{decimals}"),
            (_, 0) => Ok(()),
            (_, decimals) => write!(f, ".{decimals}"),
        }
    }
}

fn usual(variable: &Variable) -> Format {
    use FormatClass::{Date, DateTime, Number, Time};
    match variable.kind {
        Kind::Boolean => Format::new("F", Number, 1, 0),
        Kind::Date => Format::new("SDATE", Date, 10, 0),
        Kind::DateTime { .. } => Format::new("DATETIME", DateTime, 24, 3),
        Kind::Time(_) => Format::new("TIME", Time, 8, 0),
        Kind::Period(_) => Format::new("F", Number, 8, 0),
        _ => number(variable),
    }
}

fn number(variable: &Variable) -> Format {
    let given = variable.format.as_ref();
    let name = match given.and_then(|format| format.style) {
        Some(DisplayStyle::Grouped) => "COMMA",
        Some(DisplayStyle::Scientific) => "E",
        Some(DisplayStyle::Percent) => "PCT",
        Some(DisplayStyle::Currency) => "DOLLAR",
        Some(DisplayStyle::Padded) => "N",
        _ => "F",
    };
    let default = match variable.kind {
        Kind::Float { .. } => 2,
        Kind::Decimal { scale, .. } => u32::try_from(scale).unwrap_or(0),
        _ => 0,
    };
    // A general format shows decimals where a value has some, which no format of SPSS does. Stata's are `%9.0g` and `%9.0gc`.
    let is_general = |format: &&DisplayFormat| {
        let stata = format.native.get("stata").map(|native| native.trim_end_matches('c'));
        format.style == Some(DisplayStyle::General) || stata.is_some_and(|native| native.ends_with('g'))
    };
    let given_decimals = given.filter(|format| !is_general(format));
    let decimals = given_decimals.and_then(|format| format.decimals).unwrap_or(default).min(MOST_DECIMALS);
    let decimals = if name == "N" { 0 } else { decimals };
    let width = given.and_then(|format| format.width).unwrap_or(12).clamp(decimals + 2, WIDEST);
    Format::new(name, FormatClass::Number, width, decimals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_read_and_written() {
        for text in ["F8.2", "COMMA12.0", "N5", "SDATE10", "DATETIME24.3", "TIME8", "E12.3"] {
            assert_eq!(Format::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Format::parse("f8").unwrap().to_string(), "F8.0");
        for broken in
            ["", "F", "8.2", "F8.2q", "A8", "FOO8", "F3.3", "F41", "DATETIME16", "F8.", "E5.0", "F+8"]
        {
            assert_eq!(Format::parse(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_format_that_does_not_suit_is_dropped_with_a_loss() {
        let shown = |kind: Kind, native: &str| {
            let mut variable = Variable::new("x", kind);
            variable.format.get_or_insert_default().native.insert("spss".into(), native.into());
            let mut losses = Vec::new();
            (Format::of(&variable, &mut losses).map(|format| format.to_string()), losses.len())
        };
        assert_eq!(shown(Kind::FLOAT, "PCT5.1"), (Some("PCT5.1".into()), 0));
        assert_eq!(shown(Kind::FLOAT, "A8"), (Some("F12.2".into()), 1));
        assert_eq!(shown(Kind::Date, "ADATE10"), (Some("ADATE10".into()), 0));
        assert_eq!(shown(Kind::Date, "F8.2"), (Some("SDATE10".into()), 1));
        assert_eq!(shown(Kind::Text, "A8"), (None, 0));
    }
}
