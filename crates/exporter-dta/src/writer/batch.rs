//! A record batch made ready for filling, and the rows that come out of it.

use std::hint::black_box;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::{Array, RecordBatch, new_null_array};
use arrow_schema::DataType;

use crate::error::DtaError;
use crate::metadata::DtaMetadata;
use crate::spec_storage::StorageType;
use crate::writer::column::{ColumnFill, Setting, column, describe};
use crate::writer::findings::{BadCell, Findings};
use crate::writer::float_column::OutOfRange;
use crate::writer::string_column::LongText;
use crate::writer::text::Texts;
use crate::writer::tile::{Cells, TILE_ROWS};

/// Bytes of a row from which on a tile is more than a cache holds.
const WIDE: usize = 16 << 10;
/// Bytes of a row that are filled together in a tile that no cache holds.
const GROUP_BYTES: usize = 512;

/// A record batch whose columns know how to fill their cells.
pub(super) struct ReadyBatch {
    pub(super) rows: usize,
    /// Row of the table, from 1, of the first row.
    pub(super) first_row: u64,
    columns: Vec<ReadyColumn>,
    /// Neighbouring columns that are filled together; only for rows from [`WIDE`] on.
    groups: Vec<Group>,
    /// strL columns: position of the variable, offset of its cells and its contents.
    pub(super) strls: Vec<(usize, usize, Arc<Texts>)>,
}

struct Group {
    columns: Range<usize>,
    /// Its bytes in a row.
    bytes: Range<usize>,
}

struct ReadyColumn {
    offset: usize,
    fill: Box<dyn ColumnFill>,
}

impl ReadyBatch {
    pub(super) fn new(
        metadata: &DtaMetadata,
        batch: &RecordBatch,
        first_row: u64,
        (out_of_range, long_text): (OutOfRange, LongText),
    ) -> Result<Self, DtaError> {
        if batch.num_columns() != metadata.variables.len() {
            return Err(DtaError::Invalid {
                place: "record batch".to_owned(),
                message: format!(
                    "{} columns came for {} variables; project the batch to the variables in their order",
                    batch.num_columns(),
                    metadata.variables.len()
                ),
            });
        }
        let mut offset = 0;
        let mut columns = Vec::with_capacity(metadata.variables.len());
        let mut strls = Vec::new();
        for (position, (variable, array)) in metadata.variables.iter().zip(batch.columns()).enumerate() {
            let texts = if variable.storage == StorageType::StrL {
                let nulls = || new_null_array(&DataType::Utf8, array.len());
                let texts = match array.data_type() {
                    DataType::Null => Texts::new(&nulls()),
                    _ => Texts::new(array),
                };
                texts.map(Arc::new)
            } else {
                None
            };
            let number = position as u64 + 1;
            let setting = Setting { release: metadata.release, out_of_range, long_text, number, first_row };
            let fill = column(variable, array, texts.as_ref(), setting)?;
            columns.push(ReadyColumn { offset, fill });
            if let Some(texts) = texts {
                strls.push((position, offset, texts));
            }
            offset += variable.storage.width();
        }
        let groups = if offset < WIDE { Vec::new() } else { groups(&columns, offset) };
        Ok(Self { rows: batch.num_rows(), first_row, columns, groups, strls })
    }

    /// Fills `block` with the given rows of the batch, `width` bytes each.
    pub(super) fn fill(
        &self,
        rows: Range<usize>,
        width: usize,
        block: &mut [u8],
        findings: &mut Findings,
    ) -> Result<(), (usize, BadCell)> {
        findings.first_row = self.first_row;
        let mut scratch = Vec::new();
        let mut first = rows.start;
        for tile in block.chunks_mut((TILE_ROWS * width).max(1)) {
            let rows = first..first + TILE_ROWS.min(rows.end - first);
            if width < WIDE {
                self.fill_columns(
                    0..self.columns.len(),
                    rows,
                    Cells { bytes: tile, stride: width },
                    findings,
                )?;
            } else {
                self.fill_wide(rows, Cells { bytes: tile, stride: width }, &mut scratch, findings)?;
            }
            first += TILE_ROWS;
        }
        Ok(())
    }

    /// Fills a tile that no cache holds, group by group: the values of a group are fetched together, its cells are filled where
    /// they lie close to each other, and go from there into the rows in pieces of whole cache lines.
    fn fill_wide(
        &self,
        rows: Range<usize>,
        tile: Cells<'_>,
        scratch: &mut Vec<u8>,
        findings: &mut Findings,
    ) -> Result<(), (usize, BadCell)> {
        for Group { columns, bytes } in &self.groups {
            let fetched = self.columns.get(columns.clone()).unwrap_or_default();
            black_box(fetched.iter().fold(false, |found, column| found ^ column.fill.touch(rows.clone())));
            scratch.resize(bytes.len() * rows.len(), 0);
            let cells = Cells { bytes: scratch, stride: bytes.len() };
            self.fill_columns(columns.clone(), rows.clone(), cells, findings)?;
            for (row, cells) in tile.bytes.chunks_mut(tile.stride).zip(scratch.chunks(bytes.len())) {
                if let Some(row) = row.get_mut(bytes.clone()) {
                    row.copy_from_slice(cells);
                }
            }
        }
        Ok(())
    }

    /// Fills the cells of some columns; `cells` begin where those of the first of them do.
    #[inline]
    fn fill_columns(
        &self,
        columns: Range<usize>,
        rows: Range<usize>,
        cells: Cells<'_>,
        findings: &mut Findings,
    ) -> Result<(), (usize, BadCell)> {
        let begin = columns.start;
        let columns = self.columns.get(columns).unwrap_or_default();
        let origin = columns.first().map_or(0, |column| column.offset);
        for (position, column) in (begin..).zip(columns) {
            let Some(bytes) = cells.bytes.get_mut(column.offset - origin..) else { continue };
            findings.variable = position;
            let cells = Cells { bytes, stride: cells.stride };
            column.fill.fill(rows.start, rows.len(), cells, findings).map_err(|bad| (position, bad))?;
        }
        Ok(())
    }

    /// The error of a value that does not fit.
    pub(super) fn error(&self, metadata: &DtaMetadata, position: usize, bad: BadCell) -> DtaError {
        let variable = metadata.variables.get(position);
        DtaError::Value {
            value: bad.value,
            storage: variable.map_or_else(String::new, |variable| describe(variable.storage)),
            variable: variable.map_or_else(String::new, |variable| variable.name.clone()),
            row: self.first_row + bad.row as u64,
            remedy: bad.remedy,
        }
    }
}

/// Divides the columns of a row of `width` bytes into groups.
fn groups(columns: &[ReadyColumn], width: usize) -> Vec<Group> {
    let mut groups = Vec::new();
    let (mut first, mut start) = (0, 0);
    let ends = columns.iter().skip(1).map(|column| column.offset).chain([width]);
    for (column, end) in ends.enumerate() {
        if end - start >= GROUP_BYTES || end == width {
            groups.push(Group { columns: first..column + 1, bytes: start..end });
            (first, start) = (column + 1, end);
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use arrow_array::{ArrayRef, Float64Array, Int8Array, StringArray};

    use super::*;
    use crate::metadata::DtaVariable;
    use crate::spec::Release;

    #[test]
    fn rows_that_no_cache_holds_are_filled_alike() {
        const ROWS: usize = 150;
        let rows = || 0..ROWS as i32;
        let codes: ArrayRef =
            Arc::new(rows().map(|i| (i % 7 > 0).then_some((i % 100) as i8)).collect::<Int8Array>());
        let numbers: ArrayRef =
            Arc::new(rows().map(|i| (i % 5 > 0).then_some(f64::from(i) / 3.0)).collect::<Float64Array>());
        let texts: ArrayRef =
            Arc::new(rows().map(|i| Some("é".repeat(i as usize % 400))).collect::<StringArray>());
        let kinds = [
            (StorageType::Byte, codes),
            (StorageType::Double, numbers),
            (StorageType::Str(799), texts.clone()),
            (StorageType::StrL, texts),
        ];
        let mut metadata = DtaMetadata::new(Release::V118);
        let columns = kinds.iter().cycle().take(90).enumerate().map(|(i, (storage, array))| {
            metadata.variables.push(DtaVariable::new(format!("x{i}"), *storage));
            (format!("x{i}"), array.clone())
        });
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let policies = (OutOfRange::Error, LongText::Error);
        let ready = ReadyBatch::new(&metadata, &batch, 1, policies).unwrap();
        let width = metadata.row_width() as usize;
        assert!(width >= WIDE && ready.groups.len() > 20, "{width} bytes, {} groups", ready.groups.len());

        let (from, mut findings) = (3, Findings::default());
        let mut wide = vec![0xEE; (ROWS - from) * width];
        assert!(ready.fill(from..ROWS, width, &mut wide, &mut findings).is_ok());
        let mut plain = vec![0xDD; wide.len()];
        for (tile, first) in plain.chunks_mut(TILE_ROWS * width).zip((from..ROWS).step_by(TILE_ROWS)) {
            let rows = first..ROWS.min(first + TILE_ROWS);
            let cells = Cells { bytes: tile, stride: width };
            assert!(ready.fill_columns(0..ready.columns.len(), rows, cells, &mut findings).is_ok());
        }
        assert_eq!(wide, plain);
    }
}
