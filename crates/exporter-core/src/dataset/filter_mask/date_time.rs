//! Dates and times of literals, in ISO 8601.

use arrow_array::timezone::Tz;
use arrow_cast::parse::string_to_datetime;
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};

/// Days from 0001-01-01 (day 1 of the common era) to 1970-01-01.
const DAYS_TO_1970: i64 = 719_163;

/// Days since 1970 of a date such as `2024-02-29` or, beyond four digits, `+10001-01-01`.
pub(crate) fn days(text: &str) -> Result<i128, String> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .map_err(|_| "a date is written as 2024-02-29".to_owned())?;
    Ok((i64::from(date.num_days_from_ce()) - DAYS_TO_1970).into())
}

/// Nanoseconds since midnight of a time such as `23:59` or `23:59:59.999`.
pub(crate) fn nanoseconds_of_day(text: &str) -> Result<i128, String> {
    let time = ["%H:%M:%S%.f", "%H:%M"]
        .iter()
        .find_map(|form| NaiveTime::parse_from_str(text, form).ok())
        .ok_or_else(|| "a time of day is written as 23:59:59.999".to_owned())?;
    Ok(i128::from(time.num_seconds_from_midnight()) * 1_000_000_000
        + i128::from(time.nanosecond() % 1_000_000_000))
}

/// Nanoseconds since 1970 of a date-time such as `2024-02-29T12:00:00`; in a zone, one without offset is read in it.
/// A year beyond four digits has a sign, and then a date-time with a zone ends with `Z`.
pub(crate) fn nanoseconds(text: &str, zone: Option<&str>) -> Result<i128, String> {
    if text.starts_with(['+', '-']) {
        return far(text, zone);
    }
    let form = || "a date-time is written as 2024-02-29T23:59:59".to_owned();
    let read = |zone: &str| -> Result<i128, String> {
        let zone: Tz = zone.parse().map_err(|_| format!("the zone {zone:?} is not known"))?;
        let instant: DateTime<Tz> = string_to_datetime(&zone, text).map_err(|_| form())?;
        Ok(i128::from(instant.timestamp()) * 1_000_000_000 + i128::from(instant.timestamp_subsec_nanos()))
    };
    match zone {
        Some(zone) => read(zone),
        None => {
            let reading = read("+00:00")?;
            // A literal that means the same instant in every zone has an offset of its own.
            if reading == read("+01:00")? {
                return Err("the variable has no zone, so leave out the offset".into());
            }
            Ok(reading)
        }
    }
}

fn far(text: &str, zone: Option<&str>) -> Result<i128, String> {
    let reading = match zone {
        Some(_) => text.strip_suffix('Z'),
        None => Some(text),
    };
    let date_time = reading.and_then(|reading| reading.parse::<NaiveDateTime>().ok()).ok_or_else(|| {
        let form = if zone.is_some() { "+10001-01-01T00:00:00Z" } else { "+10001-01-01T00:00:00" };
        format!("a date-time of a far year is written as {form}")
    })?;
    let date_time = date_time.and_utc();
    Ok(i128::from(date_time.timestamp()) * 1_000_000_000 + i128::from(date_time.timestamp_subsec_nanos()))
}
