//! From rows to Arrow arrays.

mod cells;
mod row_order;
mod texts;
mod tiles;

use std::ops::Range;

use arrow_array::{ArrowPrimitiveType, PrimitiveArray, UInt8Array};
use arrow_buffer::{BooleanBuffer, NullBuffer, ScalarBuffer};

pub use cells::{CellType, StoredCells};
pub use row_order::RowOrder;
pub use texts::{TextEnd, Texts};
pub use tiles::RowTiles;

/// Complete rows, one after the other.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'b> {
    bytes: &'b [u8],
    stride: usize,
}

impl<'b> Rows<'b> {
    /// Rows of `stride` bytes each; bytes behind the last complete row are no row.
    pub fn new(bytes: &'b [u8], stride: usize) -> Self {
        Self { bytes, stride }
    }

    /// How many rows there are; none of no bytes.
    pub fn len(&self) -> usize {
        self.bytes.len().checked_div(self.stride).unwrap_or(0)
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends the numbers that stand at byte `offset` of each row, made of their `N` bytes by `from`; none where rows
    /// have no such bytes.
    #[inline]
    pub fn numbers<const N: usize, T: Copy + Default>(
        &self,
        offset: usize,
        numbers: &mut Vec<T>,
        from: impl Fn([u8; N]) -> T,
    ) {
        if self.stride == 0 || offset.saturating_add(N) > self.stride {
            return;
        }
        let before = numbers.len();
        numbers.resize(before + self.len(), T::default());
        // A counted loop, as for filling: a zip is a call a row without link-time optimisation.
        let mut at = offset;
        for number in numbers.get_mut(before..).unwrap_or_default() {
            if let Some(cell) = self.bytes.get(at..).and_then(<[u8]>::first_chunk::<N>) {
                *number = from(*cell);
            }
            at += self.stride;
        }
    }

    /// Appends the texts that stand in `width` bytes at byte `offset` of each row; none where rows have no such bytes.
    pub fn texts(&self, offset: usize, width: usize, end: TextEnd, texts: &mut Texts) {
        if self.stride == 0 || offset.saturating_add(width) > self.stride {
            return;
        }
        for row in self.bytes.chunks_exact(self.stride) {
            texts.push(end.text(row.get(offset..offset + width).unwrap_or_default()));
        }
    }

    /// Appends the texts that stand in several pieces of each row; none where rows have no such bytes. The pieces count
    /// from a row that begins with byte `start` of these.
    pub fn joined_texts(&self, start: usize, pieces: &[Range<usize>], end: TextEnd, texts: &mut Texts) {
        let piece = |piece: &Range<usize>| piece.start.saturating_sub(start)..piece.end.saturating_sub(start);
        if self.stride == 0 || pieces.iter().any(|place| piece(place).end > self.stride) {
            return;
        }
        for row in self.bytes.chunks_exact(self.stride) {
            texts.push_joined(pieces.iter().map(|place| row.get(piece(place)).unwrap_or_default()), end);
        }
    }
}

/// The array of numbers of which those are null that are no values.
#[inline]
pub fn number_array<T: ArrowPrimitiveType>(
    numbers: Vec<T::Native>,
    is_value: impl Fn(T::Native) -> bool,
) -> PrimitiveArray<T> {
    let mut all = true;
    for number in &numbers {
        all &= is_value(*number);
    }
    let mut nulls = None;
    if !all {
        let valid = |index: usize| numbers.get(index).is_some_and(|number| is_value(*number));
        nulls = Some(NullBuffer::new(BooleanBuffer::collect_bool(numbers.len(), valid)));
    }
    PrimitiveArray::new(ScalarBuffer::from(numbers), nulls)
}

/// The reasons of numbers that are no values, by number; null for values, and where there is no reason.
#[inline]
pub fn reason_array<T: Copy>(
    numbers: &[T],
    is_value: impl Fn(T) -> bool,
    reason: impl Fn(T) -> Option<u8>,
) -> UInt8Array {
    let mut all = true;
    for number in numbers {
        all &= is_value(*number);
    }
    if all {
        return UInt8Array::new_null(numbers.len());
    }
    let reason = |number: &T| if is_value(*number) { None } else { reason(*number) };
    // Two plain loops; a builder that takes options is several times slower.
    let reasons: Vec<u8> = numbers.iter().map(|number| reason(number).unwrap_or(0)).collect();
    let valid = |index: usize| numbers.get(index).is_some_and(|number| reason(number).is_some());
    let valid = BooleanBuffer::collect_bool(numbers.len(), valid);
    UInt8Array::new(ScalarBuffer::from(reasons), Some(NullBuffer::new(valid)))
}

#[cfg(test)]
mod tests {
    use arrow_array::types::Int16Type;
    use arrow_array::{Array, Int16Array};

    use super::*;

    #[test]
    fn cells_of_any_byte_order_are_gathered() {
        let (mut little, mut big) = (vec![1_i16], Vec::new());
        let rows = Rows::new(&[1, 0xFE, 0xFF, 2, 3, 0, 9], 3);
        rows.numbers(1, &mut little, i16::from_le_bytes);
        Rows::new(&[1, 0xFF, 0xFE, 2, 0, 3], 3).numbers(1, &mut big, i16::from_be_bytes);
        assert_eq!((&little[1..], rows.len()), (&big[..], 2));
        assert_eq!(big, [-2, 3]);
        rows.numbers(2, &mut big, i16::from_le_bytes);
        Rows::new(&[], 0).numbers(0, &mut big, i16::from_le_bytes);
        assert_eq!(big.len(), 2, "rows without the cell have none");
    }

    #[test]
    fn numbers_that_are_no_values_are_null() {
        let array = number_array::<Int16Type>(vec![1, 32_741, 3], |number| number < 32_741);
        assert_eq!(array, Int16Array::from(vec![Some(1), None, Some(3)]));
        assert!(number_array::<Int16Type>(vec![1, 2], |_| true).nulls().is_none());
        let reasons = |numbers: &[i16]| {
            let reason = |number| u8::try_from(number - 32_741).ok().filter(|reason| *reason > 0);
            reason_array(numbers, |number| number < 32_741, reason).iter().collect::<Vec<_>>()
        };
        assert_eq!(reasons(&[1, 32_741, 32_743]), [None, None, Some(2)]);
        assert_eq!(reasons(&[1, 2]), [None, None]);
    }
}
