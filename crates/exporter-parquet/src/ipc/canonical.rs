//! One form for equal arrays: IPC copies validity bits as they lie in memory, spare bits included.

use arrow_array::{RecordBatch, RecordBatchOptions, make_array};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use arrow_data::ArrayData;
use arrow_schema::{ArrowError, DataType};

/// Makes the bits past the last row zero and drops validity where nothing is null, so that equal rows give equal bytes
/// whatever they were cut from.
pub(super) fn canonical(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let columns = batch
        .columns()
        .iter()
        .map(|column| Ok(make_array(canonical_data(column.to_data())?)))
        .collect::<Result<Vec<_>, ArrowError>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(batch.schema(), columns, &options)
}

fn canonical_data(data: ArrayData) -> Result<ArrayData, ArrowError> {
    let nulls = data
        .nulls()
        .filter(|nulls| nulls.null_count() > 0)
        .map(|nulls| NullBuffer::new(copied(nulls.inner())));
    let children =
        data.child_data().iter().cloned().map(canonical_data).collect::<Result<Vec<_>, ArrowError>>()?;
    if *data.data_type() == DataType::Boolean {
        let values = BooleanBuffer::new(
            data.buffers().first().cloned().unwrap_or_default(),
            data.offset(),
            data.len(),
        );
        let values = match &nulls {
            // What lies under a null is not part of the value.
            Some(nulls) => &copied(&values) & nulls.inner(),
            None => copied(&values),
        };
        return ArrayData::builder(DataType::Boolean)
            .len(data.len())
            .add_buffer(values.into_inner())
            .nulls(nulls)
            .build();
    }
    // Offsets, views and children stay as they are: the writer cuts them to the rows.
    data.into_builder().nulls(nulls).child_data(children).build()
}

fn copied(bits: &BooleanBuffer) -> BooleanBuffer {
    let mut bytes = vec![0u8; bits.len().div_ceil(8)];
    for row in bits.set_indices() {
        if let Some(byte) = bytes.get_mut(row / 8) {
            *byte |= 1 << (row % 8);
        }
    }
    BooleanBuffer::new(bytes.into(), 0, bits.len())
}
