//! The rows of a scan: decoded, put in the order asked for, filtered and limited.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use arrow_select::filter::filter_record_batch;
use exporter_core::codebook::Table;
use exporter_core::dataset::{Filter, arrow_type, normalise};
use exporter_core::{Error, Result, Scan};

use crate::ParquetError;
use crate::layout::storage_type::{from_stored, is_widened};

/// The columns that a scan must decode: those it delivers and those its filter looks at, ascending without repeats.
pub(crate) fn columns_to_read(scan: &Scan, table: &Table, delivered: &[usize]) -> Result<Vec<usize>> {
    let mut read = delivered.to_vec();
    if let Some(filter) = &scan.filter {
        read.extend(filter.columns(table)?);
    }
    read.sort_unstable();
    read.dedup();
    Ok(read)
}

/// Which of the decoded columns are delivered, and what they are.
pub(crate) struct Columns<'a> {
    table: &'a Table,
    /// Variable of every decoded column, ascending.
    read: Vec<usize>,
    /// For every delivered column its place among the decoded ones.
    places: Vec<usize>,
    /// The declared type of decoded columns that were stored as another.
    widened: Vec<Option<DataType>>,
    schema: SchemaRef,
}

impl<'a> Columns<'a> {
    pub(crate) fn new(table: &'a Table, file: &Schema, columns: &[usize], read: &[usize]) -> Result<Self> {
        let missing = || Error::invalid("the file has fewer columns than its table has variables");
        let mut widened = Vec::new();
        let mut types = Vec::new();
        for column in read {
            let variable = table.variables.get(*column).ok_or_else(missing)?;
            let stored = file.fields().get(*column).ok_or_else(missing)?.data_type();
            let declared = is_widened(&variable.kind, stored).then(|| arrow_type(&variable.kind));
            types.push(declared.clone().unwrap_or_else(|| stored.clone()));
            widened.push(declared);
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
        Ok(Self { table, read: read.to_vec(), places, widened, schema: Arc::new(Schema::new(fields)) })
    }

    pub(crate) fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// Brings decoded columns to their declared types where they were stored as another.
    fn restored(&self, batch: &RecordBatch) -> Result<Vec<ArrayRef>, ParquetError> {
        batch
            .columns()
            .iter()
            .zip(&self.widened)
            .map(|(column, declared)| match declared {
                Some(declared) => from_stored(column, declared),
                None => Ok(column.clone()),
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
}

impl<'a, D: Iterator<Item = Result<RecordBatch, ParquetError>>> Selected<'a, D> {
    /// Takes batches of the columns that `columns` reads.
    pub(crate) fn new(decoder: D, columns: Columns<'a>, filter: Option<Filter>, limit: Option<u64>) -> Self {
        Self { decoder: Some(decoder), columns, filter, left: limit.unwrap_or(u64::MAX), row: 0 }
    }

    fn pick(&mut self, batch: &RecordBatch) -> Result<RecordBatch> {
        let rows = batch.num_rows();
        let decoded = self.columns.restored(batch)?;
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
