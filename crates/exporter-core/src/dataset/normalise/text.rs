//! Texts and bytes in their other encodings.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, GenericByteArray, GenericByteViewArray, types};
use arrow_cast::cast;
use arrow_schema::DataType;

use super::misfit::Misfit;

pub(super) fn to_text(column: &ArrayRef, limit: u64) -> Result<ArrayRef, Misfit> {
    match column.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            within(column, limit)?;
            Ok(cast(column, &DataType::Utf8)?)
        }
        _ => Err(Misfit::Type),
    }
}

pub(super) fn to_binary(column: &ArrayRef, limit: u64) -> Result<ArrayRef, Misfit> {
    match column.data_type() {
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
            within(column, limit)?;
            Ok(cast(column, &DataType::Binary)?)
        }
        _ => Err(Misfit::Type),
    }
}

/// Fails at the row whose text goes beyond the limit, counted from the first row.
pub(super) fn within(column: &ArrayRef, limit: u64) -> Result<(), Misfit> {
    match column.data_type() {
        DataType::LargeUtf8 => large(column.as_bytes::<types::LargeUtf8Type>(), limit),
        DataType::LargeBinary => large(column.as_bytes::<types::LargeBinaryType>(), limit),
        DataType::Utf8View => views(column.as_byte_view::<types::StringViewType>(), limit),
        DataType::BinaryView => views(column.as_byte_view::<types::BinaryViewType>(), limit),
        DataType::FixedSizeBinary(width) => {
            let width = u64::try_from(*width).unwrap_or_default();
            match width.checked_mul(column.len() as u64) {
                Some(bytes) if bytes <= limit => Ok(()),
                _ => Err(Misfit::Long(usize::try_from(limit / width.max(1)).unwrap_or(usize::MAX))),
            }
        }
        _ => Ok(()),
    }
}

fn large<T: types::ByteArrayType<Offset = i64>>(
    array: &GenericByteArray<T>,
    limit: u64,
) -> Result<(), Misfit> {
    let offsets = array.value_offsets();
    let first = offsets.first().copied().unwrap_or_default();
    let length = |end: i64| end.abs_diff(first);
    match offsets.last() {
        Some(last) if length(*last) > limit => {
            Err(Misfit::Long(offsets.partition_point(|end| length(*end) <= limit).saturating_sub(1)))
        }
        _ => Ok(()),
    }
}

fn views<T: types::ByteViewType>(array: &GenericByteViewArray<T>, limit: u64) -> Result<(), Misfit> {
    // The low half of a view is its length (Arrow columnar format, "Variable-size Binary View Layout").
    let lengths = array.views().iter().map(|view| u64::from(*view as u32));
    if lengths.clone().sum::<u64>() <= limit {
        return Ok(());
    }
    let mut total = 0;
    for (index, length) in lengths.enumerate() {
        if array.is_valid(index) {
            total += length;
            if total > limit {
                return Err(Misfit::Long(index));
            }
        }
    }
    Ok(())
}
