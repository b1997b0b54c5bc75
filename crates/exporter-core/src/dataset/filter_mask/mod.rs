//! Evaluating filters on record batches, in three-valued logic.

mod bound;
mod compare;
pub(crate) mod date_time;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch};
use arrow_buffer::BooleanBuffer;
use arrow_schema::DataType;

use super::{Comparison, Filter};
use crate::codebook::Value;
use crate::error::{Error, Result};

/// Lists of texts longer than this are looked up in a hash set.
const FEW_VALUES: usize = 8;

/// Which rows a predicate holds for and which it fails for; neither = unknown, because a value is null.
struct Truth {
    holds: BooleanBuffer,
    fails: BooleanBuffer,
}

impl Truth {
    fn constant(value: bool, rows: usize) -> Self {
        let (all, none) = (BooleanBuffer::new_set(rows), BooleanBuffer::new_unset(rows));
        if value { Self { holds: all, fails: none } } else { Self { holds: none, fails: all } }
    }

    /// What a comparison gave, unknown where the column is null.
    fn known(compared: BooleanBuffer, column: &ArrayRef) -> Self {
        match column.nulls() {
            None => Self { fails: !&compared, holds: compared },
            Some(nulls) => Self { fails: &!&compared & nulls.inner(), holds: &compared & nulls.inner() },
        }
    }

    fn and(self, other: &Self) -> Self {
        Self { holds: &self.holds & &other.holds, fails: &self.fails | &other.fails }
    }

    fn or(self, other: &Self) -> Self {
        Self { holds: &self.holds | &other.holds, fails: &self.fails & &other.fails }
    }

    fn not(self) -> Self {
        Self { holds: self.fails, fails: self.holds }
    }
}

/// Which rows pass: those for which the filter is known to hold.
pub(super) fn mask(filter: &Filter, batch: &RecordBatch) -> Result<BooleanArray> {
    Ok(BooleanArray::new(truth(filter, batch)?.holds, None))
}

fn truth(filter: &Filter, batch: &RecordBatch) -> Result<Truth> {
    let rows = batch.num_rows();
    match filter {
        Filter::Compare { variable, is, value } => compare(column(batch, variable)?, variable, *is, value),
        Filter::OneOf { variable, values } => one_of(column(batch, variable)?, variable, values),
        Filter::IsNull(variable) => {
            let nulls = column(batch, variable)?.logical_nulls();
            let filled = nulls.map_or_else(|| BooleanBuffer::new_set(rows), |nulls| nulls.inner().clone());
            Ok(Truth { holds: !&filled, fails: filled })
        }
        Filter::All(parts) => {
            parts.iter().try_fold(Truth::constant(true, rows), |all, part| Ok(all.and(&truth(part, batch)?)))
        }
        Filter::Any(parts) => {
            parts.iter().try_fold(Truth::constant(false, rows), |any, part| Ok(any.or(&truth(part, batch)?)))
        }
        Filter::Not(part) => Ok(truth(part, batch)?.not()),
    }
}

fn column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef> {
    batch.column_by_name(name).ok_or_else(|| {
        Error::not_found(format!("the filter names the variable {name:?}, which was not read"))
    })
}

fn compare(column: &ArrayRef, variable: &str, is: Comparison, value: &Value) -> Result<Truth> {
    let compared = compare::compare(column, is, value).map_err(|reason| {
        Error::invalid(format!(
            "the value {:?} cannot be compared with values of type {}: {reason}",
            value.to_string(),
            column.data_type()
        ))
        .variable(variable)
        .with_hint("dates are written 2026-12-31, times 13:05:00, both together 2026-12-31T13:05:00")
    })?;
    Ok(Truth::known(compared, column))
}

/// Equal to any of the values; with none of them, false for every row.
fn one_of(column: &ArrayRef, variable: &str, values: &[Value]) -> Result<Truth> {
    let texts: Option<HashSet<&str>> = values.iter().map(Value::as_text).collect();
    if let (DataType::Utf8, Some(texts)) = (column.data_type(), texts)
        && texts.len() > FEW_VALUES
    {
        let array = column.as_string::<i32>();
        let found = BooleanBuffer::collect_bool(array.len(), |row| texts.contains(array.value(row)));
        return Ok(Truth::known(found, column));
    }
    let wholes: Option<HashSet<i64>> = values
        .iter()
        .map(|value| if let Value::Integer(number) = value { Some(*number) } else { None })
        .collect();
    if let Some(wholes) = wholes
        && wholes.len() > FEW_VALUES
        && let Some(found) = compare::contained(column, &wholes)
    {
        return Ok(Truth::known(found, column));
    }
    values.iter().try_fold(Truth::constant(false, column.len()), |any, value| {
        Ok(any.or(&compare(column, variable, Comparison::Equal, value)?))
    })
}
