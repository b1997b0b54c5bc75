//! Chunks of cases that are encoded on their own.
//!
//! A case has as many codes as elements, so eight cases fill blocks of eight codes without a rest: chunks of a multiple of
//! eight cases follow one another byte for byte as the sequential stream would.

use std::hint::black_box;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::RecordBatch;
use exporter_rows::{BadCell, Cells, Changes, TILE_ROWS};

use super::codes::{FULL_BLOCK, number_codes, put_blocks};
use super::column::{Column, Setting};
use crate::error::Result;
use crate::spec::{ELEMENT_BYTES, code};

/// More threads than this do not help: one that fills is nearly as fast as one that writes.
pub(super) const MOST_THREADS: usize = 32;
/// Chunks more than threads, so that encoding goes on while one is written.
const SPARE_CHUNKS: usize = 2;
/// Cases of a chunk below which another thread costs more than it brings.
const FEW_CASES: usize = TILE_ROWS / 2;
/// Bytes of codes and elements that the nearer caches hold.
const CACHED_BYTES: usize = 256 << 10;

/// Elements of a case from which on a tile is more than a cache holds.
const WIDE: usize = 2 << 10;
/// Columns whose values are fetched together for cases that no cache holds.
const GROUP: usize = 64;

/// How cases are divided among threads.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Division {
    /// Threads that encode.
    pub(super) threads: usize,
    /// Chunks that exist.
    pub(super) chunks: usize,
    /// Cases of a chunk, a multiple of eight.
    pub(super) cases: usize,
}

impl Division {
    /// Divides cases of so many elements: as many a chunk as the caches hold, else one tile, or fewer where `bytes` for all
    /// chunks have no room for tiles; threads that would leave too few do not work.
    pub(super) fn new(elements: usize, threads: usize, bytes: usize) -> Self {
        let threads = threads.clamp(1, MOST_THREADS);
        let elements = elements.max(1);
        let tiles = CACHED_BYTES / ((1 + ELEMENT_BYTES) * elements) / TILE_ROWS;
        if tiles > 0 {
            return Self { threads, chunks: threads + SPARE_CHUNKS, cases: tiles * TILE_ROWS };
        }
        let room = bytes / ((1 + ELEMENT_BYTES + FULL_BLOCK / code::BLOCK) * elements);
        let threads = threads.min(room / FEW_CASES).max(1);
        let cases = (room / threads).min(TILE_ROWS) / code::BLOCK * code::BLOCK;
        Self { threads, chunks: threads, cases: cases.max(code::BLOCK) }
    }
}

/// A record batch whose columns fill their elements.
pub(super) struct ReadyBatch {
    rows: usize,
    first_row: u64,
    columns: Vec<Column>,
}

impl ReadyBatch {
    /// A batch of which the first row is `first_row` of the table, counted from 1.
    pub(super) fn new(setting: Setting<'_>, batch: &RecordBatch, first_row: u64) -> Result<Self> {
        Ok(Self { rows: batch.num_rows(), first_row, columns: setting.columns(batch)? })
    }
}

/// Some rows of a batch.
pub(super) type Part = (Arc<ReadyBatch>, Range<usize>);

/// Cuts batches into chunks; what is left of them at the end, less than eight cases, stays in `rest`.
pub(super) struct Chunks<'r, I> {
    batches: I,
    cases: usize,
    rest: &'r mut Vec<Part>,
    /// Rows in `rest`.
    held: usize,
}

impl<'r, I> Chunks<'r, I> {
    /// Chunks of `cases`, which begin with the rows in `rest`.
    pub(super) fn new(batches: I, cases: usize, rest: &'r mut Vec<Part>) -> Self {
        let held = rest.iter().map(|(_, rows)| rows.len()).sum();
        Self { batches, cases, rest, held }
    }

    /// Takes so many rows from the front of those that are held.
    fn take(&mut self, rows: usize) -> Vec<Part> {
        let mut taken = Vec::new();
        let mut wanted = rows;
        let mut left = Vec::new();
        for (batch, range) in self.rest.drain(..) {
            let middle = range.start + wanted.min(range.len());
            wanted -= middle - range.start;
            if range.start < middle {
                taken.push((batch.clone(), range.start..middle));
            }
            if middle < range.end {
                left.push((batch, middle..range.end));
            }
        }
        *self.rest = left;
        self.held -= rows;
        taken
    }
}

impl<I: Iterator<Item = Result<ReadyBatch>>> Iterator for Chunks<'_, I> {
    type Item = Result<Vec<Part>>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.held < self.cases {
            match self.batches.next() {
                Some(Ok(batch)) => {
                    let rows = 0..batch.rows;
                    self.held += rows.len();
                    if !rows.is_empty() {
                        self.rest.push((Arc::new(batch), rows));
                    }
                }
                Some(Err(error)) => return Some(Err(error)),
                None => {
                    let whole = self.held / code::BLOCK * code::BLOCK;
                    return (whole > 0).then(|| Ok(self.take(whole)));
                }
            }
        }
        Some(Ok(self.take(self.cases)))
    }
}

/// Memory in which chunks are encoded, one after another.
#[derive(Default)]
pub(super) struct Chunk {
    /// Codes of all elements, case by case.
    codes: Vec<u8>,
    /// Elements; only those whose code asks for them are written.
    elements: Vec<[u8; ELEMENT_BYTES]>,
    out: Vec<u8>,
    length: usize,
    /// What filling changed.
    pub(super) changes: Changes,
}

impl Chunk {
    /// The encoded cases.
    pub(super) fn bytes(&self) -> &[u8] {
        self.out.get(..self.length).unwrap_or_default()
    }

    /// Encodes cases of so many elements.
    ///
    /// # Errors
    /// A value that does not fit.
    pub(super) fn encode(&mut self, parts: &[Part], elements: usize) -> std::result::Result<(), BadCell> {
        let cases: usize = parts.iter().map(|(_, rows)| rows.len()).sum();
        self.changes = Changes::default();
        self.codes.resize(cases * elements, 0);
        self.elements.resize(cases * elements, [0; ELEMENT_BYTES]);
        let mut at = 0;
        for (batch, rows) in parts {
            let mut first = rows.start;
            while first < rows.end {
                let count = TILE_ROWS.min(rows.end - first);
                self.fill(batch, (first, count), at, elements)?;
                first += count;
                at += count * elements;
            }
        }
        self.length = put_blocks(&self.codes, &self.elements, &mut self.out);
        Ok(())
    }

    /// Fills a tile of cases from an element on.
    fn fill(
        &mut self,
        batch: &ReadyBatch,
        (row, rows): (usize, usize),
        at: usize,
        stride: usize,
    ) -> std::result::Result<(), BadCell> {
        let mut at = at;
        for (position, column) in batch.columns.iter().enumerate() {
            if stride >= WIDE && position.is_multiple_of(GROUP) {
                let group = batch.columns.iter().skip(position).take(GROUP);
                // Memory answers many requests at once, and one after another otherwise.
                black_box(group.fold(false, |found, column| found ^ column.touch(row..row + rows)));
            }
            self.changes.begin(position, batch.first_row);
            let codes = self.codes.get_mut(at..).unwrap_or_default();
            let elements = self.elements.get_mut(at..).unwrap_or_default();
            match column {
                Column::Number(fill) => {
                    let mut tile = [[0; ELEMENT_BYTES]; TILE_ROWS];
                    let cells = tile.as_flattened_mut().get_mut(..rows * ELEMENT_BYTES).unwrap_or_default();
                    fill.fill(row, rows, Cells::new(cells, ELEMENT_BYTES), &mut self.changes)?;
                    let (tile_codes, literals) = number_codes(&tile);
                    scatter(tile_codes.get(..rows).unwrap_or_default(), codes, stride);
                    if literals {
                        scatter(tile.get(..rows).unwrap_or_default(), elements, stride);
                    }
                    at += 1;
                }
                Column::Text(texts) => {
                    texts.put((row, rows), codes, elements, stride, &mut self.changes)?;
                    at += texts.elements();
                }
            }
        }
        Ok(())
    }
}

/// Writes a value into every `stride`th place.
#[inline(always)]
fn scatter<T: Copy>(values: &[T], to: &mut [T], stride: usize) {
    let mut at = 0;
    for value in values {
        if let Some(to) = to.get_mut(at) {
            *to = *value;
        }
        at += stride;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_keep_within_their_memory() {
        let bytes = 40 << 20;
        for (elements, threads) in
            [(0, 1), (1, 2), (60, 32), (4_096, 4), (100_000, 2), (100_000, 64), (1 << 24, 8)]
        {
            let Division { threads: working, chunks, cases } = Division::new(elements, threads, bytes);
            assert!(
                (1..=threads).contains(&working) && cases >= 8 && cases % 8 == 0,
                "{elements}, {threads}"
            );
            assert!(cases == 8 || chunks * cases * elements * 18 <= bytes, "{elements}, {threads}");
        }
        assert_eq!(Division::new(60, 2, bytes), Division { threads: 2, chunks: 4, cases: 448 });
        assert_eq!(Division::new(20_000, 8, bytes), Division { threads: 3, chunks: 3, cases: 32 });
        assert_eq!(Division::new(100_000, 8, bytes), Division { threads: 1, chunks: 1, cases: 16 });
    }
}
