//! Declared missing values as numbers of their column, in the units of [`ColumnFacts`](crate::ColumnFacts).

use crate::codebook::{Kind, MissingValues, Value, Variable};
use crate::dataset::date_time;
use crate::profile::Number;

/// The numbers, both ends included, that one declaration covers.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Span {
    /// Smallest number; an open end is the smallest there is (`i128::MIN` or minus infinity).
    pub low: Number,
    /// Largest number; an open end is the largest there is (`i128::MAX` or infinity).
    pub high: Number,
}

impl Span {
    /// The numbers from `low` to `high`, both included.
    pub fn new(low: Number, high: Number) -> Self {
        Self { low, high }
    }

    /// Whether a number of the column lies within.
    pub fn contains(&self, number: Number) -> bool {
        self.low <= number && number <= self.high
    }
}

/// What each declaration of a variable covers, in their order; `None` where it covers no number of the kind.
///
/// ```
/// use exporter_core::codebook::{Kind, Missing, Variable};
/// use exporter_core::missing::spans;
/// use exporter_core::profile::Number;
///
/// let born = Variable::new("born", Kind::Date).with_missing(Missing::value("1970-01-03"));
/// assert_eq!(spans(&born)[0].unwrap().low, Number::Integer(2));
/// ```
pub fn spans(variable: &Variable) -> Vec<Option<Span>> {
    variable.missing.iter().map(|missing| span(&missing.values, &variable.kind)).collect()
}

/// The numbers of a column of `kind` that declared values cover: days, ticks and counts of dates, times and periods,
/// unscaled digits of decimals, 0 and 1 of truth values; `None` for none and for kinds without numbers.
pub fn span(values: &MissingValues, kind: &Kind) -> Option<Span> {
    let (low, high) = match values {
        MissingValues::Reason => return None,
        MissingValues::One(value) => (Some(value), Some(value)),
        MissingValues::Range { low, high } => (low.as_ref(), high.as_ref()),
    };
    let span = match kind {
        Kind::Float { bits } => Span {
            low: Number::Float(low.map_or(Some(f64::NEG_INFINITY), |low| float(low, *bits))?),
            high: Number::Float(high.map_or(Some(f64::INFINITY), |high| float(high, *bits))?),
        },
        Kind::Text | Kind::Binary | Kind::Structure(_) | Kind::List(_) | Kind::Map { .. } => return None,
        _ => Span {
            low: Number::Integer(low.map_or(Some(i128::MIN), |low| whole(low, kind, f64::ceil))?),
            high: Number::Integer(high.map_or(Some(i128::MAX), |high| whole(high, kind, f64::floor))?),
        },
    };
    (span.low <= span.high).then_some(span)
}

/// A value as the nearest number of a column of so many bits.
fn float(value: &Value, bits: u8) -> Option<f64> {
    let value = value.as_f64()?;
    let narrow = f64::from(value as f32);
    Some(if bits == 32 && narrow.is_finite() { narrow } else { value })
}

/// A value as the whole number behind a column; what lies between two is rounded.
fn whole(value: &Value, kind: &Kind, round: fn(f64) -> f64) -> Option<i128> {
    match (value, kind) {
        (Value::Boolean(truth), Kind::Boolean) => Some((*truth).into()),
        (Value::Boolean(_), _) | (_, Kind::Boolean) => None,
        (Value::Integer(number), Kind::Decimal { scale, .. }) if *scale >= 0 => {
            i128::from(*number).checked_mul(10i128.checked_pow(u32::from(scale.unsigned_abs()))?)
        }
        (Value::Integer(_) | Value::Float(_), Kind::Decimal { scale, .. }) => {
            let digits = value.as_f64()? * 10f64.powi(i32::from(*scale));
            // A decimal such as 99.9 is not exact in binary; its digits are a whole number up to rounding.
            let nearest = digits.round();
            let digits = if (digits - nearest).abs() < 1e-6 { nearest } else { round(digits) };
            (!digits.is_nan()).then_some(digits as i128)
        }
        (Value::Text(text), Kind::Date) => date_time::days(text).ok(),
        (Value::Text(text), Kind::Time(unit)) => {
            in_units(date_time::nanoseconds_of_day(text).ok()?, unit.per_second(), round)
        }
        (Value::Text(text), Kind::DateTime { unit, zone }) => {
            in_units(date_time::nanoseconds(text, zone.as_deref()).ok()?, unit.per_second(), round)
        }
        (Value::Text(text), Kind::Period(period)) => period.parse(text).map(i128::from),
        (Value::Text(_), _) | (_, Kind::Date | Kind::Time(_) | Kind::DateTime { .. }) => None,
        (Value::Integer(number), _) => Some(i128::from(*number)),
        (Value::Float(number), _) => (!number.is_nan()).then_some(round(*number) as i128),
    }
}

/// Nanoseconds in units of which `per_second` make a second.
fn in_units(nanoseconds: i128, per_second: i64, round: fn(f64) -> f64) -> Option<i128> {
    let parts = 1_000_000_000 / i128::from(per_second.max(1));
    let below = nanoseconds.checked_div_euclid(parts)?;
    // Rounding a half tells up from down without losing digits of the date-time itself.
    let more = nanoseconds.rem_euclid(parts) != 0 && round(0.5) > 0.0;
    Some(below + i128::from(more))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codebook::{Missing, Period, TimeUnit};

    fn ends(missing: Missing, kind: &Kind) -> Option<(i128, i128)> {
        span(&missing.values, kind).map(|span| match (span.low, span.high) {
            (Number::Integer(low), Number::Integer(high)) => (low, high),
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn declarations_become_numbers_of_the_column() {
        let one = |value: Value, kind: &Kind| ends(Missing::value(value), kind);
        assert_eq!(one(true.into(), &Kind::Boolean), Some((1, 1)));
        assert_eq!(one("+10001-01-01".into(), &Kind::Date), Some((2_933_263, 2_933_263)));
        let date_time = Kind::DateTime { unit: TimeUnit::Second, zone: None };
        assert_eq!(one("1970-01-01T00:01:00".into(), &date_time), Some((60, 60)));
        assert_eq!(one("+10001-01-01T00:00:00".into(), &date_time), Some((253_433_923_200, 253_433_923_200)));
        assert_eq!(one("1970-01-01T00:00:00.5".into(), &date_time), None);
        let price = Kind::Decimal { precision: 9, scale: 2 };
        assert_eq!(one(0.29.into(), &price), Some((29, 29)));
        assert_eq!(one(9.into(), &price), Some((900, 900)));
        assert_eq!(one("2020m1".into(), &Kind::Period(Period::Month)), Some((720, 720)));
        assert_eq!(one("9".into(), &Kind::INTEGER), None);
        assert_eq!(one(1.5.into(), &Kind::INTEGER), None);
        let single = span(&MissingValues::One(99.9.into()), &Kind::Float { bits: 32 }).unwrap();
        assert!(single.contains(Number::Float(99.9_f32.into())));
    }

    #[test]
    fn ranges_keep_what_lies_within() {
        let range = |low: Option<Value>, high: Option<Value>| ends(Missing::range(low, high), &Kind::INTEGER);
        assert_eq!(range(Some(0.5.into()), Some(2.5.into())), Some((1, 2)));
        assert_eq!(range(Some(1.2.into()), Some(1.8.into())), None);
        assert_eq!(range(None, Some((-1).into())), Some((i128::MIN, -1)));
        let float = span(&Missing::range(Some(9.into()), None).values, &Kind::FLOAT).unwrap();
        assert!(float.contains(Number::Float(1e300)) && !float.contains(Number::Float(8.9)));
        assert!(!float.contains(Number::Float(f64::NAN)));
    }
}
