//! Numbers to cells of floating-point numbers.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Float32Type, Float64Type};
use arrow_array::{Array, ArrayRef};
use arrow_buffer::{ArrowNativeType, ScalarBuffer};
use arrow_schema::DataType;
use exporter_core::doubles;

use super::changes::{BadCell, CellChange, Changes};
use super::integer::BooleanColumn;
use super::number::{
    CastFrom, CellRecode, FloatCell, TypedRecode, Whole, apply, float_recodes, typed_recodes, values,
    with_whole,
};
use super::tile::{Cells, TILE_ROWS, Validity, load, put_nulls};
use super::{FillCells, decimal_text, touch};

/// The remedy of [`OutOfRange::Error`].
pub const STORE_AS_MISSING: &str =
    "store infinities and numbers beyond the type as missing by option, or correct them";

/// What happens to infinities and to numbers beyond the storage type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum OutOfRange {
    /// The first one is an error.
    #[default]
    Error,
    /// They become missing and are counted.
    Missing,
}

/// How numbers become cells of floating-point numbers; NaN becomes missing and is counted.
#[derive(Debug, Clone)]
pub struct FloatCells<D> {
    /// What stands in the cell of a null.
    pub null: D,
    /// Values stored otherwise, whatever the range is; a later one comes before an earlier one.
    pub recodes: Vec<CellRecode<D>>,
    /// Smallest and largest number that a cell holds.
    pub range: (f64, f64),
    /// What happens beyond the range.
    pub out_of_range: OutOfRange,
}

impl<D: FloatCell> FloatCells<D> {
    /// The cells of a column of numbers of any kind (floats, decimals, whole numbers as [`super::IntegerCells`] takes
    /// them, booleans); `None` for a column of another type.
    pub fn column(&self, array: &ArrayRef) -> Option<Box<dyn FillCells>> {
        let validity = Validity::new(array.nulls());
        match array.data_type() {
            DataType::Float64 => Some(Box::new(FloatColumn::<f64, D> {
                values: values::<Float64Type>(array),
                validity,
                rules: float_recodes(&self.recodes),
                cells: self.clone(),
                rounds: !D::HOLDS_DOUBLES,
            })),
            DataType::Float32 => Some(Box::new(FloatColumn::<f32, D> {
                values: values::<Float32Type>(array),
                validity,
                rules: float_recodes(&self.recodes),
                cells: self.clone(),
                rounds: false,
            })),
            DataType::Boolean => {
                Some(Box::new(BooleanColumn::new(array.as_boolean(), self.null, &self.recodes)))
            }
            DataType::Decimal128(_, scale) if *scale != 0 => Some(Box::new(DecimalColumn::<D> {
                values: values::<Decimal128Type>(array),
                scale: *scale,
                validity,
                null: self.null,
                range: self.range,
                rules: typed_recodes(&self.recodes, *scale),
            })),
            _ => with_whole!(array, T => {
                let values = values::<T>(array);
                Box::new(RoundedColumn::<_, D>::new(values, validity, self)) as Box<dyn FillCells>
            }),
        }
    }
}

/// A column of floating-point numbers.
struct FloatColumn<S: ArrowNativeType, D> {
    values: ScalarBuffer<S>,
    validity: Validity,
    rules: Vec<TypedRecode<f64, D>>,
    cells: FloatCells<D>,
    /// Whether a number in range may be rounded, which must be counted.
    rounds: bool,
}

impl<S: ArrowNativeType + Into<f64>, D: FloatCell> FloatColumn<S, D> {
    /// Goes over a tile value by value, once something is unusual in it.
    #[cold]
    fn settle(
        &self,
        row: usize,
        source: &[S],
        out: &mut [D],
        valid: u64,
        changes: &mut Changes,
    ) -> Result<(), BadCell> {
        for (i, (value, out)) in source.iter().zip(out).enumerate() {
            let number: f64 = (*value).into();
            if number.is_nan() {
                *out = self.cells.null;
            }
            if valid >> i & 1 == 0 || self.rules.iter().any(|rule| rule.holds(number)) {
                continue;
            }
            let (low, high) = self.cells.range;
            let shown = || doubles::shown(number);
            if number.is_nan() {
                changes.add(CellChange::NotANumber, 1, row + i, shown);
            } else if !(low..=high).contains(&number) {
                if self.cells.out_of_range == OutOfRange::Error {
                    return Err(changes.refuse(row + i, shown(), STORE_AS_MISSING));
                }
                *out = self.cells.null;
                changes.add(CellChange::OutOfRange, 1, row + i, shown);
            } else if (*out).into() != number {
                changes.add(CellChange::Rounded, 1, row + i, shown);
            }
        }
        Ok(())
    }
}

impl<S, D> FillCells for FloatColumn<S, D>
where
    S: ArrowNativeType + Into<f64>,
    D: FloatCell + CastFrom<S>,
{
    fn touch(&self, rows: Range<usize>) -> bool {
        let nulls = self.validity.word(rows.start, rows.len()) == 0;
        nulls ^ touch(&self.values, rows)
    }

    fn fill(&self, row: usize, rows: usize, cells: Cells<'_>, changes: &mut Changes) -> Result<(), BadCell> {
        let source = load(&self.values, row, rows);
        let (low, high) = self.cells.range;
        let mut unusual = false;
        let mut out = [D::default(); TILE_ROWS];
        for i in 0..TILE_ROWS {
            let number: f64 = source[i].into();
            // NaN fails both comparisons.
            unusual |= !((number >= low) & (number <= high));
            out[i] = D::cast_from(source[i]);
        }
        if self.rounds {
            for i in 0..TILE_ROWS {
                unusual |= out[i].into() != source[i].into();
            }
        }
        let valid = self.validity.word(row, rows);
        if unusual {
            let (source, out) =
                (source.get(..rows).unwrap_or_default(), out.get_mut(..rows).unwrap_or_default());
            self.settle(row, source, out, valid, changes)?;
        }
        if !self.rules.is_empty() {
            let mut numbers = [0.0; TILE_ROWS];
            for i in 0..TILE_ROWS {
                numbers[i] = source[i].into();
            }
            apply(&self.rules, &numbers, &mut out);
        }
        put_nulls(valid, self.cells.null, &mut out);
        D::scatter(out.get(..rows).unwrap_or_default(), cells);
        Ok(())
    }
}

/// A column of whole numbers stored as floating-point numbers.
struct RoundedColumn<S: Whole, D> {
    values: ScalarBuffer<S>,
    validity: Validity,
    null: D,
    rules: Vec<TypedRecode<S, D>>,
    low: S,
    high: S,
}

impl<S: Whole, D: FloatCell> RoundedColumn<S, D> {
    /// Takes whole numbers; those beyond the exact ones are rounded and counted.
    fn new(values: ScalarBuffer<S>, validity: Validity, cells: &FloatCells<D>) -> Self {
        let (low, high) = (S::clamped((-D::EXACT).into()), S::clamped(D::EXACT.into()));
        Self { values, validity, null: cells.null, rules: typed_recodes(&cells.recodes, 0), low, high }
    }

    #[cold]
    fn count_rounded(&self, row: usize, source: &[S], out: &[D], valid: u64, changes: &mut Changes) {
        for (i, (value, out)) in source.iter().zip(out).enumerate() {
            let stored: f64 = (*out).into();
            let ordinary = valid >> i & 1 == 1 && !self.rules.iter().any(|rule| rule.holds(*value));
            if ordinary && stored as i128 != value.wide() {
                changes.add(CellChange::Rounded, 1, row + i, || value.to_string());
            }
        }
    }
}

impl<S: Whole, D: FloatCell + CastFrom<S>> FillCells for RoundedColumn<S, D> {
    fn fill(&self, row: usize, rows: usize, cells: Cells<'_>, changes: &mut Changes) -> Result<(), BadCell> {
        let source = load(&self.values, row, rows);
        let (low, high) = (self.low, self.high);
        let mut large = false;
        let mut out = [D::default(); TILE_ROWS];
        for i in 0..TILE_ROWS {
            large |= (source[i] < low) | (source[i] > high);
            out[i] = D::cast_from(source[i]);
        }
        let valid = self.validity.word(row, rows);
        if large {
            let (source, out) = (source.get(..rows).unwrap_or_default(), out.get(..rows).unwrap_or_default());
            self.count_rounded(row, source, out, valid, changes);
        }
        apply(&self.rules, &source, &mut out);
        put_nulls(valid, self.null, &mut out);
        D::scatter(out.get(..rows).unwrap_or_default(), cells);
        Ok(())
    }
}

/// A column of decimals stored as floating-point numbers.
struct DecimalColumn<D> {
    values: ScalarBuffer<i128>,
    scale: i8,
    validity: Validity,
    null: D,
    range: (f64, f64),
    rules: Vec<TypedRecode<i128, D>>,
}

/// Largest power of ten that is exact in a `double`.
const EXACT_POWER: i8 = 22;

impl<D: FloatCell> FillCells for DecimalColumn<D> {
    fn fill(&self, row: usize, rows: usize, cells: Cells<'_>, changes: &mut Changes) -> Result<(), BadCell> {
        let source = load(&self.values, row, rows);
        let valid = self.validity.word(row, rows);
        let mut out = [self.null; TILE_ROWS];
        let power = 10_f64.powi(i32::from(self.scale.unsigned_abs()));
        let (low, high) = self.range;
        for i in 0..rows.min(TILE_ROWS) {
            let value = source[i];
            if valid >> i & 1 == 0 {
                continue;
            }
            if let Some(rule) = self.rules.iter().rev().find(|rule| rule.holds(value)) {
                out[i] = rule.cell();
                continue;
            }
            // Both operands exact: one correctly rounded operation gives the nearest double.
            let exact = value.unsigned_abs() <= <f64 as FloatCell>::EXACT as u128
                && (0..=EXACT_POWER).contains(&self.scale);
            let number = if exact { value as f64 / power } else { doubles::nearest(value, self.scale) };
            if !(low..=high).contains(&number) {
                let remedy = "write the variable as text";
                return Err(changes.refuse(row + i, decimal_text(value, self.scale), remedy));
            }
            out[i] = D::cast_from(number);
            let is_rounded = match D::HOLDS_DOUBLES {
                true => !doubles::holds(value, self.scale),
                false => !exact || value.unsigned_abs() > D::EXACT as u128,
            };
            if is_rounded {
                changes.add(CellChange::Rounded, 1, row + i, || decimal_text(value, self.scale));
            }
        }
        D::scatter(out.get(..rows).unwrap_or_default(), cells);
        Ok(())
    }
}
