//! Dates and times from ISO 8601 text.

use chrono::TimeZone;

use crate::writer::Zone;

/// A date-time as seconds since 1970-01-01T00:00:00 on its own wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DateTimeParts {
    pub(crate) seconds: i64,
    pub(crate) nanos: u32,
    /// Seconds by which the wall clock is ahead of UTC, when the text says so.
    pub(crate) offset: Option<i64>,
    /// Digits of the fraction.
    pub(crate) digits: usize,
}

fn two(text: &[u8]) -> Option<u32> {
    match text {
        [a @ b'0'..=b'9', b @ b'0'..=b'9'] => Some(u32::from(a - b'0') * 10 + u32::from(b - b'0')),
        _ => None,
    }
}

/// Days from 1970-01-01 of a date of the proleptic Gregorian calendar, if it exists.
///
/// The era arithmetic is that of Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
fn days_of(year: i64, month: u32, day: u32) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    if day == 0 || day > last {
        return None;
    }
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let shifted_month = i64::from(if month > 2 { month - 3 } else { month + 9 });
    let day_of_year = (153 * shifted_month + 2) / 5 + i64::from(day) - 1;
    Some(era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468)
}

/// Splits `YYYY-MM-DD`, or a signed year of four or more digits, from the start of a text.
#[inline]
fn leading_date(text: &[u8]) -> Option<(i64, &[u8])> {
    let (sign, rest) = match text {
        [b'-', rest @ ..] => (-1, rest),
        [b'+', rest @ ..] => (1, rest),
        rest => (0, rest),
    };
    let len = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    // Timestamps in seconds reach the year 292,277,026,596.
    if !(4..=12).contains(&len) || (sign == 0 && len != 4) {
        return None;
    }
    let (year, rest) = rest.split_at(len);
    let year = year.iter().fold(0_i64, |year, byte| year * 10 + i64::from(byte - b'0'));
    let year = if sign < 0 { -year } else { year };
    let [b'-', m, n, b'-', x, y, rest @ ..] = rest else { return None };
    Some((days_of(year, two(&[*m, *n])?, two(&[*x, *y])?)?, rest))
}

/// Days from 1970-01-01 of an ISO date.
#[inline]
pub(super) fn date(text: &[u8]) -> Option<i64> {
    leading_date(text).and_then(|(days, rest)| rest.is_empty().then_some(days))
}

/// Splits `HH:MM`, `HH:MM:SS` or `HH:MM:SS.fraction` from the start: seconds, nanoseconds, digits, rest.
fn leading_clock(text: &[u8]) -> Option<(i64, u32, usize, &[u8])> {
    let [a, b, b':', c, d, rest @ ..] = text else { return None };
    let (hour, minute) = (two(&[*a, *b])?, two(&[*c, *d])?);
    let (second, rest) = match rest {
        [b':', e, f, rest @ ..] => (two(&[*e, *f])?, rest),
        rest => (0, rest),
    };
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = i64::from(hour * 3600 + minute * 60 + second);
    let Some((b'.' | b',', fraction)) = rest.split_first() else { return Some((seconds, 0, 0, rest)) };
    let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 || digits > 9 {
        return None;
    }
    let (fraction, rest) = fraction.split_at(digits);
    let nanos = fraction.iter().fold(0_u32, |nanos, byte| nanos * 10 + u32::from(byte - b'0'));
    Some((seconds, nanos * 10_u32.pow(9 - digits as u32), digits, rest))
}

/// Nanoseconds since midnight and digits of the fraction.
#[inline]
pub(super) fn clock(text: &[u8]) -> Option<(i64, usize)> {
    match leading_clock(text)? {
        (seconds, nanos, digits, []) => Some((seconds * 1_000_000_000 + i64::from(nanos), digits)),
        _ => None,
    }
}

/// An ISO date-time; `T` or a space stands between date and time, and a date alone is its midnight.
#[inline]
pub(super) fn date_time(text: &[u8]) -> Option<DateTimeParts> {
    let (days, rest) = leading_date(text)?;
    let midnight = days.checked_mul(86_400)?;
    let Some((b'T' | b't' | b' ', rest)) = rest.split_first() else {
        return rest.is_empty().then_some(DateTimeParts {
            seconds: midnight,
            nanos: 0,
            offset: None,
            digits: 0,
        });
    };
    let (seconds, nanos, digits, zone) = leading_clock(rest)?;
    let offset = match zone {
        [] => None,
        [b'Z' | b'z'] => Some(0),
        [sign @ (b'+' | b'-'), rest @ ..] => {
            let offset = match rest {
                [a, b] => two(&[*a, *b])? * 3600,
                [a, b, c, d] | [a, b, b':', c, d] => two(&[*a, *b])? * 3600 + two(&[*c, *d])? * 60,
                [a, b, b':', c, d, b':', e, f] => {
                    two(&[*a, *b])? * 3600 + two(&[*c, *d])? * 60 + two(&[*e, *f])?
                }
                _ => return None,
            };
            Some(if *sign == b'-' { -i64::from(offset) } else { offset.into() })
        }
        _ => return None,
    };
    Some(DateTimeParts { seconds: midnight.checked_add(seconds)?, nanos, offset, digits })
}

/// A date-time as a timestamp of a column with this zone, if it can be placed without rounding.
pub(super) fn timestamp(at: DateTimeParts, per_second: i64, zone: &Zone) -> Option<i64> {
    let utc = match (zone, at.offset) {
        (Zone::Naive, None) => at.seconds,
        (Zone::Naive, Some(_)) => return None,
        (_, Some(offset)) => at.seconds.checked_sub(offset)?,
        (Zone::Utc, None) => at.seconds,
        (Zone::Named(zone), None) => {
            let wall = chrono::DateTime::from_timestamp(at.seconds, 0)?.naive_utc();
            zone.from_local_datetime(&wall).earliest()?.timestamp()
        }
    };
    let step = 1_000_000_000 / per_second;
    let nanos = i64::from(at.nanos);
    if nanos % step != 0 {
        return None;
    }
    // In 128 bits, as the product may pass the edge that the sum comes back over.
    i64::try_from(i128::from(utc) * i128::from(per_second) + i128::from(nanos / step)).ok()
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    #[test]
    fn dates_agree_with_chrono() {
        for days in (-1_000_000..3_000_000).step_by(61) {
            let text = NaiveDate::from_epoch_days(days).unwrap().to_string();
            assert_eq!(date(text.as_bytes()), Some(days.into()), "{text}");
        }
        for text in
            ["2023-02-29", "2024-13-01", "2024-00-01", "2024-1-1", "24-01-01", "20240101", "2024-01-01 ", ""]
        {
            assert_eq!(date(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn date_times() {
        let stamp = |text: &str, zone: Option<&str>| {
            date_time(text.as_bytes()).and_then(|at| timestamp(at, 1000, &Zone::of(zone).unwrap()))
        };
        assert_eq!(stamp("1970-01-01T00:00:01.5", None), Some(1500));
        assert_eq!(stamp("1970-01-02 00:00", None), Some(86_400_000));
        assert_eq!(stamp("1970-01-02", None), Some(86_400_000));
        assert_eq!(stamp("1970-01-01T01:00:00+01:00", Some("Europe/Paris")), Some(0));
        assert_eq!(stamp("2024-07-03T11:46:40", Some("Europe/Paris")), Some(1_720_000_000_000));
        assert_eq!(stamp("1970-01-01T00:00:00Z", Some("UTC")), Some(0));
        assert_eq!(stamp("1970-01-01T00:00:00Z", None), None, "an offset without a zone to hold it");
        assert_eq!(stamp("1970-01-01T00:00:00.0001", None), None, "finer than the unit");
        assert_eq!(stamp("1970-01-01T24:00:00", None), None);
        assert_eq!(clock(b"23:59:59.25"), Some((86_399_250_000_000, 2)));
        assert_eq!(clock(b"9:00"), None);
    }
}
