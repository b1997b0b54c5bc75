//! What only the rows tell about reading them.

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, StringArray, UInt8Array};
use arrow_schema::DataType;
use exporter_core::Tallied;

use crate::reader::selection::FOREIGN;
use exporter_stata::Missing;

/// What stands for a character that cannot be read.
const REPLACEMENT: &str = "\u{FFFD}";

/// Counts the letters `.a` to `.z`, from row `row`, from 0, on.
pub(super) fn add_letters(tallied: &mut Tallied, letters: &UInt8Array, row: u64) {
    for (at, letter) in letters.iter().enumerate() {
        if let Some(letter) = letter.and_then(Missing::from_number) {
            tallied.add(1, row + at as u64, || letter.to_string());
        }
    }
}

/// Counts the numbers that are neither values nor missing values, from row `row`, from 0, on.
pub(super) fn add_foreign(tallied: &mut Tallied, letters: &UInt8Array, row: u64) {
    for (at, _) in letters.iter().enumerate().filter(|(_, letter)| *letter == Some(FOREIGN)) {
        tallied.add(1, row + at as u64, || "no number of Stata".to_owned());
    }
}

/// Counts the characters of a column that could not be read, from row `row`, from 0, on.
pub(super) fn add_replaced(tallied: &mut Tallied, column: &ArrayRef, row: u64) {
    if column.data_type() != &DataType::Utf8 {
        return;
    }
    let texts = column.as_string::<i32>();
    if bytes(texts).is_none_or(|bytes| memchr::memmem::find(bytes, REPLACEMENT.as_bytes()).is_none()) {
        return;
    }
    for (at, text) in texts.iter().enumerate() {
        let text = text.unwrap_or_default();
        let count = text.matches(REPLACEMENT).count();
        if count > 0 {
            tallied.add(count as u64, row + at as u64, || text.to_owned());
        }
    }
}

/// Counts the texts of a column whose encoding is a guess, from row `row`, from 0, on.
pub(super) fn add_guessed(
    tallied: &mut Tallied,
    column: &ArrayRef,
    row: u64,
    was_guessed: impl Fn(&str) -> bool,
) {
    let Some(texts) = column.as_string_opt::<i32>() else { return };
    if bytes(texts).is_none_or(<[u8]>::is_ascii) {
        return;
    }
    for (at, text) in texts.iter().enumerate() {
        let text = text.unwrap_or_default();
        if was_guessed(text) {
            tallied.add(1, row + at as u64, || text.to_owned());
        }
    }
}

fn bytes(texts: &StringArray) -> Option<&[u8]> {
    let (start, end) = texts.value_offsets().first().zip(texts.value_offsets().last())?;
    texts.value_data().get(*start as usize..*end as usize)
}
