//! The cells of one column as they are stored.

use std::cmp::Ordering;
use std::ops::Range;

use exporter_core::source::ByteOrder;

use super::{Rows, TextEnd, Texts};

/// How a cell is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CellType {
    /// A whole number of one byte.
    Int8,
    /// Of two bytes.
    Int16,
    /// Of four bytes.
    Int32,
    /// A float of four bytes.
    Float32,
    /// Of eight bytes.
    Float64,
    /// A text of so many bytes.
    Text(usize, TextEnd),
    /// Eight bytes that mean something else.
    Raw,
    /// Nothing.
    Absent,
}

/// Cells of one column as they are stored.
#[derive(Debug)]
pub enum StoredCells {
    /// Whole numbers of one byte.
    Int8(Vec<i8>),
    /// Of two bytes.
    Int16(Vec<i16>),
    /// Of four bytes.
    Int32(Vec<i32>),
    /// Floats of four bytes.
    Float32(Vec<f32>),
    /// Of eight bytes.
    Float64(Vec<f64>),
    /// Texts.
    Text(Texts),
    /// Eight bytes each, as they stand in the rows.
    Raw(Vec<[u8; 8]>),
    /// Rows without such a cell.
    Absent(usize),
}

impl StoredCells {
    /// Room for so many rows, and for so many bytes of text where these are texts.
    pub fn with_capacity(cell: CellType, rows: usize, text: usize) -> Self {
        match cell {
            CellType::Int8 => Self::Int8(Vec::with_capacity(rows)),
            CellType::Int16 => Self::Int16(Vec::with_capacity(rows)),
            CellType::Int32 => Self::Int32(Vec::with_capacity(rows)),
            CellType::Float32 => Self::Float32(Vec::with_capacity(rows)),
            CellType::Float64 => Self::Float64(Vec::with_capacity(rows)),
            CellType::Text(..) => Self::Text(Texts::with_capacity(rows, text)),
            CellType::Raw => Self::Raw(Vec::with_capacity(rows)),
            CellType::Absent => Self::Absent(0),
        }
    }

    /// Whether these are numbers of this type.
    pub fn is(&self, cell: CellType) -> bool {
        matches!(
            (self, cell),
            (Self::Int8(_), CellType::Int8)
                | (Self::Int16(_), CellType::Int16)
                | (Self::Int32(_), CellType::Int32)
                | (Self::Float32(_), CellType::Float32)
                | (Self::Float64(_), CellType::Float64)
        )
    }

    /// Empties the cells and keeps their memory.
    pub fn clear(&mut self) {
        match self {
            Self::Int8(cells) => cells.clear(),
            Self::Int16(cells) => cells.clear(),
            Self::Int32(cells) => cells.clear(),
            Self::Float32(cells) => cells.clear(),
            Self::Float64(cells) => cells.clear(),
            Self::Text(texts) => texts.clear(),
            Self::Raw(cells) => cells.clear(),
            Self::Absent(rows) => *rows = 0,
        }
    }

    /// Appends cells of the same kind.
    pub fn join(&mut self, other: &Self) {
        match (self, other) {
            (Self::Int8(cells), Self::Int8(more)) => cells.extend_from_slice(more),
            (Self::Int16(cells), Self::Int16(more)) => cells.extend_from_slice(more),
            (Self::Int32(cells), Self::Int32(more)) => cells.extend_from_slice(more),
            (Self::Float32(cells), Self::Float32(more)) => cells.extend_from_slice(more),
            (Self::Float64(cells), Self::Float64(more)) => cells.extend_from_slice(more),
            (Self::Text(texts), Self::Text(more)) => (0..more.len()).for_each(|at| texts.push(more.get(at))),
            _ => {}
        }
    }

    /// The order of the numbers or texts of two rows, as they are stored.
    pub fn compare(&self, a: usize, b: usize) -> Option<Ordering> {
        fn order<T: PartialOrd>(cells: &[T], a: usize, b: usize) -> Option<Ordering> {
            cells.get(a)?.partial_cmp(cells.get(b)?)
        }
        match self {
            Self::Int8(cells) => order(cells, a, b),
            Self::Int16(cells) => order(cells, a, b),
            Self::Int32(cells) => order(cells, a, b),
            Self::Float32(cells) => order(cells, a, b),
            Self::Float64(cells) => order(cells, a, b),
            Self::Text(texts) => Some(texts.get(a).cmp(texts.get(b))),
            Self::Raw(_) | Self::Absent(_) => None,
        }
    }

    /// The cell of one row; of raw and absent cells none.
    pub fn row(&self, row: usize) -> Self {
        match self {
            Self::Text(texts) => {
                let mut one = Texts::with_capacity(1, 0);
                one.push(texts.get(row));
                Self::Text(one)
            }
            cells => cells.numbers(row..row + 1).unwrap_or(Self::Absent(0)),
        }
    }

    /// The numbers of some rows; none where these are no numbers or the rows are not all there.
    pub fn numbers(&self, rows: Range<usize>) -> Option<Self> {
        Some(match self {
            Self::Int8(cells) => Self::Int8(cells.get(rows)?.to_vec()),
            Self::Int16(cells) => Self::Int16(cells.get(rows)?.to_vec()),
            Self::Int32(cells) => Self::Int32(cells.get(rows)?.to_vec()),
            Self::Float32(cells) => Self::Float32(cells.get(rows)?.to_vec()),
            Self::Float64(cells) => Self::Float64(cells.get(rows)?.to_vec()),
            Self::Text(_) | Self::Raw(_) | Self::Absent(_) => return None,
        })
    }

    /// Appends the cells at `offset` of each row; `cell` is the type that these cells were made for.
    pub fn append(&mut self, rows: Rows<'_>, order: ByteOrder, offset: usize, cell: CellType) {
        match (self, order) {
            (Self::Int8(cells), _) => rows.numbers(offset, cells, i8::from_le_bytes),
            (Self::Int16(cells), ByteOrder::Little) => rows.numbers(offset, cells, i16::from_le_bytes),
            (Self::Int16(cells), ByteOrder::Big) => rows.numbers(offset, cells, i16::from_be_bytes),
            (Self::Int32(cells), ByteOrder::Little) => rows.numbers(offset, cells, i32::from_le_bytes),
            (Self::Int32(cells), ByteOrder::Big) => rows.numbers(offset, cells, i32::from_be_bytes),
            (Self::Float32(cells), ByteOrder::Little) => rows.numbers(offset, cells, f32::from_le_bytes),
            (Self::Float32(cells), ByteOrder::Big) => rows.numbers(offset, cells, f32::from_be_bytes),
            (Self::Float64(cells), ByteOrder::Little) => rows.numbers(offset, cells, f64::from_le_bytes),
            (Self::Float64(cells), ByteOrder::Big) => rows.numbers(offset, cells, f64::from_be_bytes),
            (Self::Text(texts), _) => {
                if let CellType::Text(width, end) = cell {
                    rows.texts(offset, width, end, texts);
                }
            }
            (Self::Raw(cells), _) => rows.numbers(offset, cells, |cell| cell),
            (Self::Absent(count), _) => *count += rows.len(),
        }
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
            let mut ints = StoredCells::with_capacity(CellType::Int16, 2, 0);
            ints.append(rows, order, 1, CellType::Int16);
            assert!(matches!(&ints, StoredCells::Int16(cells) if cells == &[-2, 3]));
            let text = CellType::Text(3, TextEnd::Nul);
            let mut texts = StoredCells::with_capacity(text, 2, 0);
            texts.append(rows, order, 3, text);
            let mut expected = Texts::with_capacity(0, 0);
            expected.push(b"a");
            expected.push(b"bcd");
            assert!(matches!(&texts, StoredCells::Text(texts) if texts == &expected));
        }
    }
}
