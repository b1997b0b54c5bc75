//! How Stata counts time, and what it shows of it (section 9.1).

use exporter_core::codebook::{Kind, Period};
use exporter_core::missing::Span;
use exporter_core::profile::Number;
use exporter_core::{Loss, LossCode, TableProfile};

/// Days from 1960-01-01, the epoch of Stata, to 1970-01-01.
pub const EPOCH_DAYS: i64 = 3_653;
/// Milliseconds from 1960-01-01, the epoch of Stata, to 1970-01-01.
pub const EPOCH_MILLIS: i64 = 315_619_200_000;
/// First year of the calendar that Stata shows.
pub const FIRST_YEAR: i32 = 100;
/// Last year of the calendar that Stata shows.
pub const LAST_YEAR: i32 = 9_999;
/// 0100-01-01, the first day that Stata shows, in days since 1970.
pub const FIRST_DAY: i64 = -683_003;
/// 9999-12-31, the last day that Stata shows, in days since 1970.
pub const LAST_DAY: i64 = 2_932_896;

/// Seconds of a day.
const DAY: i128 = 86_400;

/// What Stata shows of a kind, in the numbers of its columns; `None` where it shows everything.
pub(crate) fn shown(kind: &Kind) -> Option<Span> {
    let (first, last) = (i128::from(FIRST_YEAR), i128::from(LAST_YEAR));
    let periods = |a_year: i128| ((first - 1960) * a_year, (last - 1959) * a_year - 1);
    let (low, high) = match kind {
        Kind::Date => (i128::from(FIRST_DAY), i128::from(LAST_DAY)),
        Kind::DateTime { unit, .. } => {
            let day = DAY * i128::from(unit.per_second());
            (i128::from(FIRST_DAY) * day, (i128::from(LAST_DAY) + 1) * day - 1)
        }
        Kind::Period(Period::Year) => (first, last),
        Kind::Period(Period::Half) => periods(2),
        Kind::Period(Period::Quarter) => periods(4),
        Kind::Period(Period::Month) => periods(12),
        Kind::Period(Period::Week) => periods(52),
        _ => return None,
    };
    Some(Span::new(Number::Integer(low), Number::Integer(high)))
}

/// The loss of dates, times and periods outside the years that Stata shows, counted by the profile. Text of other years is
/// loaded as missing.
pub(crate) fn not_shown(profile: &TableProfile, column: usize, kind: &Kind, delimited: bool) -> Option<Loss> {
    let shown = shown(kind)?;
    let outside = profile.outside.get(&column)?.iter().find(|outside| outside.span == shown)?;
    let action = if delimited { "loaded as missing: Stata reads" } else { "stored, but Stata shows" };
    let loss = Loss::new(LossCode::RANGE, format!("{action} the years {FIRST_YEAR} to {LAST_YEAR} only"));
    let loss = outside.first.iter().fold(loss, |loss, (row, value)| loss.first(Some(*row), value.clone()));
    (outside.count > 0).then(|| loss.count(outside.count))
}

/// Days, counted from 1970-01-01, at whose end a second was inserted: 30 June and 31 December of the years listed
/// in section 9.1. None has been inserted since 2016.
const LEAP_DAYS: [i32; 27] = [
    911, 1095, 1460, 1825, 2190, 2556, 2921, 3286, 3651, 4198, 4563, 4928, 5659, 6573, 7304, 7669, 8216,
    8581, 8946, 9495, 10_042, 10_591, 13_148, 14_244, 15_521, 16_616, 17_166,
];

/// Milliseconds of the leap seconds inserted before `millis`, a time in milliseconds since 1970-01-01 without them.
pub fn leap_millis(millis: i64) -> i64 {
    let inserted = LEAP_DAYS.partition_point(|day| (i64::from(*day) + 1) * 86_400_000 <= millis);
    inserted as i64 * 1_000
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, NaiveDate};

    use super::*;

    #[test]
    fn the_first_and_the_last_period_are_shown() {
        let span = |period| shown(&Kind::Period(period)).map(|span| (span.low, span.high)).unwrap();
        let whole = |low, high| (Number::Integer(low), Number::Integer(high));
        assert_eq!(span(Period::Year), whole(100, 9_999));
        assert_eq!(span(Period::Month), whole(-22_320, 96_479));
        assert_eq!(shown(&Kind::INTEGER), None);
    }

    #[test]
    fn leap_seconds_are_those_of_the_table() {
        let june = [1972, 1981, 1982, 1983, 1985, 1992, 1993, 1994, 1997, 2012, 2015];
        let mut december: Vec<i32> = (1972..=1979).collect();
        december.extend([1987, 1989, 1990, 1995, 1998, 2005, 2008, 2016]);
        let epoch = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap().num_days_from_ce();
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap().num_days_from_ce() - epoch;
        let mut days: Vec<i32> = june.map(|y| day(y, 6, 30)).to_vec();
        days.extend(december.iter().map(|y| day(*y, 12, 31)));
        days.sort_unstable();
        assert_eq!(days, LEAP_DAYS);
    }

    #[test]
    fn seconds_count_from_the_next_midnight() {
        let midnight = 912 * 86_400_000;
        assert_eq!(leap_millis(midnight - 1), 0);
        assert_eq!(leap_millis(midnight), 1_000);
        assert_eq!(leap_millis(4_102_444_800_000), 27_000);
    }
}
