//! From record batches to rows.
//!
//! The loops over the rows of a tile are counted ones. A zip of iterators is as fast with link-time optimisation, but
//! without it parts of the standard library's zips and chunks are calls, one a cell.
#![allow(clippy::needless_range_loop, reason = "zips are not inlined under every build profile")]

mod batch;
mod blocks;
mod changes;
mod float;
mod integer;
mod masked_copy;
mod number;
mod reasons;
mod text;
mod tile;

#[cfg(test)]
mod tests;

use std::ops::Range;

pub use batch::{CellColumn, RowBatch};
pub use blocks::{Block, Blocks, Division};
pub use changes::{BadCell, CellChange, CellChanges, Changes, losses, refused};
pub use float::{FloatCells, OutOfRange, STORE_AS_MISSING};
pub use integer::IntegerCells;
pub use number::{
    CastFrom, CellNumber, CellRecode, FloatCell, IntegerCell, TypedRecode, Whole, apply, typed_recodes,
};
pub use text::{LongText, Pad, TextCells, decimal_text};
pub use tile::{Cells, TILE_ROWS, Validity, load, put_nulls};

/// Writes the cells of one column of a batch; its type is settled.
pub trait FillCells: Send + Sync {
    /// Fills the cells of up to [`TILE_ROWS`] rows from `row` of the batch on, every byte of them.
    ///
    /// # Errors
    /// A value that a cell cannot hold, see [`Changes::refuse`].
    fn fill(&self, row: usize, rows: usize, cells: Cells<'_>, changes: &mut Changes) -> Result<(), BadCell>;

    /// Reads the values of these rows as fast as memory gives them, so that [`FillCells::fill`] finds them in the cache;
    /// what comes back means nothing.
    fn touch(&self, rows: Range<usize>) -> bool {
        let _ = rows;
        false
    }
}

/// Reads a value of every cache line; see [`FillCells::touch`].
#[inline(always)]
fn touch<S: Copy + Default + PartialEq>(values: &[S], rows: Range<usize>) -> bool {
    const LINE: usize = 64;
    let values = values.get(rows).unwrap_or_default();
    let step = (LINE / size_of::<S>().max(1)).max(1);
    let mut found = values.last().is_some_and(|value| *value == S::default());
    let mut at = 0;
    while let Some(value) = values.get(at) {
        found ^= *value == S::default();
        at += step;
    }
    found
}
