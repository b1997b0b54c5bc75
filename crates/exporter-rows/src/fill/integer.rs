//! Whole numbers, booleans and days to cells of whole numbers.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use arrow_buffer::{BooleanBuffer, ScalarBuffer};

use super::changes::{BadCell, Changes};
use super::number::{
    CastFrom, CellNumber, CellRecode, IntegerCell, TypedRecode, Whole, apply, typed_recodes, values,
    with_whole,
};
use super::tile::{Cells, TILE_ROWS, Validity, bits, load, put_nulls};
use super::{FillCells, touch};

/// How whole numbers become cells.
#[derive(Debug, Clone)]
pub struct IntegerCells<D> {
    /// What stands in the cell of a null.
    pub null: D,
    /// Values stored otherwise, whatever the range is; a later one comes before an earlier one.
    pub recodes: Vec<CellRecode<D>>,
    /// Added to every value that is not recoded.
    pub add: i64,
    /// Smallest and largest sum that a cell holds; others are errors.
    pub range: (i64, i64),
}

impl<D: IntegerCell> IntegerCells<D> {
    /// The cells of a column of whole numbers (integers, days, durations in their own unit, decimals without places) or
    /// booleans, which become 0 and 1; `None` for a column of another type.
    pub fn column(&self, array: &ArrayRef) -> Option<Box<dyn FillCells>> {
        if let Some(array) = array.as_boolean_opt() {
            return Some(Box::new(BooleanColumn::new(array, self.null, &self.recodes)));
        }
        let validity = Validity::new(array.nulls());
        with_whole!(array, T => {
            let values = values::<T>(array);
            Box::new(IntegerColumn::<_, D>::new(values, validity, self)) as Box<dyn FillCells>
        })
    }
}

/// A column of whole numbers, each stored as itself plus `add`.
struct IntegerColumn<S: Whole, D> {
    values: ScalarBuffer<S>,
    validity: Validity,
    add: S,
    low: S,
    high: S,
    null: D,
    rules: Vec<TypedRecode<S, D>>,
}

impl<S: Whole, D: CellNumber> IntegerColumn<S, D> {
    fn new(values: ScalarBuffer<S>, validity: Validity, cells: &IntegerCells<D>) -> Self {
        let bound = |limit: i64| S::clamped(i128::from(limit) - i128::from(cells.add));
        Self {
            values,
            validity,
            add: S::clamped(cells.add.into()),
            low: bound(cells.range.0),
            high: bound(cells.range.1),
            null: cells.null,
            rules: typed_recodes(&cells.recodes, 0),
        }
    }

    #[cold]
    fn first_bad(&self, row: usize, source: &[S], valid: u64, changes: &Changes) -> Result<(), BadCell> {
        for (i, &value) in source.iter().enumerate() {
            let ordinary = valid >> i & 1 == 1 && !self.rules.iter().any(|rule| rule.holds(value));
            if ordinary && (value < self.low || value > self.high) {
                let remedy = "declare or profile the range of the variable, or choose a wider type";
                return Err(changes.refuse(row + i, value.to_string(), remedy));
            }
        }
        Ok(())
    }
}

impl<S: Whole, D: CellNumber + CastFrom<S>> FillCells for IntegerColumn<S, D> {
    fn touch(&self, rows: Range<usize>) -> bool {
        let nulls = self.validity.word(rows.start, rows.len()) == 0;
        nulls ^ touch(&self.values, rows)
    }

    fn fill(&self, row: usize, rows: usize, cells: Cells<'_>, changes: &mut Changes) -> Result<(), BadCell> {
        let source = load(&self.values, row, rows);
        let mut bad = false;
        let (low, high, add) = (self.low, self.high, self.add);
        for value in &source {
            bad |= (*value < low) | (*value > high);
        }
        let mut out = [D::default(); TILE_ROWS];
        for i in 0..TILE_ROWS {
            out[i] = D::cast_from(source[i].plus(add));
        }
        apply(&self.rules, &source, &mut out);
        let valid = self.validity.word(row, rows);
        if bad {
            self.first_bad(row, source.get(..rows).unwrap_or_default(), valid, changes)?;
        }
        put_nulls(valid, self.null, &mut out);
        D::scatter(out.get(..rows).unwrap_or_default(), cells);
        Ok(())
    }
}

/// A column of booleans, stored as 0 and 1.
pub(super) struct BooleanColumn<D> {
    values: BooleanBuffer,
    validity: Validity,
    null: D,
    rules: Vec<TypedRecode<i8, D>>,
}

impl<D: CellNumber> BooleanColumn<D> {
    pub(super) fn new(array: &arrow_array::BooleanArray, null: D, recodes: &[CellRecode<D>]) -> Self {
        let (values, validity) = (array.values().clone(), Validity::new(array.nulls()));
        Self { values, validity, null, rules: typed_recodes(recodes, 0) }
    }
}

impl<D: CellNumber + CastFrom<i8>> FillCells for BooleanColumn<D> {
    fn fill(&self, row: usize, rows: usize, cells: Cells<'_>, _: &mut Changes) -> Result<(), BadCell> {
        let word = bits(&self.values, row);
        let mut source = [0_i8; TILE_ROWS];
        let mut out = [D::default(); TILE_ROWS];
        for i in 0..TILE_ROWS {
            source[i] = (word >> i & 1) as i8;
            out[i] = D::cast_from(source[i]);
        }
        apply(&self.rules, &source, &mut out);
        put_nulls(self.validity.word(row, rows), self.null, &mut out);
        D::scatter(out.get(..rows).unwrap_or_default(), cells);
        Ok(())
    }
}
