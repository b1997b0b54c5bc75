//! Cells of a Stata file as its documentation writes them, apart from the codec that the suites judge.

use std::fmt;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type, Int8Type, Int16Type, Int32Type};
use arrow_array::{Array, ArrowPrimitiveType};
use arrow_schema::DataType;

/// How many missing values there are: `.` and `.a` to `.z`.
pub const STATA_MISSINGS: u8 = 27;

/// What stands in a cell, whatever its storage type.
#[derive(Clone, Debug, PartialEq)]
pub enum StataCell {
    /// `.` is 0, `.a` is 1 and so on to 26.
    Missing(u8),
    /// A number of any type.
    Number(f64),
    /// Text of a str# or strL.
    Text(String),
    /// Contents of a binary strL.
    Bytes(Vec<u8>),
}

impl StataCell {
    /// The missing value `.`.
    pub const SYSTEM: Self = Self::Missing(0);

    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The missing value of a letter, `a` to `z`; panics for any other character.
    pub fn letter(letter: char) -> Self {
        assert!(letter.is_ascii_lowercase(), "{letter:?} is no letter of a missing value");
        Self::Missing(letter as u8 - b'a' + 1)
    }
}

/// How Stata shows the missing value of a number: `.`, `.a` … `.z`.
pub fn stata_missing(number: u8) -> String {
    match number {
        0 => ".".to_owned(),
        number => format!(".{}", char::from(b'a' + number - 1)),
    }
}

impl fmt::Display for StataCell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(number) => f.write_str(&stata_missing(*number)),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Bytes(bytes) => write!(f, "{bytes:02x?}"),
        }
    }
}

/// The number of a missing value stored as a whole number of which `largest` is the last ordinary one.
fn whole(stored: i32, largest: i32) -> StataCell {
    match stored.checked_sub(largest) {
        Some(above @ 1..) => StataCell::Missing(u8::try_from(above - 1).expect("27 codes are missing")),
        _ => StataCell::Number(stored.into()),
    }
}

/// As [`whole`] for a float whose missing values begin with the bits `first` and lie `step` apart.
fn floating(stored: f64, bits: u64, first: u64, step: u64) -> StataCell {
    // Negative numbers have the highest bit set, so that their bits are above all missing values.
    if stored.is_sign_negative() || bits < first {
        return StataCell::Number(stored);
    }
    let above = bits - first;
    assert!(
        above.is_multiple_of(step) && above / step < u64::from(STATA_MISSINGS),
        "{bits:#x} is no Stata value"
    );
    StataCell::Missing((above / step) as u8)
}

/// The cells of a column that holds what is stored in a Stata file: numbers with their missing values as they are
/// encoded, texts, bytes; null is `.`.
///
/// Panics when a column has another type or a number is none that Stata stores.
pub fn stata_cells(column: &dyn Array) -> Vec<StataCell> {
    fn each(column: &dyn Array, cell: impl Fn(usize) -> StataCell) -> Vec<StataCell> {
        let rows = 0..column.len();
        rows.map(|row| if column.is_null(row) { StataCell::SYSTEM } else { cell(row) }).collect()
    }
    fn wholes<T: ArrowPrimitiveType>(column: &dyn Array, largest: i32) -> Vec<StataCell>
    where
        T::Native: Into<i32>,
    {
        each(column, |row| whole(column.as_primitive::<T>().value(row).into(), largest))
    }
    match column.data_type() {
        DataType::Int8 => wholes::<Int8Type>(column, 100),
        DataType::Int16 => wholes::<Int16Type>(column, 32_740),
        DataType::Int32 => wholes::<Int32Type>(column, 2_147_483_620),
        DataType::Float32 => each(column, |row| {
            let stored = column.as_primitive::<Float32Type>().value(row);
            floating(stored.into(), stored.to_bits().into(), 0x7F00_0000, 0x800)
        }),
        DataType::Float64 => each(column, |row| {
            let stored = column.as_primitive::<Float64Type>().value(row);
            floating(stored, stored.to_bits(), 0x7FE0_0000_0000_0000, 0x0100_0000_0000)
        }),
        DataType::Utf8 => each(column, |row| StataCell::text(column.as_string::<i32>().value(row))),
        DataType::Binary => {
            each(column, |row| StataCell::Bytes(column.as_binary::<i32>().value(row).to_vec()))
        }
        other => panic!("a Stata file stores no {other}"),
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::{Float32Array, Float64Array, Int8Array, Int16Array, Int32Array, StringArray};

    use super::*;

    #[test]
    fn every_type_has_its_missing_values() {
        let number = StataCell::Number;
        let [first, last] = [StataCell::letter('a'), StataCell::letter('z')];
        let expected = |low: f64, high: f64| {
            vec![number(low), number(high), StataCell::SYSTEM, first.clone(), last.clone(), StataCell::SYSTEM]
        };
        let bytes = Int8Array::from(vec![Some(-127), Some(100), Some(101), Some(102), Some(127), None]);
        assert_eq!(stata_cells(&bytes), expected(-127.0, 100.0));
        let ints = Int16Array::from(vec![
            Some(-32_767),
            Some(32_740),
            Some(32_741),
            Some(32_742),
            Some(32_767),
            None,
        ]);
        assert_eq!(stata_cells(&ints), expected(-32_767.0, 32_740.0));
        let long = |above| Some(2_147_483_620 + above);
        let longs = Int32Array::from(vec![Some(i32::MIN + 1), long(0), long(1), long(2), long(27), None]);
        assert_eq!(stata_cells(&longs), expected(-2_147_483_647.0, 2_147_483_620.0));
        let float = |bits| Some(f32::from_bits(bits));
        let least = float(0xFEFF_FFFF);
        let floats = [least, float(0x7EFF_FFFF), float(0x7F00_0000), float(0x7F00_0800), float(0x7F00_D000)];
        let floats: Float32Array = floats.into_iter().chain([None]).collect();
        let largest = f64::from(f32::from_bits(0x7EFF_FFFF));
        assert_eq!(stata_cells(&floats), expected(-largest, largest));
        let double = |bits| Some(f64::from_bits(bits));
        let doubles = Float64Array::from(vec![
            Some(f64::MIN),
            double(0x7FDF_FFFF_FFFF_FFFF),
            double(0x7FE0_0000_0000_0000),
            double(0x7FE0_0100_0000_0000),
            double(0x7FE0_1A00_0000_0000),
            None,
        ]);
        assert_eq!(stata_cells(&doubles), expected(f64::MIN, f64::from_bits(0x7FDF_FFFF_FFFF_FFFF)));
        assert_eq!(stata_cells(&StringArray::from(vec!["a"])), [StataCell::text("a")]);
        assert_eq!([first.to_string(), last.to_string(), StataCell::SYSTEM.to_string()], [".a", ".z", "."]);
    }

    #[test]
    #[should_panic = "no Stata value"]
    fn infinity_is_no_stata_value() {
        stata_cells(&Float64Array::from(vec![f64::INFINITY]));
    }
}
