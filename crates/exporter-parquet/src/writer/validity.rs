//! Validity bitmaps that mark no null. Whether an array has one depends on how its source cut the rows, and the encoders write
//! other bytes for it.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, BinaryArray, BooleanArray, DictionaryArray, ListArray, MapArray,
    PrimitiveArray, StringArray, StructArray, downcast_primitive_array,
};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{ArrowError, DataType};

/// The array, and the arrays of its parts, without bitmaps that mark nothing.
pub(super) fn without_idle_bitmaps(array: ArrayRef) -> Result<ArrayRef, ArrowError> {
    let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0).cloned();
    match array.data_type() {
        DataType::Struct(fields) => {
            let columns = array.as_struct().columns().iter().cloned().map(without_idle_bitmaps);
            let columns = columns.collect::<Result<Vec<_>, _>>()?;
            Ok(Arc::new(StructArray::try_new_with_length(fields.clone(), columns, nulls, array.len())?))
        }
        DataType::List(item) => {
            let list = array.as_list::<i32>();
            let (offsets, start, length) = from_zero(list.offsets());
            let items = list.values().slice(start, length);
            Ok(Arc::new(ListArray::try_new(item.clone(), offsets, without_idle_bitmaps(items)?, nulls)?))
        }
        DataType::Map(field, sorted) => {
            let map = array.as_map();
            let (offsets, start, length) = from_zero(map.offsets());
            let entries: ArrayRef = Arc::new(map.entries().slice(start, length));
            let entries = without_idle_bitmaps(entries)?.as_struct().clone();
            Ok(Arc::new(MapArray::try_new(field.clone(), offsets, entries, nulls, *sorted)?))
        }
        _ if array.nulls().is_none() || nulls.is_some() => Ok(array),
        _ => Ok(all_valid(&array)),
    }
}

/// An array without parts that has no nulls, without a bitmap.
fn all_valid(array: &ArrayRef) -> ArrayRef {
    let values = &**array;
    downcast_primitive_array!(
        values => numbers(values),
        DataType::Boolean => Arc::new(BooleanArray::new(values.as_boolean().values().clone(), None)),
        DataType::Utf8 => Arc::new(StringArray::from_iter_values(values.as_string::<i32>().iter().flatten())),
        DataType::Binary => Arc::new(BinaryArray::from_iter_values(values.as_binary::<i32>().iter().flatten())),
        DataType::Dictionary(keys, _) if **keys == DataType::Int32 => {
            let dictionary = values.as_dictionary::<Int32Type>();
            let keys = PrimitiveArray::new(dictionary.keys().values().clone(), None);
            Arc::new(DictionaryArray::<Int32Type>::new(keys, Arc::clone(dictionary.values())))
        },
        _ => Arc::clone(array),
    )
}

fn numbers<T: ArrowPrimitiveType>(array: &PrimitiveArray<T>) -> ArrayRef {
    let all_valid = PrimitiveArray::<T>::new(array.values().clone(), None);
    Arc::new(all_valid.with_data_type(array.data_type().clone()))
}

/// Offsets that begin with 0, and the first and the number of the items that they refer to.
fn from_zero(offsets: &OffsetBuffer<i32>) -> (OffsetBuffer<i32>, usize, usize) {
    let (start, end) = (offsets.first().copied().unwrap_or(0), offsets.last().copied().unwrap_or(0));
    let from_zero: Vec<i32> = offsets.iter().map(|offset| offset - start).collect();
    let count = |offset: i32| usize::try_from(offset).unwrap_or(0);
    (OffsetBuffer::new(from_zero.into()), count(start), count(end - start))
}
