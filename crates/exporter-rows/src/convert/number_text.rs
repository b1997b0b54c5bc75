//! Numbers that are stored as text because no number of the program can hold them.

use std::sync::Arc;

use arrow_array::types::{
    ArrowPrimitiveType, Decimal128Type, DurationMicrosecondType, DurationMillisecondType,
    DurationNanosecondType, DurationSecondType, Int64Type, UInt64Type,
};
use arrow_array::{ArrayRef, PrimitiveArray, StringArray};
use arrow_schema::{DataType, TimeUnit};

use crate::fill::decimal_text;

/// Whether texts can stand for values of a type.
pub(super) fn stands_for(target: &DataType) -> bool {
    matches!(target, DataType::Int64 | DataType::UInt64 | DataType::Duration(_) | DataType::Decimal128(_, _))
}

/// The numbers that the texts spell exactly as our writer does, empty texts being null; else the row, from 0, of the
/// first text that does not.
pub(super) fn numbers(texts: &StringArray, target: &DataType) -> Result<ArrayRef, usize> {
    match target {
        DataType::Int64 => whole::<Int64Type>(texts),
        DataType::UInt64 => whole::<UInt64Type>(texts),
        DataType::Duration(TimeUnit::Second) => whole::<DurationSecondType>(texts),
        DataType::Duration(TimeUnit::Millisecond) => whole::<DurationMillisecondType>(texts),
        DataType::Duration(TimeUnit::Microsecond) => whole::<DurationMicrosecondType>(texts),
        DataType::Duration(TimeUnit::Nanosecond) => whole::<DurationNanosecondType>(texts),
        DataType::Decimal128(precision, scale) => {
            let (digits, limit) = (u32::from(*precision), *scale);
            let parse = |text: &str| decimal(text, digits, limit);
            let decimals: PrimitiveArray<Decimal128Type> = collect(texts, parse)?;
            Ok(Arc::new(decimals.with_data_type(target.clone())))
        }
        _ => Err(0),
    }
}

fn whole<T>(texts: &StringArray) -> Result<ArrayRef, usize>
where
    T: ArrowPrimitiveType,
    T::Native: std::str::FromStr + std::fmt::Display,
{
    let parse = |text: &str| text.parse::<T::Native>().ok().filter(|number| number.to_string() == text);
    Ok(Arc::new(collect::<T>(texts, parse)?))
}

fn collect<T: ArrowPrimitiveType>(
    texts: &StringArray,
    parse: impl Fn(&str) -> Option<T::Native>,
) -> Result<PrimitiveArray<T>, usize> {
    let number = |(row, text): (usize, Option<&str>)| match text.filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => parse(text).map(Some).ok_or(row),
    };
    texts.iter().enumerate().map(number).collect()
}

/// Digits of a decimal written with all its places.
fn decimal(text: &str, precision: u32, scale: i8) -> Option<i128> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: i128 = if scale < 0 {
        let zeros = usize::from(scale.unsigned_abs());
        whole
            .len()
            .checked_sub(zeros)
            .filter(|kept| *kept > 0)
            .and_then(|kept| whole.get(..kept))
            .unwrap_or("0")
    } else {
        whole
    }
    .chars()
    .chain(fraction.chars())
    .collect::<String>()
    .parse()
    .ok()?;
    let fits = 10i128.checked_pow(precision).is_none_or(|limit| digits.unsigned_abs() < limit.unsigned_abs());
    (fits && decimal_text(digits, scale) == text).then_some(digits)
}

#[cfg(test)]
mod tests {
    use arrow_array::cast::AsArray;

    use super::*;

    #[test]
    fn only_what_our_writer_spells_is_a_number() {
        let parse = |texts: &[&str], target: &DataType| numbers(&StringArray::from(texts.to_vec()), target);
        let ids = parse(&["9007199254740993", "", "-1"], &DataType::Int64).unwrap();
        let ids: Vec<_> = ids.as_primitive::<Int64Type>().iter().collect();
        assert_eq!(ids, [Some(9_007_199_254_740_993), None, Some(-1)]);
        for text in ["007", "+7", " 7", "7.0", "9223372036854775808", "seven"] {
            assert_eq!(parse(&["1", text], &DataType::Int64).err(), Some(1), "{text}");
        }
        assert!(parse(&["18446744073709551615"], &DataType::UInt64).is_ok());
    }

    #[test]
    fn decimals_come_back_to_the_last_digit() {
        for scale in [-3, 0, 2, 38] {
            let values = [0_i128, 1, -5, 99, 12_345, -(10_i128.pow(37))];
            for value in values.into_iter().filter(|value| value.unsigned_abs() < 10_u128.pow(38)) {
                assert_eq!(decimal(&decimal_text(value, scale), 38, scale), Some(value), "{value} {scale}");
            }
        }
        assert_eq!([decimal("100.00", 4, 2), decimal("1.5", 4, 2), decimal("-0.00", 4, 2)], [None; 3]);
        assert_eq!([decimal("12", 9, -3), decimal("", 9, 2), decimal("1500", 9, -3)], [None; 3]);
    }
}
