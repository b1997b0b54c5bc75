//! The pass over the rows that gathers facts, shared out among several threads.

use std::ops::Range;

use exporter_core::parallel::shares;
use exporter_rows::RowOrder;

use crate::error::Result;
use crate::reader::DtaBytes;
use crate::reader::facts::ValueFacts;
use crate::reader::gather::{Cells, ColumnTiles, cell_type};
use crate::reader::opened::OpenFile;
use crate::reader::selection::ReadColumn;
use crate::spec_storage::StorageType;

/// What is looked at.
#[derive(Clone, Copy)]
pub(super) struct Looked<'a> {
    /// Columns of numbers.
    pub(super) numbers: &'a [ReadColumn],
    /// Whether the cells of the numbers are kept.
    pub(super) keep: bool,
}

/// What the pass has found about one column of numbers.
pub(super) struct Gathered {
    pub(super) facts: ValueFacts,
    /// All its cells, where they were to be kept.
    pub(super) cells: Option<Cells>,
}

/// What the pass has found.
#[derive(Default)]
pub(super) struct Pass {
    pub(super) numbers: Vec<Gathered>,
    pub(super) order: RowOrder,
}

/// Facts about columns from all rows, read by `threads` threads.
pub(super) fn gather(
    bytes: &DtaBytes,
    threads: usize,
    opened: &OpenFile,
    looked: Looked<'_>,
) -> Result<Pass> {
    let total = opened.dictionary.rows;
    let shares = shares(threads, 0..total, |rows| {
        // What the other shares have kept comes behind what the first has kept.
        let room = if rows.start == 0 { total } else { rows.end - rows.start };
        part(bytes, opened, looked, rows, looked.keep.then_some(room as usize))
    })?;
    let mut shares = shares.into_iter();
    let mut all = shares.next().unwrap_or_default();
    shares.for_each(|more| all.join(&more));
    Ok(all)
}

impl Pass {
    /// Adds the results of the next share of the rows.
    fn join(&mut self, next: &Self) {
        for (gathered, more) in self.numbers.iter_mut().zip(&next.numbers) {
            gathered.facts.join(&more.facts);
            if let (Some(cells), Some(more)) = (&mut gathered.cells, &more.cells) {
                cells.join(more);
            }
        }
        self.order.join(&next.order);
    }
}

/// The results of one share of the rows; `room` is for how many cells of each column, if they are to be kept.
fn part(
    bytes: &DtaBytes,
    opened: &OpenFile,
    looked: Looked<'_>,
    rows: Range<u64>,
    room: Option<usize>,
) -> Result<Pass> {
    let dictionary = &opened.dictionary;
    let variable = |column: &ReadColumn| dictionary.variables.get(column.variable);
    let nothing = |column: &ReadColumn| {
        let storage = variable(column).map(|variable| variable.storage);
        let cells =
            storage.zip(room).map(|(storage, room)| Cells::with_capacity(cell_type(storage), room, 0));
        Gathered { facts: ValueFacts::default(), cells }
    };
    let columns = looked.numbers;
    let is_read = |key: usize| columns.iter().any(|column| column.variable == key);
    let mut pass = Pass {
        numbers: looked.numbers.iter().map(nothing).collect(),
        order: RowOrder::new(dictionary.sort.iter().take_while(|key| is_read(**key)).count()),
    };
    let mut scratch: Vec<Cells> = Vec::new();
    for storage in
        [StorageType::Byte, StorageType::Int, StorageType::Long, StorageType::Float, StorageType::Double]
    {
        scratch.push(Cells::with_capacity(cell_type(storage), 0, 0));
    }
    let mut tiles = ColumnTiles::new(opened, columns);
    let order = dictionary.byte_order;
    let mut first = rows.start;
    tiles.visit(bytes, rows, |rows, start| {
        for (column, gathered) in looked.numbers.iter().zip(&mut pass.numbers) {
            let Some(v) = variable(column) else { continue };
            let Some(cells) = scratch.iter_mut().find(|cells| cells.is(cell_type(v.storage))) else {
                continue;
            };
            cells.clear();
            cells.append(rows, order, v.offset.saturating_sub(start), cell_type(v.storage));
            gathered.facts.add(cells, column.kind, opened.ordinary, first);
            if let Some(kept) = &mut gathered.cells {
                kept.join(cells);
            }
        }
        let keys = dictionary.sort.iter().filter_map(|key| dictionary.variables.get(*key));
        let keys = keys.map(|v| (v.offset.saturating_sub(start), cell_type(v.storage)));
        pass.order.add(rows, order, keys);
        first += rows.len() as u64;
    })?;
    Ok(pass)
}
