//! Missing values `.a` to `.z` that become null, so that their reasons are lost.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, TimestampMillisecondType,
};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, PrimitiveArray};
use arrow_buffer::{BooleanBuffer, NullBuffer};
use arrow_schema::{DataType, TimeUnit};

use crate::dataset::tally::Found;
use crate::missing::{Missing, MissingCell};
use crate::reader::ColumnType;

/// Milliseconds of a day.
const DAY_MILLIS: i64 = 86_400_000;

/// A column of the reader with null for every letter; these are counted, from row `row`, from 0, on.
pub(super) fn dropped(column: &ArrayRef, row: u64, found: &mut Found) -> ArrayRef {
    let mut count = Counter { column, row, found };
    match column.data_type() {
        DataType::Int8 => count.without::<Int8Type>(Missing::from_byte),
        DataType::Int16 => count.without::<Int16Type>(Missing::from_int),
        DataType::Int32 => count.without::<Int32Type>(Missing::from_long),
        DataType::Float32 => count.without::<Float32Type>(Missing::from_float),
        DataType::Float64 => count.without::<Float64Type>(Missing::from_double),
        DataType::Date32 => count.without::<Date32Type>(ColumnType::missing_of_day),
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            count.without::<TimestampMillisecondType>(|millis| {
                let day = i32::try_from(millis / DAY_MILLIS).ok().filter(|_| millis % DAY_MILLIS == 0);
                day.and_then(ColumnType::missing_of_day)
            })
        }
        _ => Arc::clone(column),
    }
}

struct Counter<'a> {
    column: &'a ArrayRef,
    row: u64,
    found: &'a mut Found,
}

impl Counter<'_> {
    fn without<T: ArrowPrimitiveType>(&mut self, missing: impl Fn(T::Native) -> Option<Missing>) -> ArrayRef {
        let values = self.column.as_primitive::<T>();
        let before = self.found.count;
        for (at, value) in values.iter().enumerate() {
            if let Some(missing) = value.and_then(&missing) {
                self.found.count += 1;
                self.found.first.get_or_insert_with(|| (self.row + at as u64 + 1, missing.to_string()));
            }
        }
        if self.found.count == before {
            return Arc::clone(self.column);
        }
        let kept = |at: usize| {
            values.is_valid(at) && values.values().get(at).is_some_and(|value| missing(*value).is_none())
        };
        let valid = NullBuffer::new(BooleanBuffer::collect_bool(values.len(), kept));
        let cells = PrimitiveArray::<T>::new(values.values().clone(), Some(valid));
        Arc::new(cells.with_data_type(values.data_type().clone()))
    }
}
