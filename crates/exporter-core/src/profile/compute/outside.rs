//! Values outside a span, with the first of them.

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Float64Type, Int64Type, UInt64Type};
use arrow_array::{Array, ArrayRef};
use arrow_cast::cast;
use arrow_cast::display::array_value_to_string;
use arrow_schema::DataType;

use super::super::{Number, Outside};
use crate::doubles::shown;
use crate::error::{Error, Result};
use crate::missing::Span;

/// Adds the values of one batch that lie neither in the span nor in what is declared missing; rows count from 1 in the
/// batch.
pub(super) fn look_at(column: &ArrayRef, missing: &[Span], found: &mut Outside) -> Result<()> {
    let numbers = column_numbers(column)?;
    for (row, number) in numbers.into_iter().enumerate() {
        let Some(number) = number else { continue };
        if found.span.contains(number) || missing.iter().any(|span| span.contains(number)) {
            continue;
        }
        found.count += 1;
        if found.first.is_none() {
            // A date-time beyond every calendar is shown as its number.
            let value = array_value_to_string(column, row).unwrap_or_else(|_| match number {
                Number::Integer(number) => number.to_string(),
                Number::Float(number) => shown(number),
            });
            found.first = Some((row as u64 + 1, value));
        }
    }
    Ok(())
}

/// The numbers behind a normalised column; none in texts and nested values, and none where NaN stands.
///
/// # Errors
/// None for columns that a scan delivers.
pub fn column_numbers(column: &ArrayRef) -> Result<Vec<Option<Number>>> {
    let integers = |column: &ArrayRef| -> Result<Vec<Option<Number>>> {
        let wide = cast(column, &DataType::Int64).map_err(uncastable)?;
        let wide = wide.as_primitive::<Int64Type>();
        Ok(wide.iter().map(|number| number.map(|number| Number::Integer(number.into()))).collect())
    };
    Ok(match column.data_type() {
        DataType::Float32 | DataType::Float64 => {
            let wide = cast(column, &DataType::Float64).map_err(uncastable)?;
            let floats = wide.as_primitive::<Float64Type>().iter();
            floats.map(|number| number.filter(|number| !number.is_nan()).map(Number::Float)).collect()
        }
        DataType::Decimal128(_, _) => {
            let digits = column.as_primitive::<Decimal128Type>().iter();
            digits.map(|digits| digits.map(Number::Integer)).collect()
        }
        DataType::UInt64 => {
            let numbers = column.as_primitive::<UInt64Type>().iter();
            numbers.map(|number| number.map(|number| Number::Integer(number.into()))).collect()
        }
        // Days are 32 bits wide and have no way to 64 but through a number.
        DataType::Date32 => integers(&cast(column, &DataType::Int32).map_err(uncastable)?)?,
        kind if kind.is_primitive() || kind == &DataType::Boolean => integers(column)?,
        _ => Vec::new(),
    })
}

fn uncastable(error: arrow_schema::ArrowError) -> Error {
    Error::invalid(format!("a column has no numbers: {error}"))
}
