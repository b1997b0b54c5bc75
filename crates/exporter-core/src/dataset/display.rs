//! Rows as text, for people to look at.

use arrow_array::RecordBatch;
use arrow_cast::display::{ArrayFormatter, FormatOptions};

use crate::error::Result;

/// Every cell of a batch as text, row by row; null is `None`.
///
/// # Errors
/// When a value cannot be shown, such as a date beyond the calendar.
pub fn display_rows(batch: &RecordBatch) -> Result<Vec<Vec<Option<String>>>> {
    let options = FormatOptions::default();
    let formatters = batch
        .columns()
        .iter()
        .map(|column| ArrayFormatter::try_new(column, &options))
        .collect::<Result<Vec<_>, _>>()?;
    let cell = |row: usize, column: usize| -> Result<Option<String>> {
        if batch.column(column).is_null(row) {
            return Ok(None);
        }
        formatters
            .get(column)
            .map(|formatter| formatter.value(row).try_to_string().map_err(Into::into))
            .transpose()
    };
    (0..batch.num_rows())
        .map(|row| (0..batch.num_columns()).map(|column| cell(row, column)).collect())
        .collect()
}
