//! ISO 8601 text of dates and times.

use std::fmt::Write as _;

use arrow_array::timezone::Tz;
use chrono::{DateTime, Offset, TimeZone};

use super::number::pair;

/// Year, month and day of a day counted from 1970-01-01 in the proleptic Gregorian calendar.
///
/// The era arithmetic is that of Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
#[inline]
pub(crate) fn civil(days: i64) -> (i64, u32, u32) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097) as u32;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (i64::from(year_of_era) + era * 400 + i64::from(month <= 2), month, day)
}

/// Bytes of an ISO date with a four-digit year.
pub(super) const DATE_LEN: usize = 10;

/// `YYYY-MM-DD` for the years 0 to 9999, else none.
#[inline]
pub(super) fn plain_date(days: i64) -> Option<[u8; DATE_LEN]> {
    let (year, month, day) = civil(days);
    if !(0..=9999).contains(&year) {
        return None;
    }
    let [a, b] = pair(year as u32 / 100);
    let [c, d] = pair(year as u32 % 100);
    let [m, n] = pair(month);
    let [x, y] = pair(day);
    Some([a, b, c, d, b'-', m, n, b'-', x, y])
}

/// Appends an ISO date; years outside 0 to 9999 get a sign and at least four digits.
pub(super) fn date(days: i64, to: &mut Vec<u8>) {
    if let Some(plain) = plain_date(days) {
        to.extend_from_slice(&plain);
        return;
    }
    let (year, month, day) = civil(days);
    let sign = if year < 0 { '-' } else { '+' };
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write!(text, "{sign}{:04}-{month:02}-{day:02}", year.unsigned_abs());
    to.extend_from_slice(text.as_bytes());
}

/// `HH:MM:SS` of the second of a day.
#[inline]
pub(super) fn clock(second: u32) -> [u8; 8] {
    let [a, b] = pair(second / 3600);
    let [c, d] = pair(second / 60 % 60);
    let [e, f] = pair(second % 60);
    [a, b, b':', c, d, b':', e, f]
}

/// Appends a fraction of a second in three, six or nine digits; nothing when it is zero.
pub(super) fn fraction(nanos: u32, to: &mut Vec<u8>) {
    if nanos == 0 {
        return;
    }
    let text = format!(".{nanos:09}");
    let len = if nanos.is_multiple_of(1_000_000) {
        4
    } else if nanos.is_multiple_of(1000) {
        7
    } else {
        10
    };
    to.extend_from_slice(&text.as_bytes()[..len]);
}

/// Where the wall clock of a date-time stands.
#[derive(Debug, Clone)]
pub(crate) enum Zone {
    /// No zone: the text is the wall clock.
    Naive,
    /// UTC, written as `Z`.
    Utc,
    /// A zone whose offset depends on the moment.
    Named(Tz),
}

impl Zone {
    /// The zone of an Arrow timestamp.
    pub(crate) fn of(name: Option<&str>) -> Result<Self, arrow_schema::ArrowError> {
        match name {
            None => Ok(Self::Naive),
            Some("UTC" | "Z" | "+00:00" | "Etc/UTC") => Ok(Self::Utc),
            Some(name) => Ok(Self::Named(name.parse()?)),
        }
    }

    /// Seconds by which the wall clock is ahead of UTC; zero outside the years chrono knows.
    fn offset(&self, seconds: i64, nanos: u32) -> i64 {
        match self {
            Self::Naive | Self::Utc => 0,
            Self::Named(zone) => DateTime::from_timestamp(seconds, nanos).map_or(0, |moment| {
                i64::from(zone.offset_from_utc_datetime(&moment.naive_utc()).fix().local_minus_utc())
            }),
        }
    }
}

/// Appends an ISO date-time: date, `T`, time, fraction if any, offset if there is a zone.
#[inline]
pub(super) fn date_time(value: i64, per_second: i64, zone: &Zone, to: &mut Vec<u8>) {
    let utc = value.div_euclid(per_second);
    let nanos = (value.rem_euclid(per_second) * (1_000_000_000 / per_second)) as u32;
    let offset = zone.offset(utc, nanos);
    let local = utc.saturating_add(offset);
    date(local.div_euclid(86_400), to);
    to.push(b'T');
    to.extend_from_slice(&clock(local.rem_euclid(86_400) as u32));
    fraction(nanos, to);
    match zone {
        Zone::Naive => {}
        Zone::Utc => to.push(b'Z'),
        Zone::Named(_) => {
            let minutes = offset.unsigned_abs() as u32 / 60;
            let [a, b] = pair(minutes / 60);
            let [c, d] = pair(minutes % 60);
            to.extend_from_slice(&[if offset < 0 { b'-' } else { b'+' }, a, b, b':', c, d]);
            // Historical local mean times have seconds.
            let seconds = offset.unsigned_abs() as u32 % 60;
            if seconds != 0 {
                let [e, f] = pair(seconds);
                to.extend_from_slice(&[b':', e, f]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn dates_agree_with_chrono() {
        for days in (-800_000..3_000_000).step_by(97).chain([0, -1, 11_016, 11_017]) {
            let expected = NaiveDate::from_epoch_days(days).unwrap().to_string();
            assert_eq!(text(|to| date(i64::from(days), to)), expected);
        }
    }

    #[test]
    fn date_times_carry_fraction_and_offset() {
        let paris = Zone::of(Some("Europe/Paris")).unwrap();
        assert_eq!(text(|to| date_time(0, 1, &Zone::Naive, to)), "1970-01-01T00:00:00");
        assert_eq!(text(|to| date_time(-1, 1000, &Zone::Utc, to)), "1969-12-31T23:59:59.999Z");
        assert_eq!(text(|to| date_time(1, 1_000_000_000, &Zone::Naive, to)), "1970-01-01T00:00:00.000000001");
        assert_eq!(text(|to| date_time(1_720_000_000, 1, &paris, to)), "2024-07-03T11:46:40+02:00");
        assert_eq!(text(|to| date_time(-8_903_904_345, 1, &Zone::Naive, to)), "1687-11-05T13:14:15");
    }

    #[test]
    fn the_ends_of_time_are_written() {
        let paris = Zone::of(Some("Europe/Paris")).unwrap();
        for value in [i64::MIN, i64::MIN / 2, 8_210_266_876_799, -8_334_601_228_800, i64::MAX] {
            for per_second in [1, 1000, 1_000_000_000] {
                for zone in [&Zone::Naive, &Zone::Utc, &paris] {
                    assert!(text(|to| date_time(value, per_second, zone, to)).contains('T'));
                }
            }
        }
    }
}
