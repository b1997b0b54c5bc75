//! The Arrow types that columns have in a Parquet file, where the format lacks a kind's own.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{DataType, Field, FieldRef, TimeUnit};
use exporter_core::codebook::Kind;
use exporter_core::dataset::arrow_type;

use crate::ParquetError;

/// Most digits of a Parquet decimal that every reader reads (as in `Decimal128`).
const MAX_DIGITS: u8 = 38;

/// The type that values of `wanted` are stored as without loss.
///
/// Parquet's coarsest moments are milliseconds, and the scale of its decimals lies between 0 and the precision
/// (Parquet format, LogicalTypes.md, sections TIMESTAMP and DECIMAL).
pub(crate) fn stored_type(wanted: &DataType) -> DataType {
    match wanted {
        DataType::Timestamp(TimeUnit::Second, zone) => {
            DataType::Timestamp(TimeUnit::Millisecond, zone.clone())
        }
        DataType::Decimal128(precision, scale) if *scale < 0 => {
            DataType::Decimal128(precision.saturating_add(scale.unsigned_abs()).min(MAX_DIGITS), 0)
        }
        DataType::Decimal128(precision, scale) if scale.unsigned_abs() > *precision => {
            DataType::Decimal128(scale.unsigned_abs().min(MAX_DIGITS), *scale)
        }
        DataType::List(item) => DataType::List(stored_field(item)),
        DataType::Map(entries, sorted) => DataType::Map(stored_field(entries), *sorted),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(stored_field).collect()),
        other => other.clone(),
    }
}

/// Whether a column was stored as another type than its kind's own.
pub(crate) fn is_widened(kind: &Kind, column: &DataType) -> bool {
    let wanted = arrow_type(kind);
    &wanted != column && &stored_type(&wanted) == column
}

/// A field with the type its values are stored as.
pub(crate) fn stored_field(field: &FieldRef) -> FieldRef {
    let stored = stored_type(field.data_type());
    if &stored == field.data_type() {
        return Arc::clone(field);
    }
    Arc::new(Field::clone(field).with_data_type(stored))
}

/// Whether a type holds a record without fields, which Parquet cannot describe.
pub(crate) fn has_empty_structure(data_type: &DataType) -> bool {
    match data_type {
        DataType::Struct(fields) => {
            fields.is_empty() || fields.iter().any(|field| has_empty_structure(field.data_type()))
        }
        DataType::List(item) | DataType::Map(item, _) => has_empty_structure(item.data_type()),
        _ => false,
    }
}

/// Converts a column to the type it is stored as; fails when a value does not fit.
///
/// # Errors
/// [`ParquetError::Stored`].
pub(crate) fn to_stored(column: ArrayRef, field: &Field) -> Result<ArrayRef, ParquetError> {
    if column.data_type() == field.data_type() {
        return Ok(column);
    }
    strict_cast(&column, field.data_type()).map_err(|source| ParquetError::Stored {
        column: field.name().clone(),
        stored: field.data_type().to_string(),
        source,
    })
}

/// Converts a stored column back to the type its codebook declares; fails when that would lose anything.
///
/// # Errors
/// When a value does not come back as itself (a file that was changed after its codebook was written).
pub(crate) fn from_stored(column: &ArrayRef, wanted: &DataType) -> Result<ArrayRef, ParquetError> {
    let restored = strict_cast(column, wanted)?;
    let again = strict_cast(&restored, column.data_type())?;
    if again.to_data() == column.to_data() {
        return Ok(restored);
    }
    Err(ParquetError::Malformed {
        format: "parquet",
        what: format!(
            "values of type {} are not whole {wanted}, as the stored codebook says",
            column.data_type()
        ),
    })
}

fn strict_cast(column: &ArrayRef, to: &DataType) -> Result<ArrayRef, arrow_schema::ArrowError> {
    cast_with_options(column, to, &CastOptions { safe: false, ..CastOptions::default() })
}

#[cfg(test)]
mod tests {
    use arrow_array::TimestampMillisecondArray;

    use super::*;

    #[test]
    fn types_that_parquet_lacks_are_widened() {
        let decimal = |precision, scale| stored_type(&DataType::Decimal128(precision, scale));
        assert_eq!(decimal(10, 2), DataType::Decimal128(10, 2));
        assert_eq!(decimal(5, -3), DataType::Decimal128(8, 0));
        assert_eq!(decimal(2, 5), DataType::Decimal128(5, 5));
        let seconds = DataType::Timestamp(TimeUnit::Second, Some("UTC".into()));
        assert_eq!(stored_type(&seconds), DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())));
    }

    #[test]
    fn milliseconds_that_are_no_seconds_are_not_cut() {
        let seconds = DataType::Timestamp(TimeUnit::Second, None);
        let whole: ArrayRef = Arc::new(TimestampMillisecondArray::from(vec![Some(-2000), None]));
        assert_eq!(from_stored(&whole, &seconds).unwrap().data_type(), &seconds);
        let broken: ArrayRef = Arc::new(TimestampMillisecondArray::from(vec![1500]));
        assert!(from_stored(&broken, &seconds).is_err());
    }
}
