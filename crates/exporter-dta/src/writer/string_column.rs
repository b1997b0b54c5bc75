//! Texts to fixed strings.

use std::fmt::Write as _;

use arrow_array::OffsetSizeTrait;
use arrow_buffer::{Buffer, OffsetBuffer};

use crate::writer::column::ColumnFill;
use crate::writer::findings::{BadCell, CellChange, Findings};
use crate::writer::masked_copy::{LEAST_WIDTH, put_masked};
use crate::writer::text::Texts;
use crate::writer::tile::{Cells, Validity};
use exporter_stata::Charset;

const TOO_LONG: &str = "declare or profile the longest text of the variable, or store it as strL";
const HAS_NUL: &str =
    "a NUL would end the text: store it as strL (storage=declared without a declared length does)";

/// What happens to a text that is longer than its variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LongText {
    /// The first one is an error.
    #[default]
    Error,
    /// It is cut on a character border and counted.
    Cut,
}

/// A column of texts laid out by offsets, the fast case.
pub(super) struct OffsetStringColumn<O: OffsetSizeTrait> {
    pub(super) offsets: OffsetBuffer<O>,
    pub(super) data: Buffer,
    pub(super) validity: Validity,
    pub(super) width: usize,
    pub(super) long_text: LongText,
}

impl<O: OffsetSizeTrait> ColumnFill for OffsetStringColumn<O> {
    fn fill(
        &self,
        row: usize,
        rows: usize,
        cells: Cells<'_>,
        findings: &mut Findings,
    ) -> Result<(), BadCell> {
        let width = self.width;
        let valid = self.validity.word(row, rows);
        let offsets = self.offsets.get(row..=row + rows).unwrap_or_default();
        let (first, last) = match offsets {
            [first, .., last] => (first.as_usize(), last.as_usize()),
            _ => return Ok(()),
        };
        let data = self.data.as_slice();
        // Looked through first, which also brings the texts into the nearest cache in one sweep.
        let has_nul = memchr::memchr(0, data.get(first..last).unwrap_or_default()).is_some();
        let longest = offsets.windows(2).fold(0, |longest, pair| match pair {
            [start, end] => longest.max(end.as_usize().wrapping_sub(start.as_usize())),
            _ => longest,
        });
        let texts = offsets.windows(2).enumerate().filter_map(|(i, pair)| match pair {
            [start, end] => {
                Some((start.as_usize(), if valid >> i & 1 == 1 { *end } else { *start }.as_usize()))
            }
            _ => None,
        });
        let texts = cells.bytes.chunks_mut(cells.stride).zip(texts);
        if longest > width || has_nul {
            let rule = Rule { width, long_text: self.long_text };
            for (i, (cell, (start, end))) in texts.enumerate() {
                rule.put(cell, data.get(start..end).unwrap_or_default(), row + i, findings)?;
            }
        } else if width >= LEAST_WIDTH && last.saturating_add(width) <= data.len() {
            for (cell, (start, end)) in texts {
                if let (Some(cell), Some(from)) = (cell.get_mut(..width), data.get(start..start + width)) {
                    put_masked(cell, from, end - start);
                }
            }
        } else {
            for (cell, (start, end)) in texts {
                let text = data.get(start..end).unwrap_or_default();
                if let Some((cell, tail)) =
                    cell.get_mut(..width).and_then(|cell| cell.split_at_mut_checked(text.len()))
                {
                    cell.copy_from_slice(text);
                    tail.fill(0);
                }
            }
        }
        Ok(())
    }
}

/// What texts of one column must keep to.
#[derive(Clone, Copy)]
struct Rule {
    width: usize,
    long_text: LongText,
}

impl Rule {
    fn put(self, cell: &mut [u8], text: &[u8], row: usize, findings: &mut Findings) -> Result<(), BadCell> {
        let mut text = text;
        if text.contains(&0) {
            return Err(BadCell { row, value: "text with a NUL".to_owned(), remedy: HAS_NUL });
        }
        if text.len() > self.width {
            if self.long_text == LongText::Error {
                return Err(BadCell {
                    row,
                    value: format!("text of {} bytes", text.len()),
                    remedy: TOO_LONG,
                });
            }
            findings.add(CellChange::Cut, 1, row, || String::from_utf8_lossy(text).into_owned());
            text = beginning(text, self.width);
        }
        if let Some((cell, tail)) =
            cell.get_mut(..self.width).and_then(|cell| cell.split_at_mut_checked(text.len()))
        {
            cell.copy_from_slice(text);
            tail.fill(0);
        }
        Ok(())
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

/// A column of texts in any layout and charset.
pub(super) struct StringColumn {
    pub(super) texts: Texts,
    pub(super) width: usize,
    pub(super) charset: Charset,
    pub(super) long_text: LongText,
}

impl ColumnFill for StringColumn {
    fn fill(
        &self,
        row: usize,
        rows: usize,
        cells: Cells<'_>,
        findings: &mut Findings,
    ) -> Result<(), BadCell> {
        let rule = Rule { width: self.width, long_text: self.long_text };
        for (i, cell) in cells.bytes.chunks_mut(cells.stride).take(rows).enumerate() {
            let bytes = self.texts.get(row + i);
            if self.charset == Charset::Utf8 || bytes.is_ascii() {
                rule.put(cell, bytes, row + i, findings)?;
                continue;
            }
            let text = String::from_utf8_lossy(bytes);
            let (encoded, replaced) = self.charset.encode(&text);
            if replaced > 0 {
                findings.add(CellChange::Replaced, replaced, row + i, || text.to_string());
            }
            rule.put(cell, &encoded, row + i, findings)?;
        }
        Ok(())
    }
}

/// A column of numbers written as text.
pub(super) struct NumberTextColumn<F> {
    /// Writes the text of a row; returns `false` for a null.
    pub(super) show: F,
    pub(super) width: usize,
}

impl<F> ColumnFill for NumberTextColumn<F>
where
    F: Fn(usize, &mut String) -> bool + Send + Sync,
{
    fn fill(
        &self,
        row: usize,
        rows: usize,
        cells: Cells<'_>,
        findings: &mut Findings,
    ) -> Result<(), BadCell> {
        let rule = Rule { width: self.width, long_text: LongText::Error };
        let mut text = String::new();
        for (i, cell) in cells.bytes.chunks_mut(cells.stride).take(rows).enumerate() {
            text.clear();
            if !(self.show)(row + i, &mut text) {
                text.clear();
            }
            rule.put(cell, text.as_bytes(), row + i, findings)?;
        }
        Ok(())
    }
}

/// Appends a number to a text.
pub(super) fn show(text: &mut String, number: impl std::fmt::Display) {
    // Writing to a String never fails.
    let _ = write!(text, "{number}");
}
