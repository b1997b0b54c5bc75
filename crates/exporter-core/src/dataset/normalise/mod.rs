//! Casting the columns of a source to the declared kinds, losslessly or with an error that names the cell.
//!
//! | kind | taken as it is or converted | refused |
//! |---|---|---|
//! | boolean | booleans | everything else |
//! | integer, period | whole numbers of any width; floats and decimals without fraction | what the width does not hold, NaN |
//! | float | floats, whole numbers and wider floats that come back unchanged; decimals of up to 15 digits (6 for float32) | what would be rounded |
//! | decimal | decimals of any width and scale, whole numbers, floats of up to 15 digits | what would be rounded or is too long |
//! | text | every encoding of text | numbers, bytes: nothing is formatted or parsed |
//! | date | dates, zoneless timestamps at midnight | any other time of day |
//! | time | times in any unit | finer parts than the unit |
//! | date-time without zone | zoneless timestamps, dates (midnight) | instants, finer parts than the unit |
//! | date-time with zone | timestamps in any zone: the instant is kept, the declared zone shows it | readings without a zone |
//! | duration | durations in any unit | finer parts than the unit |
//! | binary | every encoding of bytes | texts |
//! | structure, list, map | the same with parts that convert; structure fields are found by name | other shapes |
//!
//! Dictionaries and run-end encodings are unpacked. A column without any value fits every kind.
//! A column of the right type is passed on without being touched.

mod decimal;
mod encoded;
mod misfit;
mod nested;
mod number;
mod temporal;
#[cfg(test)]
mod tests;
mod text;

use std::collections::VecDeque;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions, new_null_array};
use arrow_schema::{DataType, SchemaRef};

use self::misfit::Misfit;
use super::reasons::no_reasons;
use super::{Batches, arrow_type, scan_schema};
use crate::codebook::{Kind, Table, Variable};
use crate::error::{Error, ErrorKind, Result};

/// Most bytes of text in one batch: Arrow's 32-bit offsets.
const TEXT_BYTES: u64 = i32::MAX as u64;

/// Casts one column to its variable's kind without losing anything; rows are counted from `first_row` (0-based).
///
/// # Errors
/// [`ErrorKind::Invalid`] naming variable, row and value when a value does not fit the kind;
/// [`ErrorKind::Limit`] when the texts of the column are longer than 2 GiB together.
pub fn normalise(variable: &Variable, column: &ArrayRef, first_row: u64) -> Result<ArrayRef> {
    normalise_within(variable, column, first_row, TEXT_BYTES)
}

/// [`normalise`] with at most `limit` bytes of text.
fn normalise_within(variable: &Variable, column: &ArrayRef, first_row: u64, limit: u64) -> Result<ArrayRef> {
    if is_type_of(&variable.kind, column.data_type()) {
        return Ok(Arc::clone(column));
    }
    convert(&variable.kind, column, limit).map_err(|misfit| misfit.into_error(variable, column, first_row))
}

/// Normalises a stream whose columns are the given variables of a table, and their reason columns if they are wanted (a
/// source without any holds no reasons); batches with more text than a column holds are split.
pub fn normalise_batches<'a>(
    table: &'a Table,
    columns: Vec<usize>,
    reasons: bool,
    source: Batches<'a>,
) -> Batches<'a> {
    let schema = scan_schema(table, &columns, reasons);
    // One in place of two that are equal: those of wide tables take much memory.
    let schema = if source.schema() == &schema { Arc::clone(source.schema()) } else { schema };
    let limit = TEXT_BYTES;
    let batches = Normalised {
        table,
        columns,
        schema: schema.clone(),
        source,
        limit,
        row: 0,
        waiting: VecDeque::new(),
    };
    Batches::new(schema, batches)
}

struct Normalised<'a> {
    table: &'a Table,
    columns: Vec<usize>,
    schema: SchemaRef,
    source: Batches<'a>,
    /// Most bytes of text in a column.
    limit: u64,
    /// Rows delivered so far.
    row: u64,
    /// Parts of a batch that was too long, in order.
    waiting: VecDeque<RecordBatch>,
}

impl Iterator for Normalised<'_> {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let batch = match self.waiting.pop_front() {
                Some(part) => part,
                None => match self.source.next()? {
                    Ok(batch) => batch,
                    Err(error) => return Some(Err(error)),
                },
            };
            match self.normalise(&batch) {
                Err(error) if error.kind() == ErrorKind::Limit && batch.num_rows() > 1 => {
                    let half = batch.num_rows() / 2;
                    self.waiting.push_front(batch.slice(half, batch.num_rows() - half));
                    self.waiting.push_front(batch.slice(0, half));
                }
                result => {
                    self.row += batch.num_rows() as u64;
                    return Some(result);
                }
            }
        }
    }
}

impl Normalised<'_> {
    fn normalise(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        normalise_batch(self.table, &self.columns, &self.schema, batch, self.row, self.limit)
    }
}

/// Normalises one batch whose first row is `first_row` (0-based) of the table, within `limit` bytes of text a column.
fn normalise_batch(
    table: &Table,
    columns: &[usize],
    schema: &SchemaRef,
    batch: &RecordBatch,
    first_row: u64,
    limit: u64,
) -> Result<RecordBatch> {
    let reasons = schema.fields().len() - columns.len();
    if batch.num_columns() != columns.len() && batch.num_columns() != columns.len() + reasons {
        return Err(Error::invalid(format!(
            "expected {} columns, got {}",
            columns.len(),
            batch.num_columns()
        ))
        .table(&table.name));
    }
    let mut arrays = columns
        .iter()
        .zip(batch.columns())
        .map(|(column, array)| match table.variables.get(*column) {
            Some(variable) => {
                normalise_within(variable, array, first_row, limit).map_err(|error| error.table(&table.name))
            }
            None => Err(Error::not_found(format!("column {} does not exist", column + 1)).table(&table.name)),
        })
        .collect::<Result<Vec<_>>>()?;
    arrays.extend(batch.columns().iter().skip(columns.len()).cloned());
    arrays.resize_with(schema.fields().len(), || no_reasons(batch.num_rows()));
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(Arc::clone(schema), arrays, &options)?)
}

/// Whether a column already has the type of its kind; scalar kinds are compared without building a type.
fn is_type_of(kind: &Kind, data_type: &DataType) -> bool {
    match (kind, data_type) {
        (Kind::Text, data_type) => data_type == &DataType::Utf8,
        (Kind::Structure(_) | Kind::List(_) | Kind::Map { .. } | Kind::DateTime { .. }, data_type) => {
            data_type == &arrow_type(kind)
        }
        (kind, data_type) => !data_type.is_nested() && data_type == &arrow_type(kind),
    }
}

/// Converts a column to a kind; at most `limit` bytes of text.
fn convert(kind: &Kind, column: &ArrayRef, limit: u64) -> Result<ArrayRef, Misfit> {
    if is_type_of(kind, column.data_type()) {
        return Ok(Arc::clone(column));
    }
    if column.logical_null_count() == column.len() {
        return Ok(new_null_array(&arrow_type(kind), column.len()));
    }
    match column.data_type() {
        DataType::Dictionary(..) | DataType::RunEndEncoded(..) => {
            return convert(kind, &encoded::unpack(column, limit)?, limit);
        }
        _ => {}
    }
    match kind {
        Kind::Boolean => Err(Misfit::Type),
        Kind::Integer { .. } | Kind::Period(_) => number::to_integer(&arrow_type(kind), column),
        Kind::Float { bits } => number::to_float(*bits, column),
        Kind::Decimal { precision, scale } => decimal::to_decimal(*precision, *scale, column),
        Kind::Text => text::to_text(column, limit),
        Kind::Binary => text::to_binary(column, limit),
        Kind::Date => temporal::to_date(column),
        Kind::Time(unit) => temporal::to_time(*unit, column),
        Kind::DateTime { unit, zone } => temporal::to_moment(*unit, zone.as_deref(), column),
        Kind::Duration(unit) => temporal::to_duration(*unit, column),
        Kind::Structure(fields) => nested::to_structure(fields, column, limit),
        Kind::List(item) => nested::to_list(item, column, limit),
        Kind::Map { key, value } => nested::to_map(key, value, column, limit),
    }
}
