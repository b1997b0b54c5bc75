//! Decimals: other widths and scales only when no digit is lost.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, Float16Type, Float32Type, Float64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_buffer::i256;
use arrow_schema::DataType;

use super::misfit::Misfit;
use super::number::{map, with_integers};

/// 10 to this power, if it is no more than 38.
fn ten_to(power: u32) -> Option<i128> {
    10i128.checked_pow(power)
}

/// The same number with another count of digits after the point, if none is lost.
pub(super) fn rescale(value: i128, from: i8, to: i8) -> Option<i128> {
    let more = i16::from(to) - i16::from(from);
    if value == 0 {
        return Some(0);
    }
    let factor = ten_to(u32::from(more.unsigned_abs()))?;
    if more >= 0 { value.checked_mul(factor) } else { (value % factor == 0).then_some(value / factor) }
}

/// [`rescale`] for a number that may have more digits than the result.
pub(super) fn rescale_wide(value: i256, from: i8, to: i8) -> Option<i128> {
    if let Some(value) = value.to_i128() {
        return rescale(value, from, to);
    }
    let less = u8::try_from(i16::from(from) - i16::from(to)).ok()?;
    let factor = i256::from(10).checked_pow(u32::from(less))?;
    let zero = i256::from_i128(0);
    if value.checked_rem(factor)? == zero { value.checked_div(factor)?.to_i128() } else { None }
}

/// The float nearest to a decimal of at most this many significant digits, which therefore names it.
pub(super) fn to_float(value: i128, scale: i8, digits: u32) -> Option<f64> {
    // Zeros at the end are no digits to lose.
    let (mut value, mut scale) = (value, i16::from(scale));
    if value == 0 {
        return Some(0.0);
    }
    while value % 10 == 0 {
        (value, scale) = (value / 10, scale - 1);
    }
    if value.unsigned_abs() >= ten_to(digits)?.unsigned_abs() {
        return None;
    }
    // Powers of ten up to 10^22 are exact, so one operation rounds once; beyond, the parser does.
    match scale {
        0..=22 => Some(value as f64 / 10f64.powi(scale.into())),
        _ => format!("{value}e{}", -scale).parse().ok(),
    }
}

/// The decimal that a float of at most 15 significant digits stands for.
fn from_float(value: f64, digits: f64, scale: i8) -> Option<i128> {
    if !(0..=22).contains(&scale) {
        return (value.fract() == 0.0 && value.abs() < digits).then(|| rescale(value as i128, 0, scale))?;
    }
    let factor = 10f64.powi(scale.into());
    let scaled = (value * factor).round();
    // The quotient of two exact numbers is the float nearest to the decimal.
    (scaled.abs() < digits && scaled / factor == value).then_some(scaled as i128)
}

pub(super) fn to_decimal(precision: u8, scale: i8, column: &ArrayRef) -> Result<ArrayRef, Misfit> {
    let end = ten_to(precision.into()).ok_or(Misfit::Type)?;
    let fits = |value: i128| (-end < value && value < end).then_some(value);
    let whole = |value: i128| rescale(value, 0, scale).and_then(fits);
    let array = match with_integers!(column, array => map::<_, Decimal128Type>(array, |v| whole(i128::from(v))))
    {
        Some(array) => array,
        None => match column.data_type() {
            DataType::Decimal32(_, from) => {
                map::<_, Decimal128Type>(column.as_primitive::<Decimal32Type>(), |v| {
                    rescale(v.into(), *from, scale).and_then(fits)
                })
            }
            DataType::Decimal64(_, from) => {
                map::<_, Decimal128Type>(column.as_primitive::<Decimal64Type>(), |v| {
                    rescale(v.into(), *from, scale).and_then(fits)
                })
            }
            DataType::Decimal128(_, from) => {
                map::<_, Decimal128Type>(column.as_primitive::<Decimal128Type>(), |v| {
                    rescale(v, *from, scale).and_then(fits)
                })
            }
            DataType::Decimal256(_, from) => {
                map::<_, Decimal128Type>(column.as_primitive::<Decimal256Type>(), |v| {
                    rescale_wide(v, *from, scale).and_then(fits)
                })
            }
            DataType::Float16 => map::<_, Decimal128Type>(column.as_primitive::<Float16Type>(), |v| {
                from_float(v.to_f64(), 1e15, scale).and_then(fits)
            }),
            // A float32 names a decimal by its own nearest float, not by that of its 64-bit form.
            DataType::Float32 => map::<_, Decimal128Type>(column.as_primitive::<Float32Type>(), |v| {
                let shortest: f64 = v.to_string().parse().ok()?;
                from_float(shortest, 1e6, scale).or_else(|| from_float(v.into(), 1e15, scale)).and_then(fits)
            }),
            DataType::Float64 => map::<_, Decimal128Type>(column.as_primitive::<Float64Type>(), |v| {
                from_float(v, 1e15, scale).and_then(fits)
            }),
            _ => Err(Misfit::Type),
        },
    }?;
    Ok(Arc::new(array.with_precision_and_scale(precision, scale)?))
}
