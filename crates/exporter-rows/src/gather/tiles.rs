//! Reads rows in tiles that fit the cache.

use std::ops::Range;

use super::Rows;

/// Bytes of rows that are gathered from while they are in the cache.
const TILE_BYTES: usize = 256 << 10;
/// Fewest rows in a tile, however wide: neighbouring columns then share cache lines.
const LEAST_ROWS: usize = 64;
/// Reads rows tile by tile, only the bytes between the first and the last wanted cell where rows are very wide, and
/// nothing at all where no wanted cell has bytes.
#[derive(Debug)]
pub struct RowTiles {
    /// Offset in the row of the first byte that is read.
    start: usize,
    /// Bytes of each row that are read.
    stride: usize,
    row_bytes: usize,
    rows: usize,
    buffer: Vec<u8>,
}

impl RowTiles {
    /// Bytes of a row that must be left out before seeking over them beats reading them.
    pub const SEEK_WORTH: usize = 16 << 10;

    /// Tiles of rows of `row_bytes` each, of which the `cells` at these bytes are wanted.
    pub fn new(row_bytes: usize, cells: impl IntoIterator<Item = Range<usize>>) -> Self {
        let cells = cells.into_iter().filter(|cell| !cell.is_empty());
        let span = cells.reduce(|span, cell| span.start.min(cell.start)..span.end.max(cell.end));
        let (start, stride) = match span {
            None => (0, 0),
            Some(span) if row_bytes.saturating_sub(span.len()) < Self::SEEK_WORTH => (0, row_bytes),
            Some(span) => (span.start, span.len()),
        };
        Self {
            start,
            stride,
            row_bytes,
            rows: (TILE_BYTES / stride.max(1)).max(LEAST_ROWS),
            buffer: Vec::new(),
        }
    }

    /// Calls `take` for each tile of `rows`, with the offset in the row of the first byte that the tile has of each.
    /// `read` fills a buffer with bytes from an offset on, counted from the first byte of row 0.
    ///
    /// # Errors
    /// What `read` fails with.
    pub fn visit<E>(
        &mut self,
        rows: Range<u64>,
        mut read: impl FnMut(u64, &mut [u8]) -> Result<(), E>,
        mut take: impl FnMut(Rows<'_>, usize),
    ) -> Result<(), E> {
        let mut next = rows.start;
        while next < rows.end && self.stride > 0 {
            let count = (rows.end - next).min(self.rows as u64);
            self.buffer.resize(count as usize * self.stride, 0);
            let at = next * self.row_bytes as u64 + self.start as u64;
            if self.stride == self.row_bytes {
                read(at, &mut self.buffer)?;
            } else {
                for (row, cells) in self.buffer.chunks_exact_mut(self.stride).enumerate() {
                    read(at + (row * self.row_bytes) as u64, cells)?;
                }
            }
            take(Rows::new(&self.buffer, self.stride), self.start);
            next += count;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read of the rows 10 to 500, each starting with its number, and how many reads it takes.
    fn visited(row_bytes: usize, cells: Vec<Range<usize>>, at: usize) -> (Vec<u32>, usize, usize) {
        let (mut numbers, mut reads, mut bytes) = (Vec::new(), 0, 0);
        let read = |offset: u64, to: &mut [u8]| {
            reads += 1;
            bytes += to.len();
            for (place, byte) in (offset..).zip(to) {
                let (row, column) = ((place / row_bytes as u64) as u32, (place % row_bytes as u64) as usize);
                *byte = if (at..at + 4).contains(&column) { row.to_le_bytes()[column - at] } else { 0xEE };
            }
            Ok::<(), ()>(())
        };
        let take = |rows: Rows<'_>, start| rows.numbers(at - start, &mut numbers, u32::from_le_bytes);
        RowTiles::new(row_bytes, cells).visit(10..500, read, take).unwrap();
        (numbers, reads, bytes)
    }

    #[test]
    fn every_row_is_read_once_and_of_wide_ones_only_what_is_wanted() {
        let expected: Vec<u32> = (10..500).collect();
        let (numbers, reads, bytes) = visited(20, vec![8..12, 3..3], 8);
        assert_eq!((&numbers, reads, bytes), (&expected, 1, 490 * 20));
        let wide = 5 + RowTiles::SEEK_WORTH;
        let (numbers, reads, bytes) = visited(wide, vec![wide - 4..wide, wide - 5..wide - 4], wide - 4);
        assert_eq!((&numbers, reads, bytes), (&expected, 490, 490 * 5));
        let (numbers, reads, bytes) = visited(wide, vec![wide - 6..wide - 5, wide - 5..wide], wide - 5);
        assert_eq!((&numbers, reads, bytes), (&expected, 8, 490 * wide));
        assert_eq!(visited(20, vec![5..5, 0..0], 8), (Vec::new(), 0, 0));
    }
}
