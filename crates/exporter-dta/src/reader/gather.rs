//! Picks the cells of one variable out of row-major bytes.

use std::ops::Range;

use crate::reader::bytes::until_nul;
use crate::spec::ByteOrder;
use crate::spec_storage::StorageType;

/// Complete rows, one after the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rows<'b> {
    pub(crate) bytes: &'b [u8],
    /// Bytes from one row to the next.
    pub(crate) stride: usize,
    pub(crate) order: ByteOrder,
}

/// Cells of one variable as they are stored.
#[derive(Debug)]
pub(crate) enum Cells {
    Byte(Vec<i8>),
    Int(Vec<i16>),
    Long(Vec<i32>),
    Float(Vec<f32>),
    Double(Vec<f64>),
    /// Texts one after the other, each cut at its first NUL, and where each ends.
    Str {
        bytes: Vec<u8>,
        offsets: Vec<i32>,
    },
    /// strL cells, eight bytes each as they stand in the file.
    StrL(Vec<[u8; 8]>),
    /// Alias variables have no cells, only rows.
    Alias(usize),
}

impl Cells {
    pub(crate) fn with_capacity(storage: StorageType, rows: usize) -> Self {
        match storage {
            StorageType::Byte => Self::Byte(Vec::with_capacity(rows)),
            StorageType::Int => Self::Int(Vec::with_capacity(rows)),
            StorageType::Long => Self::Long(Vec::with_capacity(rows)),
            StorageType::Float => Self::Float(Vec::with_capacity(rows)),
            StorageType::Double => Self::Double(Vec::with_capacity(rows)),
            StorageType::Str(_) => {
                let mut offsets = Vec::with_capacity(rows + 1);
                offsets.push(0);
                Self::Str { bytes: Vec::new(), offsets }
            }
            StorageType::StrL => Self::StrL(Vec::with_capacity(rows)),
            StorageType::Alias => Self::Alias(0),
        }
    }

    /// Makes room for `bytes` of text where this is a fixed string.
    pub(crate) fn reserve_text(mut self, bytes: usize) -> Self {
        if let Self::Str { bytes: text, .. } = &mut self {
            text.reserve(bytes);
        }
        self
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
            Self::Str { bytes, offsets } => {
                bytes.clear();
                offsets.truncate(1);
            }
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
            _ => {}
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
            Self::Str { .. } | Self::StrL(_) | Self::Alias(_) => return None,
        })
    }

    /// Appends the cells at `offset` of each row; `storage` is the one these cells were made for.
    pub(crate) fn append(&mut self, rows: Rows<'_>, offset: usize, storage: StorageType) {
        match self {
            Self::Byte(cells) => take(cells, rows, offset, i8::from_le_bytes, i8::from_be_bytes),
            Self::Int(cells) => take(cells, rows, offset, i16::from_le_bytes, i16::from_be_bytes),
            Self::Long(cells) => take(cells, rows, offset, i32::from_le_bytes, i32::from_be_bytes),
            Self::Float(cells) => take(cells, rows, offset, f32::from_le_bytes, f32::from_be_bytes),
            Self::Double(cells) => take(cells, rows, offset, f64::from_le_bytes, f64::from_be_bytes),
            Self::Str { bytes, offsets } => take_text(bytes, offsets, rows, offset, storage.width()),
            Self::StrL(cells) => take(cells, rows, offset, |cell| cell, |cell| cell),
            Self::Alias(count) => *count += rows.bytes.len().checked_div(rows.stride).unwrap_or(0),
        }
    }
}

/// Appends numbers; the byte order is chosen once for all rows.
fn take<const N: usize, T>(
    cells: &mut Vec<T>,
    rows: Rows<'_>,
    offset: usize,
    little: impl Fn([u8; N]) -> T,
    big: impl Fn([u8; N]) -> T,
) {
    match rows.order {
        ByteOrder::Little => take_as(cells, rows, offset, little),
        ByteOrder::Big => take_as(cells, rows, offset, big),
    }
}

fn take_as<const N: usize, T>(
    cells: &mut Vec<T>,
    rows: Rows<'_>,
    offset: usize,
    from: impl Fn([u8; N]) -> T,
) {
    if rows.stride == 0 || offset + N > rows.stride {
        return;
    }
    cells.extend(rows.bytes.chunks_exact(rows.stride).map(|row| {
        let mut cell = [0; N];
        cell.copy_from_slice(&row[offset..offset + N]);
        from(cell)
    }));
}

fn take_text(bytes: &mut Vec<u8>, offsets: &mut Vec<i32>, rows: Rows<'_>, offset: usize, width: usize) {
    if rows.stride == 0 || offset + width > rows.stride {
        return;
    }
    for row in rows.bytes.chunks_exact(rows.stride) {
        bytes.extend_from_slice(until_nul(&row[offset..offset + width]));
        // Batches are cut so that the texts of one column stay below 2 GiB.
        offsets.push(bytes.len() as i32);
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
            let rows = Rows { bytes: &bytes, stride: 6, order };
            let mut ints = Cells::with_capacity(StorageType::Int, 2);
            ints.append(rows, 1, StorageType::Int);
            assert!(matches!(&ints, Cells::Int(cells) if cells == &[-2, 3]));
            let text = StorageType::Str(3);
            let mut texts = Cells::with_capacity(text, 2);
            texts.append(rows, 3, text);
            assert!(
                matches!(&texts, Cells::Str { bytes, offsets } if bytes == b"abcd" && offsets == &[0, 1, 4])
            );
        }
    }
}
