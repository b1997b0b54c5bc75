//! Casting the columns of a source to the declared kinds, losslessly or with an error that names the cell.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::SchemaRef;

use super::{Batches, arrow_schema, arrow_type};
use crate::codebook::{Table, Variable};
use crate::error::{Error, Result};

/// Casts one column to its variable's kind without losing anything; rows are counted from `first_row` (0-based).
///
/// # Errors
/// [`crate::ErrorKind::Invalid`] naming variable, row and value when a value does not fit the kind.
pub fn normalise(variable: &Variable, column: &ArrayRef, first_row: u64) -> Result<ArrayRef> {
    let wanted = arrow_type(&variable.kind);
    if column.data_type() == &wanted {
        return Ok(column.clone());
    }
    let strict = CastOptions { safe: false, ..CastOptions::default() };
    cast_with_options(column, &wanted, &strict).map_err(|source| {
        Error::invalid(format!(
            "values of type {} do not fit the declared kind {}",
            column.data_type(),
            variable.kind
        ))
        .variable(&variable.name)
        .row(first_row + 1)
        .with_source(source)
    })
}

/// Normalises a stream whose columns are the given variables of a table.
pub fn normalise_batches<'a>(table: &'a Table, columns: Vec<usize>, source: Batches<'a>) -> Batches<'a> {
    let schema = arrow_schema(table, &columns);
    let output = schema.clone();
    let mut row = 0u64;
    let batches = source.map(move |batch| {
        let batch = batch?;
        let normal = normalise_batch(table, &columns, &schema, &batch, row)?;
        row += batch.num_rows() as u64;
        Ok(normal)
    });
    Batches::new(output, batches)
}

pub(super) fn normalise_batch(
    table: &Table,
    columns: &[usize],
    schema: &SchemaRef,
    batch: &RecordBatch,
    first_row: u64,
) -> Result<RecordBatch> {
    if batch.num_columns() != columns.len() {
        return Err(Error::invalid(format!(
            "{} columns arrived where {} were asked for",
            batch.num_columns(),
            columns.len()
        ))
        .table(&table.name));
    }
    let arrays = columns
        .iter()
        .zip(batch.columns())
        .map(|(column, array)| match table.variables.get(*column) {
            Some(variable) => normalise(variable, array, first_row).map_err(|error| error.table(&table.name)),
            None => Ok(Arc::clone(array)),
        })
        .collect::<Result<Vec<_>>>()?;
    let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(schema.clone(), arrays, &options)?)
}
