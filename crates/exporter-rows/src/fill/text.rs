//! Texts, and numbers as text, to cells of a fixed number of bytes.

use std::fmt::Write as _;

use arrow_array::types::Decimal128Type;
use arrow_array::{Array, ArrayRef, StringArray};
use arrow_buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::DataType;

use super::FillCells;
use super::changes::{BadCell, CellChange, Changes};
use super::masked_copy::{LEAST_WIDTH, put_masked};
use super::number::{Whole, values, with_whole};
use super::tile::{Cells, Validity};

/// What happens to a text that is longer than its variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum LongText {
    /// The first one is an error.
    #[default]
    Error,
    /// It is cut on a character border and counted.
    Cut,
}

/// What follows a text in its cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pad {
    /// Zero bytes; a text with a NUL, which would end there, is an error.
    Nul,
    /// Blanks.
    Blank,
}

impl Pad {
    const fn byte(self) -> u8 {
        match self {
            Self::Nul => 0,
            Self::Blank => b' ',
        }
    }
}

/// How texts become cells; a null is an empty text.
#[derive(Debug, Clone, Copy)]
pub struct TextCells {
    /// Bytes of a cell.
    pub width: usize,
    /// What follows a text.
    pub pad: Pad,
    /// What happens to a text that is longer than the cell.
    pub long_text: LongText,
    /// What the user can do about a text that is longer, and about one with a NUL.
    pub remedies: (&'static str, &'static str),
}

impl TextCells {
    /// The cells of a column of text.
    pub fn column(self, texts: &StringArray) -> Box<dyn FillCells> {
        let (offsets, data) = (texts.offsets().clone(), texts.values().clone());
        let validity = Validity::new(texts.nulls());
        match self.pad {
            Pad::Nul => Box::new(TextColumn::<0> { offsets, data, validity, cells: self }),
            Pad::Blank => Box::new(TextColumn::<b' '> { offsets, data, validity, cells: self }),
        }
    }

    /// The cells of a column of whole numbers or decimals, written as decimal text; one that is longer than the cell is
    /// an error. `None` for a column of another type.
    pub fn number_column(self, array: &ArrayRef) -> Option<Box<dyn FillCells>> {
        let cells = Self { long_text: LongText::Error, ..self };
        let nulls = array.nulls().cloned();
        if let DataType::Decimal128(_, scale) = *array.data_type()
            && scale != 0
        {
            let values = values::<Decimal128Type>(array);
            return Some(Box::new(DecimalColumn { values, scale, nulls, cells }));
        }
        with_whole!(array, T => {
            Box::new(WholeColumn { values: values::<T>(array), nulls, cells }) as Box<dyn FillCells>
        })
    }

    /// Puts one text into its cell; `row` is its row in the batch.
    ///
    /// # Errors
    /// As [`TextCells::fitting`].
    pub fn put(self, cell: &mut [u8], text: &[u8], row: usize, changes: &mut Changes) -> Result<(), BadCell> {
        let text = self.fitting(text, row, changes)?;
        put_padded(cell.get_mut(..self.width).unwrap_or_default(), text, self.pad.byte());
        Ok(())
    }

    /// What a cell takes of a text; `row` is its row in the batch.
    ///
    /// # Errors
    /// A text with a NUL where NULs follow texts, and a text that is longer than the cell and may not be cut.
    pub fn fitting<'t>(self, text: &'t [u8], row: usize, changes: &mut Changes) -> Result<&'t [u8], BadCell> {
        let (too_long, has_nul) = self.remedies;
        if self.pad == Pad::Nul && text.contains(&0) {
            return Err(changes.refuse(row, "text with a NUL", has_nul));
        }
        if text.len() <= self.width {
            return Ok(text);
        }
        if self.long_text == LongText::Error {
            return Err(changes.refuse(row, format!("text of {} bytes", text.len()), too_long));
        }
        changes.add(CellChange::Cut, 1, row, || String::from_utf8_lossy(text).into_owned());
        Ok(beginning(text, self.width))
    }
}

/// At most `width` bytes of a text; UTF-8 is cut on a character border.
fn beginning(text: &[u8], width: usize) -> &[u8] {
    let width = match std::str::from_utf8(text) {
        Ok(text) => text.floor_char_boundary(width),
        Err(_) => width,
    };
    text.get(..width).unwrap_or(text)
}

/// Copies a text that fits and pads the cell.
#[inline(always)]
fn put_padded(cell: &mut [u8], text: &[u8], pad: u8) {
    for (i, byte) in cell.iter_mut().enumerate() {
        *byte = text.get(i).copied().unwrap_or(pad);
    }
}

/// A column of texts; `PAD` is the byte of its cells' pad.
struct TextColumn<const PAD: u8> {
    offsets: OffsetBuffer<i32>,
    data: Buffer,
    validity: Validity,
    cells: TextCells,
}

impl<const PAD: u8> FillCells for TextColumn<PAD> {
    fn fill(&self, row: usize, rows: usize, cells: Cells<'_>, changes: &mut Changes) -> Result<(), BadCell> {
        let width = self.cells.width;
        let valid = self.validity.word(row, rows);
        let Some([first, ends @ ..]) = self.offsets.get(row..=row + rows) else { return Ok(()) };
        let first = *first as usize;
        let last = ends.last().map_or(first, |last| *last as usize);
        let data = self.data.as_slice();
        // Looked through first, which also brings the texts into the nearest cache in one sweep.
        let has_nul = PAD == 0 && memchr::memchr(0, data.get(first..last).unwrap_or_default()).is_some();
        let mut longest = 0;
        let mut start = first;
        for end in ends {
            longest = longest.max(*end as usize - start);
            start = *end as usize;
        }
        let checked = longest > width || has_nul;
        let masked = width >= LEAST_WIDTH && last.saturating_add(width) <= data.len();
        let (mut start, mut at) = (first, 0);
        if masked && !checked {
            for (i, end) in ends.iter().enumerate() {
                let end = *end as usize;
                let length = if valid >> i & 1 == 1 { end - start } else { 0 };
                if let (Some(cell), Some(from)) =
                    (cells.bytes.get_mut(at..at + width), data.get(start..start + width))
                {
                    put_masked::<PAD>(cell, from, length);
                }
                start = end;
                at += cells.stride;
            }
            return Ok(());
        }
        for (i, end) in ends.iter().enumerate() {
            let end = *end as usize;
            let length = if valid >> i & 1 == 1 { end - start } else { 0 };
            let cell = cells.bytes.get_mut(at..at + width).unwrap_or_default();
            let text = data.get(start..start + length).unwrap_or_default();
            if checked {
                self.cells.put(cell, text, row + i, changes)?;
            } else {
                put_padded(cell, text, PAD);
            }
            start = end;
            at += cells.stride;
        }
        Ok(())
    }
}

/// A column of whole numbers written as text.
struct WholeColumn<S: Whole> {
    values: ScalarBuffer<S>,
    nulls: Option<NullBuffer>,
    cells: TextCells,
}

impl<S: Whole> FillCells for WholeColumn<S> {
    fn fill(&self, row: usize, rows: usize, cells: Cells<'_>, changes: &mut Changes) -> Result<(), BadCell> {
        let show = |value: S, text: &mut String| {
            // Writing to a String never fails.
            let _ = write!(text, "{value}");
        };
        put_shown(&self.values, self.nulls.as_ref(), self.cells, row..row + rows, cells, changes, show)
    }
}

/// A column of decimals written as text.
struct DecimalColumn {
    values: ScalarBuffer<i128>,
    scale: i8,
    nulls: Option<NullBuffer>,
    cells: TextCells,
}

impl FillCells for DecimalColumn {
    fn fill(&self, row: usize, rows: usize, cells: Cells<'_>, changes: &mut Changes) -> Result<(), BadCell> {
        let show = |value, text: &mut String| text.push_str(&decimal_text(value, self.scale));
        put_shown(&self.values, self.nulls.as_ref(), self.cells, row..row + rows, cells, changes, show)
    }
}

/// Puts values as text into their cells.
fn put_shown<S: Copy>(
    values: &[S],
    nulls: Option<&NullBuffer>,
    rule: TextCells,
    rows: std::ops::Range<usize>,
    cells: Cells<'_>,
    changes: &mut Changes,
    show: impl Fn(S, &mut String),
) -> Result<(), BadCell> {
    let mut text = String::new();
    for (row, cell) in rows.zip(cells.bytes.chunks_mut(cells.stride)) {
        text.clear();
        if let Some(value) = values.get(row).filter(|_| nulls.is_none_or(|nulls| nulls.is_valid(row))) {
            show(*value, &mut text);
        }
        rule.put(cell, text.as_bytes(), row, changes)?;
    }
    Ok(())
}

/// A decimal of `value` units of 10 to the power of minus `scale`, as text.
pub fn decimal_text(value: i128, scale: i8) -> String {
    if scale <= 0 {
        let zeros = if value == 0 { 0 } else { usize::from(scale.unsigned_abs()) };
        return format!("{value}{}", "0".repeat(zeros));
    }
    let places = usize::from(scale.unsigned_abs());
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    format!("{}{whole}.{fraction}", if value < 0 { "-" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_print_all_their_places() {
        assert_eq!(decimal_text(-5, 2), "-0.05");
        assert_eq!(decimal_text(12_345, 2), "123.45");
        assert_eq!(decimal_text(12, -3), "12000");
        assert_eq!(decimal_text(0, 1), "0.0");
    }
}
