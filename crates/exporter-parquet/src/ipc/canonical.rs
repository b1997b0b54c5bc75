//! One form for equal rows: IPC copies validity bits as they lie in memory, the spare bits of the last byte included.

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use arrow_select::concat::concat_batches;

/// Makes the bits past the last row zero, so that equal rows give equal bytes whatever they were cut from.
///
/// Joining two parts copies the bits of the rows and no others; rows that fill their last byte leave none to spare.
pub(super) fn canonical(batch: RecordBatch) -> Result<RecordBatch, ArrowError> {
    let rows = batch.num_rows();
    if rows.is_multiple_of(8) || batch.num_columns() == 0 {
        return Ok(batch);
    }
    concat_batches(&batch.schema(), [&batch.slice(0, rows / 2), &batch.slice(rows / 2, rows - rows / 2)])
}
