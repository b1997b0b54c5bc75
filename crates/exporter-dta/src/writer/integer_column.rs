//! Whole numbers, booleans and dates to `byte`, `int` and `long`.

use std::ops::Range;

use arrow_buffer::{ArrowNativeType, BooleanBuffer, ScalarBuffer};

use crate::missing::Missing;
use crate::writer::column::{ColumnFill, touch};
use crate::writer::findings::{BadCell, Findings};
use crate::writer::number::{As, Rule, Stored, Whole, apply};
use crate::writer::tile::{Cells, TILE_ROWS, Validity, bits, for_each_null};

/// Integers stored by `byte`, `int` or `long`.
pub(super) trait StoredInteger: Stored {
    fn scatter(values: &[Self], cells: Cells<'_>);
}

macro_rules! stored_integer {
    ($($type:ty),*) => {$(
        impl StoredInteger for $type {
            #[inline(always)]
            fn scatter(values: &[Self], cells: Cells<'_>) {
                cells.scatter(values, Self::to_le_bytes);
            }
        }
    )*};
}

stored_integer!(i8, i16, i32);

/// A column of whole numbers, each stored as itself plus `add`.
pub(super) struct IntegerColumn<S: ArrowNativeType, D> {
    pub(super) values: ScalarBuffer<S>,
    pub(super) validity: Validity,
    pub(super) add: S,
    pub(super) low: S,
    pub(super) high: S,
    pub(super) rules: Vec<Rule<S, D>>,
}

impl<S: Whole + ArrowNativeType, D: StoredInteger> IntegerColumn<S, D> {
    /// Takes values whose sum with `add` must lie within `range`.
    pub(super) fn new(
        values: ScalarBuffer<S>,
        validity: Validity,
        add: i64,
        range: (i64, i64),
        rules: Vec<Rule<S, D>>,
    ) -> Self {
        let bound = |limit: i64| S::clamped(i128::from(limit) - i128::from(add));
        Self {
            values,
            validity,
            add: S::clamped(add.into()),
            low: bound(range.0),
            high: bound(range.1),
            rules,
        }
    }

    #[cold]
    fn first_bad(&self, row: usize, source: &[S], valid: u64) -> Result<(), BadCell> {
        for (i, &value) in source.iter().enumerate() {
            let ordinary = valid >> i & 1 == 1 && !self.rules.iter().any(|rule| rule.holds(value));
            if ordinary && (value < self.low || value > self.high) {
                let remedy = "declare or profile the range of the variable, or choose a wider type";
                return Err(BadCell { row: row + i, value: value.to_string(), remedy });
            }
        }
        Ok(())
    }
}

impl<S, D> ColumnFill for IntegerColumn<S, D>
where
    S: Whole + ArrowNativeType + As<D>,
    D: StoredInteger,
{
    fn touch(&self, rows: Range<usize>) -> bool {
        let nulls = self.validity.word(rows.start, rows.len()) == 0;
        nulls ^ touch(&self.values, rows)
    }

    fn fill(&self, row: usize, rows: usize, cells: Cells<'_>, _: &mut Findings) -> Result<(), BadCell> {
        let source = load(&self.values, row, rows);
        let mut bad = false;
        let (low, high, add) = (self.low, self.high, self.add);
        for value in &source {
            bad |= (*value < low) | (*value > high);
        }
        let mut out = source.map(|value| value.plus(add).cast());
        apply(&self.rules, &source, &mut out);
        let valid = self.validity.word(row, rows);
        if bad {
            self.first_bad(row, source.get(..rows).unwrap_or_default(), valid)?;
        }
        for_each_null(valid, |i| {
            if let Some(out) = out.get_mut(i) {
                *out = D::missing(Missing::SYSTEM);
            }
        });
        D::scatter(out.get(..rows).unwrap_or_default(), cells);
        Ok(())
    }
}

/// Up to 64 values from `row` on, padded with zeros; whole tiles keep their length known to the compiler.
#[inline(always)]
pub(super) fn load<S: Copy + Default>(values: &[S], row: usize, rows: usize) -> [S; TILE_ROWS] {
    let values = values.get(row..).unwrap_or_default();
    if rows == TILE_ROWS
        && let Some(tile) = values.first_chunk::<TILE_ROWS>()
    {
        return *tile;
    }
    let mut tile = [S::default(); TILE_ROWS];
    for (to, from) in tile.iter_mut().zip(values.iter().take(rows)) {
        *to = *from;
    }
    tile
}

/// A column of booleans, stored as 0 and 1.
pub(super) struct BooleanColumn<D> {
    pub(super) values: BooleanBuffer,
    pub(super) validity: Validity,
    pub(super) rules: Vec<Rule<i8, D>>,
}

impl<D: StoredInteger> ColumnFill for BooleanColumn<D>
where
    i8: As<D>,
{
    fn fill(&self, row: usize, rows: usize, cells: Cells<'_>, _: &mut Findings) -> Result<(), BadCell> {
        let word = bits(&self.values, row);
        let source: [i8; TILE_ROWS] = std::array::from_fn(|i| (word >> i & 1) as i8);
        let mut out = source.map(As::<D>::cast);
        apply(&self.rules, &source, &mut out);
        for_each_null(self.validity.word(row, rows), |i| {
            if let Some(out) = out.get_mut(i) {
                *out = D::missing(Missing::SYSTEM);
            }
        });
        D::scatter(out.get(..rows).unwrap_or_default(), cells);
        Ok(())
    }
}
