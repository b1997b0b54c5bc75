//! A `.dta` file as a [`Dataset`]: one table, described by everything the file says.
//!
//! | in the file | in the codebook |
//! |---|---|
//! | storage and display format | kind; the format itself under `format.native["stata"]` |
//! | `.` | null |
//! | `.a` to `.z` | user-missing values with their letter; the value is that of [`crate::reader::ColumnType`], or the original one that our writer recorded |
//! | labels on `.a` to `.z` | labels of these missing values |
//! | label languages | translations |
//! | notes, other characteristics | notes, attributes |
//! | str# width | `facts.max_bytes` where the text is UTF-8 |
//! | alias variables | left out, with a note on the table |
//!
//! Which letters occur is found in one pass over the numeric variables when the file is opened
//! ([`Letters::Seen`]); letters that a value label names are declared as well.

mod codebook;
mod delivery;
mod input;
mod restore;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_select::filter::filter_record_batch;
use exporter_core::codebook::{Codebook, Table};
use exporter_core::dataset::{arrow_schema, table_of};
use exporter_core::{Batches, Dataset, Error, ErrorKind, Filter, Result, Scan, TableId};

use crate::error::DtaError;
use crate::reader::{DtaReader, ReadOptions, Selection};
use crate::spec_storage::StorageType;
use delivery::Delivery;
pub use input::{DtaInput, DtaInputOptions, Letters};

/// An open `.dta` file; every scan reads it anew.
#[derive(Debug)]
pub struct DtaDataset {
    path: PathBuf,
    reader: DtaReader<File>,
    codebook: Codebook,
    /// How each variable of the codebook is delivered.
    columns: Vec<Delivery>,
    threads: usize,
}

impl DtaDataset {
    /// Opens a file; scans use up to `threads` threads.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`], or [`ErrorKind::Invalid`] with the offset of what is damaged.
    pub fn open(path: &Path, options: ReadOptions, letters: Letters, threads: usize) -> Result<Self> {
        let file = open_file(path)?;
        let place = |error: DtaError| core_error(error).entry(path.display().to_string());
        let mut reader = DtaReader::with_options(file, options).map_err(place)?;
        let all = &reader.dictionary().variables;
        let stored = |index: &usize| all.get(*index).is_some_and(|v| v.storage != StorageType::Alias);
        let variables: Vec<usize> = (0..all.len()).filter(stored).collect();
        if letters == Letters::Seen {
            reader.facts(&variables).map_err(place)?;
        }
        let kinds = reader.column_types(&variables).map_err(place)?;
        let facts =
            if letters == Letters::Seen { reader.facts(&variables).map_err(place)? } else { Vec::new() };
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let (codebook, columns) =
            codebook::describe(reader.dictionary(), &name, &variables, &kinds, &facts, letters);
        Ok(Self { path: path.to_owned(), reader, codebook, columns, threads: threads.max(1) })
    }

    /// The reader beneath: dictionary, damages passed over, replaced characters.
    pub fn reader(&self) -> &DtaReader<File> {
        &self.reader
    }

    fn batches(&self, table: &Table, columns: Vec<usize>, scan: &Scan) -> Result<Batches<'_>> {
        let deliveries: Vec<Delivery> =
            columns.iter().filter_map(|column| self.columns.get(*column).cloned()).collect();
        let mut selection =
            Selection::all().columns(deliveries.iter().map(|d| d.variable()).collect::<Vec<_>>());
        selection.batch_rows = scan.batch_rows;
        if let (Some(limit), None) = (scan.limit, &scan.filter) {
            selection = selection.rows(0..limit);
        }
        let place = |error: DtaError| core_error(error).entry(self.path.display().to_string());
        let mut reader = self.reader.reopen(open_file(&self.path)?).map_err(place)?;
        let path = self.path.clone();
        let schema = arrow_schema(table, &columns);
        let output = schema.clone();
        let mut first = 0_u64;
        let deliver = move |batch: crate::error::Result<RecordBatch>| {
            let batch = batch.map_err(|error| core_error(error).entry(path.display().to_string()))?;
            let arrays =
                deliveries.iter().zip(batch.columns()).map(|(delivery, array)| delivery.array(array, first));
            let arrays = arrays.collect::<Result<Vec<_>>>()?;
            first += batch.num_rows() as u64;
            let options = arrow_array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
            Ok(RecordBatch::try_new_with_options(output.clone(), arrays, &options)?)
        };
        if self.threads == 1 || selection.rows.is_some() {
            let batches = reader.into_batches(&selection).map_err(place)?;
            return Ok(Batches::new(schema, batches.map(deliver)));
        }
        let open = || File::open(&self.path);
        let batches = reader.parallel_batches(&selection, self.threads, open).map_err(place)?;
        Ok(Batches::new(schema, batches.map(deliver)))
    }

    /// Reads the columns that are delivered or filtered by, and keeps the rows that pass.
    fn filtered(&self, table: &Table, wanted: &[usize], filter: &Filter, scan: &Scan) -> Result<Batches<'_>> {
        let mut columns = wanted.to_vec();
        columns.extend(filter.columns(table)?.into_iter().filter(|column| !wanted.contains(column)));
        let filter = filter.clone();
        let keep: Vec<usize> = (0..wanted.len()).collect();
        let mut left = scan.limit.unwrap_or(u64::MAX);
        let rows = self.batches(table, columns, scan)?.map_while(move |batch| {
            if left == 0 {
                return None;
            }
            Some(batch.and_then(|batch| {
                let kept = filter_record_batch(&batch.project(&keep)?, &filter.mask(&batch)?)?;
                let count = usize::try_from(left).unwrap_or(usize::MAX).min(kept.num_rows());
                left -= count as u64;
                Ok(kept.slice(0, count))
            }))
        });
        Ok(Batches::new(arrow_schema(table, wanted), rows))
    }
}

impl Dataset for DtaDataset {
    fn codebook(&self) -> &Codebook {
        &self.codebook
    }

    fn rows(&self, table: TableId) -> Option<u64> {
        (table.0 == 0).then(|| self.reader.dictionary().rows)
    }

    fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
        let description = table_of(&self.codebook, table)?;
        let columns = scan.projection(description)?;
        match &scan.filter {
            None => self.batches(description, columns, scan),
            Some(filter) => self.filtered(description, &columns, filter, scan),
        }
    }
}

fn open_file(path: &Path) -> Result<File> {
    File::open(path)
        .map_err(|source| Error::io("cannot open the file", source).entry(path.display().to_string()))
}

/// The engine's error for one of this crate, with its place.
fn core_error(error: DtaError) -> Error {
    let message = error.to_string();
    match error {
        DtaError::Io(source) => Error::io("dta: reading failed", source),
        DtaError::Arrow(source) => Error::from(source),
        DtaError::Damaged { offset, message } => Error::invalid(format!("dta: {message}"))
            .offset(offset)
            .hint("the option lenient reads the complete rows"),
        DtaError::Value { variable, row, remedy, .. } => {
            Error::invalid(message).variable(variable).row(row).hint(remedy)
        }
        DtaError::Unsupported(_) => Error::unsupported(message),
        DtaError::TooManyVariables { .. } | DtaError::Limit { .. } => Error::new(ErrorKind::Limit, message),
        DtaError::Cancelled => Error::cancelled(),
        _ => Error::invalid(message),
    }
}
