//! Facts that need no scan: declared by the codebook or implied by the kind.

use super::super::{ColumnFacts, Facts, Number, Totals};
use crate::codebook::{Kind, Value, Variable};
use crate::missing::Span;

/// Takes over what a variable declares and its kind implies; gives back what is left to ask. `missing` is what it
/// declares missing.
pub(super) fn take(known: &mut ColumnFacts, variable: &Variable, missing: &[Span], asked: Facts) -> Facts {
    let declared = &variable.facts;
    known.max_bytes = known.max_bytes.or(declared.max_bytes);
    if known.range.is_none()
        && let Some(low) = declared.min.as_ref().and_then(|value| bound(value, &variable.kind, f64::floor))
        && let Some(high) = declared.max.as_ref().and_then(|value| bound(value, &variable.kind, f64::ceil))
    {
        known.range = Some(Some((low, high)));
    }
    // Ends that are not missing are the ends of the valid values too.
    let valid =
        |ends: &(Number, Number)| missing.iter().all(|span| !span.contains(ends.0) && !span.contains(ends.1));
    // A source cannot know it: which values are missing is said by the codebook that describes the source.
    known.valid_range = known.range.filter(|range| range.as_ref().is_none_or(valid));
    let (measured, whole) = match &variable.kind {
        Kind::Text | Kind::Binary | Kind::Structure(_) | Kind::List(_) | Kind::Map { .. } => (false, false),
        Kind::Float { .. } => (true, false),
        Kind::Decimal { scale, .. } => (true, *scale <= 0),
        _ => (true, true),
    };
    if !matches!(variable.kind, Kind::Text | Kind::Binary) && asked.any(Facts::MAX_BYTES) {
        known.max_bytes = known.max_bytes.or(Some(0));
    }
    if variable.kind != Kind::Text && asked.any(Facts::WITH_NUL) {
        known.with_nul = Some(0);
    }
    if !matches!(variable.kind, Kind::Text | Kind::Binary) && asked.any(Facts::TOTALS) {
        known.totals = Some(Totals::default());
    }
    if whole && asked.any(Facts::INTEGRAL) {
        known.integral = Some(true);
    }
    if measured && !matches!(variable.kind, Kind::Float { .. }) && asked.any(NUMBERS) {
        known.nans = Some(0);
        known.infinities = Some(0);
    }
    if !matches!(variable.kind, Kind::Decimal { .. }) && asked.any(Facts::ROUNDED) {
        known.rounded = Some(0);
    }
    let reasons = if variable.has_reasons() { Facts::NONE } else { Facts::REASONS };
    asked.without(reasons).without(if measured { Facts::NONE } else { NUMBERS })
}

/// What only numbers have.
pub(super) const NUMBERS: Facts = Facts::RANGE.or(Facts::VALID_RANGE).or(Facts::INTEGRAL);

/// What is asked for and not known.
pub(super) fn still_open(known: &ColumnFacts, asked: Facts) -> Facts {
    let known = [
        (Facts::NULLS, known.nulls.is_some()),
        (Facts::MAX_BYTES, known.max_bytes.is_some()),
        (Facts::TOTALS, known.totals.is_some()),
        (Facts::RANGE, known.range.is_some()),
        (Facts::VALID_RANGE, known.valid_range.is_some()),
        (Facts::WITH_NUL, known.with_nul.is_some()),
        (Facts::INTEGRAL, known.integral.is_some()),
        (Facts::REASONS, known.reasons.is_some()),
        (Facts::ROUNDED, known.rounded.is_some()),
    ];
    known.into_iter().filter(|(_, known)| *known).fold(asked, |open, (fact, _)| open.without(fact))
}

/// A declared end of the range as a number of the column's own kind: floats for floats, unscaled digits for decimals.
/// Dates and times are declared as text and are computed instead.
fn bound(value: &Value, kind: &Kind, outwards: fn(f64) -> f64) -> Option<Number> {
    match (kind, value) {
        (Kind::Integer { .. }, Value::Integer(number)) => Some(Number::Integer(i128::from(*number))),
        (Kind::Integer { .. }, Value::Float(number)) => whole(outwards(*number)),
        (Kind::Float { .. }, Value::Integer(_) | Value::Float(_)) => value.as_f64().map(Number::Float),
        (Kind::Decimal { scale, .. }, Value::Integer(number)) if *scale >= 0 => 10i128
            .checked_pow(u32::from(scale.unsigned_abs()))
            .and_then(|factor| factor.checked_mul(i128::from(*number)))
            .map(Number::Integer),
        (Kind::Decimal { scale, .. }, Value::Integer(_) | Value::Float(_)) => {
            whole(outwards(value.as_f64()? * 10f64.powi(i32::from(*scale))))
        }
        _ => None,
    }
}

fn whole(number: f64) -> Option<Number> {
    // Beyond 2^126 a product of a decimal's digits is no longer sure to fit.
    (number.abs() < 2f64.powi(126)).then_some(Number::Integer(number as i128))
}
