//! What only the values of a column tell, found when a file is opened: the categories of dictionaries, and whether numbers of
//! more than 38 digits are all shorter.

use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Decimal256Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, FieldRef};

use crate::ParquetError;
use crate::categories::{Categories, Gathered, may_be_categories};
use crate::shown::{fits_decimal, is_wide};

/// Columns that are looked at, by their position among those that are read.
#[derive(Debug, Default)]
pub(crate) struct Look {
    columns: BTreeMap<usize, Seen>,
}

#[derive(Debug)]
enum Seen {
    Categories(Gathered),
    /// Whether all numbers so far have at most 38 digits.
    Wide(bool),
}

/// What was found of a column.
pub(crate) enum Found {
    /// Categories; none where no dictionary was there.
    Categories(Result<Option<Categories>, String>),
    /// Whether all numbers have at most 38 digits.
    Fits(bool),
}

impl Look {
    /// The columns that must be looked at.
    pub(crate) fn at(fields: &[FieldRef], with_categories: bool) -> Self {
        let seen = |(column, field): (usize, &FieldRef)| {
            if with_categories && may_be_categories(field) {
                let ordered = field.dict_is_ordered().unwrap_or(false);
                return Some((column, Seen::Categories(Gathered::new(ordered))));
            }
            is_wide(field).then_some((column, Seen::Wide(true)))
        };
        Self { columns: fields.iter().enumerate().filter_map(seen).collect() }
    }

    /// Columns whose dictionaries are wanted, and columns of which all values are.
    pub(crate) fn wanted(&self) -> (Vec<usize>, Vec<usize>) {
        let is = |whole: bool| {
            let open = self.columns.iter().filter(move |(_, seen)| match seen {
                Seen::Categories(gathered) => !whole && !gathered.is_over(),
                Seen::Wide(fits) => whole && *fits,
            });
            open.map(|(column, _)| *column).collect()
        };
        (is(false), is(true))
    }

    /// Looks at rows of these columns.
    pub(crate) fn add(&mut self, columns: &[usize], batch: &RecordBatch) -> Result<(), ParquetError> {
        for (column, values) in columns.iter().zip(batch.columns()) {
            match self.columns.get_mut(column) {
                Some(Seen::Categories(gathered)) => gathered.add(values)?,
                Some(Seen::Wide(fits)) => *fits = *fits && all_fit(values),
                None => {}
            }
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> impl Iterator<Item = (usize, Found)> {
        self.columns.into_iter().map(|(column, seen)| match seen {
            Seen::Categories(gathered) => (column, Found::Categories(gathered.finish())),
            Seen::Wide(fits) => (column, Found::Fits(fits)),
        })
    }
}

fn all_fit(values: &ArrayRef) -> bool {
    match values.data_type() {
        DataType::Decimal256(_, _) => {
            let mut numbers = values.as_primitive::<Decimal256Type>().iter().flatten();
            numbers.all(|number| number.to_i128().is_some_and(fits_decimal))
        }
        DataType::Decimal128(_, _) => {
            values.as_primitive::<Decimal128Type>().iter().flatten().all(fits_decimal)
        }
        _ => false,
    }
}
