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

/// What is known of a format (fact sheet 3.1).
struct Known {
    name: &'static str,
    /// Its code in system files.
    code: u8,
    /// Least width.
    least: u32,
    class: FormatClass,
    /// Width and decimals where nobody has said which.
    usual: (u32, u32),
    /// The style that other programs call it by.
    style: Option<DisplayStyle>,
}

impl Known {
    const fn new(name: &'static str, code: u8, least: u32, class: FormatClass) -> Self {
        Self { name, code, least, class, usual: (8, 0), style: None }
    }

    const fn usual(self, width: u32, decimals: u32) -> Self {
        Self { usual: (width, decimals), ..self }
    }

    const fn styled(self, style: DisplayStyle) -> Self {
        Self { style: Some(style), ..self }
    }

    fn with_code(code: u8) -> Option<&'static Self> {
        FORMATS.iter().find(|known| known.code == code)
    }

    fn format(&self, width: u32, decimals: u32) -> Format {
        let width = u16::try_from(width).unwrap_or(u16::MAX);
        Format { code: self.code, decimals: u8::try_from(decimals).unwrap_or(u8::MAX), width }
    }

    /// The format of this width and these decimals, if SPSS has it.
    fn checked(&self, width: u32, decimals: u32) -> Option<Format> {
        let (widest, most) = match self.class {
            FormatClass::Text => (u32::from(u16::MAX), 0),
            _ => (WIDEST, MOST_DECIMALS.min(width.saturating_sub(1))),
        };
        let fits = (self.least..=widest).contains(&width) && decimals <= most;
        // Of two codes of a name the first is written.
        fits.then(|| Format::new(self.name, width, decimals))
    }
}

const FORMATS: &[Known] = {
    use DisplayStyle::{Currency, Fixed, Grouped, Padded, Percent, Scientific};
    use FormatClass::{Date, DateTime, Number, Text, Time};
    &[
        Known::new("F", 5, 1, Number).usual(8, 2).styled(Fixed),
        Known::new("A", 1, 1, Text),
        Known::new("AHEX", 2, 2, Text),
        Known::new("COMMA", 3, 1, Number).usual(8, 2).styled(Grouped),
        Known::new("DOLLAR", 4, 2, Number).usual(8, 2).styled(Currency),
        Known::new("IB", 6, 1, Number),
        Known::new("PIBHEX", 7, 2, Number),
        Known::new("P", 8, 1, Number),
        Known::new("PIB", 9, 1, Number),
        Known::new("PK", 10, 1, Number),
        Known::new("RB", 11, 2, Number),
        Known::new("RBHEX", 12, 4, Number),
        Known::new("Z", 15, 1, Number),
        Known::new("N", 16, 1, Number).styled(Padded),
        Known::new("E", 17, 6, Number).styled(Scientific),
        Known::new("DATE", 20, 9, Date).usual(11, 0),
        Known::new("TIME", 21, 5, Time),
        Known::new("DATETIME", 22, 17, DateTime).usual(20, 0),
        Known::new("ADATE", 23, 8, Date).usual(10, 0),
        Known::new("JDATE", 24, 5, Date),
        Known::new("DTIME", 25, 8, Time),
        Known::new("WKDAY", 26, 2, Number),
        Known::new("MONTH", 27, 3, Number),
        Known::new("MOYR", 28, 6, Date),
        Known::new("QYR", 29, 6, Date),
        Known::new("WKYR", 30, 8, Date),
        Known::new("PCT", 31, 2, Number).usual(8, 2).styled(Percent),
        Known::new("DOT", 32, 1, Number).usual(8, 2),
        Known::new("CCA", 33, 2, Number).usual(8, 2),
        Known::new("CCB", 34, 2, Number).usual(8, 2),
        Known::new("CCC", 35, 2, Number).usual(8, 2),
        Known::new("CCD", 36, 2, Number).usual(8, 2),
        Known::new("CCE", 37, 2, Number).usual(8, 2),
        Known::new("EDATE", 38, 8, Date).usual(10, 0),
        Known::new("SDATE", 39, 8, Date).usual(10, 0),
        Known::new("MTIME", 40, 5, Time),
        Known::new("YMDHMS", 41, 16, DateTime).usual(19, 0),
        // The numbers that IBM's header gives the last two.
        Known::new("MTIME", 85, 5, Time),
        Known::new("YMDHMS", 86, 16, DateTime).usual(19, 0),
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
        FORMATS.iter().find(|known| known.name.eq_ignore_ascii_case(name))?.checked(width, decimals)
    }

    /// A format of this name, which is one of [`FORMATS`].
    fn new(name: &str, width: u32, decimals: u32) -> Self {
        let known = FORMATS.iter().find(|known| known.name == name);
        known.map_or(Self { code: 5, decimals: 2, width: 8 }, |known| known.format(width, decimals))
    }

    fn known(self) -> Option<&'static Known> {
        Known::with_code(self.code)
    }

    /// Name, in capitals.
    pub fn name(self) -> &'static str {
        self.known().map_or("F", |known| known.name)
    }

    /// What it shows.
    pub fn class(self) -> FormatClass {
        self.known().map_or(FormatClass::Number, |known| known.class)
    }

    /// The style that other programs call it by.
    pub fn style(self) -> Option<DisplayStyle> {
        self.known()?.style
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
        Known::with_code(code)?.checked(width, decimals)
    }

    /// What SPSS shows numbers by whose format has this code and a size that it lacks.
    pub fn usual(code: u8) -> Self {
        let known = Known::with_code(code).filter(|known| known.class != FormatClass::Text);
        known.and_then(|known| known.checked(known.usual.0, known.usual.1)).unwrap_or_else(Self::number)
    }

    /// Its code in a system file.
    pub fn code(&self) -> u8 {
        self.code
    }

    /// The format given for SPSS, or derived from width, decimals and style, or the usual one of the kind, wide enough for the
    /// numbers that `shown` knows; `None` for texts.
    pub(crate) fn of(
        variable: &Variable,
        facts: &ColumnFacts,
        shown: &Shown,
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
                // The values are those that the format was given for, the numbers of reasons are not.
                let are_shown = shown.reasons.characters == 0;
                return Some(if are_shown { given } else { given.showing(&shown.reasons, losses) });
            }
            let loss = Loss::new(LossCode::DISPLAY_FORMAT_DROPPED, "not a format that SPSS has for the type");
            losses.push(loss.first(None, native.as_str()));
        }
        let measured = measured(variable, facts);
        Some(usual.showing(&shown.all.join(measured), losses))
    }

    /// A format of numbers that is legal and wide enough for these, as which a narrower one would show asterisks.
    fn showing(self, numbers: &Numbers, losses: &mut Vec<Loss>) -> Self {
        let Some((known, style)) = self.known().and_then(|known| Some((known, known.style?))) else {
            return self;
        };
        if style == DisplayStyle::Padded && numbers.are_negative {
            let action = "numbers with zeros in front are none below zero, such as those of missing reasons";
            losses.push(Loss::new(LossCode::DISPLAY_FORMAT_DROPPED, action).first(None, self.to_string()));
            return Self::new("F", self.width.into(), 0).showing(numbers, losses);
        }
        let digits = numbers.characters.max(1);
        let decimals = u32::from(self.decimals);
        let mark = if decimals > 0 { decimals + 1 } else { 0 };
        let needed = match style {
            // A sign, a digit, and an exponent such as `E+003`.
            DisplayStyle::Scientific => 1 + 1 + mark + 5,
            DisplayStyle::Percent => digits + mark + 1,
            DisplayStyle::Grouped => digits + mark + (digits - 1) / 3,
            DisplayStyle::Currency => digits + mark + (digits - 1) / 3 + 1,
            _ => digits + mark,
        };
        let width = u32::from(self.width).max(needed).clamp(known.least, WIDEST);
        known.format(width, decimals)
    }
}

/// What is known of numbers that a format shows.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Numbers {
    /// Characters of the longest in front of its decimal mark.
    characters: u32,
    /// Whether some are below zero.
    are_negative: bool,
}

impl Numbers {
    pub(crate) fn of(numbers: impl IntoIterator<Item = f64>) -> Self {
        // Larger ones are shown with an exponent in any format.
        let plain = numbers.into_iter().filter(|number| number.abs() < 1e16);
        plain.fold(Self::default(), |all, number| {
            let characters = format!("{:.0}", number.trunc()).len() as u32;
            all.join(Self { characters, are_negative: number < 0.0 })
        })
    }

    pub(crate) fn join(self, other: Self) -> Self {
        Self {
            characters: self.characters.max(other.characters),
            are_negative: self.are_negative || other.are_negative,
        }
    }
}

/// Numbers that rows may hold beside those that are known to be in them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Shown {
    /// Labelled ones, declared ones and those of reasons.
    pub(crate) all: Numbers,
    /// Those of reasons alone.
    pub(crate) reasons: Numbers,
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

/// What the rows hold: of whole numbers they tell the width.
fn measured(variable: &Variable, facts: &ColumnFacts) -> Numbers {
    let Some((low, high)) = facts.range.flatten() else { return Numbers::default() };
    // Of decimals the digits in front of the mark.
    let unit = match variable.kind {
        Kind::Decimal { scale, .. } => 10_i128.checked_pow(u32::try_from(scale).unwrap_or(0)),
        _ => None,
    };
    let characters = |number: Number| match number {
        Number::Integer(whole) => (whole / unit.unwrap_or(1)).to_string().len() as u32,
        Number::Float(_) => 12,
    };
    let is_whole = matches!(variable.kind, Kind::Integer { .. } | Kind::Decimal { .. });
    Numbers {
        characters: if is_whole { characters(low).max(characters(high)) } else { 0 },
        are_negative: match low {
            Number::Integer(low) => low < 0,
            Number::Float(low) => low < 0.0,
        },
    }
}

fn number(variable: &Variable, facts: &ColumnFacts) -> Format {
    let given = variable.format.as_ref();
    let style = given.and_then(|format| format.style);
    let styled = style.and_then(|style| FORMATS.iter().find(|known| known.style == Some(style)));
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
    let decimals = if style == Some(DisplayStyle::Padded) { 0 } else { decimals };
    let usual = match (&variable.kind, measured(variable, facts).characters) {
        // Room for all digits, the sign and the mark.
        (Kind::Decimal { precision, scale }, _) => {
            (u32::from(*precision) + 1 + u32::from(*scale > 0)).max(12)
        }
        (_, 0) => 12,
        (_, characters) => characters,
    };
    let width = given.and_then(|format| format.width).unwrap_or(usual).min(WIDEST);
    styled.map_or_else(|| Format::new("F", width, decimals), |known| known.format(width, decimals))
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
        for Known { name, code, least, .. } in FORMATS.iter().filter(|known| known.code < 85) {
            let format = Format::from_code(*code, *least, 0).unwrap();
            assert_eq!((format.name(), format.code()), (*name, *code));
        }
        assert!(FORMATS.iter().all(|known| known.checked(known.usual.0, known.usual.1).is_some()));
    }

    #[test]
    fn a_format_that_does_not_suit_is_dropped_with_a_loss() {
        let shown = |kind: Kind, native: &str| {
            let mut variable = Variable::new("x", kind);
            variable.format.get_or_insert_default().native.insert("spss".into(), native.into());
            let (mut losses, shown) = (Vec::new(), Shown::default());
            (
                Format::of(&variable, &ColumnFacts::default(), &shown, &Choices::syntax(), &mut losses)
                    .map(|format| format.to_string()),
                losses.len(),
            )
        };
        assert_eq!(shown(Kind::FLOAT, "PCT5.1"), (Some("PCT5.1".into()), 0));
        // As a file had it, though numbers from 10 on have no room.
        assert_eq!(shown(Kind::FLOAT, "F16.15"), (Some("F16.15".into()), 0));
        assert_eq!(shown(Kind::FLOAT, "A8"), (Some("F12.2".into()), 1));
        assert_eq!(shown(Kind::Date, "ADATE10"), (Some("ADATE10".into()), 0));
        assert_eq!(shown(Kind::Date, "F8.2"), (Some("SDATE10".into()), 1));
        assert_eq!(shown(Kind::Text, "A8"), (None, 0));
    }

    #[test]
    fn decimals_have_room_for_all_their_digits() {
        let format_of = |precision, scale, given: Option<u32>, (low, high)| {
            let mut variable = Variable::new("x", Kind::Decimal { precision, scale });
            variable.format.get_or_insert_default().width = given;
            let mut facts = ColumnFacts::default();
            facts.range = Some(Some((Number::Integer(low), Number::Integer(high))));
            let shown = Shown::default();
            let found = Format::of(&variable, &facts, &shown, &Choices::syntax(), &mut Vec::new());
            found.unwrap().to_string()
        };
        assert_eq!(format_of(20, 2, None, (1, 3)), "F22.2");
        assert_eq!(format_of(20, 0, None, (1, 3)), "F21.0");
        assert_eq!(format_of(38, 2, None, (1, 3)), "F40.2");
        assert_eq!(format_of(5, 2, None, (1, 3)), "F12.2");
        assert_eq!(format_of(20, 2, Some(6), (-12_345_678, 3)), "F10.2");
    }

    #[test]
    fn formats_are_legal_and_show_every_number() {
        let format_of = |style, width, decimals, (low, high), numbers: &[f64]| {
            let mut variable = Variable::new("x", Kind::INTEGER);
            let given = variable.format.get_or_insert_default();
            (given.style, given.width, given.decimals) = (style, width, decimals);
            let mut facts = ColumnFacts::default();
            facts.range = Some(Some((Number::Integer(low), Number::Integer(high))));
            let all = Numbers::of(numbers.iter().copied());
            let shown = Shown { all, reasons: Numbers::default() };
            let found = Format::of(&variable, &facts, &shown, &Choices::syntax(), &mut Vec::new()).unwrap();
            assert_eq!(Format::parse(&found.to_string()), Some(found));
            found.to_string()
        };
        use DisplayStyle::{Currency, Grouped, Padded, Percent, Scientific};
        assert_eq!(format_of(Some(Percent), None, None, (1, 3), &[]), "PCT2.0");
        assert_eq!(format_of(Some(Currency), None, None, (1, 3), &[]), "DOLLAR2.0");
        assert_eq!(format_of(Some(Currency), None, Some(2), (1, 1_234), &[]), "DOLLAR9.2");
        assert_eq!(format_of(Some(Grouped), Some(3), None, (0, 1_234_567), &[]), "COMMA9.0");
        assert_eq!(format_of(Some(Scientific), Some(5), Some(1), (1, 3), &[]), "E9.1");
        assert_eq!(format_of(Some(Scientific), None, None, (1, 3), &[]), "E7.0");
        assert_eq!(format_of(None, None, Some(99), (1, 3), &[]), "F18.16");
        assert_eq!(format_of(None, Some(99), None, (1, 3), &[]), "F40.0");
        assert_eq!(format_of(None, None, None, (1, 3), &[-99.0, 1e300]), "F3.0");
        assert_eq!(format_of(Some(Padded), None, None, (1, 300), &[]), "N3");
        assert_eq!(format_of(Some(Padded), None, None, (1, 300), &[-99.0]), "F3.0");
    }
}
