//! The unit of filling: up to 64 rows of one column, so that one word of validity bits covers it.

use arrow_buffer::{BooleanBuffer, NullBuffer};

/// Most rows of a tile.
pub const TILE_ROWS: usize = 64;

/// The cells of one column in consecutive rows: the first starts at byte 0, the next `stride` bytes later.
#[non_exhaustive]
pub struct Cells<'a> {
    /// Bytes from the first cell on.
    pub bytes: &'a mut [u8],
    /// Bytes of a row.
    pub stride: usize,
}

impl<'a> Cells<'a> {
    /// Cells of which the first begins with `bytes` and each other one `stride` bytes behind the one before.
    pub fn new(bytes: &'a mut [u8], stride: usize) -> Self {
        Self { bytes, stride }
    }

    /// Writes one value of `W` bytes into each row.
    #[inline(always)]
    pub fn scatter<const W: usize, D: Copy>(self, values: &[D], bytes_of: impl Fn(D) -> [u8; W]) {
        let Some(last) = self.bytes.len().checked_sub(W) else { return };
        let mut at = 0;
        for value in values {
            if at > last {
                return;
            }
            if let Some(cell) = self.bytes.get_mut(at..).and_then(<[u8]>::first_chunk_mut::<W>) {
                *cell = bytes_of(*value);
            }
            at += self.stride;
        }
    }
}

/// Which rows of a column hold a value.
#[derive(Debug, Clone)]
pub struct Validity(Option<NullBuffer>);

impl Validity {
    /// Takes the nulls of an array.
    pub fn new(nulls: Option<&NullBuffer>) -> Self {
        Self(nulls.filter(|nulls| nulls.null_count() > 0).cloned())
    }

    /// The rows of a tile that hold a value, one bit a row from the lowest on; rows beyond the tile read as 1.
    #[inline(always)]
    pub fn word(&self, row: usize, rows: usize) -> u64 {
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

/// Writes `null` over the values of rows that hold none.
#[inline(always)]
pub fn put_nulls<D: Copy>(valid: u64, null: D, out: &mut [D; TILE_ROWS]) {
    let mut nulls = !valid;
    while nulls != 0 {
        if let Some(out) = out.get_mut(nulls.trailing_zeros() as usize) {
            *out = null;
        }
        nulls &= nulls - 1;
    }
}

/// Up to 64 values from `row` on, padded with defaults; whole tiles keep their length known to the compiler.
#[inline(always)]
pub fn load<S: Copy + Default>(values: &[S], row: usize, rows: usize) -> [S; TILE_ROWS] {
    let values = values.get(row..).unwrap_or_default();
    if rows == TILE_ROWS
        && let Some(tile) = values.first_chunk::<TILE_ROWS>()
    {
        return *tile;
    }
    let mut tile = [S::default(); TILE_ROWS];
    let rows = rows.min(TILE_ROWS).min(values.len());
    tile[..rows].copy_from_slice(&values[..rows]);
    tile
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
        let mut out = [1; TILE_ROWS];
        put_nulls(validity.word(64, 6), 0, &mut out);
        assert_eq!(out.iter().position(|cell| *cell == 1), Some(6));
        assert!(out[6..].iter().all(|cell| *cell == 1));
    }
}
