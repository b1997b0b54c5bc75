//! Cuts rows into row groups and hands them to the encoders of the columns.

use std::io::Write;
use std::ops::Range;

use arrow_array::{ArrayRef, RecordBatch};

use super::columns::ColumnEncoders;
use super::group_writers::GroupWriters;
use super::row_groups::RowGroups;
use super::{MAX_ROW_GROUPS, Settings};
use crate::ParquetError;
use crate::layout::cutting::value_bytes;

/// Columns whose encoders are open at a time: the `parquet` crate gives each up to 70 KiB before its first value, for
/// the hash table of its dictionary. The row groups of a wider table are held until they are whole.
const OPEN_COLUMNS: usize = 64;

/// Where the rows of a table go.
pub(super) struct Feed<'f> {
    encoders: &'f ColumnEncoders<'f>,
    writers: &'f mut GroupWriters,
    settings: &'f Settings,
    /// Rows of all groups.
    rows: u64,
    /// Number, rows and bytes of the open row group, and how many rows it is expected to have.
    group: usize,
    group_rows: usize,
    group_bytes: u64,
    expected: usize,
    /// The rows of the open row group, where the table is wide.
    held: Vec<RecordBatch>,
}

impl<'f> Feed<'f> {
    pub(super) fn new(
        encoders: &'f ColumnEncoders<'f>,
        writers: &'f mut GroupWriters,
        settings: &'f Settings,
    ) -> Self {
        let (rows, group, group_rows, group_bytes, expected, held) = Default::default();
        Self { encoders, writers, settings, rows, group, group_rows, group_bytes, expected, held }
    }

    /// Adds rows, and writes the columns that are encoded by then to `groups`.
    pub(super) fn add<W: Write + Send>(
        &mut self,
        batch: RecordBatch,
        groups: &mut RowGroups<'_, W>,
    ) -> Result<(), ParquetError> {
        let expected = expected_rows(&batch, self.settings);
        self.rows += batch.num_rows() as u64;
        let mut rest = Some(batch).filter(|batch| batch.num_rows() > 0);
        while let Some(batch) = rest.take() {
            let count = batch.num_rows().min(self.settings.row_group_rows.max(1) - self.group_rows);
            // A slice has all columns anew.
            rest = (count < batch.num_rows()).then(|| batch.slice(count, batch.num_rows() - count));
            let chunk = if rest.is_some() { batch.slice(0, count) } else { batch };
            if self.group_rows == 0 {
                self.begin(&chunk, expected)?;
            }
            self.group_rows += count;
            self.group_bytes += value_bytes(&chunk);
            if self.is_wide() {
                self.held.push(chunk);
            } else {
                self.encoders.encode(self.all(), chunk.into_parts().1);
                self.encoders.help_to_read_on()?;
            }
            if self.group_rows >= self.settings.row_group_rows
                || self.group_bytes >= self.settings.row_group_bytes
            {
                self.end(groups)?;
            }
            groups.write(self.encoders.take_closed())?;
        }
        Ok(())
    }

    /// Ends the last row group; returns the number of rows.
    pub(super) fn finish<W: Write + Send>(
        mut self,
        groups: &mut RowGroups<'_, W>,
    ) -> Result<u64, ParquetError> {
        if self.group_rows > 0 {
            self.end(groups)?;
        }
        Ok(self.rows)
    }

    fn all(&self) -> Range<usize> {
        0..self.writers.columns()
    }

    fn is_wide(&self) -> bool {
        self.writers.columns() > OPEN_COLUMNS
    }

    fn begin(&mut self, chunk: &RecordBatch, expected: usize) -> Result<(), ParquetError> {
        if self.group >= MAX_ROW_GROUPS {
            return Err(ParquetError::TooManyRowGroups(MAX_ROW_GROUPS));
        }
        self.expected = expected;
        if !self.is_wide() {
            self.encoders
                .open(self.all(), self.writers.open(self.group, self.all(), chunk.columns(), expected)?);
        }
        Ok(())
    }

    fn end<W: Write + Send>(&mut self, groups: &mut RowGroups<'_, W>) -> Result<(), ParquetError> {
        if self.is_wide() {
            let held = std::mem::take(&mut self.held);
            self.encode_in_parts(held, groups)?;
        } else {
            self.encoders.close(self.all(), self.group);
        }
        self.group += 1;
        (self.group_rows, self.group_bytes) = (0, 0);
        Ok(())
    }

    /// Encodes a row group that is held whole, some columns after the others. The values of each are let go as soon as they are
    /// encoded, since what the file tells of them takes memory, too.
    fn encode_in_parts<W: Write + Send>(
        &mut self,
        held: Vec<RecordBatch>,
        groups: &mut RowGroups<'_, W>,
    ) -> Result<(), ParquetError> {
        let chunks = held.into_iter().map(|chunk| chunk.into_parts().1.into_iter());
        let mut chunks: Vec<std::vec::IntoIter<ArrayRef>> = chunks.collect();
        let mut group = groups.begin()?;
        for start in self.all().step_by(OPEN_COLUMNS) {
            let part = start..self.all().end.min(start + OPEN_COLUMNS);
            let first =
                chunks.first().and_then(|arrays| arrays.as_slice().get(..part.len())).unwrap_or_default();
            let writers = self.writers.open(self.group, part.clone(), first, self.expected)?;
            self.encoders.open(part.clone(), writers);
            for arrays in &mut chunks {
                self.encoders.encode(part.clone(), arrays.by_ref().take(part.len()));
            }
            self.encoders.close(part.clone(), self.group);
            // The next part is made ready while this one is encoded.
            self.encoders.help(part.len() * (chunks.len() + 2) - 1)?;
            group.write(self.encoders.take_closed())?;
        }
        self.encoders.help(0)?;
        group.write(self.encoders.take_closed())?;
        // The crate copies what it keeps of the row group when that ends.
        drop(chunks);
        group.end()
    }
}

/// About how many rows a row group that begins with this chunk will have; a chunk that is not full is the last one.
fn expected_rows(chunk: &RecordBatch, settings: &Settings) -> usize {
    if chunk.num_rows() < settings.chunk_rows {
        return chunk.num_rows();
    }
    let row_bytes = value_bytes(chunk) / chunk.num_rows().max(1) as u64;
    let rows = settings.row_group_bytes / row_bytes.max(1);
    settings.row_group_rows.min(usize::try_from(rows).unwrap_or(usize::MAX))
}
