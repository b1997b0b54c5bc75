//! Which Arrow type a variable is read as.

use arrow_schema::{DataType, TimeUnit};
use exporter_core::codebook::Period;

use crate::reader::dictionary::Variable;
use crate::reader::facts::ValueFacts;
use crate::spec::{EPOCH_DAYS, EPOCH_MILLIS, FIRST_DAY, LAST_DAY};
use crate::spec_storage::StorageType;
use exporter_stata::calendar::leap_millis;

/// How the cells of a variable are delivered.
///
/// Missing values are null; [`Selection::letters`](crate::reader::Selection::letters) distinguishes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ColumnType {
    /// The stored number, in the narrowest Arrow type: `Int8`, `Int16`, `Int32`, `Float32` or `Float64`.
    Number,
    /// `%td`: days since 1970, `Date32`.
    Date,
    /// `%tc`: milliseconds since 1970 of a clock without zone, `Timestamp(ms)`.
    DateTime,
    /// `%tC`: the same in UTC, leap seconds taken out, `Timestamp(ms, UTC)`.
    DateTimeUtc,
    /// `%tw %tm %tq %th %ty`: the stored count as `Int32`, from 1960 on; of years the year itself.
    Period(Period),
    /// Fixed string or strL, `Utf8`.
    Text,
    /// strL that holds bytes, `Binary`.
    Binary,
    /// Alias variable: its values are in another frame, `Null`.
    Unavailable,
}

/// How numbers are read that are no whole days, milliseconds or periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inexact {
    /// Fractions are cut.
    Cut,
    /// Fractions are cut, and what no calendar has is null where most values are in it.
    CutOrNull,
}

/// Milliseconds of a day.
pub(crate) const DAY_MILLIS: i64 = 86_400_000;

impl ColumnType {
    /// Arrow type of a column read from `storage` like this.
    pub fn arrow(self, storage: StorageType) -> DataType {
        match self {
            Self::Number => match storage {
                StorageType::Byte => DataType::Int8,
                StorageType::Int => DataType::Int16,
                StorageType::Long => DataType::Int32,
                StorageType::Float => DataType::Float32,
                _ => DataType::Float64,
            },
            Self::Date => DataType::Date32,
            Self::DateTime => DataType::Timestamp(TimeUnit::Millisecond, None),
            Self::DateTimeUtc => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
            Self::Period(_) => DataType::Int32,
            Self::Text => DataType::Utf8,
            Self::Binary => DataType::Binary,
            Self::Unavailable => DataType::Null,
        }
    }

    /// The type that storage and display format of a variable suggest, before its values are known.
    pub fn suggested(variable: &Variable) -> Self {
        match variable.storage {
            StorageType::Str(_) | StorageType::StrL => Self::Text,
            StorageType::Alias => Self::Unavailable,
            _ => Self::from_format(&variable.format),
        }
    }

    fn from_format(format: &str) -> Self {
        let Some(code) = format.strip_prefix('%') else { return Self::Number };
        let code = code.strip_prefix('-').unwrap_or(code);
        let mut letters = code.bytes();
        let letter = match letters.next() {
            Some(b't') => letters.next(),
            Some(b'd') => Some(b'd'),
            _ => return Self::Number,
        };
        match letter {
            Some(b'd') => Self::Date,
            Some(b'c') => Self::DateTime,
            Some(b'C') => Self::DateTimeUtc,
            Some(b'w') => Self::Period(Period::Week),
            Some(b'm') => Self::Period(Period::Month),
            Some(b'q') => Self::Period(Period::Quarter),
            Some(b'h') => Self::Period(Period::Half),
            Some(b'y') => Self::Period(Period::Year),
            _ => Self::Number,
        }
    }

    /// Smallest and largest stored number that this type can take, `None` where every number can be.
    pub(crate) fn stored_range(self) -> Option<(f64, f64)> {
        match self {
            Self::Date => Some(((FIRST_DAY + EPOCH_DAYS) as f64, (LAST_DAY + EPOCH_DAYS) as f64)),
            Self::DateTime | Self::DateTimeUtc => {
                let first = FIRST_DAY * DAY_MILLIS + EPOCH_MILLIS;
                Some((first as f64, ((LAST_DAY + 1) * DAY_MILLIS + EPOCH_MILLIS - 1) as f64))
            }
            Self::Period(_) => Some((f64::from(i32::MIN), 2_147_483_620.0)),
            _ => None,
        }
    }

    /// The suggested type where every value fits it, else [`ColumnType::Number`]; without `facts` only what storage alone
    /// proves. Of `inexact` variables others fit, too.
    pub(crate) fn checked(variable: &Variable, facts: Option<&ValueFacts>, inexact: Option<Inexact>) -> Self {
        let suggested = Self::suggested(variable);
        if suggested.stored_range().is_none() {
            return suggested;
        }
        let fits = match (variable.storage, facts) {
            (StorageType::Byte | StorageType::Int, _) => true,
            (StorageType::Long, None) => matches!(suggested, Self::Period(_)),
            (_, None) => false,
            (_, Some(facts)) => {
                let is_within = facts.beyond().count == 0;
                match inexact {
                    None => facts.is_integral() && is_within,
                    Some(Inexact::Cut) => !facts.has_leap() && is_within,
                    Some(Inexact::CutOrNull) => !facts.has_leap() && facts.is_mostly_within(),
                }
            }
        };
        if fits { suggested } else { Self::Number }
    }

    /// Whether [`ColumnType::checked`] needs facts about the values of `variable`.
    pub(crate) fn needs_facts(variable: &Variable) -> bool {
        Self::suggested(variable) != Self::checked(variable, None, None)
    }
}

/// Takes the leap seconds out of milliseconds since 1970 that count them; `None` within a leap second.
pub(crate) fn without_leap_seconds(counted: i64) -> Option<i64> {
    // Close to an insertion, the counted time may already have passed the one that it stands before.
    let most = leap_millis(counted);
    let candidates = [counted.saturating_sub(most), counted.saturating_sub(most - 1_000)];
    candidates.into_iter().find(|millis| millis.saturating_add(leap_millis(*millis)) == counted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_around_an_insertion() {
        let midnight = 912 * DAY_MILLIS;
        assert_eq!(without_leap_seconds(midnight - 1), Some(midnight - 1));
        assert_eq!(without_leap_seconds(midnight), None);
        assert_eq!(without_leap_seconds(midnight + 999), None);
        assert_eq!(without_leap_seconds(midnight + 1_000), Some(midnight));
        assert_eq!(without_leap_seconds(20_000 * DAY_MILLIS + 27_000), Some(20_000 * DAY_MILLIS));
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        let day = |year| chrono::NaiveDate::from_ymd_opt(year, 1, 1).unwrap().to_epoch_days();
        assert_eq!(i64::from(day(100)), FIRST_DAY);
        assert_eq!(i64::from(day(10_000)) - 1, LAST_DAY);
    }

    #[test]
    fn formats_name_their_types() {
        let of = ColumnType::from_format;
        assert_eq!([of("%td"), of("%d"), of("%-tdD_m_Y"), of("%dCY-N-D")], [ColumnType::Date; 4]);
        assert_eq!((of("%tcHH:MM"), of("%tC")), (ColumnType::DateTime, ColumnType::DateTimeUtc));
        assert_eq!(of("%tq"), ColumnType::Period(Period::Quarter));
        assert_eq!(
            [of("%9.0g"), of("%tg"), of("%tbnyse"), of(""), of("%"), of("t")],
            [ColumnType::Number; 6]
        );
    }
}
