//! A set of keys: values of one or several columns by which rows find each other.

use std::collections::HashSet;

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Float32Type, Float64Type};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, BooleanArray};
use arrow_schema::{DataType, TimeUnit};

use crate::downcast_whole_numbers;
use crate::error::{Error, Result};

/// Bytes of a key that stands in the table itself; its length takes the last one.
const SHORT: usize = 16;
/// Bytes of a place in a table that is three quarters full, and of an allocation beside its contents.
const PLACE: u64 = 24;
const ALLOCATION: u64 = 16;

/// Keys, each once.
///
/// Numbers are equal whatever their width and kind, times whatever their unit; fractions are compared as doubles. A key
/// with a null is none.
#[derive(Debug, Default)]
pub(crate) struct KeySet {
    short: HashSet<[u8; SHORT]>,
    long: HashSet<Box<[u8]>>,
    bytes: u64,
}

impl KeySet {
    /// Adds the keys of some rows.
    pub(crate) fn extend(&mut self, columns: &[ArrayRef]) -> Result<()> {
        self.each(columns, |_, _| {})
    }

    /// Adds the keys of some rows and says of each row whether its key is new; `None` where it has none.
    pub(crate) fn each(
        &mut self,
        columns: &[ArrayRef],
        mut row: impl FnMut(usize, Option<bool>),
    ) -> Result<()> {
        let mut at = 0;
        each_row(columns, |key| {
            row(at, key.map(|key| self.insert(key)));
            at += 1;
        })
    }

    /// Adds a key; whether it is new.
    fn insert(&mut self, key: &[u8]) -> bool {
        let (is_new, bytes) = match short(key) {
            Some(key) => (self.short.insert(key), PLACE),
            None if self.long.contains(key) => (false, 0),
            None => (self.long.insert(key.into()), PLACE + ALLOCATION + key.len() as u64),
        };
        if is_new {
            self.bytes += bytes;
        }
        is_new
    }

    /// Which rows have a key of the set.
    pub(crate) fn mask(&self, columns: &[ArrayRef]) -> Result<BooleanArray> {
        let mut mask = Vec::with_capacity(columns.first().map_or(0, |column| column.len()));
        each_row(columns, |key| {
            mask.push(key.is_some_and(|key| match short(key) {
                Some(key) => self.short.contains(&key),
                None => self.long.contains(key),
            }));
        })?;
        Ok(BooleanArray::from(mask))
    }

    /// About how much memory the keys take, in bytes.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }
}

fn short(key: &[u8]) -> Option<[u8; SHORT]> {
    let mut place = [0; SHORT];
    let (text, length) = place.split_at_mut(SHORT - 1);
    text.get_mut(..key.len())?.copy_from_slice(key);
    length.fill(u8::try_from(key.len()).ok()?);
    Some(place)
}

/// Gives the key of every row; `None` where a column is null.
fn each_row(columns: &[ArrayRef], mut row: impl FnMut(Option<&[u8]>)) -> Result<()> {
    let parts = columns.iter().map(part).collect::<Result<Vec<_>>>()?;
    let mut key = Vec::new();
    for at in 0..columns.first().map_or(0, |column| column.len()) {
        key.clear();
        let whole = columns.iter().zip(&parts).all(|(column, part)| {
            let valid = column.is_valid(at);
            if valid {
                part(at, &mut key);
            }
            valid
        });
        row(whole.then_some(key.as_slice()));
    }
    Ok(())
}

/// Appends the part of a key that a row has in one column.
type Part<'a> = Box<dyn Fn(usize, &mut Vec<u8>) + 'a>;

fn part(column: &ArrayRef) -> Result<Part<'_>> {
    let factor = match column.data_type() {
        DataType::Time64(unit) | DataType::Timestamp(unit, _) | DataType::Duration(unit) => {
            nanoseconds(*unit)
        }
        _ => 1,
    };
    macro_rules! whole_numbers {
        ($type:ty) => {
            wholes::<$type>(column, factor)
        };
    }
    Ok(downcast_whole_numbers! {
        column.data_type() => whole_numbers,
        DataType::Boolean => {
            let values = column.as_boolean();
            Box::new(|at, key| whole(i128::from(values.value(at)), key))
        }
        DataType::Float32 => {
            let values = column.as_primitive::<Float32Type>();
            Box::new(|at, key| real(values.value(at).into(), key))
        }
        DataType::Float64 => {
            let values = column.as_primitive::<Float64Type>();
            Box::new(|at, key| real(values.value(at), key))
        }
        DataType::Decimal128(_, scale) => {
            let (values, scale) = (column.as_primitive::<Decimal128Type>(), *scale);
            Box::new(move |at, key| decimal(values.value(at), scale, key))
        }
        DataType::Utf8 => {
            let values = column.as_string::<i32>();
            Box::new(|at, key| text(values.value(at).as_bytes(), key))
        }
        DataType::Binary => {
            let values = column.as_binary::<i32>();
            Box::new(|at, key| text(values.value(at), key))
        }
        other => return Err(Error::unsupported(format!("rows do not find each other by values of {other}"))),
    })
}

fn wholes<T: ArrowPrimitiveType>(column: &ArrayRef, factor: i128) -> Part<'_>
where
    T::Native: Into<i128>,
{
    let values = column.as_primitive::<T>();
    Box::new(move |at, key| whole(values.value(at).into().saturating_mul(factor), key))
}

fn nanoseconds(unit: TimeUnit) -> i128 {
    match unit {
        TimeUnit::Second => 1_000_000_000,
        TimeUnit::Millisecond => 1_000_000,
        TimeUnit::Microsecond => 1_000,
        TimeUnit::Nanosecond => 1,
    }
}

/// The bytes that count of a whole number, their number in front.
fn whole(number: i128, key: &mut Vec<u8>) {
    let bytes = number.to_le_bytes();
    let folded = if number < 0 { !number } else { number };
    // One bit more than the number has tells its sign.
    let length = (i128::BITS - folded.leading_zeros()) as usize / 8 + 1;
    key.push(length as u8);
    key.extend(bytes.iter().take(length));
}

/// Stands where the length of a whole number does, which is at most 16.
const REAL: u8 = 0xff;

fn real(number: f64, key: &mut Vec<u8>) {
    // Below 2^127, which is above every decimal of 38 digits.
    if number.fract() == 0.0 && number.abs() < 1.7e38 {
        whole(number as i128, key);
    } else {
        key.push(REAL);
        key.extend(number.to_le_bytes());
    }
}

fn decimal(digits: i128, scale: i8, key: &mut Vec<u8>) {
    let power = 10_i128.checked_pow(u32::from(scale.unsigned_abs()));
    match power {
        Some(power) if scale < 0 => whole(digits.saturating_mul(power), key),
        Some(power) if digits % power == 0 => whole(digits / power, key),
        _ => real(digits as f64 / 10_f64.powi(scale.into()), key),
    }
}

/// The length in front in groups of seven bits, so that no other text begins alike and goes on.
fn text(bytes: &[u8], key: &mut Vec<u8>) {
    let mut length = bytes.len();
    while length >= 0x80 {
        key.push(length as u8 | 0x80);
        length >>= 7;
    }
    key.push(length as u8);
    key.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{
        Decimal128Array, Float64Array, Int8Array, Int64Array, StringArray, TimestampMicrosecondArray,
        TimestampSecondArray, UInt64Array,
    };

    use super::*;

    fn mask(parents: &[ArrayRef], children: &[ArrayRef]) -> Vec<bool> {
        let mut set = KeySet::default();
        set.extend(parents).unwrap();
        set.mask(children).unwrap().iter().map(Option::unwrap).collect()
    }

    fn met(parents: impl Array + 'static, children: impl Array + 'static) -> Vec<bool> {
        mask(&[Arc::new(parents)], &[Arc::new(children)])
    }

    #[test]
    fn numbers_meet_whatever_their_kind() {
        let wide = Int64Array::from(vec![Some(-1), Some(127), Some(128), None]);
        let narrow = Int8Array::from(vec![Some(127), Some(-1), Some(0), None]);
        assert_eq!(met(wide.clone(), narrow), [true, true, false, false]);
        let real = Float64Array::from(vec![128.0, 128.5, -1.0, f64::NAN]);
        assert_eq!(met(wide.clone(), real.clone()), [true, false, true, false]);
        let decimals = Decimal128Array::from(vec![12_800, 12_850, -100, 1]).with_precision_and_scale(10, 2);
        assert_eq!(met(real, decimals.unwrap()), [true, true, true, false]);
        assert_eq!(met(wide, UInt64Array::from(vec![u64::MAX, 127])), [false, true]);
        let micros = TimestampMicrosecondArray::from(vec![5_000_000, 5_000_001]);
        assert_eq!(met(TimestampSecondArray::from(vec![5]), micros), [true, false]);
    }

    #[test]
    fn parts_of_a_key_do_not_run_together() {
        let texts = |texts: &[&str]| -> ArrayRef { Arc::new(StringArray::from(texts.to_vec())) };
        let long = "x".repeat(300);
        let left = texts(&["a", "ab", &long, ""]);
        let right = texts(&["bc", "c", "y", ""]);
        assert_eq!(mask(&[left.clone(), right.clone()], &[left.clone(), right.clone()]), [true; 4]);
        assert_eq!(mask(&[left, right], &[texts(&["ab", "a", "x"]), texts(&["bc", "c", "y"])]), [false; 3]);
    }

    #[test]
    fn the_memory_of_the_keys_is_known() {
        let mut set = KeySet::default();
        let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values((0..1000).chain(0..1000)));
        set.extend(&[numbers]).unwrap();
        assert_eq!(set.bytes(), 1000 * PLACE);
        let text: ArrayRef = Arc::new(StringArray::from(vec!["x".repeat(36), "x".repeat(36)]));
        set.extend(&[text]).unwrap();
        assert_eq!(set.bytes(), 1001 * PLACE + ALLOCATION + 37);
    }
}
