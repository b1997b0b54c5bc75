//! The rows of a scan: decoded, brought to the types that are delivered, filtered and limited.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Field, FieldRef, Schema, SchemaRef};
use exporter_core::codebook::{Kind, Period, Table};
use exporter_core::dataset::{Batches, arrow_type, select_from};
use exporter_core::{Error, Result, Scan};

use crate::ParquetError;
use crate::categories::{POSITIONS, Positions, is_text};
use crate::layout::periods::periods_of;
use crate::layout::storage_type::{from_stored, is_widened};
use crate::pandas_period::{Frequency, frequency};
use crate::readable::{CutValues, Readable};
use crate::shown::{Cut, shown};

/// The decoded columns as they are delivered.
struct Columns<'a> {
    file: &'a Readable,
    /// Variable of every decoded column, ascending.
    read: Vec<usize>,
    /// What becomes of decoded columns that are not delivered as they are.
    changes: BTreeMap<usize, Change>,
    schema: SchemaRef,
}

/// How a decoded column gets the type that is delivered.
enum Change {
    /// To the declared type, where it was stored as another.
    Narrow(DataType),
    /// To the type that it is shown as, and what that cut so far.
    Show(DataType, CutValues),
    /// To the positions of its texts among the column's categories.
    Positions(Positions),
    /// From periods of pandas.
    Frequency(Frequency),
    /// From texts to periods, counted.
    Periods(Period),
}

/// What a scan delivers of the decoded batches of the columns that it needs.
pub(crate) fn selected<'a>(
    table: &'a Table,
    file: &'a Readable,
    scan: &Scan,
    decoder: impl Iterator<Item = Result<RecordBatch, ParquetError>> + Send + 'a,
) -> Result<Batches<'a>> {
    let read = scan.needed(table)?;
    let mut columns = Columns::new(table, file, &read)?;
    let schema = columns.schema.clone();
    // A filter passes over row groups without counting their rows.
    let mut row = scan.filter.is_none().then_some(0);
    let restored = decoder.map(move |batch| {
        let batch = batch?;
        let first_row = row;
        row = row.map(|row| row + batch.num_rows() as u64);
        Ok(columns.restored(&batch, first_row)?)
    });
    let selected = select_from(table, &read, scan, restored)?;
    if scan.filter.is_some() {
        return Ok(selected);
    }
    // Without a filter the columns keep their types.
    let projection = scan.projection(table)?;
    let places: Vec<usize> = projection.iter().filter_map(|column| read.binary_search(column).ok()).collect();
    Ok(selected.with_schema(Arc::new(schema.project(&places)?)))
}

impl<'a> Columns<'a> {
    fn new(table: &Table, file: &'a Readable, read: &[usize]) -> Result<Self> {
        let missing = || Error::invalid("the file has fewer columns than its table has variables");
        let mut changes = BTreeMap::new();
        let mut fields: Vec<FieldRef> = Vec::new();
        for (at, column) in read.iter().enumerate() {
            let variable = table.variables.get(*column).ok_or_else(missing)?;
            let field = file.fields.get(*column).ok_or_else(missing)?;
            let stored = field.data_type();
            let known = file.shown.fields().get(*column).ok_or_else(missing)?;
            let shown = known.data_type();
            let wanted = arrow_type(&variable.kind);
            let (data_type, change) = match (&variable.kind, file.categories.get(column)) {
                (_, Some(categories)) => (POSITIONS, Some(Change::Positions(Positions::new(categories)))),
                _ if let Some(Ok(frequency)) = frequency(field) => {
                    (frequency.shown_type(), Some(Change::Frequency(frequency)))
                }
                (Kind::Period(period), None) if is_text(stored) => (wanted, Some(Change::Periods(*period))),
                (kind, None) if is_widened(kind, stored) => (wanted.clone(), Some(Change::Narrow(wanted))),
                _ if shown == stored => (stored.clone(), None),
                _ => (shown.clone(), Some(Change::Show(shown.clone(), CutValues::default()))),
            };
            let field = Field::new(&variable.name, data_type, true);
            fields.push(if **known == field { Arc::clone(known) } else { Arc::new(field) });
            changes.extend(change.map(|change| (at, change)));
        }
        Ok(Self { file, read: read.to_vec(), changes, schema: Arc::new(Schema::new(fields)) })
    }

    /// Brings decoded columns to the types that are delivered.
    fn restored(&mut self, batch: &RecordBatch, first_row: Option<u64>) -> Result<RecordBatch, ParquetError> {
        let mut columns = batch.columns().to_vec();
        for (at, change) in &mut self.changes {
            let (Some(column), Some(place)) = (columns.get_mut(*at), self.read.get(*at)) else { continue };
            *column = match change {
                Change::Narrow(declared) => from_stored(column, declared)?,
                Change::Positions(positions) => positions.of(column)?,
                Change::Periods(period) => periods_of(column, *period)?,
                Change::Frequency(frequency) => frequency.shown(column)?,
                Change::Show(to, cut) => {
                    let mut now = Cut::default();
                    let values = shown(column, to, &mut now)?;
                    if now.count > 0 {
                        cut.count += now.count;
                        let flat = !column.data_type().is_nested();
                        let row = |at: usize| first_row.filter(|_| flat).map(|first| first + at as u64 + 1);
                        cut.first = cut.first.take().or(now.first.map(|(at, value)| (row(at), value)));
                        self.file.was_cut(*place, cut);
                    }
                    values
                }
            };
        }
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        Ok(RecordBatch::try_new_with_options(self.schema.clone(), columns, &options)?)
    }
}
