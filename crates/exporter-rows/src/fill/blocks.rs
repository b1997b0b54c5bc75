//! Cuts batches into the ranges of rows that are filled and written in one piece.

use std::ops::Range;
use std::sync::Arc;

use super::batch::RowBatch;
use super::changes::{BadCell, Changes};
use super::tile::TILE_ROWS;

/// More threads than this do not help: one that fills is nearly as fast as one that writes.
const MOST_THREADS: usize = 32;
/// Bytes of a block: small enough to stay in the second-level cache, large enough for the system to write it in
/// one piece.
const BLOCK_BYTES: usize = 512 << 10;
/// Blocks more than threads, so that filling goes on while one is written.
const SPARE_BLOCKS: usize = 2;
/// Rows of a block below which another thread costs more than it brings.
const FEW_ROWS: usize = TILE_ROWS / 2;

/// How rows are divided among threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Division {
    /// Threads that fill.
    pub threads: usize,
    /// Blocks that exist.
    pub blocks: usize,
    /// Rows of a block: a multiple of [`TILE_ROWS`], but for rows too wide for that.
    pub rows: usize,
}

impl Division {
    /// Divides rows of `width` bytes among at most `threads` threads: whole tiles a block while they fit, else as many
    /// rows as `bytes` for all blocks allow, at least one; threads that would leave too few rows do not work. Few rows
    /// take longer: every block goes once over all columns, and of very many columns no cache keeps track.
    pub fn new(width: usize, threads: usize, bytes: usize) -> Self {
        let width = width.max(1);
        let threads = threads.clamp(1, MOST_THREADS);
        let tiles = BLOCK_BYTES / width / TILE_ROWS;
        if tiles > 0 {
            return Self { threads, blocks: threads + SPARE_BLOCKS, rows: tiles * TILE_ROWS };
        }
        let threads = threads.min(bytes / width / FEW_ROWS).max(1);
        let rows = (bytes / threads / width).clamp(1, TILE_ROWS);
        Self { threads, blocks: threads, rows }
    }
}

/// Cuts ready batches into the rows of one block each.
pub struct Blocks<I, B> {
    batches: I,
    rows: usize,
    current: Option<(Arc<B>, usize)>,
}

impl<I, B> Blocks<I, B> {
    /// Cuts `batches` into at most `rows` rows a block; no block has rows of two batches.
    pub fn new(batches: I, rows: usize) -> Self {
        Self { batches, rows: rows.max(1), current: None }
    }
}

impl<I, B, E> Iterator for Blocks<I, B>
where
    I: Iterator<Item = Result<B, E>>,
    B: AsRef<RowBatch>,
{
    type Item = Result<(Arc<B>, Range<usize>), E>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((batch, start)) = &mut self.current
                && *start < (**batch).as_ref().rows()
            {
                let end = (**batch).as_ref().rows().min(*start + self.rows);
                let range = *start..end;
                *start = end;
                return Some(Ok((batch.clone(), range)));
            }
            match self.batches.next()? {
                Ok(batch) => self.current = Some((Arc::new(batch), 0)),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// A block of filled rows; its memory is used again for others.
#[non_exhaustive]
pub struct Block<B> {
    /// The batch, and its rows that the block holds.
    pub rows: Option<(Arc<B>, Range<usize>)>,
    /// The rows.
    pub bytes: Vec<u8>,
    /// What filling them changed.
    pub changes: Changes,
}

impl<B> Default for Block<B> {
    fn default() -> Self {
        Self { rows: None, bytes: Vec::new(), changes: Changes::default() }
    }
}

impl<B: AsRef<RowBatch>> Block<B> {
    /// Fills the block with these rows of a batch.
    ///
    /// # Errors
    /// A value that its cell cannot hold.
    pub fn fill(&mut self, (batch, rows): (Arc<B>, Range<usize>)) -> Result<(), BadCell> {
        self.changes = Changes::default();
        (*batch).as_ref().fill(rows.clone(), &mut self.bytes, &mut self.changes)?;
        self.rows = Some((batch, rows));
        Ok(())
    }
}

impl AsRef<RowBatch> for RowBatch {
    fn as_ref(&self) -> &RowBatch {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_keep_within_their_memory() {
        for (width, threads) in
            [(0, 1), (19, 2), (1_800, 32), (19_000, 4), (444_200, 2), (444_200, 64), (1 << 26, 8)]
        {
            let Division { threads: working, blocks, rows } = Division::new(width, threads, 40 << 20);
            assert!((1..=threads).contains(&working) && rows >= 1, "{width} bytes a row, {threads} threads");
            assert!(rows == 1 || blocks * rows * width <= 40 << 20, "{width} bytes a row, {threads} threads");
        }
        assert_eq!(Division::new(1_800, 2, 40 << 20), Division { threads: 2, blocks: 4, rows: 256 });
        assert_eq!(Division::new(444_200, 64, 40 << 20), Division { threads: 2, blocks: 2, rows: 47 });
    }

    #[test]
    fn batches_are_cut_and_errors_pass() {
        let batch = |rows| Ok(RowBatch::new(rows, 1, []));
        let jobs: Vec<_> = Blocks::new([batch(5), batch(0), Err("bad"), batch(4)].into_iter(), 2)
            .map(|job| job.map(|(_, rows)| rows))
            .collect();
        assert_eq!(jobs, [Ok(0..2), Ok(2..4), Ok(4..5), Err("bad"), Ok(0..2), Ok(2..4)]);
    }
}
