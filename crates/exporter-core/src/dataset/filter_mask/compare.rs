//! One column against one literal; what stands under nulls does not matter.

use std::cmp::Ordering;
use std::collections::HashSet;

use arrow_array::cast::AsArray;
use arrow_array::types::{ArrowPrimitiveType, Decimal128Type, Float32Type, Float64Type};
use arrow_array::{Array, ArrayRef, downcast_integer};
use arrow_buffer::BooleanBuffer;
use arrow_schema::{DataType, TimeUnit};

use super::bound::{Bound, collect};
use super::date_time;
use crate::codebook::Value;
use crate::dataset::Comparison;
use crate::downcast_whole_numbers;

/// What is wrong with comparing values of other types.
const ONLY_NULL: &str = "a filter can only test such a column for null";

/// How a comparison decides on an order.
fn accepts(is: Comparison, order: Ordering) -> bool {
    match is {
        Comparison::Equal => order.is_eq(),
        Comparison::NotEqual => order.is_ne(),
        Comparison::Less => order.is_lt(),
        Comparison::AtMost => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::AtLeast => order.is_ge(),
    }
}

pub(super) fn compare(column: &ArrayRef, is: Comparison, value: &Value) -> Result<BooleanBuffer, String> {
    let literal = match column.data_type() {
        DataType::Float32 => {
            let values = column.as_primitive::<Float32Type>().values();
            return match value {
                // As a constant of the column's own width: 0.1 finds what was stored as 0.1.
                Value::Float(literal) => Ok(floats(values, is, *literal as f32)),
                _ => {
                    let wide: Vec<f64> = values.iter().copied().map(f64::from).collect();
                    doubles(&wide, is, value)
                }
            };
        }
        DataType::Float64 => return doubles(column.as_primitive::<Float64Type>().values(), is, value),
        DataType::Decimal128(_, scale) => return decimal(column, *scale, is, value),
        DataType::Boolean => return boolean(column, is, value),
        DataType::Utf8 => return text(column, is, value),
        DataType::Date32 => Bound::exactly(date_time::days(iso(value)?)?),
        DataType::Time64(unit) => in_unit(date_time::nanoseconds_of_day(iso(value)?)?, *unit),
        DataType::Timestamp(unit, zone) => {
            in_unit(date_time::nanoseconds(iso(value)?, zone.as_deref())?, *unit)
        }
        kind if kind.is_integer() || matches!(kind, DataType::Duration(_)) => match value {
            Value::Integer(number) => Bound::exactly((*number).into()),
            Value::Float(number) => match Bound::float(*number) {
                Some(literal) => literal,
                None => return Ok(not_a_number(column.len(), is)),
            },
            // Digits, where a number is beyond the others.
            Value::Text(digits) => Bound::decimal(digits.trim(), 0).ok_or("give a number")?,
            Value::Boolean(_) => return Err("give a number".into()),
        },
        _ => return Err(ONLY_NULL.into()),
    };
    macro_rules! counted {
        ($type:ty) => {
            Ok(literal.compare(column.as_primitive::<$type>().values(), is))
        };
    }
    downcast_whole_numbers! {
        column.data_type() => counted,
        _ => Err(ONLY_NULL.into()),
    }
}

/// Which whole numbers of a column are among the given; `None` = it is no column of whole numbers.
pub(super) fn contained(column: &ArrayRef, numbers: &HashSet<i64>) -> Option<BooleanBuffer> {
    fn among<T: ArrowPrimitiveType<Native: TryInto<i64>>>(
        column: &ArrayRef,
        numbers: &HashSet<i64>,
    ) -> Option<BooleanBuffer> {
        let values = column.as_primitive_opt::<T>()?.values();
        Some(collect(values, |value| value.try_into().is_ok_and(|value: i64| numbers.contains(&value))))
    }
    macro_rules! found {
        ($type:ty) => {
            among::<$type>(column, numbers)
        };
    }
    downcast_integer! {
        column.data_type() => (found),
        _ => None,
    }
}

fn iso(value: &Value) -> Result<&str, String> {
    value.as_text().ok_or_else(|| "give dates and times as text in ISO 8601".into())
}

fn in_unit(nanoseconds: i128, unit: TimeUnit) -> Bound {
    Bound::divided(
        nanoseconds,
        match unit {
            TimeUnit::Second => 1_000_000_000,
            TimeUnit::Millisecond => 1_000_000,
            TimeUnit::Microsecond => 1_000,
            TimeUnit::Nanosecond => 1,
        },
    )
}

/// NaN is unequal to every number and neither more nor less (IEEE 754 section 5.11).
fn not_a_number(rows: usize, is: Comparison) -> BooleanBuffer {
    if is == Comparison::NotEqual { BooleanBuffer::new_set(rows) } else { BooleanBuffer::new_unset(rows) }
}

fn doubles(values: &[f64], is: Comparison, value: &Value) -> Result<BooleanBuffer, String> {
    match value {
        Value::Float(literal) => Ok(floats(values, is, *literal)),
        Value::Integer(literal) if (*literal as f64) as i128 == i128::from(*literal) => {
            Ok(floats(values, is, *literal as f64))
        }
        // No double equals this whole number, so each is compared exactly.
        Value::Integer(_) => Ok(collect(values, |number| match Value::Float(number).size_cmp(value) {
            Some(order) => accepts(is, order),
            None => is == Comparison::NotEqual,
        })),
        Value::Boolean(_) | Value::Text(_) => Err("give a number".into()),
    }
}

fn floats<F: Copy + PartialOrd>(values: &[F], is: Comparison, literal: F) -> BooleanBuffer {
    match is {
        Comparison::Equal => collect(values, |value| value == literal),
        Comparison::NotEqual => collect(values, |value| value != literal),
        Comparison::Less => collect(values, |value| value < literal),
        Comparison::AtMost => collect(values, |value| value <= literal),
        Comparison::Greater => collect(values, |value| value > literal),
        Comparison::AtLeast => collect(values, |value| value >= literal),
    }
}

fn decimal(column: &ArrayRef, scale: i8, is: Comparison, value: &Value) -> Result<BooleanBuffer, String> {
    let digits = match value {
        Value::Float(number) if number.is_nan() => return Ok(not_a_number(column.len(), is)),
        // More digits than a decimal has.
        Value::Float(number) if number.is_infinite() => {
            format!("{}1{:0>80}", if *number < 0.0 { "-" } else { "" }, 0)
        }
        // The shortest digits that name the float: 0.1 finds the decimal 0.1.
        Value::Float(number) => number.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Text(text) => text.trim().to_owned(),
        Value::Boolean(_) => return Err("give a number".into()),
    };
    let literal = Bound::decimal(&digits, scale).ok_or("a decimal number is written as 12.50")?;
    Ok(literal.compare(column.as_primitive::<Decimal128Type>().values(), is))
}

fn boolean(column: &ArrayRef, is: Comparison, value: &Value) -> Result<BooleanBuffer, String> {
    let Value::Boolean(literal) = value else { return Err("give true or false".into()) };
    let values = column.as_boolean().values();
    Ok(match (accepts(is, false.cmp(literal)), accepts(is, true.cmp(literal))) {
        (true, true) => BooleanBuffer::new_set(values.len()),
        (false, false) => BooleanBuffer::new_unset(values.len()),
        (false, true) => values.clone(),
        (true, false) => !values,
    })
}

fn text(column: &ArrayRef, is: Comparison, value: &Value) -> Result<BooleanBuffer, String> {
    let Value::Text(literal) = value else { return Err("give a text, in quotes".into()) };
    let (array, literal) = (column.as_string::<i32>(), literal.as_str());
    Ok(match is {
        // Equality compares lengths first, which an order cannot.
        Comparison::Equal => BooleanBuffer::collect_bool(array.len(), |row| array.value(row) == literal),
        Comparison::NotEqual => BooleanBuffer::collect_bool(array.len(), |row| array.value(row) != literal),
        _ => BooleanBuffer::collect_bool(array.len(), |row| accepts(is, array.value(row).cmp(literal))),
    })
}
