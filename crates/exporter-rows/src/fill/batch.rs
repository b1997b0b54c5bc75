//! A record batch made ready for filling.

use std::hint::black_box;
use std::ops::Range;

use arrow_array::{Array, UInt8Array};

use super::FillCells;
use super::changes::{BadCell, Changes};
use super::reasons::Reasoned;
use super::tile::{Cells, TILE_ROWS};

/// Bytes of a row from which on a tile is more than a cache holds.
const WIDE: usize = 16 << 10;
/// Bytes of a row that are filled together in a tile that no cache holds.
const GROUP_BYTES: usize = 512;

/// The cells of one column, each of so many bytes.
pub struct CellColumn {
    width: usize,
    fill: Box<dyn FillCells>,
}

impl CellColumn {
    /// Cells of `width` bytes, which `fill` writes.
    pub fn new(width: usize, fill: Box<dyn FillCells>) -> Self {
        Self { width, fill }
    }

    /// Writes the cell of a reason where `values` has a null and `reasons` the reason's number, which counts `cells`
    /// from 0. A reason without a cell, or with one wider than the column's, leaves the cell of the null.
    #[must_use]
    pub fn with_reasons(self, values: &dyn Array, reasons: &UInt8Array, cells: Vec<Vec<u8>>) -> Self {
        let cells = cells.into_iter().map(|cell| if cell.len() > self.width { Vec::new() } else { cell });
        Self { fill: Box::new(Reasoned::new(self.fill, values, reasons, cells.collect())), ..self }
    }

    /// What writes the cells, for rows of another form than [`RowBatch`] makes.
    #[must_use]
    pub fn into_fill(self) -> Box<dyn FillCells> {
        self.fill
    }
}

/// A record batch whose columns fill their cells.
pub struct RowBatch {
    rows: usize,
    /// Row of the table, from 1, of the first row.
    first_row: u64,
    /// Bytes of a row.
    width: usize,
    columns: Vec<PlacedColumn>,
    /// Neighbouring columns that are filled together; only for rows from [`WIDE`] on.
    groups: Vec<Group>,
}

struct PlacedColumn {
    offset: usize,
    fill: Box<dyn FillCells>,
}

struct Group {
    columns: Range<usize>,
    /// Its bytes in a row.
    bytes: Range<usize>,
}

impl RowBatch {
    /// A batch of so many rows, of which the first is `first_row` of the table, counted from 1; its columns stand side by
    /// side in a row.
    pub fn new(rows: usize, first_row: u64, columns: impl IntoIterator<Item = CellColumn>) -> Self {
        let mut width = 0;
        let place = |CellColumn { width: cell, fill }| {
            let offset = width;
            width += cell;
            PlacedColumn { offset, fill }
        };
        let columns: Vec<_> = columns.into_iter().map(place).collect();
        let groups = if width < WIDE { Vec::new() } else { groups(&columns, width) };
        Self { rows, first_row, width, columns, groups }
    }

    /// Rows of the batch.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Row of the table, from 1, of the first row.
    pub fn first_row(&self) -> u64 {
        self.first_row
    }

    /// Bytes of a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Makes `block` hold the given rows of the batch and nothing else.
    ///
    /// # Errors
    /// The first value that its cell cannot hold, column by column of each tile.
    pub fn fill(
        &self,
        rows: Range<usize>,
        block: &mut Vec<u8>,
        changes: &mut Changes,
    ) -> Result<(), BadCell> {
        // Every byte is written by some column, so old contents need no clearing.
        block.resize(rows.len() * self.width, 0);
        changes.first_row = self.first_row;
        let stride = self.width;
        let mut scratch = Vec::new();
        let mut first = rows.start;
        for bytes in block.chunks_mut((TILE_ROWS * stride).max(1)) {
            let rows = first..first + TILE_ROWS.min(rows.end - first);
            let tile = Cells { bytes, stride };
            if self.groups.is_empty() {
                self.fill_columns(0..self.columns.len(), rows, tile, changes)?;
            } else {
                self.fill_wide(rows, tile, &mut scratch, changes)?;
            }
            first += TILE_ROWS;
        }
        Ok(())
    }

    /// Fills a tile that no cache holds, group by group: the values of a group are fetched together, its cells are filled
    /// where they lie close to each other, and go from there into the rows in pieces of whole cache lines.
    fn fill_wide(
        &self,
        rows: Range<usize>,
        tile: Cells<'_>,
        scratch: &mut Vec<u8>,
        changes: &mut Changes,
    ) -> Result<(), BadCell> {
        for Group { columns, bytes } in &self.groups {
            let mut found = false;
            for column in self.columns.get(columns.clone()).unwrap_or_default() {
                found ^= column.fill.touch(rows.clone());
            }
            black_box(found);
            scratch.resize(bytes.len() * rows.len(), 0);
            let cells = Cells { bytes: scratch, stride: bytes.len() };
            self.fill_columns(columns.clone(), rows.clone(), cells, changes)?;
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
        changes: &mut Changes,
    ) -> Result<(), BadCell> {
        let begin = columns.start;
        let columns = self.columns.get(columns).unwrap_or_default();
        let origin = columns.first().map_or(0, |column| column.offset);
        for (position, column) in (begin..).zip(columns) {
            let Some(bytes) = cells.bytes.get_mut(column.offset - origin..) else { continue };
            changes.variable = position;
            let cells = Cells { bytes, stride: cells.stride };
            column.fill.fill(rows.start, rows.len(), cells, changes)?;
        }
        Ok(())
    }
}

/// Divides the columns of a row of `width` bytes into groups.
fn groups(columns: &[PlacedColumn], width: usize) -> Vec<Group> {
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
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Float64Array, Int8Array, StringArray};

    use super::*;
    use crate::fill::{FloatCells, IntegerCells, LongText, OutOfRange, Pad, TextCells};

    #[test]
    fn rows_that_no_cache_holds_are_filled_alike() {
        const ROWS: usize = 150;
        let rows = || 0..ROWS as i32;
        let codes: ArrayRef =
            Arc::new(rows().map(|i| (i % 7 > 0).then_some((i % 100) as i8)).collect::<Int8Array>());
        let numbers: ArrayRef =
            Arc::new(rows().map(|i| (i % 5 > 0).then_some(f64::from(i) / 3.0)).collect::<Float64Array>());
        let texts: StringArray = rows().map(|i| Some("é".repeat(i as usize % 400))).collect();
        let integers = IntegerCells { null: 101_i8, recodes: Vec::new(), add: 0, range: (-127, 100) };
        let (range, out_of_range) = ((f64::MIN, f64::MAX), OutOfRange::Error);
        let floats = FloatCells { null: f64::NAN, recodes: Vec::new(), range, out_of_range };
        let strings = TextCells { width: 799, pad: Pad::Nul, long_text: LongText::Error, remedies: ("", "") };
        let kinds: [&dyn Fn() -> CellColumn; 3] = [
            &|| CellColumn::new(1, integers.column(&codes).unwrap()),
            &|| CellColumn::new(8, floats.column(&numbers).unwrap()),
            &|| CellColumn::new(799, strings.column(&texts)),
        ];
        let ready = RowBatch::new(ROWS, 1, kinds.iter().cycle().take(90).map(|column| column()));
        let width = ready.width();
        assert!(width >= WIDE && ready.groups.len() > 20, "{width} bytes, {} groups", ready.groups.len());

        let (from, mut changes) = (3, Changes::default());
        let mut wide = vec![0xEE; 7];
        ready.fill(from..ROWS, &mut wide, &mut changes).unwrap();
        let mut plain = vec![0xDD; (ROWS - from) * width];
        for (bytes, first) in plain.chunks_mut(TILE_ROWS * width).zip((from..ROWS).step_by(TILE_ROWS)) {
            let rows = first..ROWS.min(first + TILE_ROWS);
            let cells = Cells { bytes, stride: width };
            ready.fill_columns(0..ready.columns.len(), rows, cells, &mut changes).unwrap();
        }
        assert!(wide == plain);
    }
}
