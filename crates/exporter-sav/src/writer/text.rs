//! Texts to elements: eight bytes each, the rest blank; of very long texts every segment holds 255 bytes in 256.

use arrow_array::{Array, StringArray};
use encoding_rs::{Encoding, UTF_8};
use exporter_core::encoded;
use exporter_rows::{BadCell, CellChange, Cells, Changes, FillCells, LongText, TextCells, Validity};

use crate::layout::Segments;
use crate::spec::{BLANKS, ELEMENT_BYTES, SEGMENT_WIDTH, code};

/// Elements of texts so narrow that all are written alike, however long the text is: its length is hard to foresee.
const FEW: usize = 8;

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
}

/// Tells of a text with a NUL.
#[cold]
fn nul(text: &[u8], row: usize, changes: &mut Changes) {
    if text.contains(&0) {
        changes.add(CellChange::Nul, 1, row, || String::from_utf8_lossy(text).into_owned());
    }
}

impl TextColumn {
    pub(super) fn new(texts: Texts, cells: TextCells) -> Self {
        Self { texts, cells }
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
                let code_of = |element: &[u8; ELEMENT_BYTES]| {
                    if *element == BLANKS { code::BLANKS } else { code::LITERAL }
                };
                let used = put_elements(text, elements);
                codes
                    .iter_mut()
                    .zip(elements.iter())
                    .take(used)
                    .for_each(|(code, element)| *code = code_of(element));
                if used < count {
                    codes.get_mut(used..).unwrap_or_default().fill(code::BLANKS);
                }
            }
        })
    }

    /// Hands every text to `put`, in the encoding of the file and no longer than the variable.
    fn each(
        &self,
        row: usize,
        rows: usize,
        changes: &mut Changes,
        mut put: impl FnMut(usize, Text<'_>),
    ) -> Result<(), BadCell> {
        match &self.texts {
            Texts::Utf8(texts, validity) => {
                let valid = validity.word(row, rows);
                let (data, width) = (texts.value_data(), self.cells.width);
                let Some([first, ends @ ..]) = texts.value_offsets().get(row..=row + rows) else {
                    return Ok(());
                };
                let mut start = *first as usize;
                let last = ends.last().map_or(start, |last| *last as usize);
                let has_nul = memchr::memchr(0, data.get(start..last).unwrap_or_default()).is_some();
                for (case, end) in ends.iter().enumerate() {
                    let end = *end as usize;
                    let last = if valid >> case & 1 == 1 { end } else { start };
                    let mut length = last - start;
                    if last > start && data.get(last - 1) == Some(&b' ') {
                        let text = || {
                            String::from_utf8_lossy(data.get(start..last).unwrap_or_default()).into_owned()
                        };
                        changes.add(CellChange::Blanks, 1, row + case, text);
                    }
                    if has_nul {
                        nul(data.get(start..last).unwrap_or_default(), row + case, changes);
                    }
                    if length > width {
                        let text = data.get(start..last).unwrap_or_default();
                        length = self.cells.fitting(text, row + case, changes)?.len();
                    }
                    let text = Text { bytes: data.get(start..).unwrap_or_default(), length };
                    put(case, text);
                    start = end;
                }
            }
            Texts::Encoded(texts, encoding) => {
                let mut bytes = Vec::new();
                for case in 0..rows {
                    let text = if texts.is_valid(row + case) { texts.value(row + case) } else { "" };
                    bytes.clear();
                    if text.ends_with(' ') {
                        changes.add(CellChange::Blanks, 1, row + case, || text.to_owned());
                    }
                    nul(text.as_bytes(), row + case, changes);
                    let replaced = encoded::append(encoding, text, &mut bytes);
                    if replaced > 0 {
                        changes.add(CellChange::Replaced, replaced, row + case, || text.to_owned());
                    }
                    if bytes.len() > self.cells.width {
                        self.cut(text, encoding, &mut bytes, row + case, changes)?;
                    }
                    put(case, Text::new(&bytes));
                }
            }
            Texts::Numbers(fill) => {
                let width = self.cells.width;
                let mut cells = vec![b' '; rows * width];
                fill.fill(row, rows, Cells::new(&mut cells, width), changes)?;
                for (case, text) in cells.chunks(width.max(1)).enumerate() {
                    put(case, Text::new(text.trim_ascii_end()));
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
        let cut = encoded::to_bytes(encoding, text, self.cells.width);
        bytes.truncate(encoded::length(encoding, cut));
        Ok(())
    }
}

impl FillCells for TextColumn {
    fn fill(&self, row: usize, rows: usize, cells: Cells<'_>, changes: &mut Changes) -> Result<(), BadCell> {
        let Cells { bytes, stride, .. } = cells;
        let width = self.elements() * ELEMENT_BYTES;
        self.each(row, rows, changes, |case, text| {
            let cell = bytes.get_mut(case * stride..case * stride + width).unwrap_or_default();
            let (elements, _) = cell.as_chunks_mut::<ELEMENT_BYTES>();
            let used = put_elements(text, elements);
            if used < elements.len() {
                elements.get_mut(used..).unwrap_or_default().fill(BLANKS);
            }
        })
    }
}

/// A text, and what stands behind it in memory.
#[derive(Clone, Copy)]
struct Text<'t> {
    bytes: &'t [u8],
    /// Bytes of the text.
    length: usize,
}

impl<'t> Text<'t> {
    fn new(bytes: &'t [u8]) -> Self {
        Self { bytes, length: bytes.len() }
    }

    /// Eight bytes from `at` on, blanks from `end` on.
    #[inline(always)]
    fn element(self, at: usize, end: usize) -> [u8; ELEMENT_BYTES] {
        let kept = end.saturating_sub(at);
        match self.bytes.get(at..).and_then(|bytes| bytes.first_chunk::<ELEMENT_BYTES>()) {
            Some(bytes) => {
                let blank = u32::try_from(8 * kept).ok().and_then(|bits| u64::MAX.checked_shl(bits));
                let blank = blank.unwrap_or_default();
                (u64::from_le_bytes(*bytes) & !blank | u64::from_le_bytes(BLANKS) & blank).to_le_bytes()
            }
            None => {
                let mut element = BLANKS;
                let text = self.bytes.get(at..end).unwrap_or_default();
                element.iter_mut().zip(text).for_each(|(to, from)| *to = *from);
                element
            }
        }
    }
}

/// Writes the elements of a text and gives their number. A segment that is full ends with a blank byte, so that the next one
/// begins with an element.
#[inline(always)]
fn put_elements(text: Text<'_>, elements: &mut [[u8; ELEMENT_BYTES]]) -> usize {
    if elements.len() <= FEW {
        for (number, element) in elements.iter_mut().enumerate() {
            *element = text.element(number * ELEMENT_BYTES, text.length);
        }
        return elements.len();
    }
    let mut used = 0;
    let mut start = 0;
    while start < text.length {
        let end = text.length.min(start + SEGMENT_WIDTH);
        let count = (end - start).div_ceil(ELEMENT_BYTES);
        let of_segment = elements.get_mut(used..used + count).unwrap_or_default();
        for (number, element) in of_segment.iter_mut().enumerate() {
            *element = text.element(start + number * ELEMENT_BYTES, end);
        }
        used += count;
        start = end;
    }
    used
}
