//! How many rows go into a chunk and a row group: decided by the data alone, never by how the source cut it.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;

/// Most rows encoded at a time.
const CHUNK_ROWS: usize = 8192;
/// Most cells encoded at a time, so that wide tables take fewer rows.
const CHUNK_CELLS: u64 = 1 << 22;
/// Bytes of the memory budget for each cell encoded at a time: values of 8 bytes take a sixteenth of it.
const BUDGET_PER_CELL: u64 = 128;

/// Rows that are encoded at a time for a table with this many columns, with a budget of `memory` bytes.
pub(crate) fn chunk_rows(columns: usize, memory: u64) -> usize {
    let cells = usize::try_from(CHUNK_CELLS.min(memory / BUDGET_PER_CELL)).unwrap_or(usize::MAX);
    (cells / columns.max(1)).clamp(64, CHUNK_ROWS) / 64 * 64
}

/// Bytes of the values of a batch as Arrow lays them out, whatever buffers they share with others.
pub(crate) fn value_bytes(batch: &RecordBatch) -> u64 {
    batch.columns().iter().map(array_bytes).sum()
}

fn array_bytes(array: &ArrayRef) -> u64 {
    let rows = array.len() as u64;
    match array.data_type() {
        DataType::Boolean => rows.div_ceil(8),
        DataType::Utf8 => 4 * rows + span(array.as_string::<i32>().value_offsets()),
        DataType::Binary => 4 * rows + span(array.as_binary::<i32>().value_offsets()),
        DataType::Struct(_) => array.as_struct().columns().iter().map(array_bytes).sum(),
        DataType::List(_) => {
            let list = array.as_list::<i32>();
            4 * rows + part(list.values(), list.value_offsets())
        }
        DataType::Map(_, _) => {
            let map = array.as_map();
            let (keys, values) = (map.keys(), map.values());
            4 * rows + part(keys, map.value_offsets()) + part(values, map.value_offsets())
        }
        DataType::Dictionary(keys, _) => rows * keys.primitive_width().unwrap_or(16) as u64,
        other => rows * other.primitive_width().unwrap_or(16) as u64,
    }
}

fn span(offsets: &[i32]) -> u64 {
    match (offsets.first(), offsets.last()) {
        (Some(first), Some(last)) => u64::try_from(i64::from(*last) - i64::from(*first)).unwrap_or(0),
        _ => 0,
    }
}

fn part(values: &ArrayRef, offsets: &[i32]) -> u64 {
    let start = offsets.first().map_or(0, |first| usize::try_from(*first).unwrap_or(0));
    array_bytes(&values.slice(start, usize::try_from(span(offsets)).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{Int32Array, StringArray};

    use super::*;

    #[test]
    fn wide_tables_take_fewer_rows() {
        assert_eq!(chunk_rows(5, 512 << 20), 8192);
        assert_eq!(chunk_rows(10_000, 128 << 20), 64);
        assert_eq!(chunk_rows(10_000, 512 << 20), 384);
        assert_eq!(chunk_rows(1_000_000, 512 << 20), 64);
        assert_eq!(chunk_rows(0, 512 << 20), 8192);
    }

    #[test]
    fn a_slice_counts_only_its_own_values() {
        let texts: ArrayRef = Arc::new(StringArray::from(vec!["aaaa", "bb", ""]));
        let numbers: ArrayRef = Arc::new(Int32Array::from(vec![1, 2, 3]));
        let batch = RecordBatch::try_from_iter([("t", texts), ("n", numbers)]).unwrap();
        assert_eq!(value_bytes(&batch), 12 + 6 + 12);
        assert_eq!(value_bytes(&batch.slice(1, 1)), 4 + 2 + 4);
    }
}
