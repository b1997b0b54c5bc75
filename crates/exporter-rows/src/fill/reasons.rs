//! Reasons of missing values: cells of nulls that say why.

use std::ops::Range;

use arrow_array::{Array, UInt8Array};

use super::FillCells;
use super::changes::{BadCell, Changes};
use super::tile::{Cells, Validity};

/// A column whose nulls may have a reason, which stands in `reasons` row by row.
pub(super) struct Reasoned {
    values: Box<dyn FillCells>,
    /// Where the column has values.
    validity: Validity,
    reasons: UInt8Array,
    /// Where the reasons are.
    given: Validity,
    /// The cell of each reason, by its number.
    cells: Vec<Vec<u8>>,
}

impl Reasoned {
    pub(super) fn new(
        values: Box<dyn FillCells>,
        array: &dyn Array,
        reasons: &UInt8Array,
        cells: Vec<Vec<u8>>,
    ) -> Self {
        let (validity, given) = (Validity::new(array.nulls()), Validity::new(reasons.nulls()));
        Self { values, validity, reasons: reasons.clone(), given, cells }
    }
}

impl FillCells for Reasoned {
    fn touch(&self, rows: Range<usize>) -> bool {
        self.values.touch(rows)
    }

    fn fill(&self, row: usize, rows: usize, cells: Cells<'_>, changes: &mut Changes) -> Result<(), BadCell> {
        let Cells { bytes, stride } = cells;
        self.values.fill(row, rows, Cells { bytes: &mut *bytes, stride }, changes)?;
        let mut reasoned = self.given.word(row, rows) & !self.validity.word(row, rows);
        let reasons = self.reasons.values().get(row..row + rows).unwrap_or_default();
        while reasoned != 0 {
            let i = reasoned.trailing_zeros() as usize;
            reasoned &= reasoned - 1;
            let cell = reasons.get(i).and_then(|reason| self.cells.get(usize::from(*reason)));
            if let Some(cell) = cell
                && let Some(to) = bytes.get_mut(i * stride..i * stride + cell.len())
            {
                to.copy_from_slice(cell);
            }
        }
        Ok(())
    }
}
