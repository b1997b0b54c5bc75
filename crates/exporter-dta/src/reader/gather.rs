//! Picks the cells of one variable out of row-major bytes.

use std::cmp::Ordering;
use std::ops::Range;

use exporter_rows::{RowTiles, Rows, TextEnd, Texts};

use crate::error::Result;
use crate::reader::DtaBytes;
use crate::reader::opened::OpenFile;
use crate::reader::selection::ReadColumn;
use crate::spec::ByteOrder;
use crate::spec_storage::StorageType;

/// Cells of one variable as they are stored.
#[derive(Debug)]
pub(crate) enum Cells {
    Byte(Vec<i8>),
    Int(Vec<i16>),
    Long(Vec<i32>),
    Float(Vec<f32>),
    Double(Vec<f64>),
    /// Texts, each up to its first NUL.
    Str(Texts),
    /// strL cells, eight bytes each as they stand in the file.
    StrL(Vec<[u8; 8]>),
    /// Alias variables have no cells, only rows.
    Alias(usize),
}

impl Cells {
    /// Room for so many rows, and for so many bytes of text where this is a fixed string.
    pub(crate) fn with_capacity(storage: StorageType, rows: usize, text: usize) -> Self {
        match storage {
            StorageType::Byte => Self::Byte(Vec::with_capacity(rows)),
            StorageType::Int => Self::Int(Vec::with_capacity(rows)),
            StorageType::Long => Self::Long(Vec::with_capacity(rows)),
            StorageType::Float => Self::Float(Vec::with_capacity(rows)),
            StorageType::Double => Self::Double(Vec::with_capacity(rows)),
            StorageType::Str(_) => Self::Str(Texts::with_capacity(rows, text)),
            StorageType::StrL => Self::StrL(Vec::with_capacity(rows)),
            StorageType::Alias => Self::Alias(0),
        }
    }

    /// Whether these cells are of `storage`, a number type.
    pub(crate) fn is(&self, storage: StorageType) -> bool {
        matches!(
            (self, storage),
            (Self::Byte(_), StorageType::Byte)
                | (Self::Int(_), StorageType::Int)
                | (Self::Long(_), StorageType::Long)
                | (Self::Float(_), StorageType::Float)
                | (Self::Double(_), StorageType::Double)
        )
    }

    /// Empties the cells and keeps their memory.
    pub(crate) fn clear(&mut self) {
        match self {
            Self::Byte(cells) => cells.clear(),
            Self::Int(cells) => cells.clear(),
            Self::Long(cells) => cells.clear(),
            Self::Float(cells) => cells.clear(),
            Self::Double(cells) => cells.clear(),
            Self::Str(texts) => texts.clear(),
            Self::StrL(cells) => cells.clear(),
            Self::Alias(rows) => *rows = 0,
        }
    }

    /// Appends cells of the same kind.
    pub(crate) fn join(&mut self, other: &Self) {
        match (self, other) {
            (Self::Byte(cells), Self::Byte(more)) => cells.extend_from_slice(more),
            (Self::Int(cells), Self::Int(more)) => cells.extend_from_slice(more),
            (Self::Long(cells), Self::Long(more)) => cells.extend_from_slice(more),
            (Self::Float(cells), Self::Float(more)) => cells.extend_from_slice(more),
            (Self::Double(cells), Self::Double(more)) => cells.extend_from_slice(more),
            (Self::Str(texts), Self::Str(more)) => (0..more.len()).for_each(|at| texts.push(more.get(at))),
            _ => {}
        }
    }

    /// The order of the numbers or texts of two rows, as they are stored.
    pub(crate) fn compare(&self, a: usize, b: usize) -> Option<Ordering> {
        fn order<T: PartialOrd>(cells: &[T], a: usize, b: usize) -> Option<Ordering> {
            cells.get(a)?.partial_cmp(cells.get(b)?)
        }
        match self {
            Self::Byte(cells) => order(cells, a, b),
            Self::Int(cells) => order(cells, a, b),
            Self::Long(cells) => order(cells, a, b),
            Self::Float(cells) => order(cells, a, b),
            Self::Double(cells) => order(cells, a, b),
            Self::Str(texts) => Some(texts.get(a).cmp(texts.get(b))),
            Self::StrL(_) | Self::Alias(_) => None,
        }
    }

    /// The cell of one row; of strL and alias variables none.
    pub(crate) fn row(&self, row: usize) -> Self {
        match self {
            Self::Str(texts) => {
                let mut one = Texts::with_capacity(1, 0);
                one.push(texts.get(row));
                Self::Str(one)
            }
            cells => cells.numbers(row..row + 1).unwrap_or(Self::Alias(0)),
        }
    }

    /// The numbers of some rows; none where these are no numbers or the rows are not all there.
    pub(crate) fn numbers(&self, rows: Range<usize>) -> Option<Self> {
        Some(match self {
            Self::Byte(cells) => Self::Byte(cells.get(rows)?.to_vec()),
            Self::Int(cells) => Self::Int(cells.get(rows)?.to_vec()),
            Self::Long(cells) => Self::Long(cells.get(rows)?.to_vec()),
            Self::Float(cells) => Self::Float(cells.get(rows)?.to_vec()),
            Self::Double(cells) => Self::Double(cells.get(rows)?.to_vec()),
            Self::Str(_) | Self::StrL(_) | Self::Alias(_) => return None,
        })
    }

    /// Appends the cells at `offset` of each row; `storage` is the one these cells were made for.
    pub(crate) fn append(&mut self, rows: Rows<'_>, order: ByteOrder, offset: usize, storage: StorageType) {
        match (self, order) {
            (Self::Byte(cells), _) => rows.numbers(offset, cells, i8::from_le_bytes),
            (Self::Int(cells), ByteOrder::Little) => rows.numbers(offset, cells, i16::from_le_bytes),
            (Self::Int(cells), ByteOrder::Big) => rows.numbers(offset, cells, i16::from_be_bytes),
            (Self::Long(cells), ByteOrder::Little) => rows.numbers(offset, cells, i32::from_le_bytes),
            (Self::Long(cells), ByteOrder::Big) => rows.numbers(offset, cells, i32::from_be_bytes),
            (Self::Float(cells), ByteOrder::Little) => rows.numbers(offset, cells, f32::from_le_bytes),
            (Self::Float(cells), ByteOrder::Big) => rows.numbers(offset, cells, f32::from_be_bytes),
            (Self::Double(cells), ByteOrder::Little) => rows.numbers(offset, cells, f64::from_le_bytes),
            (Self::Double(cells), ByteOrder::Big) => rows.numbers(offset, cells, f64::from_be_bytes),
            (Self::Str(texts), _) => rows.texts(offset, storage.width(), TextEnd::Nul, texts),
            (Self::StrL(cells), _) => rows.numbers(offset, cells, |cell| cell),
            (Self::Alias(count), _) => *count += rows.len(),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_both_byte_orders_are_equal() {
        let little = [1, 0xFE, 0xFF, b'a', 0, b'x', 2, 3, 0, b'b', b'c', b'd'];
        let big = [1, 0xFF, 0xFE, b'a', 0, b'x', 2, 0, 3, b'b', b'c', b'd'];
        for (bytes, order) in [(little, ByteOrder::Little), (big, ByteOrder::Big)] {
            let rows = Rows::new(&bytes, 6);
            let mut ints = Cells::with_capacity(StorageType::Int, 2, 0);
            ints.append(rows, order, 1, StorageType::Int);
            assert!(matches!(&ints, Cells::Int(cells) if cells == &[-2, 3]));
            let text = StorageType::Str(3);
            let mut texts = Cells::with_capacity(text, 2, 0);
            texts.append(rows, order, 3, text);
            let mut expected = Texts::with_capacity(0, 0);
            expected.push(b"a");
            expected.push(b"bcd");
            assert!(matches!(&texts, Cells::Str(texts) if texts == &expected));
        }
    }
}
