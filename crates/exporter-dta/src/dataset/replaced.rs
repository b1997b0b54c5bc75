//! Characters that could not be read.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, StringArray};
use arrow_schema::DataType;

use crate::dataset::tally::Found;

/// What stands for a character that cannot be read.
const MARK: &str = "\u{FFFD}";

/// Counts the U+FFFD in a column whose first row is `row`, from 0.
pub(super) fn count(column: &ArrayRef, row: u64, found: &mut Found) {
    if column.data_type() != &DataType::Utf8 {
        return;
    }
    let texts = column.as_string::<i32>();
    if bytes(texts).is_none_or(|bytes| memchr::memmem::find(bytes, MARK.as_bytes()).is_none()) {
        return;
    }
    for (at, text) in texts.iter().enumerate() {
        let marks = text.map_or(0, |text| text.matches(MARK).count());
        if marks > 0 {
            found.count += marks as u64;
            found.first.get_or_insert_with(|| (row + at as u64 + 1, text.unwrap_or_default().to_owned()));
        }
    }
}

fn bytes(texts: &StringArray) -> Option<&[u8]> {
    let (start, end) = texts.value_offsets().first().zip(texts.value_offsets().last())?;
    texts.value_data().get(*start as usize..*end as usize)
}
