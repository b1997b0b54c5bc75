//! A dataset held in memory.

use arrow_array::RecordBatch;
use arrow_select::filter::filter_record_batch;

use super::{Batches, Dataset, Scan, TableId, table_of};
use crate::codebook::{Codebook, Table};
use crate::error::{Error, Result};

/// A codebook and, per table, record batches in memory.
#[derive(Clone, Debug)]
pub struct MemoryDataset {
    codebook: Codebook,
    tables: Vec<Vec<RecordBatch>>,
}

impl MemoryDataset {
    /// Puts a codebook and the batches of its tables together, in the codebook's order.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Invalid`] when tables or columns do not match the codebook.
    pub fn new(codebook: Codebook, tables: Vec<Vec<RecordBatch>>) -> Result<Self> {
        if codebook.tables.len() != tables.len() {
            return Err(Error::invalid(format!(
                "the codebook has {} tables, but batches of {} were given",
                codebook.tables.len(),
                tables.len()
            )));
        }
        for (table, batches) in codebook.tables.iter().zip(&tables) {
            if let Some(batch) = batches.iter().find(|batch| batch.num_columns() != table.variables.len()) {
                return Err(Error::invalid(format!(
                    "a batch has {} columns, but the table has {} variables",
                    batch.num_columns(),
                    table.variables.len()
                ))
                .table(&table.name));
            }
        }
        Ok(Self { codebook, tables })
    }

    /// A study of one table whose variables are inferred from the batches' schema.
    ///
    /// # Errors
    /// When there is no batch or a column's type has no kind.
    pub fn from_batches(table: &str, batches: Vec<RecordBatch>) -> Result<Self> {
        let first =
            batches.first().ok_or_else(|| Error::invalid("a table needs at least one batch").table(table))?;
        let mut codebook = Codebook::new(table);
        codebook.tables.push(super::infer_table(table, &first.schema())?);
        Self::new(codebook, vec![batches])
    }
}

impl Dataset for MemoryDataset {
    fn codebook(&self) -> &Codebook {
        &self.codebook
    }

    fn rows(&self, table: TableId) -> Option<u64> {
        self.tables.get(table.0).map(|batches| batches.iter().map(|batch| batch.num_rows() as u64).sum())
    }

    fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
        let description = table_of(&self.codebook, table)?;
        let batches = self.tables.get(table.0).map(Vec::as_slice).unwrap_or_default();
        select(description, scan, batches.iter().cloned().map(Ok))
    }
}

/// Applies projection, filter and limit to batches that hold all columns of a table: what a source without
/// push-down of its own needs.
///
/// # Errors
/// When a column of the scan does not exist.
pub fn select<'a>(
    table: &'a Table,
    scan: &Scan,
    batches: impl Iterator<Item = Result<RecordBatch>> + Send + 'a,
) -> Result<Batches<'a>> {
    let columns = scan.projection(table)?;
    let filter = scan.filter.clone();
    if let Some(filter) = &filter {
        filter.columns(table)?;
    }
    let schema = super::arrow_schema(table, &columns);
    let mut left = scan.limit.unwrap_or(u64::MAX);
    let all: Vec<usize> = (0..table.variables.len()).collect();
    let mut row = 0u64;
    let selected = batches.map_while(move |batch| {
        if left == 0 {
            return None;
        }
        Some(batch.and_then(|batch| {
            let rows = batch.num_rows() as u64;
            let picked = match &filter {
                None => batch.project(&columns)?,
                Some(filter) => {
                    let named = super::normalise::normalise_batch(
                        table,
                        &all,
                        &super::arrow_schema(table, &all),
                        &batch,
                        row,
                    )?;
                    filter_record_batch(&named.project(&columns)?, &filter.mask(&named)?)?
                }
            };
            row += rows;
            let keep = usize::try_from(left).unwrap_or(usize::MAX).min(picked.num_rows());
            left -= keep as u64;
            Ok(if keep < picked.num_rows() { picked.slice(0, keep) } else { picked })
        }))
    });
    Ok(Batches::new(schema, selected))
}
