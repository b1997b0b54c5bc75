//! Dates and moments as files have them (section 2.5).

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use exporter_core::codebook::TimeUnit;

/// A moment as its text says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment<'t> {
    /// As it is read on a clock.
    pub(super) reading: NaiveDateTime,
    /// The unit of its last digits.
    pub(super) unit: TimeUnit,
    /// What stands behind it, such as `Z` or `+0100`.
    pub(super) zone: &'t str,
}

/// A day such as `2024-02-29`.
pub(super) fn day(text: &str) -> Option<NaiveDate> {
    let (year, rest) = digits(text, 4)?;
    let (month, rest) = digits(rest.strip_prefix('-')?, 2)?;
    let (day, rest) = digits(rest.strip_prefix('-')?, 2)?;
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    rest.is_empty().then_some(date)
}

/// A moment such as `2024-03-01T10:20:30.123` or `2024-03-01T10:20:30.123+0000`, with a blank in place of the `T`, too.
pub(super) fn moment(text: &str) -> Option<Moment<'_>> {
    let date = day(text.get(..10)?)?;
    let rest = text.get(10..)?.strip_prefix(['T', ' '])?;
    let (hour, rest) = digits(rest, 2)?;
    let (minute, rest) = digits(rest.strip_prefix(':')?, 2)?;
    let (second, rest) = match rest.strip_prefix(':') {
        Some(rest) => digits(rest, 2)?,
        None => (0, rest),
    };
    let (nanosecond, unit, zone) = match rest.strip_prefix('.') {
        None => (0, TimeUnit::Millisecond, rest),
        Some(rest) => {
            let count = rest.bytes().take_while(u8::is_ascii_digit).count();
            let unit = match count {
                1..=3 => TimeUnit::Millisecond,
                4..=6 => TimeUnit::Microsecond,
                7..=9 => TimeUnit::Nanosecond,
                _ => return None,
            };
            let (fraction, rest) = digits(rest, count)?;
            (fraction * 10_u32.pow(9 - u32::try_from(count).ok()?), unit, rest)
        }
    };
    let time = NaiveTime::from_hms_nano_opt(hour, minute, second, nanosecond)?;
    (zone.is_empty() || offset(zone).is_some()).then_some(Moment { reading: date.and_time(time), unit, zone })
}

impl Moment<'_> {
    /// The zone in the words of codebooks; `None` of a moment without one.
    pub(super) fn zone_name(&self) -> Option<String> {
        let seconds = offset(self.zone)?;
        if seconds == 0 {
            return Some("UTC".to_owned());
        }
        let sign = if seconds < 0 { '-' } else { '+' };
        Some(format!("{sign}{:02}:{:02}", seconds.abs() / 3600, seconds.abs() / 60 % 60))
    }

    /// What a column of a unit holds for it: the reading, or the instant where it has a zone.
    pub(super) fn count(&self, unit: TimeUnit) -> Option<i64> {
        let seconds = offset(self.zone).unwrap_or_default();
        let instant = self.reading.checked_sub_signed(TimeDelta::seconds(seconds))?.and_utc();
        match unit {
            TimeUnit::Second => Some(instant.timestamp()),
            TimeUnit::Millisecond => Some(instant.timestamp_millis()),
            TimeUnit::Microsecond => Some(instant.timestamp_micros()),
            TimeUnit::Nanosecond => instant.timestamp_nanos_opt(),
        }
    }
}

/// Seconds of `Z`, `+0000`, `+00:00` or `+00` before that time.
fn offset(zone: &str) -> Option<i64> {
    if zone == "Z" {
        return Some(0);
    }
    let (sign, rest) = match (zone.strip_prefix('+'), zone.strip_prefix('-')) {
        (Some(rest), _) => (1, rest),
        (_, Some(rest)) => (-1, rest),
        _ => return None,
    };
    let (hours, rest) = digits(rest, 2)?;
    let (minutes, rest) = match rest {
        "" => (0, ""),
        rest => digits(rest.strip_prefix(':').unwrap_or(rest), 2)?,
    };
    (rest.is_empty() && hours < 24 && minutes < 60).then_some(sign * i64::from(hours * 3600 + minutes * 60))
}

/// A number of so many digits, and what follows it.
fn digits(text: &str, count: usize) -> Option<(u32, &str)> {
    let (number, rest) = text.split_at_checked(count)?;
    let all = number.bytes().all(|byte| byte.is_ascii_digit());
    Some((number.parse().ok().filter(|_| all)?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_have_digits_and_zones() {
        for (text, shown) in [
            ("2024-03-01T10:20:30.123", Some("2024-03-01 10:20:30.123 Millisecond None 1709288430123")),
            ("2024-03-01T10:20", Some("2024-03-01 10:20:00 Millisecond None 1709288400000")),
            ("2024-03-01 10:20:30Z", Some("2024-03-01 10:20:30 Millisecond Some(\"UTC\") 1709288430000")),
            (
                "2024-03-01T10:20:30.123456-0130",
                Some("2024-03-01 10:20:30.123456 Microsecond Some(\"-01:30\") 1709293830123"),
            ),
            ("2024-02-30T10:20:30", None),
            ("2024-03-01", None),
            ("2024-03-01T10", None),
            ("2024-03-01T10:20:30.", None),
            ("2024-03-01T10:20:30+25", None),
            ("2024-03-01T1é:20:30", None),
        ] {
            let told = moment(text).map(|moment| {
                let count = moment.count(TimeUnit::Millisecond).unwrap();
                format!("{} {:?} {:?} {count}", moment.reading, moment.unit, moment.zone_name())
            });
            assert_eq!(told.as_deref(), shown, "{text}");
        }
        assert_eq!(day("2024-02-29").unwrap().to_string(), "2024-02-29");
        assert!(
            [day("2023-02-29"), day("2024-2-29"), day("2024-02-29T"), day("+024-02-29")]
                .iter()
                .all(Option::is_none)
        );
    }
}
