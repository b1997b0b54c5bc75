//! Display formats: which there are, and which one a variable gets.

use std::fmt;

use exporter_core::codebook::{DisplayFormat, DisplayStyle, Kind, Period, TimeUnit, Variable};
use exporter_core::profile::Number;
use exporter_core::{ColumnFacts, Loss, LossCode};

use crate::Choices;
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
    /// Texts.
    Text,
}

/// A display format, such as `F8.2`; small, as there may be a million variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Format {
    /// Its code in a system file.
    code: u8,
    /// Digits after the decimal mark.
    pub decimals: u8,
    /// Characters, the decimals included.
    pub width: u16,
}

/// Widest format.
const WIDEST: u32 = 40;
/// Most decimals.
const MOST_DECIMALS: u32 = 16;

/// Names with the codes of system files, the least width and what they show (fact sheet 3.1).
const FORMATS: &[(&str, u8, u32, FormatClass)] = {
    use FormatClass::{Date, DateTime, Number, Text, Time};
    &[
        ("F", 5, 1, Number),
        ("A", 1, 1, Text),
        ("AHEX", 2, 2, Text),
        ("COMMA", 3, 1, Number),
        ("DOLLAR", 4, 2, Number),
        ("IB", 6, 1, Number),
        ("PIBHEX", 7, 2, Number),
        ("P", 8, 1, Number),
        ("PIB", 9, 1, Number),
        ("PK", 10, 1, Number),
        ("RB", 11, 2, Number),
        ("RBHEX", 12, 4, Number),
        ("Z", 15, 1, Number),
        ("N", 16, 1, Number),
        ("E", 17, 6, Number),
        ("DATE", 20, 9, Date),
        ("TIME", 21, 5, Time),
        ("DATETIME", 22, 17, DateTime),
        ("ADATE", 23, 8, Date),
        ("JDATE", 24, 5, Date),
        ("DTIME", 25, 8, Time),
        ("WKDAY", 26, 2, Number),
        ("MONTH", 27, 3, Number),
        ("MOYR", 28, 6, Date),
        ("QYR", 29, 6, Date),
        ("WKYR", 30, 8, Date),
        ("PCT", 31, 2, Number),
        ("DOT", 32, 1, Number),
        ("CCA", 33, 2, Number),
        ("CCB", 34, 2, Number),
        ("CCC", 35, 2, Number),
        ("CCD", 36, 2, Number),
        ("CCE", 37, 2, Number),
        ("EDATE", 38, 8, Date),
        ("SDATE", 39, 8, Date),
        ("MTIME", 40, 5, Time),
        ("YMDHMS", 41, 16, DateTime),
        // The numbers that IBM's header gives the last two.
        ("MTIME", 85, 5, Time),
        ("YMDHMS", 86, 16, DateTime),
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
        let known = FORMATS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name))?;
        Self::checked(known, width, decimals)
    }

    /// A format of this name, which is one of [`FORMATS`].
    fn new(name: &str, width: u32, decimals: u32) -> Self {
        let code = FORMATS.iter().find(|(known, ..)| *known == name).map_or(5, |(_, code, ..)| *code);
        let width = u16::try_from(width).unwrap_or(u16::MAX);
        Self { code, decimals: u8::try_from(decimals).unwrap_or(u8::MAX), width }
    }

    fn known(self) -> (&'static str, FormatClass) {
        let known = FORMATS.iter().find(|(_, code, ..)| *code == self.code);
        known.map_or(("F", FormatClass::Number), |(name, _, _, class)| (*name, *class))
    }

    /// Name, in capitals.
    pub fn name(self) -> &'static str {
        self.known().0
    }

    /// What it shows.
    pub fn class(self) -> FormatClass {
        self.known().1
    }

    fn checked(known: &(&'static str, u8, u32, FormatClass), width: u32, decimals: u32) -> Option<Self> {
        let (name, _, least, class) = *known;
        let (widest, most) = match class {
            FormatClass::Text => (u32::from(u16::MAX), 0),
            _ => (WIDEST, MOST_DECIMALS.min(width.saturating_sub(1))),
        };
        let fits = (least..=widest).contains(&width) && decimals <= most;
        fits.then(|| Self::new(name, width, decimals))
    }

    /// The format of a text of so many bytes.
    pub fn text(bytes: u16) -> Self {
        Self::new("A", u32::from(bytes), 0)
    }

    /// What SPSS shows numbers by that have no format.
    pub fn number() -> Self {
        Self::new("F", 8, 2)
    }

    /// The format of this code in a system file, or `None` if SPSS could not have it.
    pub fn from_code(code: u8, width: u32, decimals: u32) -> Option<Self> {
        Self::checked(FORMATS.iter().find(|(_, known, ..)| *known == code)?, width, decimals)
    }

    /// Its code in a system file.
    pub fn code(&self) -> u8 {
        self.code
    }

    /// The format given for SPSS, or derived from width, decimals and style, or the usual one of the kind; `None` for
    /// texts.
    pub(crate) fn of(
        variable: &Variable,
        facts: &ColumnFacts,
        choices: &Choices,
        losses: &mut Vec<Loss>,
    ) -> Option<Self> {
        let kind = &variable.kind;
        if is_text(kind) {
            return None;
        }
        let usual = usual(variable, facts, choices);
        if let Some(native) = variable.format.as_ref().and_then(|format| format.native.get("spss")) {
            let given = Self::parse(native);
            // Every number can be shown as a date, and what a file showed so need not be one.
            let is_temporal = |class| !matches!(class, FormatClass::Number | FormatClass::Text);
            let is_loose = choices.is_file() && (kind.is_temporal() || matches!(kind, Kind::Float { .. }));
            let suits =
                |given: &Self| given.class() == usual.class() || is_loose && is_temporal(given.class());
            if let Some(given) = given.filter(suits) {
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
        write!(f, "{}{}", self.name(), self.width)?;
        match (self.class(), self.decimals) {
            (FormatClass::Number, decimals) if self.name() != "N" => write!(f, ".{decimals}"),
            (_, 0) => Ok(()),
            (_, decimals) => write!(f, ".{decimals}"),
        }
    }
}

fn usual(variable: &Variable, facts: &ColumnFacts, choices: &Choices) -> Format {
    let file = choices.is_file();
    let seconds = |unit: TimeUnit| file && unit == TimeUnit::Second;
    match variable.kind {
        Kind::Boolean => Format::new("F", 1, 0),
        Kind::Date if file => Format::new("DATE", 11, 0),
        Kind::Date => Format::new("SDATE", 10, 0),
        Kind::DateTime { unit, .. } if seconds(unit) => Format::new("DATETIME", 20, 0),
        Kind::DateTime { .. } => Format::new("DATETIME", 24, 3),
        Kind::Time(unit) if seconds(unit) || !file => Format::new("TIME", 8, 0),
        Kind::Time(_) => Format::new("TIME", 12, 3),
        Kind::Duration(unit) if file => {
            let (width, decimals) = if seconds(unit) { (16, 0) } else { (20, 3) };
            Format::new("DTIME", width, decimals)
        }
        Kind::Period(period) if file => match period {
            Period::Year => Format::new("F", 4, 0),
            Period::Quarter => Format::new("QYR", 8, 0),
            Period::Week => Format::new("WKYR", 10, 0),
            _ => Format::new("MOYR", 8, 0),
        },
        Kind::Period(_) => Format::new("F", 8, 0),
        _ => number(variable, facts),
    }
}

/// Characters of the longest whole number of a column.
fn digits(facts: &ColumnFacts) -> Option<u32> {
    let characters = |number: Number| match number {
        Number::Integer(whole) => whole.to_string().len() as u32,
        Number::Float(_) => 12,
    };
    let (low, high) = facts.range??;
    Some(characters(low).max(characters(high)))
}

fn number(variable: &Variable, facts: &ColumnFacts) -> Format {
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
    // Of a whole number the values tell the width.
    let measured = digits(facts).filter(|_| matches!(variable.kind, Kind::Integer { .. }));
    let usual = measured.unwrap_or(12);
    let least = if decimals > 0 || measured.is_none() { decimals + 2 } else { 1 };
    // A format that is too narrow shows asterisks.
    let needed = measured.map_or(least, |digits| digits + if decimals > 0 { decimals + 1 } else { 0 });
    let given = given.and_then(|format| format.width);
    let width = given.unwrap_or(usual).max(needed).clamp(least, WIDEST);
    Format::new(name, width, decimals)
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
        assert_eq!(Format::parse("A20").unwrap().class(), FormatClass::Text);
        for broken in
            ["", "F", "8.2", "F8.2q", "A8.1", "FOO8", "F3.3", "F41", "DATETIME16", "F8.", "E5.0", "F+8"]
        {
            assert_eq!(Format::parse(broken), None, "{broken}");
        }
    }

    #[test]
    fn codes_are_those_of_system_files() {
        let shown = |code, width, decimals| Format::from_code(code, width, decimals).map(|it| it.to_string());
        assert_eq!(shown(5, 8, 2).as_deref(), Some("F8.2"));
        assert_eq!(shown(1, 255, 0).as_deref(), Some("A255"));
        assert_eq!(shown(20, 8, 4), None, "DATE8.4 is saved by SPSS itself");
        assert_eq!((shown(41, 19, 0), Format::from_code(86, 19, 0).unwrap().code()), (shown(86, 19, 0), 41));
        for (name, code, least, _) in FORMATS.iter().filter(|(_, code, ..)| *code < 85) {
            let format = Format::from_code(*code, *least, 0).unwrap();
            assert_eq!((format.name(), format.code()), (*name, *code));
        }
    }

    #[test]
    fn a_format_that_does_not_suit_is_dropped_with_a_loss() {
        let shown = |kind: Kind, native: &str| {
            let mut variable = Variable::new("x", kind);
            variable.format.get_or_insert_default().native.insert("spss".into(), native.into());
            let mut losses = Vec::new();
            (
                Format::of(&variable, &ColumnFacts::default(), &Choices::syntax(), &mut losses)
                    .map(|format| format.to_string()),
                losses.len(),
            )
        };
        assert_eq!(shown(Kind::FLOAT, "PCT5.1"), (Some("PCT5.1".into()), 0));
        assert_eq!(shown(Kind::FLOAT, "A8"), (Some("F12.2".into()), 1));
        assert_eq!(shown(Kind::Date, "ADATE10"), (Some("ADATE10".into()), 0));
        assert_eq!(shown(Kind::Date, "F8.2"), (Some("SDATE10".into()), 1));
        assert_eq!(shown(Kind::Text, "A8"), (None, 0));
    }
}
