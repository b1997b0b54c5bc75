//! Cuts rows into row groups and hands them to the encoders of the columns.

use std::ops::Range;

use arrow_array::RecordBatch;

use super::columns::{ClosedColumn, ColumnEncoders};
use super::group_writers::GroupWriters;
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

    /// Adds rows; `take` gets the columns that are encoded by then.
    pub(super) fn add(
        &mut self,
        mut rest: RecordBatch,
        mut take: impl FnMut(Vec<ClosedColumn>) -> Result<(), ParquetError>,
    ) -> Result<(), ParquetError> {
        let expected = expected_rows(&rest, self.settings);
        self.rows += rest.num_rows() as u64;
        while rest.num_rows() > 0 {
            let count = rest.num_rows().min(self.settings.row_group_rows.max(1) - self.group_rows);
            let chunk = rest.slice(0, count);
            rest = rest.slice(count, rest.num_rows() - count);
            if self.group_rows == 0 {
                self.begin(&chunk, expected)?;
            }
            self.group_rows += count;
            self.group_bytes += value_bytes(&chunk);
            if self.is_wide() {
                self.held.push(chunk);
            } else {
                self.encoders.encode(self.all(), chunk);
                self.encoders.help_to_read_on()?;
            }
            if self.group_rows >= self.settings.row_group_rows
                || self.group_bytes >= self.settings.row_group_bytes
            {
                self.end()?;
            }
            take(self.encoders.take_closed())?;
        }
        Ok(())
    }

    /// Ends the last row group; returns the number of rows.
    pub(super) fn finish(mut self) -> Result<u64, ParquetError> {
        if self.group_rows > 0 {
            self.end()?;
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
            self.encoders.open(self.all(), self.writers.open(self.group, self.all(), chunk, expected)?);
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), ParquetError> {
        if self.is_wide() {
            let held = std::mem::take(&mut self.held);
            self.encode_in_parts(&held)?;
        } else {
            self.encoders.close(self.all(), self.group);
        }
        self.group += 1;
        (self.group_rows, self.group_bytes) = (0, 0);
        Ok(())
    }

    /// Encodes a row group that is held whole, some columns after the others.
    fn encode_in_parts(&mut self, held: &[RecordBatch]) -> Result<(), ParquetError> {
        let Some(first) = held.first() else { return Ok(()) };
        for start in self.all().step_by(OPEN_COLUMNS) {
            let part = start..self.all().end.min(start + OPEN_COLUMNS);
            let writers = self.writers.open(self.group, part.clone(), first, self.expected)?;
            self.encoders.open(part.clone(), writers);
            for chunk in held {
                self.encoders.encode(part.clone(), chunk.project(&part.clone().collect::<Vec<_>>())?);
            }
            self.encoders.close(part.clone(), self.group);
            // The next part is made ready while this one is encoded.
            self.encoders.help(part.len() * (held.len() + 2) - 1)?;
        }
        Ok(())
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
