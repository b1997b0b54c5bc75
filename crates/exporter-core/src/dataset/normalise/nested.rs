//! Structures, lists and maps, whose parts are converted; a misfit is placed at the row that holds it.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, LargeListArray, ListArray, MapArray, StructArray};
use arrow_buffer::OffsetBuffer;
use arrow_cast::cast;
use arrow_schema::{DataType, Fields};

use super::misfit::Misfit;
use super::{arrow_type, convert};
use crate::codebook::{Field, Kind};

pub(super) fn to_structure(fields: &[Field], column: &ArrayRef, limit: u64) -> Result<ArrayRef, Misfit> {
    let structure = column.as_struct_opt().ok_or(Misfit::Type)?;
    if structure.num_columns() != fields.len() {
        return Err(Misfit::Type);
    }
    let parts = fields
        .iter()
        .map(|field| convert(&field.kind, structure.column_by_name(&field.name).ok_or(Misfit::Type)?, limit))
        .collect::<Result<Vec<_>, _>>()?;
    let DataType::Struct(types) = arrow_type(&Kind::Structure(fields.to_vec())) else {
        return Err(Misfit::Type);
    };
    let nulls = structure.nulls().cloned();
    Ok(Arc::new(StructArray::try_new_with_length(types, parts, nulls, column.len())?))
}

pub(super) fn to_list(item: &Kind, column: &ArrayRef, limit: u64) -> Result<ArrayRef, Misfit> {
    let column = match column.data_type() {
        DataType::List(_) => Arc::clone(column),
        DataType::LargeList(_) => narrow(column.as_list::<i64>())?,
        DataType::FixedSizeList(field, _) | DataType::ListView(field) | DataType::LargeListView(field) => {
            cast(column, &DataType::List(Arc::clone(field)))?
        }
        _ => return Err(Misfit::Type),
    };
    let list = column.as_list::<i32>();
    let (offsets, items) = used(list.offsets(), list.values());
    let items = convert(item, &items, limit).map_err(|misfit| misfit.at(|index| row_of(&offsets, index)))?;
    let DataType::List(field) = arrow_type(&Kind::List(Box::new(item.clone()))) else {
        return Err(Misfit::Type);
    };
    Ok(Arc::new(ListArray::try_new(field, offsets, items, list.nulls().cloned())?))
}

pub(super) fn to_map(key: &Kind, value: &Kind, column: &ArrayRef, limit: u64) -> Result<ArrayRef, Misfit> {
    let map = column.as_map_opt().ok_or(Misfit::Type)?;
    let wanted = arrow_type(&Kind::Map { key: Box::new(key.clone()), value: Box::new(value.clone()) });
    let DataType::Map(entries, sorted) = wanted else { return Err(Misfit::Type) };
    let DataType::Struct(types) = entries.data_type() else { return Err(Misfit::Type) };
    let types: Fields = types.clone();
    let (offsets, keys) = used(map.offsets(), map.keys());
    let (_, values) = used(map.offsets(), map.values());
    let place = |misfit: Misfit| misfit.at(|index| row_of(&offsets, index));
    let keys = convert(key, &keys, limit).map_err(place)?;
    let values = convert(value, &values, limit).map_err(place)?;
    let parts = StructArray::try_new(types, vec![keys, values], None)?;
    Ok(Arc::new(MapArray::try_new(entries, offsets, parts, map.nulls().cloned(), sorted)?))
}

/// The items that the rows point to, with offsets that start at 0.
fn used(offsets: &OffsetBuffer<i32>, items: &ArrayRef) -> (OffsetBuffer<i32>, ArrayRef) {
    let (first, last) = match (offsets.first(), offsets.last()) {
        (Some(first), Some(last)) => (*first, *last),
        _ => (0, 0),
    };
    let length = usize::try_from(last - first).unwrap_or_default();
    if first == 0 && length == items.len() {
        return (offsets.clone(), Arc::clone(items));
    }
    let start = usize::try_from(first).unwrap_or_default();
    let moved: Vec<i32> = offsets.iter().map(|offset| offset - first).collect();
    (OffsetBuffer::new(moved.into()), items.slice(start, length))
}

/// The row that holds an item.
fn row_of(offsets: &OffsetBuffer<i32>, item: usize) -> usize {
    let item = i32::try_from(item).unwrap_or(i32::MAX);
    offsets.partition_point(|start| *start <= item).saturating_sub(1)
}

/// A list of wide offsets as one of narrow offsets, its items untouched.
fn narrow(list: &LargeListArray) -> Result<ArrayRef, Misfit> {
    let offsets = list.value_offsets();
    let first = offsets.first().copied().unwrap_or_default();
    let last = offsets.last().copied().unwrap_or_default();
    let moved: Result<Vec<i32>, Misfit> = offsets
        .iter()
        .enumerate()
        .map(|(row, offset)| i32::try_from(offset - first).map_err(|_| Misfit::Long(row.saturating_sub(1))))
        .collect();
    let start = usize::try_from(first).unwrap_or_default();
    let length = usize::try_from(last - first).unwrap_or_default();
    let DataType::LargeList(field) = list.data_type() else { return Err(Misfit::Type) };
    let items = list.values().slice(start, length);
    let offsets = OffsetBuffer::new(moved?.into());
    Ok(Arc::new(ListArray::try_new(Arc::clone(field), offsets, items, list.nulls().cloned())?))
}
