//! Evaluating filters on record batches, in three-valued logic.

use std::sync::Arc;

use arrow_array::{
    Array, ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, Scalar, StringArray,
};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_ord::cmp;
use arrow_schema::DataType;

use super::{Comparison, Filter};
use crate::codebook::Value;
use crate::error::{Error, Result};

/// Which rows pass; a null in the result counts as not passing.
pub(super) fn mask(filter: &Filter, batch: &RecordBatch) -> Result<BooleanArray> {
    match filter {
        Filter::Compare { variable, is, value } => compare(column(batch, variable)?, variable, *is, value),
        Filter::OneOf { variable, values } => {
            let column = column(batch, variable)?;
            let none = BooleanArray::from(vec![false; batch.num_rows()]);
            values.iter().try_fold(none, |mask, value| {
                Ok(combine(&mask, &compare(column, variable, Comparison::Equal, value)?, or))
            })
        }
        Filter::IsNull(variable) => {
            let column = column(batch, variable)?;
            Ok((0..batch.num_rows()).map(|row| Some(column.is_null(row))).collect())
        }
        Filter::All(parts) => {
            parts.iter().try_fold(BooleanArray::from(vec![true; batch.num_rows()]), |mask, part| {
                Ok(combine(&mask, &self::mask(part, batch)?, and))
            })
        }
        Filter::Any(parts) => {
            parts.iter().try_fold(BooleanArray::from(vec![false; batch.num_rows()]), |mask, part| {
                Ok(combine(&mask, &self::mask(part, batch)?, or))
            })
        }
        Filter::Not(part) => {
            Ok(self::mask(part, batch)?.iter().map(|passes| passes.map(|passes| !passes)).collect())
        }
    }
}

fn column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef> {
    batch.column_by_name(name).ok_or_else(|| {
        Error::not_found(format!("the filter names the variable {name:?}, which was not read"))
    })
}

fn compare(column: &ArrayRef, variable: &str, is: Comparison, value: &Value) -> Result<BooleanArray> {
    // A whole number beyond the column's own width, or a float against whole numbers, is compared as a float.
    let wide = match value {
        Value::Float(_) if column.data_type().is_integer() => Some(DataType::Float64),
        Value::Integer(_) if column.data_type().is_integer() => Some(DataType::Int64),
        _ => None,
    };
    let cannot = |source| {
        Error::invalid(format!(
            "the value {value} cannot be compared with values of type {}",
            column.data_type()
        ))
        .variable(variable)
        .hint("give dates and times in ISO 8601")
        .with_source(source)
    };
    let strict = CastOptions { safe: false, ..CastOptions::default() };
    let column = match wide {
        Some(wide) => cast_with_options(column, &wide, &CastOptions::default()).map_err(cannot)?,
        None => column.clone(),
    };
    let literal: ArrayRef = match value {
        Value::Boolean(value) => Arc::new(BooleanArray::from(vec![*value])),
        Value::Integer(value) => Arc::new(Int64Array::from(vec![*value])),
        Value::Float(value) => Arc::new(Float64Array::from(vec![*value])),
        Value::Text(value) => Arc::new(StringArray::from(vec![value.as_str()])),
    };
    let literal = Scalar::new(cast_with_options(&literal, column.data_type(), &strict).map_err(cannot)?);
    let compared = match is {
        Comparison::Equal => cmp::eq(&column, &literal),
        Comparison::NotEqual => cmp::neq(&column, &literal),
        Comparison::Less => cmp::lt(&column, &literal),
        Comparison::AtMost => cmp::lt_eq(&column, &literal),
        Comparison::Greater => cmp::gt(&column, &literal),
        Comparison::AtLeast => cmp::gt_eq(&column, &literal),
    };
    compared.map_err(cannot)
}

fn combine(
    left: &BooleanArray,
    right: &BooleanArray,
    with: fn(Option<bool>, Option<bool>) -> Option<bool>,
) -> BooleanArray {
    left.iter().zip(right.iter()).map(|(left, right)| with(left, right)).collect()
}

fn and(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn or(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}
