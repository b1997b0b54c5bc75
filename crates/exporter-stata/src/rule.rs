//! Values that become missing values, and how numbers of a column become Stata's numbers.

use exporter_core::codebook::Kind;
use exporter_core::profile::Number;

use crate::Missing;
use crate::calendar::leap_millis;
use crate::calendar::{EPOCH_DAYS, EPOCH_MILLIS};

/// A value, or a range of values, that is stored as a missing value.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct MissingRule {
    /// Lowest value of the range.
    pub low: Number,
    /// Highest value of the range, itself included.
    pub high: Number,
    /// Stored instead.
    pub missing: Missing,
}

impl MissingRule {
    /// The values from `low` to `high`, both included, become a missing value.
    pub fn new(low: Number, high: Number, missing: Missing) -> Self {
        Self { low, high, missing }
    }
}

/// How the values of an Arrow column become cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conversion {
    /// Numbers, booleans (0, 1), decimals, durations (in their own unit) and texts as they are.
    Plain,
    /// Dates to days since 1960-01-01.
    Days,
    /// Timestamps to milliseconds since 1960-01-01 00:00:00 of the same clock, finer parts cut.
    Millis {
        /// Count leap seconds, for `%tC`.
        leap_seconds: bool,
        /// Convert the instants of a column with a zone to the wall clock of that zone.
        wall_clock: bool,
    },
    /// Times of day to milliseconds since midnight, finer parts cut.
    TimeOfDay,
    /// Whole numbers and decimals to their decimal text.
    DecimalText,
}

impl Conversion {
    /// What a number becomes in Stata that is in the unit of a column of `kind`; instants count in UTC.
    pub fn number(self, number: Number, kind: &Kind) -> Number {
        let Number::Integer(whole) = number else { return number };
        let millis = |per_second: i64| whole.saturating_mul(1_000).div_euclid(per_second.into());
        Number::Integer(match (self, kind) {
            (Self::Days, _) => whole.saturating_add(EPOCH_DAYS.into()),
            (Self::Millis { leap_seconds, .. }, Kind::DateTime { unit, .. }) => {
                let millis = millis(unit.per_second());
                let leap = i64::try_from(millis).ok().filter(|_| leap_seconds).map_or(0, leap_millis);
                millis.saturating_add((EPOCH_MILLIS + leap).into())
            }
            (Self::TimeOfDay, Kind::Time(unit)) => millis(unit.per_second()),
            _ => whole,
        })
    }
}

#[cfg(test)]
mod tests {
    use exporter_core::codebook::TimeUnit;

    use super::*;

    #[test]
    fn codes_count_as_stata_counts() {
        let number =
            |conversion: Conversion, whole, kind: &Kind| conversion.number(Number::Integer(whole), kind);
        assert_eq!(number(Conversion::Days, 0, &Kind::Date), Number::Integer(3_653));
        let date_time = Kind::DateTime { unit: TimeUnit::Microsecond, zone: None };
        let plain = Conversion::Millis { leap_seconds: false, wall_clock: false };
        assert_eq!(number(plain, -1, &date_time), Number::Integer(315_619_199_999));
        let leap = Conversion::Millis { leap_seconds: true, wall_clock: false };
        assert_eq!(number(leap, 912 * 86_400_000_000, &date_time), Number::Integer(394_416_001_000));
        assert_eq!(
            number(Conversion::TimeOfDay, 1_500, &Kind::Time(TimeUnit::Microsecond)),
            Number::Integer(1)
        );
        assert_eq!(number(Conversion::Plain, 9, &Kind::INTEGER), Number::Integer(9));
        assert_eq!(
            Conversion::Days.number(Number::Float(f64::INFINITY), &Kind::Date),
            Number::Float(f64::INFINITY)
        );
    }
}
