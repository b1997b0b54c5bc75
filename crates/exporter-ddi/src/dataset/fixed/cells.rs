//! Cells of fixed columns as values of the declared kinds.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Float32Array, Float64Array, Int64Array, StringArray,
    Time64MicrosecondArray, TimestampMicrosecondArray, UInt8Array,
};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Timelike as _};
use exporter_core::codebook::Kind;

use super::records::{Cell, Record};
use crate::mapping::values::boolean;

/// Digits that are exact in double precision, and in what they are divided by.
const EXACT_DIGITS: usize = 15;

/// A column of a file and what its cells are.
#[derive(Clone, Debug)]
pub(super) struct FixedColumn {
    pub(super) kind: Kind,
    /// First and last character, from 1.
    pub(super) characters: (u32, u32),
    /// Digits behind a decimal point that is not written.
    pub(super) decimals: u8,
    /// Whether it is guessed that its numbers are whole.
    pub(super) is_guessed: bool,
    /// What texts stand for a missing reason; none where a text is one of two.
    pub(super) reasons: HashMap<String, Option<u8>>,
}

/// The values of a column, and their reasons where it has some.
pub(super) type Values = (ArrayRef, Option<ArrayRef>);

/// A cell that is no value of the kind: its record among those given, and what it holds.
pub(super) type Misfit = (usize, String);

/// Whether cells of fixed columns are read as values of a kind.
pub(super) fn is_read(kind: &Kind) -> bool {
    match kind {
        Kind::DateTime { zone, .. } => zone.is_none(),
        Kind::Boolean
        | Kind::Integer { .. }
        | Kind::Float { .. }
        | Kind::Text
        | Kind::Date
        | Kind::Time(_) => true,
        _ => false,
    }
}

impl FixedColumn {
    /// The values of these records.
    pub(super) fn values(&self, records: &[Record<'_>]) -> Result<Values, Misfit> {
        let decimals = usize::from(self.decimals);
        match &self.kind {
            Kind::Boolean => self.each(records, boolean, |values| Arc::new(BooleanArray::from(values))),
            Kind::Integer { .. } => {
                self.each(records, |text| whole(text, decimals), |values| Arc::new(Int64Array::from(values)))
            }
            Kind::Float { bits: 32 } => self.each(
                records,
                |text| pointed(text, decimals)?.parse().ok().filter(|number: &f32| number.is_finite()),
                |values| Arc::new(Float32Array::from(values)),
            ),
            Kind::Float { .. } => self.each(
                records,
                |text| float(text, decimals),
                |values| Arc::new(Float64Array::from(values)),
            ),
            Kind::Date => self.each(records, date, |values| Arc::new(Date32Array::from(values))),
            Kind::Time(_) => {
                self.each(records, time, |values| Arc::new(Time64MicrosecondArray::from(values)))
            }
            Kind::DateTime { .. } => {
                self.each(records, date_time, |values| Arc::new(TimestampMicrosecondArray::from(values)))
            }
            _ => self.texts(records),
        }
    }

    /// Texts without the blanks at their end.
    fn texts(&self, records: &[Record<'_>]) -> Result<Values, Misfit> {
        let mut reasons = vec![None; if self.reasons.is_empty() { 0 } else { records.len() }];
        let text = |(row, record): (usize, &Record<'_>)| {
            let (Cell::Whole(cell) | Cell::Cut(cell)) = record.cell(self.characters) else { return None };
            let text = record.text(cell);
            let text = text.trim_end_matches([' ', '\0']);
            if let Some(Some(reason)) = self.reasons.get(text) {
                reasons.get_mut(row).into_iter().for_each(|at| *at = Some(*reason));
                return None;
            }
            (!text.is_empty()).then(|| text.to_owned())
        };
        let texts: StringArray = records.iter().enumerate().map(text).collect();
        Ok((Arc::new(texts), self.told(reasons)))
    }

    fn each<T>(
        &self,
        records: &[Record<'_>],
        value: impl Fn(&str) -> Option<T>,
        array: impl FnOnce(Vec<Option<T>>) -> ArrayRef,
    ) -> Result<Values, Misfit> {
        let mut values = Vec::with_capacity(records.len());
        let mut reasons = vec![None; if self.reasons.is_empty() { 0 } else { records.len() }];
        for (row, record) in records.iter().enumerate() {
            // Half a number is another one.
            let Cell::Whole(cell) = record.cell(self.characters) else {
                values.push(None);
                continue;
            };
            let text = record.text(cell);
            let text = trimmed(&text);
            let read = match text {
                // A lone point is how SAS and Stata write a missing value.
                "" | "." => None,
                text => match (value(text), self.reasons.get(text)) {
                    (Some(value), _) => Some(value),
                    (None, Some(Some(reason))) => {
                        reasons.get_mut(row).into_iter().for_each(|at| *at = Some(*reason));
                        None
                    }
                    (None, _) => return Err((row, text.to_owned())),
                },
            };
            values.push(read);
        }
        Ok((array(values), self.told(reasons)))
    }

    /// Whether a cell is a number that is not whole.
    pub(super) fn is_fraction(&self, record: &Record<'_>) -> bool {
        let Cell::Whole(cell) = record.cell(self.characters) else { return false };
        // Nearly all cells are digits.
        if cell.iter().all(|byte| byte.is_ascii_digit() || *byte == b' ') {
            return false;
        }
        let text = record.text(cell);
        let (text, decimals) = (trimmed(&text), usize::from(self.decimals));
        whole(text, decimals).is_none() && float(text, decimals).is_some()
    }

    fn told(&self, reasons: Vec<Option<u8>>) -> Option<ArrayRef> {
        (!self.reasons.is_empty()).then(|| Arc::new(UInt8Array::from(reasons)) as ArrayRef)
    }
}

/// A cell without what fills it up.
fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\0'])
}

/// The digits of a number that is nothing but a sign and digits.
fn digits(text: &str) -> Option<&str> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

/// The number with the decimal point that is not written. One that is written goes before the implied one.
fn pointed(text: &str, decimals: usize) -> Option<Cow<'_, str>> {
    let Some(digits) = digits(text) else {
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
        return is_number.then_some(Cow::Borrowed(text));
    };
    if decimals == 0 {
        return Some(Cow::Borrowed(text));
    }
    let sign = if text.starts_with('-') { "-" } else { "" };
    let digits = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, fraction) = digits.split_at_checked(digits.len() - decimals)?;
    Some(Cow::Owned(format!("{sign}{whole}.{fraction}")))
}

fn float(text: &str, decimals: usize) -> Option<f64> {
    // A quotient of two exact numbers is rounded once, as the text would be.
    if let Some(digits) =
        digits(text).filter(|digits| digits.len() <= EXACT_DIGITS && decimals <= EXACT_DIGITS)
    {
        let number = digits.parse::<u64>().ok()? as f64 / 10_f64.powi(decimals as i32);
        return Some(if text.starts_with('-') { -number } else { number });
    }
    pointed(text, decimals)?.parse().ok().filter(|number: &f64| number.is_finite())
}

/// A whole number, also when it is written with a point and zeros.
fn whole(text: &str, decimals: usize) -> Option<i64> {
    let text = pointed(text, decimals)?;
    match text.split_once('.') {
        Some((whole, zeros)) if zeros.bytes().all(|byte| byte == b'0') => whole.parse().ok(),
        Some(_) => None,
        None => text.parse().ok(),
    }
}

fn date(text: &str) -> Option<i32> {
    let is_compact = text.len() == 8 && digits(text) == Some(text);
    let date = NaiveDate::parse_from_str(text, if is_compact { "%Y%m%d" } else { "%Y-%m-%d" }).ok()?;
    i32::try_from(date.signed_duration_since(NaiveDate::default()).num_days()).ok()
}

fn time(text: &str) -> Option<i64> {
    let time = NaiveTime::parse_from_str(text, "%H:%M:%S%.f");
    let time = time.or_else(|_| NaiveTime::parse_from_str(text, "%H:%M")).ok()?;
    let micros =
        i64::from(time.num_seconds_from_midnight()) * 1_000_000 + i64::from(time.nanosecond() / 1000);
    (time.nanosecond() % 1000 == 0).then_some(micros)
}

fn date_time(text: &str) -> Option<i64> {
    let form = if text.contains('T') { "%Y-%m-%dT%H:%M:%S%.f" } else { "%Y-%m-%d %H:%M:%S%.f" };
    let moment = NaiveDateTime::parse_from_str(text, form).ok()?;
    (moment.nanosecond() % 1000 == 0).then_some(moment.and_utc().timestamp_micros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn implied_decimals_are_those_of_the_text_with_its_point() {
        for (text, decimals, number) in [
            ("0014755900", 4, 1475.59),
            ("5", 2, 0.05),
            ("-5", 2, -0.05),
            ("00000", 3, 0.0),
            ("12.5", 4, 12.5),
            ("1.5E+03", 2, 1500.0),
            ("123456789012345678", 4, 12_345_678_901_234.568),
            ("1", 16, 1e-16),
            ("0.1", 0, 0.1),
        ] {
            assert_eq!(float(text, decimals), Some(number), "{text} with {decimals}");
        }
        for none in ["inf", "NaN", "1e999", "12a", "-", "1,5", "- 5"] {
            assert_eq!(float(none, 2), None, "{none}");
        }
    }

    #[test]
    fn whole_numbers_have_nothing_behind_the_point() {
        assert_eq!(whole("007", 0), Some(7));
        assert_eq!(whole("-99999998", 0), Some(-99_999_998));
        assert_eq!(whole("5.00", 0), Some(5));
        assert_eq!(whole("500", 2), Some(5));
        assert_eq!(whole("9223372036854775807", 0), Some(i64::MAX));
        for none in ["5.5", "550", "9223372036854775808", "1e3", ".", "x"] {
            assert_eq!(whole(none, if none == "550" { 2 } else { 0 }), None, "{none}");
        }
    }

    #[test]
    fn dates_and_times_are_those_of_iso_8601() {
        assert_eq!((date("1970-01-02"), date("19700102"), date("1969-12-31")), (Some(1), Some(1), Some(-1)));
        assert_eq!((date("02-JAN-1970"), date("19701301"), date("123")), (None, None, None));
        assert_eq!((time("00:01"), time("00:00:01.5")), (Some(60_000_000), Some(1_500_000)));
        assert_eq!(time("00:00:00.0000001"), None);
        assert_eq!(date_time("1970-01-01T00:00:01"), Some(1_000_000));
        assert_eq!(date_time("1970-01-01 00:00:01"), Some(1_000_000));
    }
}
