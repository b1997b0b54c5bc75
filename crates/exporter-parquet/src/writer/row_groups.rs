//! Row groups written in order as soon as all of their columns are encoded.

use std::collections::BTreeMap;
use std::io::Write;

use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};

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

    /// Begins the next row group, whose columns come one by one; those before are complete.
    pub(super) fn begin(&mut self) -> Result<OpenGroup<'_, W>, ParquetError> {
        self.next += 1;
        Ok(OpenGroup { writer: self.file.next_row_group()?, next: 0, waiting: BTreeMap::new() })
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

/// A row group whose columns are written as soon as those before them are, so that few wait: of a wide table they would take
/// more memory than its rows.
pub(super) struct OpenGroup<'g, W: Write + Send> {
    writer: SerializedRowGroupWriter<'g, W>,
    next: usize,
    waiting: BTreeMap<usize, Vec<ClosedLeaf>>,
}

impl<W: Write + Send> OpenGroup<'_, W> {
    /// Takes columns that were closed.
    pub(super) fn write(&mut self, closed: Vec<ClosedColumn>) -> Result<(), ParquetError> {
        self.waiting.extend(closed.into_iter().map(|column| (column.column, column.leaves)));
        while let Some(leaves) = self.waiting.remove(&self.next) {
            for leaf in leaves {
                leaf.append(&mut self.writer)?;
            }
            self.next += 1;
        }
        Ok(())
    }

    pub(super) fn end(self) -> Result<(), ParquetError> {
        self.writer.close()?;
        Ok(())
    }
}
