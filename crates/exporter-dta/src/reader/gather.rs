//! Picks the cells of one variable out of row-major bytes.

use std::ops::Range;

pub(crate) use exporter_rows::StoredCells as Cells;
use exporter_rows::{CellType, RowTiles, Rows, TextEnd};

use crate::error::Result;
use crate::reader::DtaBytes;
use crate::reader::opened::OpenFile;
use crate::reader::selection::ReadColumn;
use crate::spec_storage::StorageType;

/// How a cell of a storage type is stored; texts end at their first NUL, and alias variables have no cells.
pub(crate) fn cell_type(storage: StorageType) -> CellType {
    match storage {
        StorageType::Byte => CellType::Int8,
        StorageType::Int => CellType::Int16,
        StorageType::Long => CellType::Int32,
        StorageType::Float => CellType::Float32,
        StorageType::Double => CellType::Float64,
        StorageType::Str(width) => CellType::Text(width.into(), TextEnd::Nul),
        StorageType::StrL => CellType::Raw,
        StorageType::Alias => CellType::Absent,
    }
}

/// Reads rows, of which the cells of some columns are wanted.
#[derive(Debug)]
pub(crate) struct ColumnTiles {
    tiles: RowTiles,
    /// Offset of the first row in the file.
    data: u64,
}

impl ColumnTiles {
    pub(crate) fn new(opened: &OpenFile, columns: &[ReadColumn]) -> Self {
        let dictionary = &opened.dictionary;
        let variables = columns.iter().filter_map(|column| dictionary.variables.get(column.variable));
        let cells = variables.map(|variable| variable.offset..variable.offset + variable.storage.width());
        Self { tiles: RowTiles::new(dictionary.row_bytes, cells), data: dictionary.data_offset }
    }

    /// Calls `take` for each tile of `rows`, with the offset in the row of the first byte that the tile has of each.
    pub(crate) fn visit(
        &mut self,
        bytes: &DtaBytes,
        rows: Range<u64>,
        take: impl FnMut(Rows<'_>, usize),
    ) -> Result<()> {
        let data = self.data;
        self.tiles.visit(rows, |at, to| Ok(bytes.read_at(data.saturating_add(at), to)?), take)
    }
}
