//! Cells of a Stata file as its documentation writes them, apart from the codec that the suites judge.

use std::fmt;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type, Int8Type, Int16Type, Int32Type};
use arrow_array::{Array, UInt8Array};
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

/// The cells of a column that holds what is stored in a Stata file: numbers, texts, bytes; null is the missing value whose
/// number stands in `letters`, else `.`.
///
/// Panics when a column has another type, or a number is none that Stata stores as a value.
pub fn stata_cells(column: &dyn Array, letters: &UInt8Array) -> Vec<StataCell> {
    let each = |cell: &dyn Fn(usize) -> StataCell| {
        let missing = |row| if letters.is_null(row) { 0 } else { letters.value(row) };
        let rows = 0..column.len();
        rows.map(|row| if column.is_null(row) { StataCell::Missing(missing(row)) } else { cell(row) })
            .collect()
    };
    let number = |number: f64, largest: f64| {
        assert!(number <= largest, "{number} is no Stata value");
        StataCell::Number(number)
    };
    match column.data_type() {
        DataType::Int8 => each(&|row| number(column.as_primitive::<Int8Type>().value(row).into(), 100.0)),
        DataType::Int16 => {
            each(&|row| number(column.as_primitive::<Int16Type>().value(row).into(), 32_740.0))
        }
        DataType::Int32 => {
            each(&|row| number(column.as_primitive::<Int32Type>().value(row).into(), 2_147_483_620.0))
        }
        DataType::Float32 => each(&|row| {
            let largest = f32::from_bits(0x7EFF_FFFF);
            number(column.as_primitive::<Float32Type>().value(row).into(), largest.into())
        }),
        DataType::Float64 => each(&|row| {
            let largest = f64::from_bits(0x7FDF_FFFF_FFFF_FFFF);
            number(column.as_primitive::<Float64Type>().value(row), largest)
        }),
        DataType::Utf8 => each(&|row| StataCell::text(column.as_string::<i32>().value(row))),
        DataType::Binary => each(&|row| StataCell::Bytes(column.as_binary::<i32>().value(row).to_vec())),
        other => panic!("a Stata file stores no {other}"),
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::{Float64Array, Int8Array, StringArray};

    use super::*;

    #[test]
    fn letters_tell_missing_values_apart() {
        let letters = UInt8Array::from(vec![None, Some(1), Some(26), None]);
        let bytes = Int8Array::from(vec![Some(100), None, None, None]);
        let [first, last] = [StataCell::letter('a'), StataCell::letter('z')];
        assert_eq!([first.to_string(), last.to_string(), StataCell::SYSTEM.to_string()], [".a", ".z", "."]);
        assert_eq!(stata_cells(&bytes, &letters), [StataCell::Number(100.0), first, last, StataCell::SYSTEM]);
        let none = UInt8Array::new_null(1);
        assert_eq!(stata_cells(&StringArray::from(vec!["a"]), &none), [StataCell::text("a")]);
        assert_eq!(stata_cells(&Float64Array::from(vec![f64::MIN]), &none), [StataCell::Number(f64::MIN)]);
    }

    #[test]
    #[should_panic = "no Stata value"]
    fn the_pattern_of_a_missing_value_is_no_value() {
        stata_cells(&Int8Array::from(vec![101]), &UInt8Array::new_null(1));
    }
}
