//! Texts in the charset of the release, and texts or bytes of strL variables.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, BinaryArray, StringArray};
use arrow_schema::DataType;
use exporter_rows::{BadCell, CellChange, Cells, Changes, FillCells, TextCells};
use exporter_stata::Charset;

/// Texts or bytes of a strL variable.
pub(super) enum Texts {
    Utf8(StringArray),
    Binary(BinaryArray),
}

impl Texts {
    /// Takes an array of text or bytes, or `None` for any other type.
    pub(super) fn new(array: &ArrayRef) -> Option<Self> {
        match array.data_type() {
            DataType::Utf8 => Some(Self::Utf8(array.as_string::<i32>().clone())),
            DataType::Binary => Some(Self::Binary(array.as_binary::<i32>().clone())),
            _ => None,
        }
    }

    /// Bytes of a row; empty for a null.
    #[inline]
    pub(super) fn get(&self, row: usize) -> &[u8] {
        match self {
            Self::Utf8(array) if row < array.len() && array.is_valid(row) => array.value(row).as_bytes(),
            Self::Binary(array) if row < array.len() && array.is_valid(row) => array.value(row),
            _ => &[],
        }
    }

    /// Whether the values are bytes, not text.
    pub(super) fn is_binary(&self) -> bool {
        matches!(self, Self::Binary(_))
    }
}

/// A column of texts in another charset than UTF-8.
pub(super) struct EncodedColumn {
    pub(super) texts: StringArray,
    pub(super) charset: Charset,
    pub(super) cells: TextCells,
}

impl FillCells for EncodedColumn {
    fn fill(&self, row: usize, rows: usize, cells: Cells<'_>, changes: &mut Changes) -> Result<(), BadCell> {
        for (row, cell) in (row..row + rows).zip(cells.bytes.chunks_mut(cells.stride)) {
            let text = if self.texts.is_valid(row) { self.texts.value(row) } else { "" };
            if text.is_ascii() {
                self.cells.put(cell, text.as_bytes(), row, changes)?;
                continue;
            }
            let (encoded, replaced) = self.charset.encode(text);
            if replaced > 0 {
                changes.add(CellChange::Replaced, replaced, row, || text.to_owned());
            }
            self.cells.put(cell, &encoded, row, changes)?;
        }
        Ok(())
    }
}
