//! Facts of one column in one batch, and how they join.

use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use arrow_array::types::{ArrowPrimitiveType, Decimal128Type, Float32Type, Float64Type};
use arrow_array::{Array, ArrayRef, ArrowNativeTypeOp, BooleanArray, PrimitiveArray};
use arrow_schema::DataType;

use super::super::{ColumnFacts, Facts, Number, Totals};
use super::kernels;
use super::known::NUMBERS;
use crate::missing::Span;
use crate::{doubles, downcast_whole_numbers};

/// What was found in a part of a column.
#[derive(Debug)]
pub(super) struct ColumnFindings {
    nulls: u64,
    max_bytes: u64,
    with_nul: u64,
    totals: Totals,
    range: Option<(Number, Number)>,
    pub(super) valid_range: Option<(Number, Number)>,
    integral: bool,
    nans: u64,
    infinities: u64,
    rounded: u64,
    /// Filled in beside [`look_at`], since reasons are a column of their own.
    pub(super) reasons: BTreeMap<u8, u64>,
}

impl Default for ColumnFindings {
    fn default() -> Self {
        Self {
            nulls: 0,
            max_bytes: 0,
            with_nul: 0,
            totals: Totals::default(),
            range: None,
            valid_range: None,
            integral: true,
            nans: 0,
            infinities: 0,
            rounded: 0,
            reasons: BTreeMap::new(),
        }
    }
}

impl ColumnFindings {
    /// Adds the findings of the rows that follow.
    pub(super) fn join(&mut self, next: ColumnFindings) {
        self.nulls += next.nulls;
        self.max_bytes = self.max_bytes.max(next.max_bytes);
        self.with_nul += next.with_nul;
        self.range = widest(self.range, next.range);
        self.valid_range = widest(self.valid_range, next.valid_range);
        self.totals.filled += next.totals.filled;
        self.totals.bytes += next.totals.bytes;
        self.integral &= next.integral;
        self.nans += next.nans;
        self.infinities += next.infinities;
        self.rounded += next.rounded;
        for (reason, rows) in next.reasons {
            *self.reasons.entry(reason).or_default() += rows;
        }
    }

    /// Fills in the facts that were asked for; those known before stay.
    pub(super) fn tell(self, asked: Facts, facts: &mut ColumnFacts) {
        facts.nulls = facts.nulls.or(Some(self.nulls));
        let is = |fact| asked.any(fact);
        facts.max_bytes = is(Facts::MAX_BYTES).then_some(self.max_bytes).or(facts.max_bytes);
        facts.totals = is(Facts::TOTALS).then_some(self.totals).or(facts.totals);
        facts.range = is(Facts::RANGE).then_some(self.range).or(facts.range);
        facts.valid_range = is(Facts::VALID_RANGE).then_some(self.valid_range).or(facts.valid_range);
        facts.with_nul = is(Facts::WITH_NUL).then_some(self.with_nul).or(facts.with_nul);
        facts.integral = is(Facts::INTEGRAL).then_some(self.integral).or(facts.integral);
        facts.nans = is(NUMBERS).then_some(self.nans).or(facts.nans);
        facts.infinities = is(NUMBERS).then_some(self.infinities).or(facts.infinities);
        facts.rounded = is(Facts::ROUNDED).then_some(self.rounded).or(facts.rounded);
        facts.reasons = is(Facts::REASONS).then_some(self.reasons).or(facts.reasons.take());
    }
}

/// Both ranges together.
fn widest(known: Option<(Number, Number)>, next: Option<(Number, Number)>) -> Option<(Number, Number)> {
    match (known, next) {
        (Some((low, high)), Some((next_low, next_high))) => Some((
            if next_low < low { next_low } else { low },
            if next_high > high { next_high } else { high },
        )),
        (known, next) => known.or(next),
    }
}

/// Finds what is asked for in one batch of a normalised column; `missing` is what its variable declares missing.
pub(super) fn look_at(column: &ArrayRef, asked: Facts, missing: &[Span]) -> ColumnFindings {
    macro_rules! whole {
        ($type:ty) => {
            integers(column.as_primitive::<$type>(), asked, missing)
        };
    }
    downcast_whole_numbers! {
        column.data_type() => whole,
        DataType::Utf8 => {
            let texts = column.as_string::<i32>();
            ColumnFindings {
                max_bytes: match asked.any(Facts::MAX_BYTES) {
                    true => kernels::longest(texts.value_offsets(), texts.nulls()),
                    false => 0,
                },
                with_nul: match asked.any(Facts::WITH_NUL) {
                    true => kernels::with_nul(texts),
                    false => 0,
                },
                totals: match asked.any(Facts::TOTALS) {
                    true => kernels::totals(texts.value_offsets(), texts.nulls()),
                    false => Totals::default(),
                },
                ..counted(column)
            }
        }
        DataType::Binary => {
            let values = column.as_binary::<i32>();
            ColumnFindings {
                max_bytes: match asked.any(Facts::MAX_BYTES) {
                    true => kernels::longest(values.value_offsets(), values.nulls()),
                    false => 0,
                },
                totals: match asked.any(Facts::TOTALS) {
                    true => kernels::totals(values.value_offsets(), values.nulls()),
                    false => Totals::default(),
                },
                ..counted(column)
            }
        }
        DataType::Boolean => truths(column.as_boolean(), missing),
        DataType::Float32 => {
            let mut scratch = Vec::new();
            let values = kernels::present(column.as_primitive::<Float32Type>(), &mut scratch);
            let wide: Vec<f64> = values.iter().map(|value| f64::from(*value)).collect();
            ColumnFindings { nulls: column.null_count() as u64, ..floats(&wide, asked, missing) }
        }
        DataType::Float64 => {
            let mut scratch = Vec::new();
            let values = kernels::present(column.as_primitive::<Float64Type>(), &mut scratch);
            ColumnFindings { nulls: column.null_count() as u64, ..floats(values, asked, missing) }
        }
        DataType::Decimal128(_, scale) => {
            decimals(column.as_primitive::<Decimal128Type>(), *scale, asked, missing)
        }
        // Nested values have no size, range or count of their own.
        _ => counted(column),
    }
}

fn counted(column: &ArrayRef) -> ColumnFindings {
    ColumnFindings { nulls: column.null_count() as u64, ..ColumnFindings::default() }
}

fn truths(column: &BooleanArray, missing: &[Span]) -> ColumnFindings {
    let truths = column.true_count() as u64;
    let lies = (column.len() - column.null_count()) as u64 - truths;
    let range = |lies: u64, truths: u64| {
        let ends = (Number::Integer(i128::from(lies == 0)), Number::Integer(i128::from(truths > 0)));
        (lies + truths > 0).then_some(ends)
    };
    let hidden = |truth: i128| missing.iter().any(|span| span.contains(Number::Integer(truth)));
    ColumnFindings {
        nulls: column.null_count() as u64,
        range: range(lies, truths),
        valid_range: range(if hidden(0) { 0 } else { lies }, if hidden(1) { 0 } else { truths }),
        ..ColumnFindings::default()
    }
}

fn integers<T: ArrowPrimitiveType>(
    column: &PrimitiveArray<T>,
    asked: Facts,
    missing: &[Span],
) -> ColumnFindings
where
    T::Native: Copy + Ord + Into<i128> + TryFrom<i128>,
{
    let mut scratch = Vec::new();
    let values = kernels::present(column, &mut scratch);
    let number = |value: T::Native| Number::Integer(value.into());
    let ends = match asked.any(Facts::RANGE | Facts::VALID_RANGE) {
        true => kernels::ends(values),
        false => None,
    };
    let valid = match asked.any(Facts::VALID_RANGE) {
        true => kernels::ends_beside(values, ends, &native_spans::<T>(missing)),
        false => None,
    };
    let numbers = |(low, high): (T::Native, T::Native)| (number(low), number(high));
    ColumnFindings {
        nulls: column.null_count() as u64,
        range: ends.map(numbers),
        valid_range: valid.map(numbers),
        ..ColumnFindings::default()
    }
}

/// Spans in the numbers of a column; those beyond its width hold none of them.
fn native_spans<T: ArrowPrimitiveType>(missing: &[Span]) -> Vec<(T::Native, T::Native)>
where
    T::Native: TryFrom<i128> + Into<i128>,
{
    let (least, most) = (T::Native::MIN_TOTAL_ORDER.into(), T::Native::MAX_TOTAL_ORDER.into());
    let native = |span: &Span| {
        let (Number::Integer(low), Number::Integer(high)) = (span.low, span.high) else { return None };
        let low = T::Native::try_from(low.max(least)).ok()?;
        Some((low, T::Native::try_from(high.min(most)).ok()?))
    };
    missing.iter().filter_map(native).collect()
}

fn decimals(
    column: &PrimitiveArray<Decimal128Type>,
    scale: i8,
    asked: Facts,
    missing: &[Span],
) -> ColumnFindings {
    let unit = u32::try_from(scale).ok().and_then(|scale| 10i128.checked_pow(scale)).unwrap_or(1);
    let whole = || kernels::present(column, &mut Vec::new()).iter().all(|digits| digits % unit == 0);
    let integral = !asked.any(Facts::INTEGRAL) || unit == 1 || whole();
    let rounded = match asked.any(Facts::ROUNDED) {
        true => column.iter().flatten().filter(|digits| !doubles::holds(*digits, scale)).count() as u64,
        false => 0,
    };
    ColumnFindings { integral, rounded, ..integers(column, asked, missing) }
}

fn floats(values: &[f64], asked: Facts, missing: &[Span]) -> ColumnFindings {
    let mut found = ColumnFindings::default();
    if asked.any(NUMBERS) {
        let floats = kernels::floats(values);
        let numbers = |(low, high)| (Number::Float(low), Number::Float(high));
        found.range = floats.ends.map(numbers);
        let missing: Vec<(f64, f64)> =
            missing.iter().map(|span| (span.low.as_f64(), span.high.as_f64())).collect();
        found.valid_range = kernels::floats_beside(values, floats.ends, &missing).map(numbers);
        found.integral = floats.integral;
        found.nans = floats.nans;
        found.infinities = floats.infinities;
    }
    found
}
