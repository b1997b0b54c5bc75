//! Texts to elements: eight bytes each, the rest blank; of very long texts every segment holds 255 bytes in 256.

use arrow_array::{Array, ArrayRef, StringArray, UInt8Array};
use encoding_rs::{Encoding, UTF_8};
use exporter_rows::{BadCell, CellChange, Cells, Changes, FillCells, LongText, TextCells, Validity};
use exporter_spss::Value;

use super::encoder::{append, encode, encoded_len};
use crate::layout::Segments;
use crate::spec::{BLANKS, ELEMENT_BYTES, SEGMENT_WIDTH, code};

/// Bytes of a case that a whole segment takes.
const SEGMENT_BYTES: usize = SEGMENT_WIDTH.next_multiple_of(ELEMENT_BYTES);

/// Where texts come from.
pub(super) enum Texts {
    /// Texts in UTF-8, which are stored as they are.
    Utf8(StringArray, Validity),
    /// Texts for an encoding that is not UTF-8.
    Encoded(StringArray, &'static Encoding),
    /// Numbers, written as text in padded cells.
    Numbers(Box<dyn FillCells>),
}

impl Texts {
    pub(super) fn new(texts: &StringArray, encoding: &'static Encoding) -> Self {
        if encoding == UTF_8 {
            Self::Utf8(texts.clone(), Validity::new(texts.nulls()))
        } else {
            Self::Encoded(texts.clone(), encoding)
        }
    }
}

/// A column of texts; a null is an empty text.
pub(super) struct TextColumn {
    texts: Texts,
    cells: TextCells,
    reasons: Option<Reasons>,
}

/// Texts that stand for reasons of missing values.
struct Reasons {
    values: ArrayRef,
    numbers: UInt8Array,
    texts: Vec<Vec<u8>>,
}

impl TextColumn {
    pub(super) fn new(texts: Texts, cells: TextCells) -> Self {
        Self { texts, cells, reasons: None }
    }

    /// Writes the text of a reason where `values` has a null and `numbers` the reason's number.
    pub(super) fn with_reasons(
        self,
        values: &ArrayRef,
        numbers: UInt8Array,
        reasons: &[Option<Value>],
        encoding: &'static Encoding,
    ) -> Self {
        let text = |value: &Option<Value>| match value {
            Some(Value::Text(text)) => encode(encoding, text).0.into_owned(),
            _ => Vec::new(),
        };
        let texts = reasons.iter().map(text).collect();
        Self { reasons: Some(Reasons { values: values.clone(), numbers, texts }), ..self }
    }

    /// Elements of a case.
    pub(super) fn elements(&self) -> usize {
        Segments::new(self.cells.width).elements()
    }

    /// Writes the codes and the elements of some cases. Those of the first case begin where the slices do, those of the next
    /// `stride` further on.
    pub(super) fn put(
        &self,
        (row, rows): (usize, usize),
        codes: &mut [u8],
        elements: &mut [[u8; ELEMENT_BYTES]],
        stride: usize,
        changes: &mut Changes,
    ) -> Result<(), BadCell> {
        let count = self.elements();
        self.each(row, rows, changes, |case, text| {
            let at = case * stride..case * stride + count;
            if let (Some(codes), Some(elements)) = (codes.get_mut(at.clone()), elements.get_mut(at)) {
                put_elements(text, codes, elements);
            }
        })
    }

    /// Hands every text to `put`, in the encoding of the file and no longer than the variable.
    fn each(
        &self,
        row: usize,
        rows: usize,
        changes: &mut Changes,
        mut put: impl FnMut(usize, &[u8]),
    ) -> Result<(), BadCell> {
        let reason = |case: usize| self.reasons.as_ref().and_then(|reasons| reasons.text(row + case));
        match &self.texts {
            Texts::Utf8(texts, validity) => {
                let valid = validity.word(row, rows);
                let (data, width) = (texts.value_data(), self.cells.width);
                let Some([first, ends @ ..]) = texts.value_offsets().get(row..=row + rows) else {
                    return Ok(());
                };
                let mut start = *first as usize;
                for (case, end) in ends.iter().enumerate() {
                    let end = *end as usize;
                    let last = if valid >> case & 1 == 1 { end } else { start };
                    let mut text = data.get(start..last).unwrap_or_default();
                    if text.len() > width {
                        text = self.cells.fitting(text, row + case, changes)?;
                    }
                    put(case, reason(case).unwrap_or(text));
                    start = end;
                }
            }
            Texts::Encoded(texts, encoding) => {
                let mut bytes = Vec::new();
                for case in 0..rows {
                    let text = if texts.is_valid(row + case) { texts.value(row + case) } else { "" };
                    bytes.clear();
                    let replaced = append(encoding, text, &mut bytes);
                    if replaced > 0 {
                        changes.add(CellChange::Replaced, replaced, row + case, || text.to_owned());
                    }
                    if bytes.len() > self.cells.width {
                        self.cut(text, encoding, &mut bytes, row + case, changes)?;
                    }
                    put(case, reason(case).unwrap_or(&bytes));
                }
            }
            Texts::Numbers(fill) => {
                let width = self.cells.width;
                let mut cells = vec![b' '; rows * width];
                fill.fill(row, rows, Cells::new(&mut cells, width), changes)?;
                for (case, text) in cells.chunks(width.max(1)).enumerate() {
                    put(case, reason(case).unwrap_or(text.trim_ascii_end()));
                }
            }
        }
        Ok(())
    }

    /// Cuts an encoded text that is too long behind a character.
    #[cold]
    fn cut(
        &self,
        text: &str,
        encoding: &'static Encoding,
        bytes: &mut Vec<u8>,
        row: usize,
        changes: &mut Changes,
    ) -> Result<(), BadCell> {
        if self.cells.long_text == LongText::Error {
            return Err(changes.refuse(row, format!("text of {} bytes", bytes.len()), self.cells.remedies.0));
        }
        changes.add(CellChange::Cut, 1, row, || text.to_owned());
        let mut length = 0;
        for character in text.chars() {
            let next = length + encoded_len(encoding, character.encode_utf8(&mut [0; 4]));
            if next > self.cells.width {
                break;
            }
            length = next;
        }
        bytes.truncate(length);
        Ok(())
    }
}

impl Reasons {
    fn text(&self, row: usize) -> Option<&[u8]> {
        let is_reasoned = row < self.numbers.len() && self.values.is_null(row) && self.numbers.is_valid(row);
        let text = self.texts.get(usize::from(self.numbers.values().get(row).copied()?));
        text.filter(|_| is_reasoned).map(Vec::as_slice)
    }
}

impl FillCells for TextColumn {
    fn fill(&self, row: usize, rows: usize, cells: Cells<'_>, changes: &mut Changes) -> Result<(), BadCell> {
        let Cells { bytes, stride, .. } = cells;
        let width = self.elements() * ELEMENT_BYTES;
        self.each(row, rows, changes, |case, text| {
            let Some(cell) = bytes.get_mut(case * stride..case * stride + width) else { return };
            cell.fill(b' ');
            for (segment, piece) in cell.chunks_mut(SEGMENT_BYTES).zip(text.chunks(SEGMENT_WIDTH)) {
                if let Some(to) = segment.get_mut(..piece.len()) {
                    to.copy_from_slice(piece);
                }
            }
        })
    }
}

/// Writes the elements of one text: those of the text itself, then codes for blanks. A segment that is full ends with a blank
/// byte, so that the next one begins with an element.
#[inline(always)]
fn put_elements(text: &[u8], codes: &mut [u8], elements: &mut [[u8; ELEMENT_BYTES]]) {
    let mut used = 0;
    for piece in text.chunks(SEGMENT_WIDTH) {
        for eight in piece.chunks(ELEMENT_BYTES) {
            let mut element = BLANKS;
            if let Some(to) = element.get_mut(..eight.len()) {
                to.copy_from_slice(eight);
            }
            if let (Some(code), Some(to)) = (codes.get_mut(used), elements.get_mut(used)) {
                *code = if element == BLANKS { code::BLANKS } else { code::LITERAL };
                *to = element;
            }
            used += 1;
        }
    }
    codes.get_mut(used..).unwrap_or_default().fill(code::BLANKS);
}
