//! Numbers that come, numbers that are stored, and codes that are stored in a way of their own.

use std::fmt::Display;

use arrow_array::ArrayRef;
use arrow_array::cast::AsArray;
use arrow_array::types::ArrowPrimitiveType;
use arrow_buffer::{ArrowNativeType, ScalarBuffer};
use exporter_core::doubles;
use exporter_core::profile::Number;

use super::tile::{Cells, TILE_ROWS};

/// A number as a cell holds it. The little-endian integers and floats of Rust are such; a format with other numbers
/// defines a type of its own.
pub trait CellNumber: Copy + Default + Send + Sync + 'static {
    /// Writes one value into each row; [`Cells::scatter`] with the bytes of a value does.
    fn scatter(values: &[Self], cells: Cells<'_>);
}

/// A conversion that never fails; out of range it gives anything.
pub trait CastFrom<S> {
    /// Converts as Rust's `as` does.
    fn cast_from(value: S) -> Self;
}

/// A cell number that whole numbers of every type become.
pub trait IntegerCell:
    CellNumber
    + CastFrom<i8>
    + CastFrom<i16>
    + CastFrom<i32>
    + CastFrom<i64>
    + CastFrom<u8>
    + CastFrom<u16>
    + CastFrom<u32>
    + CastFrom<u64>
    + CastFrom<i128>
{
}

/// A cell number that every number becomes.
pub trait FloatCell: IntegerCell + CastFrom<f32> + CastFrom<f64> + Into<f64> {
    /// All whole numbers up to this one, of both signs, are stored exactly.
    const EXACT: i64;
    /// Whether a double that is in range is stored exactly.
    const HOLDS_DOUBLES: bool;
}

/// A whole number as Arrow delivers it.
pub trait Whole: ArrowNativeType + Copy + Default + PartialOrd + Display + Send + Sync + 'static {
    /// The sum; wraps around.
    fn plus(self, other: Self) -> Self;
    /// The same number.
    fn wide(self) -> i128;
    /// The nearest number of this type.
    fn clamped(wide: i128) -> Self;
}

macro_rules! cast {
    ($($from:ty => $($to:ty),*;)*) => {$($(
        impl CastFrom<$from> for $to {
            #[inline(always)]
            fn cast_from(value: $from) -> Self {
                value as $to
            }
        }
    )*)*};
}

macro_rules! whole {
    ($($type:ty),*) => {$(
        impl Whole for $type {
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }
            #[inline(always)]
            fn wide(self) -> i128 {
                self as i128
            }
            fn clamped(wide: i128) -> Self {
                wide.clamp(<$type>::MIN as i128, <$type>::MAX as i128) as $type
            }
        }
        cast!($type => i8, i16, i32, f32, f64;);
    )*};
}

macro_rules! little_endian {
    ($($type:ty),*) => {$(
        impl CellNumber for $type {
            #[inline(always)]
            fn scatter(values: &[Self], cells: Cells<'_>) {
                cells.scatter(values, Self::to_le_bytes);
            }
        }
        impl IntegerCell for $type {}
    )*};
}

whole!(i8, i16, i32, i64, u8, u16, u32, u64, i128);
cast!(f32 => f32, f64; f64 => f32, f64;);
little_endian!(i8, i16, i32, f32, f64);

impl FloatCell for f32 {
    const EXACT: i64 = 1 << 24;
    const HOLDS_DOUBLES: bool = false;
}

impl FloatCell for f64 {
    const EXACT: i64 = doubles::EXACT;
    const HOLDS_DOUBLES: bool = true;
}

/// A value, or a range of values, that is stored as another number, such as one that the format calls missing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CellRecode<D> {
    /// Lowest value of the range.
    pub low: Number,
    /// Highest value of the range, itself included.
    pub high: Number,
    /// Stored instead.
    pub cell: D,
}

/// A recode in the types of one column.
#[derive(Debug, Clone, Copy)]
pub struct TypedRecode<S, D> {
    low: S,
    high: S,
    cell: D,
}

impl<S: PartialOrd, D: Copy> TypedRecode<S, D> {
    /// What is stored instead.
    pub fn cell(&self) -> D {
        self.cell
    }

    /// Whether the rule is for this value.
    #[inline(always)]
    pub fn holds(&self, value: S) -> bool {
        // Without `&&` there is no branch, so that whole tiles are compared at once.
        (value >= self.low) & (value <= self.high)
    }
}

/// Puts what the rules store in place of the values that they hold for; a later rule comes before an earlier one.
#[inline(always)]
pub fn apply<S: Copy + PartialOrd, D: Copy>(
    rules: &[TypedRecode<S, D>],
    source: &[S; TILE_ROWS],
    out: &mut [D; TILE_ROWS],
) {
    for rule in rules {
        // Copies: otherwise the compiler chooses between two addresses, value by value.
        let (low, high, cell) = (rule.low, rule.high, rule.cell);
        for i in 0..TILE_ROWS {
            out[i] = if (source[i] >= low) & (source[i] <= high) { cell } else { out[i] };
        }
    }
}

/// Rules for whole numbers that come scaled by 10 to the power of `scale`; recodes without a number in range vanish.
pub fn typed_recodes<S: Whole, D: Copy>(recodes: &[CellRecode<D>], scale: i8) -> Vec<TypedRecode<S, D>> {
    recodes
        .iter()
        .filter_map(|recode| {
            let low = whole_bound(recode.low, scale, f64::ceil)?;
            let high = whole_bound(recode.high, scale, f64::floor)?;
            let (least, most) = (S::clamped(i128::MIN).wide(), S::clamped(i128::MAX).wide());
            (low <= high && high >= least && low <= most).then(|| TypedRecode {
                low: S::clamped(low),
                high: S::clamped(high),
                cell: recode.cell,
            })
        })
        .collect()
}

fn whole_bound(bound: Number, scale: i8, round: fn(f64) -> f64) -> Option<i128> {
    match bound {
        Number::Integer(whole) if scale >= 0 => {
            whole.checked_mul(10_i128.checked_pow(scale.unsigned_abs().into())?)
        }
        Number::Integer(whole) => Some(round(whole as f64 * 10_f64.powi(scale.into())) as i128),
        Number::Float(number) if number.is_nan() => None,
        Number::Float(number) if number.fract() == 0.0 && scale >= 0 => {
            (number as i128).checked_mul(10_i128.checked_pow(scale.unsigned_abs().into())?)
        }
        Number::Float(number) => {
            // A decimal such as 99.9 is not exact in binary; its scaled form is a whole number up to rounding.
            let scaled = number * 10_f64.powi(scale.into());
            let nearest = scaled.round();
            let whole = if (scaled - nearest).abs() < 1e-6 { nearest } else { round(scaled) };
            Some(whole as i128)
        }
    }
}

/// Rules for floating-point numbers.
pub(super) fn float_recodes<D: Copy>(recodes: &[CellRecode<D>]) -> Vec<TypedRecode<f64, D>> {
    recodes
        .iter()
        .map(|recode| TypedRecode { low: recode.low.as_f64(), high: recode.high.as_f64(), cell: recode.cell })
        .collect()
}

/// The values of a column, shared.
pub(super) fn values<T: ArrowPrimitiveType>(array: &ArrayRef) -> ScalarBuffer<T::Native> {
    array.as_primitive::<T>().values().clone()
}

/// Runs `$body` with `$type` bound to the Arrow type of a column of whole numbers: integers, dates, durations in their
/// own unit and decimals without places. `None` for any other.
macro_rules! with_whole {
    ($array:expr, $type:ident => $body:expr) => {
        match $array.data_type() {
            arrow_schema::DataType::Int8 => with_whole!(@ Int8Type, $type => $body),
            arrow_schema::DataType::Int16 => with_whole!(@ Int16Type, $type => $body),
            arrow_schema::DataType::Int32 => with_whole!(@ Int32Type, $type => $body),
            arrow_schema::DataType::Int64 => with_whole!(@ Int64Type, $type => $body),
            arrow_schema::DataType::UInt8 => with_whole!(@ UInt8Type, $type => $body),
            arrow_schema::DataType::UInt16 => with_whole!(@ UInt16Type, $type => $body),
            arrow_schema::DataType::UInt32 => with_whole!(@ UInt32Type, $type => $body),
            arrow_schema::DataType::UInt64 => with_whole!(@ UInt64Type, $type => $body),
            arrow_schema::DataType::Date32 => with_whole!(@ Date32Type, $type => $body),
            arrow_schema::DataType::Duration(arrow_schema::TimeUnit::Second) => with_whole!(@ DurationSecondType, $type => $body),
            arrow_schema::DataType::Duration(arrow_schema::TimeUnit::Millisecond) => with_whole!(@ DurationMillisecondType, $type => $body),
            arrow_schema::DataType::Duration(arrow_schema::TimeUnit::Microsecond) => with_whole!(@ DurationMicrosecondType, $type => $body),
            arrow_schema::DataType::Duration(arrow_schema::TimeUnit::Nanosecond) => with_whole!(@ DurationNanosecondType, $type => $body),
            arrow_schema::DataType::Decimal128(_, 0) => with_whole!(@ Decimal128Type, $type => $body),
            _ => None,
        }
    };
    (@ $concrete:ident, $type:ident => $body:expr) => {{
        type $type = arrow_array::types::$concrete;
        Some($body)
    }};
}
pub(super) use with_whole;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recodes_outside_the_type_vanish() {
        let recode = |low, high| CellRecode { low, high, cell: 101_i8 };
        let recodes = [
            recode(Number::Integer(97), Number::Integer(97)),
            recode(Number::Integer(999), Number::Integer(999)),
            recode(Number::Float(-9.5), Number::Float(-7.5)),
            recode(Number::Float(f64::NEG_INFINITY), Number::Integer(-100)),
            recode(Number::Float(1.2), Number::Float(1.8)),
        ];
        let found = typed_recodes::<i8, i8>(&recodes, 0);
        let bounds: Vec<_> = found.iter().map(|rule| (rule.low, rule.high)).collect();
        assert_eq!(bounds, [(97, 97), (-9, -8), (-128, -100)]);
        assert_eq!(typed_recodes::<i128, i8>(&recodes[..1], 2)[0].low, 9700);
    }
}
