//! Dictionaries and run-end encodings, unpacked to one value a row.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int16Type, Int32Type, Int64Type, RunEndIndexType};
use arrow_array::{Array, ArrayRef, UInt64Array, downcast_dictionary_array};
use arrow_buffer::ArrowNativeType;
use arrow_cast::cast;
use arrow_schema::DataType;
use arrow_select::take::take;

use super::misfit::Misfit;

pub(super) fn unpack(column: &ArrayRef, limit: u64) -> Result<ArrayRef, Misfit> {
    let (values, indices) = match column.data_type() {
        DataType::Dictionary(..) => {
            downcast_dictionary_array!(
                column => (Arc::clone(column.values()), cast(column.keys(), &DataType::UInt64)?),
                _ => return Err(Misfit::Type)
            )
        }
        DataType::RunEndEncoded(ends, _) => match ends.data_type() {
            DataType::Int16 => runs::<Int16Type>(column)?,
            DataType::Int32 => runs::<Int32Type>(column)?,
            DataType::Int64 => runs::<Int64Type>(column)?,
            _ => return Err(Misfit::Type),
        },
        _ => return Err(Misfit::Type),
    };
    // Views and wide offsets unpack without copying text; the length is checked when they are converted.
    let values = match values.data_type() {
        DataType::Utf8 => cast(&values, &DataType::LargeUtf8)?,
        DataType::Binary => cast(&values, &DataType::LargeBinary)?,
        _ => values,
    };
    let indices = indices.as_primitive::<arrow_array::types::UInt64Type>();
    if matches!(values.data_type(), DataType::LargeUtf8 | DataType::LargeBinary) {
        within(&values, indices, limit)?;
    }
    Ok(take(&values, indices, None)?)
}

/// The values of the runs and, per row, the position of its run.
fn runs<R: RunEndIndexType>(column: &ArrayRef) -> Result<(ArrayRef, ArrayRef), Misfit> {
    let array = column.as_run_opt::<R>().ok_or(Misfit::Type)?;
    let ends = array.run_ends();
    let (start, end) = (ends.offset(), ends.offset() + column.len());
    let mut indices: Vec<u64> = Vec::with_capacity(column.len());
    for (run, run_end) in ends.values().iter().enumerate() {
        let until = run_end.as_usize().min(end).saturating_sub(start);
        if until > indices.len() {
            indices.resize(until, run as u64);
        }
    }
    Ok((Arc::clone(array.values()), Arc::new(UInt64Array::from(indices))))
}

/// Fails at the row whose text goes beyond the limit once every row has its own copy.
fn within(values: &ArrayRef, indices: &UInt64Array, limit: u64) -> Result<(), Misfit> {
    let offsets = match values.data_type() {
        DataType::LargeUtf8 => values.as_string::<i64>().value_offsets(),
        _ => values.as_binary::<i64>().value_offsets(),
    };
    let lengths: Vec<u64> = offsets.windows(2).map(|ends| ends[1].abs_diff(ends[0])).collect();
    let longest = lengths.iter().copied().max().unwrap_or_default();
    if longest.checked_mul(indices.len() as u64).is_some_and(|most| most <= limit) {
        return Ok(());
    }
    let mut total = 0u64;
    for (row, index) in indices.iter().enumerate() {
        let length = index.and_then(|index| lengths.get(usize::try_from(index).ok()?)).copied();
        total = total.saturating_add(length.unwrap_or_default());
        if total > limit {
            return Err(Misfit::Long(row));
        }
    }
    Ok(())
}
