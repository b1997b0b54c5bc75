//! Numbers to `float` and `double`.

use std::ops::Range;

use arrow_buffer::{ArrowNativeType, ScalarBuffer};

use crate::missing::Missing;
use crate::spec_storage::{DOUBLE_EXACT, DOUBLE_MAX_BITS, FLOAT_MAX_BITS};
use crate::writer::column::{ColumnFill, touch};
use crate::writer::findings::{BadCell, CellChange, Findings};
use crate::writer::integer_column::load;
use crate::writer::number::{As, Rule, Stored, Whole, apply};
use crate::writer::tile::{Cells, Validity, for_each_null};

/// Numbers stored by `float` or `double`.
pub(super) trait StoredFloat: Stored + Default + Into<f64> + PartialOrd {
    /// Largest value.
    const HIGH: f64;
    /// Smallest value.
    const LOW: f64;
    /// Largest whole number up to which all are exact.
    const EXACT: i64;
    fn scatter(values: &[Self], cells: Cells<'_>);
}

impl StoredFloat for f32 {
    const HIGH: f64 = f32::from_bits(FLOAT_MAX_BITS) as f64;
    const LOW: f64 = -(f32::from_bits(FLOAT_MAX_BITS) as f64);
    const EXACT: i64 = 1 << 24;
    #[inline(always)]
    fn scatter(values: &[Self], cells: Cells<'_>) {
        cells.scatter(values, Self::to_le_bytes);
    }
}

impl StoredFloat for f64 {
    const HIGH: f64 = f64::from_bits(DOUBLE_MAX_BITS);
    const LOW: f64 = f64::MIN;
    const EXACT: i64 = DOUBLE_EXACT;
    #[inline(always)]
    fn scatter(values: &[Self], cells: Cells<'_>) {
        cells.scatter(values, Self::to_le_bytes);
    }
}

/// The way out of [`OutOfRange::Error`].
pub(crate) const STORE_AS_MISSING: &str =
    "store infinities and numbers beyond the type as missing by option, or correct them";

/// What happens to infinities and to numbers beyond the storage type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OutOfRange {
    /// The first one is an error.
    #[default]
    Error,
    /// They become `.` and are counted.
    Missing,
}

/// A column of floating-point numbers.
pub(super) struct FloatColumn<S: ArrowNativeType, D> {
    pub(super) values: ScalarBuffer<S>,
    pub(super) validity: Validity,
    pub(super) rules: Vec<Rule<f64, D>>,
    pub(super) out_of_range: OutOfRange,
    /// Whether `D` is narrower than `S`, so that rounding must be counted.
    pub(super) narrows: bool,
}

impl<S, D> FloatColumn<S, D>
where
    S: ArrowNativeType + As<D> + Into<f64>,
    D: StoredFloat,
{
    /// Goes over a tile value by value, once something is unusual in it.
    #[cold]
    fn settle(
        &self,
        row: usize,
        source: &[S],
        out: &mut [D],
        valid: u64,
        findings: &mut Findings,
    ) -> Result<(), BadCell> {
        for (i, (value, out)) in source.iter().zip(out).enumerate() {
            let number: f64 = (*value).into();
            if valid >> i & 1 == 0 || self.rules.iter().any(|rule| rule.holds(number)) {
                continue;
            }
            let shown = || format!("{number}");
            if number.is_nan() {
                findings.add(CellChange::NotANumber, 1, row + i, shown);
            } else if !(D::LOW..=D::HIGH).contains(&number) {
                if self.out_of_range == OutOfRange::Error {
                    return Err(BadCell { row: row + i, value: shown(), remedy: STORE_AS_MISSING });
                }
                *out = D::missing(Missing::SYSTEM);
                findings.add(CellChange::OutOfRange, 1, row + i, shown);
            } else if (*out).into() != number {
                findings.add(CellChange::Rounded, 1, row + i, shown);
            }
        }
        Ok(())
    }
}

impl<S, D> ColumnFill for FloatColumn<S, D>
where
    S: ArrowNativeType + As<D> + Into<f64>,
    D: StoredFloat,
{
    fn touch(&self, rows: Range<usize>) -> bool {
        let nulls = self.validity.word(rows.start, rows.len()) == 0;
        nulls ^ touch(&self.values, rows)
    }

    fn fill(
        &self,
        row: usize,
        rows: usize,
        cells: Cells<'_>,
        findings: &mut Findings,
    ) -> Result<(), BadCell> {
        let source = load(&self.values, row, rows);
        let missing = D::missing(Missing::SYSTEM);
        let mut unusual = false;
        for value in &source {
            let number: f64 = (*value).into();
            // NaN fails both comparisons.
            unusual |= !((number >= D::LOW) & (number <= D::HIGH));
        }
        let mut out = source.map(|value| value.cast());
        if self.narrows {
            for (out, value) in out.iter().zip(&source) {
                unusual |= (*out).into() != (*value).into();
            }
        }
        let valid = self.validity.word(row, rows);
        if unusual {
            for out in &mut out {
                #[allow(clippy::eq_op, reason = "only NaN differs from itself")]
                let nan = *out != *out;
                *out = if nan { missing } else { *out };
            }
            let (source, out) =
                (source.get(..rows).unwrap_or_default(), out.get_mut(..rows).unwrap_or_default());
            self.settle(row, source, out, valid, findings)?;
        }
        if !self.rules.is_empty() {
            apply(&self.rules, &source.map(Into::into), &mut out);
        }
        for_each_null(valid, |i| {
            if let Some(out) = out.get_mut(i) {
                *out = missing;
            }
        });
        D::scatter(out.get(..rows).unwrap_or_default(), cells);
        Ok(())
    }
}

/// A column of whole numbers stored as `float` or `double`.
pub(super) struct RoundedColumn<S: ArrowNativeType, D> {
    pub(super) values: ScalarBuffer<S>,
    pub(super) validity: Validity,
    pub(super) rules: Vec<Rule<S, D>>,
    pub(super) low: S,
    pub(super) high: S,
}

impl<S: Whole + ArrowNativeType + As<D>, D: StoredFloat> RoundedColumn<S, D> {
    /// Takes whole numbers; those beyond the exact ones are rounded and counted.
    pub(super) fn new(values: ScalarBuffer<S>, validity: Validity, rules: Vec<Rule<S, D>>) -> Self {
        let (low, high) = (S::clamped((-D::EXACT).into()), S::clamped(D::EXACT.into()));
        Self { values, validity, rules, low, high }
    }

    #[cold]
    fn count_rounded(&self, row: usize, source: &[S], out: &[D], valid: u64, findings: &mut Findings) {
        for (i, (value, out)) in source.iter().zip(out).enumerate() {
            let stored: f64 = (*out).into();
            if valid >> i & 1 == 1 && stored as i128 != value.wide() {
                findings.add(CellChange::Rounded, 1, row + i, || value.to_string());
            }
        }
    }
}

impl<S, D> ColumnFill for RoundedColumn<S, D>
where
    S: Whole + ArrowNativeType + As<D>,
    D: StoredFloat,
{
    fn fill(
        &self,
        row: usize,
        rows: usize,
        cells: Cells<'_>,
        findings: &mut Findings,
    ) -> Result<(), BadCell> {
        let source = load(&self.values, row, rows);
        let (low, high) = (self.low, self.high);
        let mut large = false;
        for value in &source {
            large |= (*value < low) | (*value > high);
        }
        let mut out = source.map(|value| value.cast());
        let valid = self.validity.word(row, rows);
        if large {
            let ruled = source
                .iter()
                .enumerate()
                .filter(|(_, value)| self.rules.iter().any(|rule| rule.holds(**value)))
                .fold(0_u64, |word, (i, _)| word | 1 << i);
            let (source, out) = (source.get(..rows).unwrap_or_default(), out.get(..rows).unwrap_or_default());
            self.count_rounded(row, source, out, valid & !ruled, findings);
        }
        apply(&self.rules, &source, &mut out);
        for_each_null(valid, |i| {
            if let Some(out) = out.get_mut(i) {
                *out = D::missing(Missing::SYSTEM);
            }
        });
        D::scatter(out.get(..rows).unwrap_or_default(), cells);
        Ok(())
    }
}

/// A column of decimals stored as `double` (or `float`).
pub(super) struct DecimalColumn<D> {
    pub(super) values: ScalarBuffer<i128>,
    pub(super) scale: i8,
    pub(super) validity: Validity,
    pub(super) rules: Vec<Rule<i128, D>>,
}

/// Largest power of ten that is exact in a `double`.
const EXACT_POWER: i8 = 22;

impl<D: StoredFloat> ColumnFill for DecimalColumn<D>
where
    f64: As<D>,
{
    fn fill(
        &self,
        row: usize,
        rows: usize,
        cells: Cells<'_>,
        findings: &mut Findings,
    ) -> Result<(), BadCell> {
        let source = load(&self.values, row, rows);
        let valid = self.validity.word(row, rows);
        let mut out = [D::missing(Missing::SYSTEM); 64];
        let power = 10_f64.powi(i32::from(self.scale.unsigned_abs()));
        for (i, (value, out)) in source.iter().zip(&mut out).take(rows).enumerate() {
            if valid >> i & 1 == 0 {
                continue;
            }
            if let Some(rule) = self.rules.iter().rev().find(|rule| rule.holds(*value)) {
                *out = rule.stored;
                continue;
            }
            // Both operands exact: one correctly rounded operation gives the nearest double.
            let exact =
                value.unsigned_abs() <= DOUBLE_EXACT as u128 && (0..=EXACT_POWER).contains(&self.scale);
            let number = if exact { *value as f64 / power } else { nearest(*value, self.scale) };
            if !(D::LOW..=D::HIGH).contains(&number) {
                let remedy = "write the variable as text";
                return Err(BadCell { row: row + i, value: decimal_text(*value, self.scale), remedy });
            }
            *out = number.cast();
            if !exact || value.unsigned_abs() > D::EXACT as u128 {
                findings.add(CellChange::Rounded, 1, row + i, || decimal_text(*value, self.scale));
            }
        }
        D::scatter(out.get(..rows).unwrap_or_default(), cells);
        Ok(())
    }
}

fn nearest(value: i128, scale: i8) -> f64 {
    format!("{value}e{}", -i32::from(scale)).parse().unwrap_or(f64::NAN)
}

/// A decimal of `value` units of 10 to the power of minus `scale`, as text.
pub(crate) fn decimal_text(value: i128, scale: i8) -> String {
    if scale <= 0 {
        let zeros = if value == 0 { 0 } else { usize::from(scale.unsigned_abs()) };
        return format!("{value}{}", "0".repeat(zeros));
    }
    let places = usize::from(scale.unsigned_abs());
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    format!("{}{whole}.{fraction}", if value < 0 { "-" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_print_all_their_places() {
        assert_eq!(decimal_text(-5, 2), "-0.05");
        assert_eq!(decimal_text(12_345, 2), "123.45");
        assert_eq!(decimal_text(12, -3), "12000");
        assert_eq!(decimal_text(0, 1), "0.0");
    }
}
