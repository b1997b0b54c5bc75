//! Periods of old files: a type, a first and a last day; and the day numbers of DHIS 1.4.

use chrono::{Days, NaiveDate};

use crate::data_values::Period;

/// The durations of the types of periods, as ADX has them.
const DURATIONS: [&str; 8] = ["P1D", "P7D", "P14D", "P1M", "P2M", "P3M", "P6M", "P1Y"];
/// The day number that means no end.
const NO_END: i64 = 2_958_465;

/// The period of a type and its days.
///
/// # Errors
/// Saying that there is none of that type with these days.
pub(super) fn period_of(kind: &str, start: NaiveDate, end: NaiveDate) -> Result<Period, String> {
    let candidates =
        DURATIONS.iter().filter_map(|duration| Period::from_adx(&format!("{start}/{duration}")).ok());
    let mut found = candidates.filter(|period| period.end() == end && period.kind().name() == kind);
    found.next().ok_or_else(|| format!("no {kind} period is from {start} to {end}"))
}

/// The date of a day number, counted from 1899-12-30; `None` of the one that means no end.
///
/// # Errors
/// The text is no number of a day.
pub(super) fn day_of(number: &str) -> Result<Option<NaiveDate>, String> {
    let wrong = || format!("{number:?} is no day number, such as 38718 for 2006-01-01");
    let days: i64 = number.trim().parse().map_err(|_| wrong())?;
    if days == NO_END {
        return Ok(None);
    }
    let days = u64::try_from(days).map_err(|_| wrong())?;
    first_day().checked_add_days(Days::new(days)).map(Some).ok_or_else(wrong)
}

/// The day number of a date.
pub(super) fn number_of(day: Option<NaiveDate>) -> i64 {
    day.map_or(NO_END, |day| (day - first_day()).num_days())
}

fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(1899, 12, 30).unwrap_or_default()
}

/// A date as ISO 8601 has it, with or without a time behind it.
///
/// # Errors
/// The text is no date.
pub(super) fn date_of(text: &str) -> Result<NaiveDate, String> {
    let day = text.get(..10).unwrap_or(text);
    NaiveDate::parse_from_str(day, "%Y-%m-%d").map_err(|_| format!("{text:?} is no date, such as 2006-01-31"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn day_numbers_are_dates() {
        for (number, date) in [("34335", "1994-01-01"), ("38718", "2006-01-01"), ("0", "1899-12-30")] {
            let day = day_of(number).unwrap();
            assert_eq!(day.unwrap().to_string(), date);
            assert_eq!(number_of(day).to_string(), number);
        }
        assert_eq!((day_of("2958465"), number_of(None)), (Ok(None), 2_958_465));
        for wrong in ["", "-1", "x", "99999999999999", "18446744073709551616"] {
            assert!(day_of(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn periods_are_found_by_type_and_days() {
        let of = |kind: &str, start: &str, end: &str| {
            period_of(kind, date_of(start).unwrap(), date_of(end).unwrap()).map(|period| period.to_string())
        };
        for (kind, start, end, wanted) in [
            ("Weekly", "1999-12-27", "2000-01-02", "1999W52"),
            ("Monthly", "2006-02-01", "2006-02-28T00:00:00", "200602"),
            ("Yearly", "2006-01-01", "2006-12-31", "2006"),
            ("SixMonthly", "2006-07-01", "2006-12-31", "2006S2"),
        ] {
            assert_eq!(of(kind, start, end).unwrap(), wanted);
        }
        assert!(of("Monthly", "2006-02-01", "2006-03-31").is_err());
        assert_eq!(
            of("Survey", "2006-01-01", "2006-12-31").unwrap_err(),
            "no Survey period is from 2006-01-01 to 2006-12-31"
        );
        assert!(date_of("31.1.2006").is_err());
    }
}
