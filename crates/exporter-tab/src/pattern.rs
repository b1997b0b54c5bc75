//! Dates and date-times by a pattern in the letters of `strftime`.

use std::fmt::Write as _;

use chrono::format::{Item, Parsed, StrftimeItems, parse};
use chrono::{DateTime, NaiveDate};

use crate::TabError;
use crate::reader::DateTimeParts;
use crate::writer::Zone;

/// A pattern whose letters are known.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    items: Vec<Item<'static>>,
}

/// A date-time whose century, month, second and fraction each leave a trace in text: 1687-11-05T13:14:15.123456789.
const SAMPLE: (i64, u32) = (-8_903_904_345, 123_456_789);

/// Patterns that are tried on a date which is not written in ISO 8601, each with the one that reads some of its dates
/// otherwise.
const COMMON: [(&str, Option<&str>); 5] = [
    ("%d.%m.%Y", None),
    ("%d/%m/%Y", Some("%m/%d/%Y")),
    ("%m/%d/%Y", None),
    ("%Y/%m/%d", None),
    ("%d-%m-%Y", Some("%m-%d-%Y")),
];

/// Times that may follow a date.
const CLOCKS: [&str; 3] = ["%H:%M", "%H:%M:%S", "%H:%M:%S%.f"];

impl Pattern {
    /// None when a letter is unknown or nothing stands for a part of a date.
    fn new(pattern: &str) -> Option<Self> {
        let items = StrftimeItems::new(pattern).parse_to_owned().ok()?;
        let varies = |item: &Item<'_>| matches!(item, Item::Numeric(..) | Item::Fixed(_));
        items.iter().any(varies).then_some(Self { items })
    }

    /// The pattern that an option gives for dates.
    ///
    /// # Errors
    /// When it cannot write a date, or with `reads` not read it.
    pub(crate) fn of_dates(pattern: Option<&str>, reads: bool) -> Result<Option<Self>, TabError> {
        let usable = |pattern: &Self| {
            let text = pattern.date_text(SAMPLE.0.div_euclid(86_400));
            text.is_some_and(|text| !reads || pattern.date(text.as_bytes()).is_some())
        };
        Self::of_option("dates", "a date, such as dates=%d.%m.%Y", pattern, usable)
    }

    /// The pattern that an option gives for date-times.
    ///
    /// # Errors
    /// When it cannot write a date-time, or with `reads` not read it.
    pub(crate) fn of_date_times(pattern: Option<&str>, reads: bool) -> Result<Option<Self>, TabError> {
        let usable = |pattern: &Self| {
            let text = pattern.date_time_text(SAMPLE.0, 1, &Zone::Utc);
            text.is_some_and(|text| !reads || pattern.date_time(text.as_bytes()).is_some())
        };
        Self::of_option("datetimes", "a date-time, such as datetimes=%d.%m.%Y %H:%M:%S", pattern, usable)
    }

    fn of_option(
        option: &'static str,
        what: &str,
        pattern: Option<&str>,
        usable: impl FnOnce(&Self) -> bool,
    ) -> Result<Option<Self>, TabError> {
        let Some(text) = pattern else { return Ok(None) };
        match Self::new(text).filter(usable) {
            None => Err(TabError::Option {
                option,
                problem: format!("{text:?} is not a strftime pattern of {what}"),
            }),
            pattern => Ok(pattern),
        }
    }

    /// A date for messages.
    pub(crate) fn example(&self) -> Option<String> {
        self.date_text(19_782)
    }

    /// A date-time for messages.
    pub(crate) fn date_time_example(&self) -> Option<String> {
        self.date_time_text(19_782 * 86_400 + 86_399, 1, &Zone::Utc)
    }

    /// A day counted from 1970, or none outside the years chrono knows.
    pub(crate) fn date_text(&self, days: i64) -> Option<String> {
        let date = NaiveDate::from_epoch_days(days.try_into().ok()?)?;
        let mut text = String::new();
        write!(text, "{}", date.format_with_items(self.items.iter())).ok()?;
        Some(text)
    }

    /// A count with this many to the second, or none outside the years chrono knows.
    pub(crate) fn date_time_text(&self, value: i64, per_second: i64, zone: &Zone) -> Option<String> {
        let utc = value.div_euclid(per_second);
        let nanos = (value.rem_euclid(per_second) * (1_000_000_000 / per_second)) as u32;
        let utc = DateTime::from_timestamp(utc, nanos)?;
        let items = self.items.iter();
        let mut text = String::new();
        match zone {
            Zone::Naive => write!(text, "{}", utc.naive_utc().format_with_items(items)).ok()?,
            Zone::Utc => write!(text, "{}", utc.format_with_items(items)).ok()?,
            Zone::Named(zone) => {
                write!(text, "{}", utc.with_timezone(zone).format_with_items(items)).ok()?;
            }
        }
        Some(text)
    }

    /// The day of a text, counted from 1970.
    pub(crate) fn date(&self, text: &[u8]) -> Option<i64> {
        let text = std::str::from_utf8(text).ok()?;
        let mut parsed = Parsed::new();
        parse(&mut parsed, text, self.items.iter()).ok()?;
        let days = i64::from(parsed.to_naive_date().ok()?.to_epoch_days());
        let exact = must_be_exact(text, &parsed).then(|| self.date_text(days));
        exact.is_none_or(|exact| exact.as_deref() == Some(text)).then_some(days)
    }

    /// The date-time of a text, on the wall clock.
    pub(crate) fn date_time(&self, text: &[u8]) -> Option<DateTimeParts> {
        let text = std::str::from_utf8(text).ok()?;
        let mut parsed = Parsed::new();
        parse(&mut parsed, text, self.items.iter()).ok()?;
        let utc = parsed.to_naive_datetime_with_offset(0).ok()?.and_utc();
        if must_be_exact(text, &parsed) {
            let mut exact = String::new();
            write!(exact, "{}", utc.naive_utc().format_with_items(self.items.iter())).ok()?;
            (exact == text).then_some(())?;
        }
        let (seconds, nanos) = (utc.timestamp(), utc.timestamp_subsec_nanos());
        let zeros = (0..9_u32).take_while(|zeros| nanos.is_multiple_of(10_u32.pow(zeros + 1))).count();
        let offset = parsed.offset.map(i64::from);
        Some(DateTimeParts { seconds, nanos, offset, digits: 9 - zeros })
    }

    /// Whether every date reads back.
    pub(crate) fn keeps_dates(&self) -> bool {
        let days = SAMPLE.0.div_euclid(86_400);
        self.date_text(days).and_then(|text| self.date(text.as_bytes())) == Some(days)
    }

    /// Whether every date-time of this unit reads back.
    pub(crate) fn keeps_date_times(&self, per_second: i64, is_zoned: bool) -> bool {
        let step = 1_000_000_000 / per_second;
        let nanos = i64::from(SAMPLE.1) / step;
        let zone = if is_zoned { Zone::Utc } else { Zone::Naive };
        let text = self.date_time_text(SAMPLE.0 * per_second + nanos, per_second, &zone);
        let read = text.and_then(|text| self.date_time(text.as_bytes()));
        read.is_some_and(|read| {
            (read.seconds, i64::from(read.nanos)) == (SAMPLE.0, nanos * step)
                && read.offset.is_some() == is_zoned
        })
    }
}

/// A year of less than four digits may be the end of a longer one, and a row of digits a number: both are only read when they
/// are as they would be written.
fn must_be_exact(text: &str, parsed: &Parsed) -> bool {
    parsed.year().is_some_and(|year| (0..1000).contains(&year))
        || text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What to choose so that a date, or else a date-time, is read that is not written in ISO 8601.
pub(crate) fn suggestion(text: &[u8], is_date: bool) -> Option<String> {
    let reads = |pattern: &str| {
        Pattern::new(pattern).is_some_and(|pattern| match is_date {
            true => pattern.date(text).is_some(),
            false => pattern.date_time(text).is_some(),
        })
    };
    let clocks: &[&str] = if is_date { &[""] } else { &CLOCKS };
    let mut candidates =
        clocks.iter().flat_map(|clock| COMMON.iter().map(move |(date, other)| (clock, date, other)));
    candidates.find_map(|(clock, date, other)| {
        let full = |date: &str| if is_date { date.to_owned() } else { format!("{date} {clock}") };
        let choice = |pattern: String| match is_date {
            true => format!("--from csv:dates={pattern}"),
            false => format!("--from \"csv:datetimes={pattern}\""),
        };
        let pattern = Some(full(date)).filter(|pattern| reads(pattern))?;
        let other = other.map(full).filter(|other| reads(other));
        let or = other.map(|other| format!(", or {} where the month comes first", choice(other)));
        Some(format!("{}{}", choice(pattern), or.unwrap_or_default()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::new(text).unwrap()
    }

    #[test]
    fn patterns_are_tried() {
        assert!(pattern("%d.%m.%Y").keeps_dates());
        assert!(!pattern("%d.%m.%y").keeps_dates(), "the century");
        assert!(pattern("%d.%m.%Y %H:%M:%S").keeps_date_times(1, false));
        assert!(!pattern("%d.%m.%Y %H:%M:%S").keeps_date_times(1000, false), "the fraction");
        assert!(pattern("%Y-%m-%d %H:%M:%S%.f").keeps_date_times(1_000_000_000, false));
        assert!(!pattern("%Y-%m-%d %H:%M:%S").keeps_date_times(1, true), "the zone");
        assert!(pattern("%Y-%m-%d %H:%M:%S %z").keeps_date_times(1, true));
        assert!(!pattern("%Y-%m-%d %H:%M:%S %z").keeps_date_times(1, false), "no zone can be written");
        for (text, [writes_date, reads_date, writes_date_time, reads_date_time]) in [
            ("dd.mm.yyyy", [false; 4]),
            ("%Q", [false; 4]),
            ("%%", [false; 4]),
            ("%H:%M", [false, false, true, false]),
            ("%d.%m.", [true, false, true, false]),
            ("%d.%m.%y", [true, true, true, false]),
        ] {
            assert_eq!(Pattern::of_dates(Some(text), false).is_ok(), writes_date, "{text}");
            assert_eq!(Pattern::of_dates(Some(text), true).is_ok(), reads_date, "{text}");
            assert_eq!(Pattern::of_date_times(Some(text), false).is_ok(), writes_date_time, "{text}");
            assert_eq!(Pattern::of_date_times(Some(text), true).is_ok(), reads_date_time, "{text}");
        }
    }

    #[test]
    fn dates_outside_what_chrono_knows_are_not_written() {
        let paris = Zone::of(Some("Europe/Paris")).unwrap();
        for value in [i64::MIN, i64::MIN / 2, 8_210_266_876_799, -8_334_601_228_800, i64::MAX] {
            for (per_second, zone) in [(1, &Zone::Naive), (1000, &Zone::Utc), (1_000_000_000, &paris)] {
                let text = pattern("%Y-%m-%d").date_time_text(value, per_second, zone);
                assert!(text.is_none_or(|text| text.len() >= 10));
            }
        }
        for days in [i32::MIN, i32::MAX] {
            assert_eq!(pattern("%Y").date_text(days.into()), None);
        }
    }

    #[test]
    fn texts_are_read_as_they_are_meant() {
        let date = |text: &str, by: &str| pattern(by).date(text.as_bytes());
        assert_eq!(date("1.2.1970", "%d.%m.%Y"), Some(31));
        assert_eq!(date("19700201", "%Y%m%d"), Some(31));
        assert_eq!(date("1.2.70", "%d.%m.%Y"), None, "no year of the first century");
        assert_eq!(date("1.2.70", "%d.%m.%y"), Some(31));
        assert_eq!(date("1270", "%d%m%Y"), None, "a number");
        let parts = pattern("%d.%m.%Y %H:%M:%S%.f %z").date_time(b"01.01.1970 01:00:00.25 +0100").unwrap();
        assert_eq!(
            (parts.seconds, parts.nanos, parts.offset, parts.digits),
            (3600, 250_000_000, Some(3600), 2)
        );
    }

    #[test]
    fn a_pattern_is_suggested() {
        for (text, is_date, expected) in [
            ("31.01.2024", true, Some("--from csv:dates=%d.%m.%Y")),
            ("31/01/2024", true, Some("--from csv:dates=%d/%m/%Y")),
            ("01/31/2024", true, Some("--from csv:dates=%m/%d/%Y")),
            (
                "01/02/2024",
                true,
                Some("--from csv:dates=%d/%m/%Y, or --from csv:dates=%m/%d/%Y where the month comes first"),
            ),
            ("2024/01/31", true, Some("--from csv:dates=%Y/%m/%d")),
            ("31.01.2024 10:00", false, Some("--from \"csv:datetimes=%d.%m.%Y %H:%M\"")),
            ("2024/01/31 10:00:00.5", false, Some("--from \"csv:datetimes=%Y/%m/%d %H:%M:%S%.f\"")),
            ("2024-02-30", true, None),
            ("soon", true, None),
        ] {
            assert_eq!(suggestion(text.as_bytes(), is_date).as_deref(), expected, "{text}");
        }
    }
}
