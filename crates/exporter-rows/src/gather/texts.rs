//! Texts of one column.

use std::borrow::Cow;

use arrow_array::builder::StringBuilder;
use arrow_array::{BinaryArray, StringArray};
use arrow_buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::ArrowError;

/// Where a text ends in its cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextEnd {
    /// At the first NUL.
    Nul,
    /// Before the blanks at the end.
    Blanks,
}

/// Bytes without the chunks at their end that are all blanks, which are compared at once.
#[inline]
fn without_blank_chunks<const N: usize>(mut bytes: &[u8]) -> &[u8] {
    while let Some((before, last)) = bytes.split_last_chunk::<N>()
        && *last == [b' '; N]
    {
        bytes = before;
    }
    bytes
}

impl TextEnd {
    /// The text of a cell.
    #[inline]
    pub fn text(self, cell: &[u8]) -> &[u8] {
        match self {
            Self::Nul => memchr::memchr(0, cell).and_then(|end| cell.get(..end)).unwrap_or(cell),
            Self::Blanks => {
                let mut text = cell;
                // Cells are often far wider than their texts.
                text = without_blank_chunks::<64>(text);
                text = without_blank_chunks::<8>(text);
                while let [before @ .., b' '] = text {
                    text = before;
                }
                text
            }
        }
    }
}

/// Texts one after the other, as bytes in the encoding of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts {
    bytes: Vec<u8>,
    /// Where each text begins, and where the last one ends.
    offsets: Vec<i32>,
}

impl Texts {
    /// Room for so many texts of so many bytes together.
    pub fn with_capacity(texts: usize, bytes: usize) -> Self {
        let mut offsets = Vec::with_capacity(texts + 1);
        offsets.push(0);
        Self { bytes: Vec::with_capacity(bytes), offsets }
    }

    /// Adds a text; all together must stay below 2 GiB.
    #[inline]
    pub fn push(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
        self.offsets.push(self.bytes.len() as i32);
    }

    /// Adds a text that stands in several pieces.
    pub fn push_joined<'p>(
        &mut self,
        pieces: impl DoubleEndedIterator<Item = &'p [u8]> + ExactSizeIterator + Clone,
        end: TextEnd,
    ) {
        let start = self.bytes.len();
        // Blank pieces at the end are not worth copying.
        let blank = match end {
            TextEnd::Blanks => pieces.clone().rev().take_while(|piece| end.text(piece).is_empty()).count(),
            TextEnd::Nul => 0,
        };
        let count = pieces.len() - blank;
        pieces.take(count).for_each(|piece| self.bytes.extend_from_slice(piece));
        let text = end.text(self.bytes.get(start..).unwrap_or_default()).len();
        self.bytes.truncate(start + text);
        self.offsets.push(self.bytes.len() as i32);
    }

    /// A text; nothing where there is none.
    #[inline]
    pub fn get(&self, index: usize) -> &[u8] {
        let ends = self.offsets.get(index).zip(self.offsets.get(index + 1));
        ends.and_then(|(start, end)| self.bytes.get(*start as usize..*end as usize)).unwrap_or_default()
    }

    /// Empties the column and keeps its memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.offsets.truncate(1);
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there are no texts.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of all texts.
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// The bytes of all texts, one after the other.
    pub fn contents(&self) -> &[u8] {
        &self.bytes
    }

    /// The array of the texts. Where `takes_utf8` says so, or all bytes are ASCII, texts that are UTF-8 are taken as they
    /// are; otherwise `decode` makes the characters of each.
    ///
    /// # Errors
    /// [`ArrowError::OffsetOverflowError`] when the characters take 2 GiB or more.
    pub fn into_array(
        self,
        nulls: Option<NullBuffer>,
        takes_utf8: bool,
        decode: impl Fn(&[u8]) -> Cow<'_, str>,
    ) -> Result<StringArray, ArrowError> {
        let is_ascii = self.bytes.is_ascii();
        // Copying what `simdutf8` has checked takes less time than the check that the array makes itself, but for ASCII.
        if takes_utf8
            && !is_ascii
            && let Some(array) = self.utf8_array(nulls.as_ref())
        {
            return Ok(array);
        }
        let bytes = Buffer::from_vec(self.bytes);
        let offsets = OffsetBuffer::new(ScalarBuffer::from(self.offsets));
        if is_ascii {
            return StringArray::try_new(offsets, bytes, nulls);
        }
        let mut text = String::with_capacity(bytes.len());
        let mut ends = Vec::with_capacity(offsets.len());
        ends.push(0);
        let mut start = 0;
        for end in offsets.iter().skip(1) {
            let end = *end as usize;
            text.push_str(&decode(bytes.get(start..end).unwrap_or_default()));
            start = end;
            ends.push(i32::try_from(text.len()).map_err(|_| ArrowError::OffsetOverflowError(text.len()))?);
        }
        let ends = OffsetBuffer::new(ScalarBuffer::from(ends));
        StringArray::try_new(ends, Buffer::from_vec(text.into_bytes()), nulls)
    }

    /// The array of texts that are UTF-8, each of them.
    fn utf8_array(&self, nulls: Option<&NullBuffer>) -> Option<StringArray> {
        let all = simdutf8::basic::from_utf8(&self.bytes).ok()?;
        let mut array = StringBuilder::with_capacity(self.len(), all.len());
        let mut start = 0;
        for (index, end) in self.offsets.iter().skip(1).enumerate() {
            let end = *end as usize;
            // No text where a character crosses the border of two.
            let text = all.get(start..end)?;
            match nulls.is_some_and(|nulls| nulls.is_null(index)) {
                true => array.append_null(),
                false => array.append_value(text),
            }
            start = end;
        }
        Some(array.finish())
    }

    /// The array of the bytes.
    ///
    /// # Errors
    /// When `nulls` are not as many as the texts.
    pub fn into_binary(self, nulls: Option<NullBuffer>) -> Result<BinaryArray, ArrowError> {
        let offsets = OffsetBuffer::new(ScalarBuffer::from(self.offsets));
        BinaryArray::try_new(offsets, Buffer::from_vec(self.bytes), nulls)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Rows;
    use super::*;

    #[test]
    fn texts_end_at_a_nul_or_before_blanks() {
        let of = |end, rows: &[u8]| {
            let mut texts = Texts::with_capacity(0, 0);
            Rows::new(rows, 4).texts(1, 3, end, &mut texts);
            texts.into_array(None, true, |_| Cow::Borrowed("undecodable")).unwrap()
        };
        assert_eq!(of(TextEnd::Nul, b"1a\0x2abc3\0  "), StringArray::from(vec!["a", "abc", ""]));
        assert_eq!(
            of(TextEnd::Blanks, b"1a  2 bc3   4a \0"),
            StringArray::from(vec!["a", " bc", "", "a \0"])
        );
    }

    #[test]
    fn bytes_that_are_no_text_are_decoded() {
        let mut texts = Texts::with_capacity(2, 8);
        texts.push(b"caf\xE9");
        texts.push("é".as_bytes());
        assert_eq!((texts.len(), texts.bytes(), texts.is_empty()), (2, 6, false));
        fn latin(bytes: &[u8]) -> Cow<'_, str> {
            bytes.iter().map(|byte| char::from(*byte)).collect()
        }
        let nulls = Some(NullBuffer::from(vec![true, false]));
        let array = texts.clone().into_array(nulls.clone(), true, latin).unwrap();
        assert_eq!(array, StringArray::from(vec![Some("café"), None]));
        assert_eq!(texts.clone().into_binary(nulls).unwrap().value(0), b"caf\xE9");
        let mut valid = texts;
        valid.clear();
        valid.push("é".as_bytes());
        assert_eq!(valid.clone().into_array(None, true, latin).unwrap().value(0), "é");
        assert_eq!(valid.into_array(None, false, latin).unwrap().value(0), "Ã©");
    }
}
