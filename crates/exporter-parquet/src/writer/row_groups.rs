//! Row groups written in order as soon as all of their columns are encoded.

use std::collections::BTreeMap;
use std::io::Write;

use parquet::file::writer::SerializedFileWriter;

use super::columns::{ClosedColumn, ClosedLeaf};
use crate::ParquetError;

/// Collects encoded columns and appends every complete row group to the file.
pub(super) struct RowGroups<'f, W: Write + Send> {
    file: &'f mut SerializedFileWriter<W>,
    columns: usize,
    next: usize,
    waiting: BTreeMap<usize, BTreeMap<usize, Vec<ClosedLeaf>>>,
}

impl<'f, W: Write + Send> RowGroups<'f, W> {
    pub(super) fn new(file: &'f mut SerializedFileWriter<W>, columns: usize) -> Self {
        Self { file, columns, next: 0, waiting: BTreeMap::new() }
    }

    /// Takes columns that were closed and writes the row groups that are complete now.
    pub(super) fn write(&mut self, closed: Vec<ClosedColumn>) -> Result<(), ParquetError> {
        for column in closed {
            self.waiting.entry(column.group).or_default().insert(column.column, column.leaves);
        }
        while self.waiting.get(&self.next).is_some_and(|columns| columns.len() == self.columns) {
            let columns = self.waiting.remove(&self.next).unwrap_or_default();
            let mut group = self.file.next_row_group()?;
            for leaf in columns.into_values().flatten() {
                leaf.append(&mut group)?;
            }
            group.close()?;
            self.next += 1;
        }
        Ok(())
    }
}
