//! The pass over the rows that gathers facts, shared out among several threads.

use std::ops::Range;

use exporter_core::parallel::shares;

use crate::error::Result;
use crate::reader::bytes::DtaBytes;
use crate::reader::facts::ValueFacts;
use crate::reader::gather::{Cells, ColumnTiles};
use crate::reader::opened::OpenFile;
use crate::reader::selection::ReadColumn;
use crate::spec_storage::StorageType;

/// What the pass has found about one column.
pub(super) struct Gathered {
    pub(super) facts: ValueFacts,
    /// All its cells, where they were to be kept.
    pub(super) cells: Option<Cells>,
}

/// Facts about `columns` from all rows, read by `threads` threads, and their cells where `keep` says so.
pub(super) fn gather(
    bytes: &DtaBytes,
    threads: usize,
    opened: &OpenFile,
    columns: &[ReadColumn],
    keep: bool,
) -> Result<Vec<Gathered>> {
    let total = opened.dictionary.rows;
    let shares = shares(threads, 0..total, |rows| {
        // What the other shares have kept comes behind what the first has kept.
        let room = if rows.start == 0 { total } else { rows.end - rows.start };
        part(bytes, opened, columns, rows, keep.then_some(room as usize))
    })?;
    let mut shares = shares.into_iter();
    let mut all = shares.next().unwrap_or_default();
    for more in shares {
        for (gathered, more) in all.iter_mut().zip(&more) {
            gathered.join(more);
        }
    }
    Ok(all)
}

impl Gathered {
    /// Adds the results of the next share of the rows.
    fn join(&mut self, next: &Self) {
        self.facts.join(&next.facts);
        if let (Some(cells), Some(more)) = (&mut self.cells, &next.cells) {
            cells.join(more);
        }
    }
}

/// The results of one share of the rows; `room` is for how many cells of each column, if they are to be kept.
fn part(
    bytes: &DtaBytes,
    opened: &OpenFile,
    columns: &[ReadColumn],
    rows: Range<u64>,
    room: Option<usize>,
) -> Result<Vec<Gathered>> {
    let variables = &opened.dictionary.variables;
    let nothing = |column: &ReadColumn| {
        let storage = variables.get(column.variable).map(|variable| variable.storage);
        let cells = storage.zip(room).map(|(storage, room)| Cells::with_capacity(storage, room, 0));
        Gathered { facts: ValueFacts::default(), cells }
    };
    let mut all: Vec<Gathered> = columns.iter().map(nothing).collect();
    let mut scratch: Vec<Cells> = Vec::new();
    for storage in
        [StorageType::Byte, StorageType::Int, StorageType::Long, StorageType::Float, StorageType::Double]
    {
        scratch.push(Cells::with_capacity(storage, 0, 0));
    }
    let mut tiles = ColumnTiles::new(opened, columns);
    let order = opened.dictionary.byte_order;
    let mut first = rows.start;
    tiles.visit(bytes, rows, |rows, start| {
        for (column, gathered) in columns.iter().zip(&mut all) {
            let Some(v) = variables.get(column.variable) else { continue };
            let Some(cells) = scratch.iter_mut().find(|cells| cells.is(v.storage)) else { continue };
            cells.clear();
            cells.append(rows, order, v.offset.saturating_sub(start), v.storage);
            gathered.facts.add(cells, column.kind, opened.ordinary, first);
            if let Some(kept) = &mut gathered.cells {
                kept.join(cells);
            }
        }
        first += rows.len() as u64;
    })?;
    Ok(all)
}
