//! Projection, filter and limit of a scan, for sources that have none of their own.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{BooleanArray, RecordBatch, RecordBatchOptions};
use arrow_schema::{Schema, SchemaRef};
use arrow_select::filter::filter_record_batch;

use super::reasons::no_reasons;
use super::{Batches, Scan, columns_with_reasons, normalise, scan_schema};
use crate::codebook::Table;
use crate::error::{Error, Result};

/// Applies projection, filter and limit to batches that hold all columns of a table, with or without their reason columns:
/// what a source without push-down of its own needs. The source is not asked for more once the limit is reached.
///
/// # Errors
/// When a column of the scan does not exist; later, when a batch lacks columns or a filtered column does not fit its
/// kind.
pub fn select<'a>(
    table: &'a Table,
    scan: &Scan,
    batches: impl Iterator<Item = Result<RecordBatch>> + Send + 'a,
) -> Result<Batches<'a>> {
    let all: Vec<usize> = (0..table.variables.len()).collect();
    select_from(table, &all, scan, batches)
}

/// [`select`] from batches that hold only the columns at these positions of the table, such as [`Scan::needed`] gives.
///
/// # Errors
/// Those of [`select`], and when a column of the scan is not among those held.
pub fn select_from<'a>(
    table: &'a Table,
    held: &[usize],
    scan: &Scan,
    batches: impl Iterator<Item = Result<RecordBatch>> + Send + 'a,
) -> Result<Batches<'a>> {
    let rows = match &scan.filter {
        Some(filter) => {
            let (columns, filter) = (filter.columns(table)?, filter.clone());
            Some(Rows { columns, pass: Box::new(move |batch| filter.mask(batch)) })
        }
        None => None,
    };
    select_rows(table, held, scan, rows, batches)
}

/// Tells which rows of a batch pass.
type Predicate<'a> = dyn Fn(&RecordBatch) -> Result<BooleanArray> + Send + 'a;

/// Which rows pass.
pub(super) struct Rows<'a> {
    /// What is looked at, by position in the table.
    pub(super) columns: Vec<usize>,
    /// Tells it of these columns, in their order.
    pub(super) pass: Box<Predicate<'a>>,
}

/// [`select_from`] with rows that a predicate lets pass, instead of the filter of the scan.
pub(super) fn select_rows<'a>(
    table: &'a Table,
    held: &[usize],
    scan: &Scan,
    rows: Option<Rows<'a>>,
    batches: impl Iterator<Item = Result<RecordBatch>> + Send + 'a,
) -> Result<Batches<'a>> {
    let columns = scan.projection(table)?;
    let filter = rows.map(|rows| FilteredColumns::new(table, rows, &columns, held)).transpose()?;
    let schema = scan_schema(table, &columns, scan.reasons);
    // Columns that are only picked keep their fields; schemas of wide tables take much memory.
    let output = (filter.is_some() || schema.fields().len() > columns.len()).then(|| Arc::clone(&schema));
    let held_reasons = columns_with_reasons(table, held);
    let reasons = match scan.reasons {
        true => places(&columns_with_reasons(table, &columns), &held_reasons, table)?,
        false => Vec::new(),
    };
    let columns = places(&columns, held, table)?;
    let width = held.len();
    let mut left = scan.limit.unwrap_or(u64::MAX);
    let mut row = 0u64;
    let mut batches = batches;
    let selected = std::iter::from_fn(move || {
        if left == 0 {
            return None;
        }
        let picked = batches.next()?.and_then(|batch| {
            check_width(table, width, held_reasons.len(), &batch)?;
            let reasons = reasons.iter().map(|place| match batch.columns().get(width + place) {
                Some(column) => Arc::clone(column),
                None => no_reasons(batch.num_rows()),
            });
            let with = |values: &RecordBatch, output: &SchemaRef| {
                let arrays = values.columns().iter().cloned().chain(reasons).collect();
                let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
                RecordBatch::try_new_with_options(Arc::clone(output), arrays, &options)
            };
            let picked = match (&filter, &output) {
                (Some(filter), Some(output)) => {
                    let (values, mask) = filter.pick(table, &batch, row)?;
                    filter_record_batch(&with(&values, output)?, &mask)?
                }
                (None, Some(output)) => {
                    with(&batch.project(&columns)?, &with_fields_of(&batch, &columns, output))?
                }
                (_, None) => batch.project(&columns)?,
            };
            row += batch.num_rows() as u64;
            let keep = usize::try_from(left).unwrap_or(usize::MAX).min(picked.num_rows());
            left -= keep as u64;
            Ok(if keep < picked.num_rows() { picked.slice(0, keep) } else { picked })
        });
        if picked.is_err() {
            left = 0;
        }
        Some(picked)
    });
    Ok(Batches::new(schema, selected))
}

/// The rows that pass and the columns to deliver of them.
struct FilteredColumns<'a> {
    rows: Rows<'a>,
    /// Columns to deliver and columns to look at, each once, by position in the table.
    read: Vec<usize>,
    /// The same by position in the batches.
    places: Vec<usize>,
    schema: SchemaRef,
    /// Columns to look at and columns to deliver, by position in `read`.
    look: Vec<usize>,
    deliver: Vec<usize>,
}

impl<'a> FilteredColumns<'a> {
    fn new(table: &Table, rows: Rows<'a>, columns: &[usize], held: &[usize]) -> Result<Self> {
        let mut read = [&rows.columns, columns].concat();
        read.sort_unstable();
        read.dedup();
        let in_read = |columns: &[usize]| -> Vec<usize> {
            columns.iter().filter_map(|column| read.binary_search(column).ok()).collect()
        };
        let (look, deliver) = (in_read(&rows.columns), in_read(columns));
        let schema = super::arrow_schema(table, &read);
        let places = places(&read, held, table)?;
        Ok(Self { rows, read, places, schema, look, deliver })
    }

    /// The columns to deliver and the rows that pass; all that is read is normalised here, where the rows still have
    /// their own numbers.
    fn pick(
        &self,
        table: &Table,
        batch: &RecordBatch,
        first_row: u64,
    ) -> Result<(RecordBatch, BooleanArray)> {
        let columns = self
            .read
            .iter()
            .zip(&self.places)
            .filter_map(|(column, place)| Some((table.variables.get(*column)?, batch.columns().get(*place)?)))
            .map(|(variable, column)| {
                normalise(variable, column, first_row).map_err(|error| error.table(&table.name))
            })
            .collect::<Result<Vec<_>>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        let normal = RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)?;
        let mask = (self.rows.pass)(&normal.project(&self.look)?)?;
        Ok((normal.project(&self.deliver)?, mask))
    }
}

/// The output's schema with the fields that a batch, which is not normalised yet, has for its columns.
fn with_fields_of(batch: &RecordBatch, columns: &[usize], output: &SchemaRef) -> SchemaRef {
    let schema = batch.schema();
    let own = columns.iter().filter_map(|column| schema.fields().get(*column).cloned());
    let reasons = output.fields().iter().skip(columns.len()).cloned();
    Arc::new(Schema::new(own.chain(reasons).collect::<Vec<_>>()))
}

/// Where columns of the table stand among those that batches hold.
fn places(columns: &[usize], held: &[usize], table: &Table) -> Result<Vec<usize>> {
    // The last of a column held twice is as good as the first.
    let place_of: HashMap<usize, usize> =
        held.iter().enumerate().map(|(place, column)| (*column, place)).collect();
    let missing = |column: &usize| {
        Error::invalid(format!("column {} of the table was not read", column + 1)).table(&table.name)
    };
    columns.iter().map(|column| place_of.get(column).copied().ok_or_else(|| missing(column))).collect()
}

/// Accepts the columns that were read, alone or with their reason columns.
pub(super) fn check_width(table: &Table, width: usize, reasons: usize, batch: &RecordBatch) -> Result<()> {
    if batch.num_columns() == width || batch.num_columns() == width + reasons {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "a batch has {} columns where {width} of the table's {} variables were read",
        batch.num_columns(),
        table.variables.len()
    ))
    .table(&table.name))
}
