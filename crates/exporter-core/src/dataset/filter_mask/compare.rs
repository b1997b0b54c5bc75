//! One column against one literal; what stands under nulls does not matter.

use std::cmp::Ordering;
use std::collections::HashSet;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Decimal128Type, DurationMicrosecondType, DurationMillisecondType,
    DurationNanosecondType, DurationSecondType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_buffer::BooleanBuffer;
use arrow_schema::{DataType, TimeUnit};

use super::bound::{Bound, collect};
use super::date_time;
use crate::codebook::Value;
use crate::dataset::Comparison;

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
    match column.data_type() {
        DataType::Int8 => whole::<Int8Type>(column, is, value),
        DataType::Int16 => whole::<Int16Type>(column, is, value),
        DataType::Int32 => whole::<Int32Type>(column, is, value),
        DataType::Int64 => whole::<Int64Type>(column, is, value),
        DataType::UInt8 => whole::<UInt8Type>(column, is, value),
        DataType::UInt16 => whole::<UInt16Type>(column, is, value),
        DataType::UInt32 => whole::<UInt32Type>(column, is, value),
        DataType::UInt64 => whole::<UInt64Type>(column, is, value),
        DataType::Float32 => {
            let values = column.as_primitive::<Float32Type>().values();
            match value {
                // As a constant of the column's own width: 0.1 finds what was stored as 0.1.
                Value::Float(literal) => Ok(floats(values, is, *literal as f32)),
                _ => {
                    let wide: Vec<f64> = values.iter().copied().map(f64::from).collect();
                    doubles(&wide, is, value)
                }
            }
        }
        DataType::Float64 => doubles(column.as_primitive::<Float64Type>().values(), is, value),
        DataType::Decimal128(_, scale) => decimal(column, *scale, is, value),
        DataType::Boolean => boolean(column, is, value),
        DataType::Utf8 => text(column, is, value),
        DataType::Date32 => {
            let literal = date_time::days(iso(value)?)?;
            Ok(counted::<Date32Type>(column, is, Bound::exactly(literal)))
        }
        DataType::Time64(unit) => {
            let literal = in_unit(date_time::nanoseconds_of_day(iso(value)?)?, *unit);
            Ok(match unit {
                TimeUnit::Nanosecond => counted::<Time64NanosecondType>(column, is, literal),
                _ => counted::<Time64MicrosecondType>(column, is, literal),
            })
        }
        DataType::Timestamp(unit, zone) => {
            let literal = in_unit(date_time::nanoseconds(iso(value)?, zone.as_deref())?, *unit);
            Ok(match unit {
                TimeUnit::Second => counted::<TimestampSecondType>(column, is, literal),
                TimeUnit::Millisecond => counted::<TimestampMillisecondType>(column, is, literal),
                TimeUnit::Microsecond => counted::<TimestampMicrosecondType>(column, is, literal),
                TimeUnit::Nanosecond => counted::<TimestampNanosecondType>(column, is, literal),
            })
        }
        DataType::Duration(unit) => match unit {
            TimeUnit::Second => whole::<DurationSecondType>(column, is, value),
            TimeUnit::Millisecond => whole::<DurationMillisecondType>(column, is, value),
            TimeUnit::Microsecond => whole::<DurationMicrosecondType>(column, is, value),
            TimeUnit::Nanosecond => whole::<DurationNanosecondType>(column, is, value),
        },
        _ => Err("a filter can only test such a column for null".into()),
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
    match column.data_type() {
        DataType::Int8 => among::<Int8Type>(column, numbers),
        DataType::Int16 => among::<Int16Type>(column, numbers),
        DataType::Int32 => among::<Int32Type>(column, numbers),
        DataType::Int64 => among::<Int64Type>(column, numbers),
        DataType::UInt8 => among::<UInt8Type>(column, numbers),
        DataType::UInt16 => among::<UInt16Type>(column, numbers),
        DataType::UInt32 => among::<UInt32Type>(column, numbers),
        DataType::UInt64 => among::<UInt64Type>(column, numbers),
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

fn counted<T: ArrowPrimitiveType<Native: Ord + TryFrom<i128>>>(
    column: &ArrayRef,
    is: Comparison,
    literal: Bound,
) -> BooleanBuffer
where
    i128: From<T::Native>,
{
    literal.compare(column.as_primitive::<T>().values(), is)
}

fn whole<T: ArrowPrimitiveType<Native: Ord + TryFrom<i128>>>(
    column: &ArrayRef,
    is: Comparison,
    value: &Value,
) -> Result<BooleanBuffer, String>
where
    i128: From<T::Native>,
{
    let literal = match value {
        Value::Integer(number) => Some(Bound::exactly((*number).into())),
        Value::Float(number) => Bound::float(*number),
        Value::Boolean(_) | Value::Text(_) => return Err("give a number".into()),
    };
    Ok(match literal {
        Some(literal) => counted::<T>(column, is, literal),
        None => not_a_number(column.len(), is),
    })
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
    Ok(counted::<Decimal128Type>(column, is, literal))
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
