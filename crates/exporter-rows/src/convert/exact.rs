//! Whether the columns of a file are of the types that were recorded for them.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, TimestampMillisecondType};
use arrow_array::{Array, ArrayRef};
use arrow_cast::cast;
use arrow_schema::{DataType, TimeUnit};
use exporter_core::doubles;

use super::number_text;

/// Up to this size a `double` holds every whole number.
const DOUBLE_EXACT: f64 = doubles::EXACT as f64;
/// Most powers of ten that a `double` holds exactly.
const EXACT_POWERS: i32 = 22;

/// Whether only the values tell if a column can be delivered as `target`.
pub fn only_values_tell(natural: &DataType, target: &DataType) -> bool {
    match (natural, target) {
        (DataType::Utf8, target) => number_text::stands_for(target),
        (DataType::Float64, DataType::Decimal128(_, _) | DataType::Float32) => true,
        (DataType::Timestamp(_, _), DataType::Timestamp(unit, _)) => *unit != TimeUnit::Millisecond,
        // Numbers that another display format would show as dates or times.
        (natural, target) => natural.is_numeric() && is_calendar(target),
    }
}

/// Whether a type is one of dates and times.
pub fn is_calendar(target: &DataType) -> bool {
    matches!(target, DataType::Date32 | DataType::Timestamp(_, _) | DataType::Time64(_))
}

/// Whether all values of a column are of a type, where [`only_values_tell`]; `epoch_millis` are the milliseconds from the
/// epoch of the program to 1970.
pub fn holds(column: &ArrayRef, target: &DataType, epoch_millis: i64) -> bool {
    match (column.data_type(), target) {
        (DataType::Utf8, target) => number_text::numbers(column.as_string::<i32>(), target).is_ok(),
        (DataType::Timestamp(_, _), DataType::Timestamp(unit, _)) => {
            let millis = column.as_primitive::<TimestampMillisecondType>();
            millis.iter().flatten().all(|millis| holds_date_time(millis, *unit))
        }
        (natural, target) if natural.is_numeric() => {
            let Ok(numbers) = cast(column, &DataType::Float64) else { return false };
            let mut numbers = numbers.as_primitive::<Float64Type>().iter().flatten();
            match target {
                DataType::Decimal128(precision, scale) => {
                    numbers.all(|value| decimal_digits(value, *precision, *scale).is_some())
                }
                DataType::Float32 => numbers.all(|value| f64::from(value as f32) == value),
                target => numbers.all(|value| is_counted(value, target, epoch_millis)),
            }
        }
        _ => false,
    }
}

/// Whether a stored number counts days or milliseconds that a type of dates and times can hold.
fn is_counted(value: f64, target: &DataType, epoch_millis: i64) -> bool {
    let within = |low: f64, high: f64| low <= value && value <= high;
    value.fract() == 0.0
        && match target {
            DataType::Date32 => within(f64::from(i32::MIN) + 4_000.0, f64::from(i32::MAX)),
            DataType::Time64(_) => within(0.0, 86_399_999.0),
            DataType::Timestamp(unit, _) => {
                let millis = value as i64 - epoch_millis;
                within(-DOUBLE_EXACT, DOUBLE_EXACT) && holds_date_time(millis, *unit)
            }
            _ => false,
        }
}

/// Whether milliseconds since 1970 are a date-time in another unit.
fn holds_date_time(millis: i64, unit: TimeUnit) -> bool {
    match unit {
        TimeUnit::Second => millis % 1_000 == 0,
        TimeUnit::Millisecond => true,
        TimeUnit::Microsecond => millis.checked_mul(1_000).is_some(),
        TimeUnit::Nanosecond => millis.checked_mul(1_000_000).is_some(),
    }
}

/// Whether a column can become `target`, given whether its values are whole numbers and their range.
pub fn fits_by_range(
    natural: &DataType,
    target: &DataType,
    integral: bool,
    range: Option<(f64, f64)>,
) -> bool {
    let (min, max) = range.unwrap_or((0.0, 0.0));
    let within = |low: f64, high: f64| low <= min && max <= high;
    match (natural, target) {
        (natural, target) if natural == target => true,
        (DataType::Utf8, DataType::Binary) => true,
        (DataType::Timestamp(TimeUnit::Millisecond, None), DataType::Time64(_)) => within(0.0, 86_399_999.0),
        (DataType::Timestamp(_, from), DataType::Timestamp(_, to)) => from.is_some() == to.is_some(),
        (
            DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Float32 | DataType::Float64,
            target,
        ) => match target {
            DataType::Float64 => true,
            DataType::Boolean => integral && within(0.0, 1.0),
            DataType::Int8 => integral && within(-128.0, 127.0),
            DataType::Int16 => integral && within(-32_768.0, 32_767.0),
            DataType::Int32 => integral && within(f64::from(i32::MIN), f64::from(i32::MAX)),
            DataType::UInt8 => integral && within(0.0, 255.0),
            DataType::UInt16 => integral && within(0.0, 65_535.0),
            DataType::UInt32 => integral && within(0.0, f64::from(u32::MAX)),
            DataType::UInt64 => integral && within(0.0, DOUBLE_EXACT),
            DataType::Int64 | DataType::Duration(_) => integral && within(-DOUBLE_EXACT, DOUBLE_EXACT),
            DataType::Decimal128(precision, scale) if *scale >= 0 && natural.is_integer() => {
                let limit = 10f64.powi(i32::from(*precision) - i32::from(*scale));
                integral && -limit < min && max < limit
            }
            _ => false,
        },
        _ => false,
    }
}

/// The digits of a decimal that is stored as its nearest `double`; `None` where that is not certain.
pub(super) fn decimal_digits(value: f64, precision: u8, scale: i8) -> Option<i128> {
    let power = 10f64.powi(i32::from(scale).abs());
    if i32::from(scale).abs() > EXACT_POWERS {
        return (value == 0.0).then_some(0);
    }
    let digits = if scale >= 0 { (value * power).round() } else { (value / power).round() };
    // Both sides of the division are exact, so its result is the double nearest to the decimal.
    let back = if scale >= 0 { digits / power } else { digits * power };
    let fits = digits.abs() <= DOUBLE_EXACT && digits.abs() < 10f64.powi(precision.into());
    (fits && back == value).then_some(digits as i128)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_told_from_other_numbers() {
        let digits = |value| decimal_digits(value, 10, 2);
        assert_eq!([digits(0.29), digits(-1.1), digits(1e7)], [Some(29), Some(-110), Some(1_000_000_000)]);
        assert_eq!([digits(0.295), digits(1e300), digits(f64::NAN), digits(1e8)], [None; 4]);
        assert_eq!(decimal_digits(1_500.0, 9, -2), Some(15));
        assert_eq!(decimal_digits(1_550.0, 9, -3), None);
        for digits in 0..100_000 {
            let value: f64 = format!("{digits}e-3").parse().unwrap();
            assert_eq!(decimal_digits(value, 15, 3), Some(digits));
        }
    }
}
