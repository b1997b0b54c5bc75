//! Whole numbers and floats, only when the value stays the same.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, Float16Type,
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_array::{Array, ArrayRef, PrimitiveArray};
use arrow_schema::DataType;

use super::misfit::Misfit;

/// Converts every value; null slots may hold anything.
pub(super) fn map<S: ArrowPrimitiveType, T: ArrowPrimitiveType>(
    from: &PrimitiveArray<S>,
    one: impl Fn(S::Native) -> Option<T::Native>,
) -> Result<PrimitiveArray<T>, Misfit> {
    let mut values: Vec<T::Native> = Vec::with_capacity(from.len());
    match from.nulls().filter(|nulls| nulls.null_count() > 0) {
        None => {
            for (index, value) in from.values().iter().enumerate() {
                values.push(one(*value).ok_or(Misfit::Value(index))?);
            }
        }
        Some(nulls) => {
            for (index, (value, valid)) in from.values().iter().zip(nulls.iter()).enumerate() {
                values.push(match one(*value) {
                    Some(value) => value,
                    None if valid => return Err(Misfit::Value(index)),
                    None => T::default_value(),
                });
            }
        }
    }
    Ok(PrimitiveArray::try_new(values.into(), from.nulls().cloned())?)
}

/// Calls `$body` with the column as an array of its own whole-number type, if it has one.
macro_rules! with_integers {
    ($column:expr, $array:ident => $body:expr) => {{
        let $array = $column;
        arrow_array::downcast_integer_array!($array => { Some($body) } _ => None)
    }};
}
pub(super) use with_integers;

pub(super) fn to_integer(wanted: &DataType, column: &ArrayRef) -> Result<ArrayRef, Misfit> {
    match wanted {
        DataType::Int8 => integer::<Int8Type>(column),
        DataType::Int16 => integer::<Int16Type>(column),
        DataType::Int32 => integer::<Int32Type>(column),
        DataType::Int64 => integer::<Int64Type>(column),
        DataType::UInt8 => integer::<UInt8Type>(column),
        DataType::UInt16 => integer::<UInt16Type>(column),
        DataType::UInt32 => integer::<UInt32Type>(column),
        _ => integer::<UInt64Type>(column),
    }
}

fn integer<T: ArrowPrimitiveType<Native: TryFrom<i128>>>(column: &ArrayRef) -> Result<ArrayRef, Misfit> {
    let narrow = |wide: i128| T::Native::try_from(wide).ok();
    if let Some(array) =
        with_integers!(column, array => map::<_, T>(array, |value| narrow(i128::from(value))))
    {
        return Ok(Arc::new(array?));
    }
    let array = match column.data_type() {
        DataType::Float16 => {
            map::<_, T>(column.as_primitive::<Float16Type>(), |v| narrow(whole(v.to_f64())?))
        }
        DataType::Float32 => map::<_, T>(column.as_primitive::<Float32Type>(), |v| narrow(whole(v.into())?)),
        DataType::Float64 => map::<_, T>(column.as_primitive::<Float64Type>(), |v| narrow(whole(v)?)),
        DataType::Decimal32(_, scale) => map::<_, T>(column.as_primitive::<Decimal32Type>(), |v| {
            narrow(super::decimal::rescale(v.into(), *scale, 0)?)
        }),
        DataType::Decimal64(_, scale) => map::<_, T>(column.as_primitive::<Decimal64Type>(), |v| {
            narrow(super::decimal::rescale(v.into(), *scale, 0)?)
        }),
        DataType::Decimal128(_, scale) => map::<_, T>(column.as_primitive::<Decimal128Type>(), |v| {
            narrow(super::decimal::rescale(v, *scale, 0)?)
        }),
        DataType::Decimal256(_, scale) => map::<_, T>(column.as_primitive::<Decimal256Type>(), |v| {
            narrow(super::decimal::rescale_wide(v, *scale, 0)?)
        }),
        _ => Err(Misfit::Type),
    }?;
    Ok(Arc::new(array))
}

/// A float without fraction, as the whole number it is.
fn whole(value: f64) -> Option<i128> {
    // Beyond 2^64 no integer kind holds it.
    (value.fract() == 0.0 && value.abs() <= 18_446_744_073_709_551_616.0).then_some(value as i128)
}

pub(super) fn to_float(bits: u8, column: &ArrayRef) -> Result<ArrayRef, Misfit> {
    if bits == 32 { float::<Float32Type>(column, single) } else { float::<Float64Type>(column, Some) }
}

/// A double that a float32 holds exactly; NaN stays NaN.
fn single(value: f64) -> Option<f32> {
    let narrow = value as f32;
    (f64::from(narrow) == value || value.is_nan()).then_some(narrow)
}

fn float<T: ArrowPrimitiveType>(
    column: &ArrayRef,
    narrow: impl Fn(f64) -> Option<T::Native>,
) -> Result<ArrayRef, Misfit> {
    let exact = |wide: i128| {
        let value = wide as f64;
        (value as i128 == wide).then_some(value).and_then(&narrow)
    };
    if let Some(array) = with_integers!(column, array => map::<_, T>(array, |value| exact(i128::from(value))))
    {
        return Ok(Arc::new(array?));
    }
    let few = |value: i128, scale: i8| {
        let digits = if size_of::<T::Native>() == 4 { 6 } else { 15 };
        super::decimal::to_float(value, scale, digits)
    };
    // The nearest float of few enough digits is lossless although it is seldom equal.
    let near = |value: f64| -> Option<T::Native> {
        if size_of::<T::Native>() == 4 { narrow(f64::from(value as f32)) } else { narrow(value) }
    };
    let array = match column.data_type() {
        DataType::Float16 => map::<_, T>(column.as_primitive::<Float16Type>(), |v| narrow(v.to_f64())),
        DataType::Float32 => map::<_, T>(column.as_primitive::<Float32Type>(), |v| narrow(v.into())),
        DataType::Float64 => map::<_, T>(column.as_primitive::<Float64Type>(), &narrow),
        DataType::Decimal32(_, scale) => {
            map::<_, T>(column.as_primitive::<Decimal32Type>(), |v| near(few(v.into(), *scale)?))
        }
        DataType::Decimal64(_, scale) => {
            map::<_, T>(column.as_primitive::<Decimal64Type>(), |v| near(few(v.into(), *scale)?))
        }
        DataType::Decimal128(_, scale) => {
            map::<_, T>(column.as_primitive::<Decimal128Type>(), |v| near(few(v, *scale)?))
        }
        DataType::Decimal256(_, scale) => {
            map::<_, T>(column.as_primitive::<Decimal256Type>(), |v| near(few(v.to_i128()?, *scale)?))
        }
        _ => Err(Misfit::Type),
    }?;
    Ok(Arc::new(array))
}
