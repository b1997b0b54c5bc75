//! Columns as the writer takes them: nested values as JSON, texts without what follows a NUL.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions, StringArray};
use arrow_schema::{Field, Schema};
use exporter_core::Result;
use exporter_core::nested::json_texts;

/// Flattens the columns of a batch; `cut` are the positions of texts that end at their first NUL.
pub(super) fn flatten(batch: RecordBatch, cut: &[usize]) -> Result<RecordBatch> {
    let schema = batch.schema();
    if cut.is_empty() && !schema.fields().iter().any(|field| field.data_type().is_nested()) {
        return Ok(batch);
    }
    let mut fields = Vec::with_capacity(batch.num_columns());
    let mut columns = Vec::with_capacity(batch.num_columns());
    for (position, (field, column)) in schema.fields().iter().zip(batch.columns()).enumerate() {
        let column = if field.data_type().is_nested() {
            json_texts(column)?
        } else if cut.contains(&position) {
            cut_at_nul(column)
        } else {
            column.clone()
        };
        fields.push(Field::new(field.name(), column.data_type().clone(), true));
        columns.push(column);
    }
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(Schema::new(fields).into(), columns, &options)?)
}

fn cut_at_nul(column: &ArrayRef) -> ArrayRef {
    let Some(texts) = column.as_string_opt::<i32>() else { return column.clone() };
    Arc::new(texts.iter().map(|text| text.map(before_nul)).collect::<StringArray>())
}

/// What stands before the first NUL.
fn before_nul(text: &str) -> &str {
    text.split('\0').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_end_at_their_first_nul() {
        let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("a\0b\0"), None, Some("\0"), Some("é")]));
        let batch =
            RecordBatch::try_from_iter_with_nullable([("x", texts.clone(), true), ("y", texts, true)]);
        let flat = flatten(batch.unwrap(), &[1]).unwrap();
        let texts = |column: usize| flat.column(column).as_string::<i32>().iter().collect::<Vec<_>>();
        assert_eq!(texts(0)[0], Some("a\0b\0"));
        assert_eq!(texts(1), [Some("a"), None, Some(""), Some("é")]);
    }
}
