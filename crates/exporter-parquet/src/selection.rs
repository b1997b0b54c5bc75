//! The rows of a scan: decoded, put in the order asked for, filtered and limited.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use arrow_select::filter::filter_record_batch;
use exporter_core::codebook::Table;
use exporter_core::dataset::{Filter, arrow_type, normalise};
use exporter_core::{Error, Result};

use crate::ParquetError;
use crate::layout::storage_type::{from_stored, is_widened};
use crate::readable::{CutValues, Readable};
use crate::shown::{Cut, shown};

/// Which of the decoded columns are delivered, and what they are.
pub(crate) struct Columns<'a> {
    table: &'a Table,
    file: &'a Readable,
    /// Variable of every decoded column, ascending.
    read: Vec<usize>,
    /// For every delivered column its place among the decoded ones.
    places: Vec<usize>,
    /// What becomes of each decoded column.
    changes: Vec<Change>,
    schema: SchemaRef,
}

/// How a decoded column gets the type that is delivered.
enum Change {
    None,
    /// To the declared type, where it was stored as another.
    Narrow(DataType),
    /// To the type that it is shown as.
    Show(DataType),
}

impl<'a> Columns<'a> {
    pub(crate) fn new(
        table: &'a Table,
        file: &'a Readable,
        columns: &[usize],
        read: &[usize],
    ) -> Result<Self> {
        let missing = || Error::invalid("the file has fewer columns than its table has variables");
        let mut changes = Vec::new();
        let mut types = Vec::new();
        for column in read {
            let variable = table.variables.get(*column).ok_or_else(missing)?;
            let stored = file.fields.get(*column).ok_or_else(missing)?.data_type();
            let shown = file.shown.fields().get(*column).ok_or_else(missing)?.data_type();
            let (data_type, change) = match is_widened(&variable.kind, stored) {
                true => (arrow_type(&variable.kind), Change::Narrow(arrow_type(&variable.kind))),
                false if shown == stored => (stored.clone(), Change::None),
                false => (shown.clone(), Change::Show(shown.clone())),
            };
            types.push(data_type);
            changes.push(change);
        }
        let places: Vec<usize> =
            columns.iter().filter_map(|column| read.binary_search(column).ok()).collect();
        let fields: Vec<Field> = places
            .iter()
            .filter_map(|place| {
                let variable = table.variables.get(*read.get(*place)?)?;
                Some(Field::new(&variable.name, types.get(*place)?.clone(), true))
            })
            .collect();
        Ok(Self { table, file, read: read.to_vec(), places, changes, schema: Arc::new(Schema::new(fields)) })
    }

    pub(crate) fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// Brings decoded columns to the types that are delivered; `cut` has an entry for each.
    fn restored(
        &self,
        batch: &RecordBatch,
        first_row: Option<u64>,
        cut: &mut [CutValues],
    ) -> Result<Vec<ArrayRef>, ParquetError> {
        let changes = batch.columns().iter().zip(&self.changes).zip(&self.read).zip(cut);
        changes
            .map(|(((column, change), place), cut)| match change {
                Change::None => Ok(column.clone()),
                Change::Narrow(declared) => from_stored(column, declared),
                Change::Show(to) => {
                    let mut now = Cut::default();
                    let values = shown(column, to, &mut now)?;
                    if now.count > 0 {
                        cut.count += now.count;
                        let flat = !column.data_type().is_nested();
                        let row = |at: usize| first_row.filter(|_| flat).map(|first| first + at as u64 + 1);
                        cut.first = cut.first.take().or(now.first.map(|(at, value)| (row(at), value)));
                        self.file.was_cut(*place, cut);
                    }
                    Ok(values)
                }
            })
            .collect()
    }

    fn delivered(&self, decoded: &[ArrayRef], rows: usize) -> Result<RecordBatch> {
        let columns = self.places.iter().filter_map(|place| decoded.get(*place).cloned()).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        Ok(RecordBatch::try_new_with_options(self.schema.clone(), columns, &options)?)
    }

    /// The decoded columns by name with the kinds' own types, as filters want them.
    fn named(&self, decoded: &[ArrayRef], rows: usize, first_row: u64) -> Result<RecordBatch> {
        let mut fields = Vec::new();
        let mut columns = Vec::new();
        for (variable, column) in self.read.iter().zip(decoded) {
            let Some(variable) = self.table.variables.get(*variable) else { continue };
            let column = normalise(variable, column, first_row)?;
            fields.push(Field::new(&variable.name, column.data_type().clone(), true));
            columns.push(column);
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        Ok(RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options)?)
    }
}

/// Batches of a scan; ends after the first error.
pub(crate) struct Selected<'a, D> {
    decoder: Option<D>,
    columns: Columns<'a>,
    filter: Option<Filter>,
    left: u64,
    row: u64,
    /// By decoded column.
    cut: Vec<CutValues>,
}

impl<'a, D: Iterator<Item = Result<RecordBatch, ParquetError>>> Selected<'a, D> {
    /// Takes batches of the columns that `columns` reads.
    pub(crate) fn new(decoder: D, columns: Columns<'a>, filter: Option<Filter>, limit: Option<u64>) -> Self {
        let cut = vec![CutValues::default(); columns.read.len()];
        Self { decoder: Some(decoder), columns, filter, left: limit.unwrap_or(u64::MAX), row: 0, cut }
    }

    fn pick(&mut self, batch: &RecordBatch) -> Result<RecordBatch> {
        let rows = batch.num_rows();
        // A filter passes over row groups without counting their rows.
        let first_row = self.filter.is_none().then_some(self.row);
        let decoded = self.columns.restored(batch, first_row, &mut self.cut)?;
        let mut picked = self.columns.delivered(&decoded, rows)?;
        if let Some(filter) = &self.filter {
            let named = self.columns.named(&decoded, rows, self.row)?;
            picked = filter_record_batch(&picked, &filter.mask(&named)?)?;
        }
        self.row += rows as u64;
        let keep = usize::try_from(self.left).unwrap_or(usize::MAX).min(picked.num_rows());
        self.left -= keep as u64;
        Ok(picked.slice(0, keep))
    }
}

impl<D: Iterator<Item = Result<RecordBatch, ParquetError>>> Iterator for Selected<'_, D> {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        let mut decoder = self.decoder.take()?;
        let outcome = match decoder.next()? {
            Ok(batch) => self.pick(&batch),
            Err(error) => Err(Error::from(error)),
        };
        if outcome.is_ok() {
            self.decoder = Some(decoder);
        }
        Some(outcome)
    }
}
