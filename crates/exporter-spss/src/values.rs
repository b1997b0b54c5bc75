//! Values as SPSS stores them.

use exporter_core::codebook::{self, Kind, MissingValues as Declared, Period, TimeUnit};
use exporter_core::doubles::EXACT;
use exporter_core::missing::span;
use exporter_core::profile::Number;

/// Seconds from 1582-10-14, the epoch of SPSS, to 1970-01-01.
pub const EPOCH_SECONDS: i128 = 12_219_379_200;
/// Seconds of a day.
const DAY: f64 = 86_400.0;

/// What [`Value::key`] makes of a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ValueKey {
    /// The bits of a number.
    Number(u64),
    /// A text without blanks at its end.
    Text(String),
}

/// A value as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number; dates and times are seconds.
    Number(f64),
    /// A text.
    Text(String),
}

impl Value {
    /// The number, where it is one.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(_) => None,
        }
    }

    /// What values that are one to SPSS have in common: both zeros are, and texts that differ only in blanks at the end.
    pub fn key(&self) -> ValueKey {
        match self {
            Self::Number(number) => ValueKey::Number((number + 0.0).to_bits()),
            Self::Text(text) => ValueKey::Text(text.trim_end_matches(' ').to_owned()),
        }
    }

    /// A value of the codebook as it is stored in a variable of `kind`, if it can be.
    pub fn of(value: &codebook::Value, kind: &Kind) -> Option<Self> {
        let stored = match (value, kind) {
            (codebook::Value::Text(text), kind) if is_text(kind) => Some(Self::Text(text.clone())),
            (_, kind) if is_text(kind) => None,
            (_, Kind::Date | Kind::DateTime { .. } | Kind::Time(_) | Kind::Period(_) | Kind::Duration(_)) => {
                let Number::Integer(count) = span(&Declared::One(value.clone()), kind)?.low else {
                    return None;
                };
                Some(Self::Number(stored(count, kind)))
            }
            (codebook::Value::Boolean(truth), _) => Some(Self::Number(f64::from(u8::from(*truth)))),
            (value, _) => value.as_f64().map(Self::Number),
        };
        stored.filter(|stored| stored.as_number().is_none_or(f64::is_finite))
    }

    pub(crate) fn number(value: &codebook::Value, kind: &Kind) -> Option<f64> {
        Self::of(value, kind)?.as_number()
    }
}

/// The number of a column as it is stored: days, ticks and periods in seconds.
pub(crate) fn stored(count: i128, kind: &Kind) -> f64 {
    match kind {
        Kind::DateTime { unit, .. } => {
            let per_second = i128::from(unit.per_second());
            (count + EPOCH_SECONDS * per_second) as f64 / per_second as f64
        }
        Kind::Time(unit) | Kind::Duration(unit) => count as f64 / unit.per_second() as f64,
        Kind::Date => count as f64 * DAY + EPOCH_SECONDS as f64,
        Kind::Period(period) if *period != Period::Year => {
            let day = i32::try_from(count).ok().and_then(|count| period.first_day(count));
            day.map_or(f64::NAN, |day| day as f64 * DAY + EPOCH_SECONDS as f64)
        }
        Kind::Decimal { scale, .. } => count as f64 / 10_f64.powi(i32::from(*scale)),
        _ => count as f64,
    }
}

/// The number from which on a codebook says that all numbers of a kind are missing, since its ranges have an end: that of the
/// first day of the calendar, or one beyond all others.
pub fn lowest(kind: &Kind) -> f64 {
    match kind {
        // Whole numbers, which years are, too.
        Kind::Integer { .. } | Kind::Period(Period::Year) => -(EXACT as f64),
        Kind::Date | Kind::DateTime { .. } | Kind::Period(_) => -49_916_217_600.0,
        Kind::Time(_) => 0.0,
        Kind::Duration(_) => -9e9,
        _ => -1e300,
    }
}

/// The number of a column that is stored as this one; `None` where none is. The inverse of [`stored`] for days and times.
pub(crate) fn count_of(number: f64, kind: &Kind) -> Option<i128> {
    // No column of 64 bits counts so far.
    if number.abs() > 1e20 {
        return None;
    }
    let since_1970 = number - EPOCH_SECONDS as f64;
    let ticks = |seconds: f64, unit: &TimeUnit| (seconds * unit.per_second() as f64).round() as i128;
    let count = match kind {
        Kind::DateTime { unit, .. } => ticks(since_1970, unit),
        Kind::Time(unit) | Kind::Duration(unit) => ticks(number, unit),
        Kind::Date => (since_1970 / DAY).round() as i128,
        Kind::Period(period) if *period != Period::Year => {
            period.of_day((since_1970 / DAY).floor() as i64)?.into()
        }
        _ => number.round() as i128,
    };
    (stored(count, kind) == number).then_some(count)
}

/// Whether a variable holds text; nested values are JSON and bytes base64.
pub(crate) fn is_text(kind: &Kind) -> bool {
    matches!(kind, Kind::Text | Kind::Binary | Kind::Structure(_) | Kind::List(_) | Kind::Map { .. })
}
