//! Values of a file as those of its codebook.

use exporter_core::codebook::{Kind, Period, Value};
use exporter_core::doubles;
use exporter_spss::Value as Stored;

use crate::spec::{SYSMIS, UNIX_EPOCH};

/// A stored value as one of a variable of this kind; `None` for what is none of the kind's.
pub(crate) fn described(value: &Stored, kind: &Kind) -> Option<Value> {
    let number = match value {
        Stored::Text(text) => return Some(Value::Text(text.trim_end_matches(' ').to_owned())),
        Stored::Number(number) => *number,
    };
    if !number.is_finite() || number == SYSMIS {
        return None;
    }
    let since_1970 = number - UNIX_EPOCH;
    let time = |seconds: f64| {
        let nanos = (seconds.rem_euclid(1.0) * 1e6).round() as u32 * 1_000;
        chrono::DateTime::from_timestamp(seconds.floor() as i64, nanos.min(999_999_000))
    };
    let is_whole = number.fract() == 0.0 && number.abs() <= doubles::EXACT as f64;
    match kind {
        Kind::Date => Some(Value::Text(time(since_1970)?.format("%Y-%m-%d").to_string())),
        Kind::DateTime { .. } => {
            Some(Value::Text(time(since_1970)?.format("%Y-%m-%dT%H:%M:%S%.f").to_string()))
        }
        Kind::Time(_) => {
            let is_of_day = (0.0..86_400.0).contains(&number);
            is_of_day
                .then(|| time(number))
                .flatten()
                .map(|time| Value::Text(time.format("%H:%M:%S%.f").to_string()))
        }
        Kind::Duration(unit) => Some(Value::Integer((number * unit.per_second() as f64).round() as i64)),
        Kind::Period(Period::Year) if is_whole => Some(Value::Integer(number as i64)),
        Kind::Period(period) => {
            let count = period.of_day((since_1970 / 86_400.0).floor() as i64)?;
            Some(Value::Text(period.text(count)))
        }
        _ if is_whole => Some(Value::Integer(number as i64)),
        _ => Some(Value::Float(number)),
    }
}
