//! Characters that an encoding lacks, with the first text that has one.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};

use super::super::Lacking;
use crate::encoded;
use crate::error::Result;
use crate::nested::json_texts;

/// Adds the texts of one batch, nested values as their JSON; rows count from 1 in the batch.
pub(super) fn look_at(column: &ArrayRef, found: &mut Lacking) -> Result<()> {
    let flat = if column.data_type().is_nested() { &json_texts(column)? } else { column };
    for (row, text) in flat.as_string_opt::<i32>().into_iter().flatten().enumerate() {
        let text = text.unwrap_or_default();
        let count = encoded::encode(found.encoding, text).1;
        if count > 0 {
            found.count += count;
            found.first.get_or_insert_with(|| (row as u64 + 1, text.to_owned()));
        }
    }
    Ok(())
}
