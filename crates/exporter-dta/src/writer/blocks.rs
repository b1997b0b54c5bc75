//! Cuts batches into the ranges of rows that are filled and written in one piece.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;

use crate::error::{DtaError, Result};
use crate::metadata::DtaMetadata;
use crate::writer::batch::ReadyBatch;
use crate::writer::findings::Findings;
use crate::writer::float_column::OutOfRange;
use crate::writer::string_column::LongText;
use crate::writer::tile::TILE_ROWS;

/// More threads than this do not help: one that fills is nearly as fast as one that writes.
const MOST_THREADS: usize = 32;
/// Bytes of a block: small enough to stay in the second-level cache, large enough for the system to write it in
/// one piece.
const BLOCK_BYTES: usize = 512 << 10;
/// Most bytes of all blocks together; rows too wide for a whole tile in each are filled fewer at a time, which takes
/// longer: every block goes once over all columns, and of very many columns no cache keeps track.
const ALL_BLOCKS_BYTES: usize = 40 << 20;
/// Blocks more than threads, so that filling goes on while one is written.
const SPARE_BLOCKS: usize = 2;
/// Rows of a block below which another thread costs more than it brings.
const FEW_ROWS: usize = TILE_ROWS / 2;

/// How the rows are shared out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Division {
    /// Threads that fill.
    pub(super) threads: usize,
    /// Blocks that exist.
    pub(super) blocks: usize,
    /// Rows of a block.
    pub(super) rows: usize,
}

/// Divides rows of `width` bytes among at most `threads` threads: whole tiles a block while they fit, else as many rows as
/// the memory for all blocks allows, at least one; threads that would leave too few rows do not work.
pub(super) fn division(width: usize, threads: usize) -> Division {
    let width = width.max(1);
    let threads = threads.clamp(1, MOST_THREADS);
    let tiles = BLOCK_BYTES / width / TILE_ROWS;
    if tiles > 0 {
        return Division { threads, blocks: threads + SPARE_BLOCKS, rows: tiles * TILE_ROWS };
    }
    let threads = threads.min(ALL_BLOCKS_BYTES / width / FEW_ROWS).max(1);
    let rows = (ALL_BLOCKS_BYTES / threads / width).clamp(1, TILE_ROWS);
    Division { threads, blocks: threads, rows }
}

/// Rows to fill: a range of a batch.
pub(super) type Job = (Arc<ReadyBatch>, Range<usize>);

/// A filled block.
#[derive(Default)]
pub(super) struct Block {
    /// The rows that were filled.
    pub(super) job: Option<Job>,
    pub(super) bytes: Vec<u8>,
    pub(super) findings: Findings,
}

impl Block {
    /// Fills the block with rows of `width` bytes each.
    pub(super) fn fill(&mut self, (batch, rows): Job, width: usize, metadata: &DtaMetadata) -> Result<()> {
        // Every byte is written by some column, so old contents need no clearing.
        self.bytes.resize(rows.len() * width, 0);
        self.findings = Findings::default();
        batch
            .fill(rows.clone(), width, &mut self.bytes, &mut self.findings)
            .map_err(|(position, bad)| batch.error(metadata, position, bad))?;
        self.job = Some((batch, rows));
        Ok(())
    }
}

/// Cuts batches into ranges of rows, one a block.
pub(super) struct Blocks<'a, I> {
    pub(super) batches: I,
    pub(super) metadata: &'a DtaMetadata,
    pub(super) rows: &'a mut u64,
    pub(super) announced: Option<u64>,
    pub(super) policies: (OutOfRange, LongText),
    pub(super) block_rows: usize,
    pub(super) current: Option<(Arc<ReadyBatch>, usize)>,
}

impl<I> Iterator for Blocks<'_, I>
where
    I: Iterator<Item = std::result::Result<RecordBatch, ArrowError>>,
{
    type Item = Result<Job>;

    fn next(&mut self) -> Option<Result<Job>> {
        loop {
            if let Some((batch, start)) = &mut self.current
                && *start < batch.rows
            {
                let end = batch.rows.min(*start + self.block_rows);
                let range = *start..end;
                *start = end;
                return Some(Ok((batch.clone(), range)));
            }
            match self.batches.next()?.map_err(DtaError::from).and_then(|batch| self.ready(&batch)) {
                Ok(ready) => self.current = Some((Arc::new(ready), 0)),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl<I> Blocks<'_, I> {
    /// Makes the next batch ready for filling.
    fn ready(&mut self, batch: &RecordBatch) -> Result<ReadyBatch> {
        let first_row = *self.rows + 1;
        *self.rows += batch.num_rows() as u64;
        if let Some(announced) = self.announced
            && *self.rows > announced
        {
            return Err(DtaError::RowCount { announced, found: *self.rows });
        }
        ReadyBatch::new(self.metadata, batch, first_row, self.policies)
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
            let Division { threads: working, blocks, rows } = division(width, threads);
            assert!((1..=threads).contains(&working) && rows >= 1, "{width} bytes a row, {threads} threads");
            assert!(
                rows == 1 || blocks * rows * width <= ALL_BLOCKS_BYTES,
                "{width} bytes a row, {threads} threads"
            );
        }
        assert_eq!(division(1_800, 2), Division { threads: 2, blocks: 4, rows: 256 });
        assert_eq!(division(444_200, 64), Division { threads: 2, blocks: 2, rows: 47 });
    }
}
