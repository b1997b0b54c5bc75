//! The unit of filling: up to 64 rows of one column, so that one word of validity bits covers it.

use arrow_buffer::{BooleanBuffer, NullBuffer};

/// Most rows of a tile.
pub(super) const TILE_ROWS: usize = 64;

/// The cells of one column in consecutive rows: the first starts at byte 0, the next `stride` bytes later.
pub(super) struct Cells<'a> {
    pub(super) bytes: &'a mut [u8],
    pub(super) stride: usize,
}

impl Cells<'_> {
    /// Writes one value of `W` bytes into each row.
    #[inline(always)]
    pub(super) fn scatter<const W: usize, D: Copy>(self, values: &[D], bytes_of: impl Fn(D) -> [u8; W]) {
        for (row, &value) in self.bytes.chunks_mut(self.stride).zip(values) {
            if let Some(cell) = row.first_chunk_mut::<W>() {
                *cell = bytes_of(value);
            }
        }
    }
}

/// Rows of a tile that hold a value, one bit a row from the lowest on; rows beyond the tile read as 1.
#[derive(Debug, Clone)]
pub(super) struct Validity(Option<NullBuffer>);

impl Validity {
    pub(super) fn new(nulls: Option<&NullBuffer>) -> Self {
        Self(nulls.filter(|nulls| nulls.null_count() > 0).cloned())
    }

    #[inline(always)]
    pub(super) fn word(&self, row: usize, rows: usize) -> u64 {
        match &self.0 {
            None => u64::MAX,
            Some(nulls) => bits(nulls.inner(), row) | high_bits(rows),
        }
    }
}

/// Ones from bit `rows` on.
#[inline(always)]
fn high_bits(rows: usize) -> u64 {
    if rows >= TILE_ROWS { 0 } else { u64::MAX << rows }
}

/// Up to 64 bits from position `row` on; bits beyond the buffer are 0.
#[inline(always)]
pub(super) fn bits(buffer: &BooleanBuffer, row: usize) -> u64 {
    let bit = buffer.offset() + row;
    let (start, shift) = (bit / 8, bit % 8);
    let Some(bytes) = buffer.values().get(start..) else { return 0 };
    if let Some(chunk) = bytes.first_chunk::<9>() {
        let [low @ .., high] = *chunk;
        let low = u64::from_le_bytes(low) >> shift;
        return if shift == 0 { low } else { low | u64::from(high) << (64 - shift) };
    }
    let mut word = [0; 16];
    for (to, from) in word.iter_mut().zip(bytes) {
        *to = *from;
    }
    (u128::from_le_bytes(word) >> shift) as u64
}

/// Calls `null` with the position of every row without a value.
#[inline(always)]
pub(super) fn for_each_null(valid: u64, mut null: impl FnMut(usize)) {
    let mut nulls = !valid;
    while nulls != 0 {
        null(nulls.trailing_zeros() as usize);
        nulls &= nulls - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_start_at_any_bit() {
        let bools: Vec<bool> = (0..200).map(|i| i % 3 == 0 || i % 7 == 0).collect();
        let buffer = BooleanBuffer::from(bools.clone()).slice(5, 195);
        for row in 0..195 {
            let word = bits(&buffer, row);
            for i in 0..64.min(195 - row) {
                assert_eq!(word >> i & 1 == 1, bools[5 + row + i], "row {row} bit {i}");
            }
        }
    }

    #[test]
    fn rows_beyond_the_tile_are_not_null() {
        let nulls = NullBuffer::from(vec![false; 70]);
        let validity = Validity::new(Some(&nulls));
        let mut seen = Vec::new();
        for_each_null(validity.word(64, 6), |row| seen.push(row));
        assert_eq!(seen, [0, 1, 2, 3, 4, 5]);
    }
}
