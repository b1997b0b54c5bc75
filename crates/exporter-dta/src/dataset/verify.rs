//! Verifies that all values of a column are of the kind that our writer recorded, where only the values tell.

use std::collections::BTreeSet;
use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, TimestampMillisecondType};
use arrow_array::{Array, ArrayRef};
use arrow_cast::cast;
use arrow_schema::{DataType, TimeUnit};
use exporter_core::parallel::shares;

use crate::dataset::number_text;
use crate::error::Result;
use crate::reader::{DtaReader, Selection};
use crate::spec::EPOCH_MILLIS;
use crate::spec_storage::DOUBLE_EXACT;

/// Most powers of ten that a `double` holds exactly.
const EXACT_POWERS: i32 = 22;

/// One column to verify.
pub(super) struct Claim {
    /// Position of the variable in the file.
    pub(super) variable: usize,
    /// The type it was recorded with.
    pub(super) target: DataType,
}

/// Whether only the values tell if a column can be delivered as `target`.
pub(super) fn is_needed(natural: &DataType, target: &DataType) -> bool {
    match (natural, target) {
        (DataType::Utf8, target) => number_text::stands_for(target),
        (DataType::Float64, DataType::Decimal128(_, _) | DataType::Float32) => true,
        (DataType::Timestamp(_, _), DataType::Timestamp(unit, _)) => *unit != TimeUnit::Millisecond,
        // Numbers that another display format would show as dates or times.
        (natural, target) => natural.is_numeric() && is_calendar(target),
    }
}

/// Whether a type is one of dates and times.
pub(super) fn is_calendar(target: &DataType) -> bool {
    matches!(target, DataType::Date32 | DataType::Timestamp(_, _) | DataType::Time64(_))
}

/// The variables whose values fit the recorded types, found in one pass over these columns by so many threads, each with
/// a share of the rows.
pub(super) fn verified(
    reader: &DtaReader,
    mut claims: Vec<Claim>,
    threads: usize,
) -> Result<BTreeSet<usize>> {
    if claims.is_empty() {
        return Ok(BTreeSet::new());
    }
    let rows = 0..reader.dictionary().rows;
    let told = shares(threads, rows, |rows| failed(&mut reader.clone(), &claims, rows))?;
    let failed: BTreeSet<usize> = told.into_iter().flatten().collect();
    claims.retain(|claim| !failed.contains(&claim.variable));
    Ok(claims.into_iter().map(|claim| claim.variable).collect())
}

/// The variables of which a value in these rows does not fit.
fn failed(reader: &mut DtaReader, claims: &[Claim], rows: Range<u64>) -> Result<BTreeSet<usize>> {
    let columns: Vec<usize> = claims.iter().map(|claim| claim.variable).collect();
    let mut failed = BTreeSet::new();
    for batch in reader.batches(&Selection::all().columns(columns).rows(rows))? {
        let batch = batch?;
        for (claim, column) in claims.iter().zip(batch.columns()) {
            if !failed.contains(&claim.variable) && !holds(column, &claim.target) {
                failed.insert(claim.variable);
            }
        }
        if failed.len() == claims.len() {
            break;
        }
    }
    Ok(failed)
}

fn holds(column: &ArrayRef, target: &DataType) -> bool {
    match (column.data_type(), target) {
        (DataType::Utf8, target) => number_text::numbers(column.as_string::<i32>(), target).is_ok(),
        (DataType::Timestamp(_, _), DataType::Timestamp(unit, _)) => {
            let millis = column.as_primitive::<TimestampMillisecondType>();
            millis.iter().flatten().all(|millis| holds_moment(millis, *unit))
        }
        (natural, target) if natural.is_numeric() => {
            let Ok(numbers) = cast(column, &DataType::Float64) else { return false };
            let mut numbers = numbers.as_primitive::<Float64Type>().iter().flatten();
            match target {
                DataType::Decimal128(precision, scale) => {
                    numbers.all(|value| decimal_digits(value, *precision, *scale).is_some())
                }
                DataType::Float32 => numbers.all(|value| f64::from(value as f32) == value),
                target => numbers.all(|value| is_counted(value, target)),
            }
        }
        _ => false,
    }
}

/// Whether a stored number counts days or milliseconds that a type of dates and times can hold.
fn is_counted(value: f64, target: &DataType) -> bool {
    let exact = DOUBLE_EXACT as f64;
    let within = |low: f64, high: f64| low <= value && value <= high;
    value.fract() == 0.0
        && match target {
            DataType::Date32 => within(f64::from(i32::MIN) + 4_000.0, f64::from(i32::MAX)),
            DataType::Time64(_) => within(0.0, 86_399_999.0),
            DataType::Timestamp(unit, _) => {
                let millis = value as i64 - EPOCH_MILLIS;
                within(-exact, exact) && holds_moment(millis, *unit)
            }
            _ => false,
        }
}

/// Whether milliseconds since 1970 are a moment in another unit.
fn holds_moment(millis: i64, unit: TimeUnit) -> bool {
    match unit {
        TimeUnit::Second => millis % 1_000 == 0,
        TimeUnit::Millisecond => true,
        TimeUnit::Microsecond => millis.checked_mul(1_000).is_some(),
        TimeUnit::Nanosecond => millis.checked_mul(1_000_000).is_some(),
    }
}

/// The digits of a decimal that is stored as its nearest `double`; `None` where that is not certain.
pub(super) fn decimal_digits(value: f64, precision: u8, scale: i8) -> Option<i128> {
    let power = 10f64.powi(i32::from(scale).abs());
    if i32::from(scale).abs() > EXACT_POWERS {
        return (value == 0.0).then_some(0);
    }
    let digits = if scale >= 0 { (value * power).round() } else { (value / power).round() };
    // Both sides of the division are exact, so its result is the double nearest to the decimal.
    let back = if scale >= 0 { digits / power } else { digits * power };
    let fits = digits.abs() <= DOUBLE_EXACT as f64 && digits.abs() < 10f64.powi(precision.into());
    (fits && back == value).then_some(digits as i128)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_told_from_other_numbers() {
        let digits = |value| decimal_digits(value, 10, 2);
        assert_eq!([digits(0.29), digits(-1.1), digits(1e7)], [Some(29), Some(-110), Some(1_000_000_000)]);
        assert_eq!([digits(0.295), digits(1e300), digits(f64::NAN), digits(1e8)], [None; 4]);
        assert_eq!(decimal_digits(1_500.0, 9, -2), Some(15));
        assert_eq!(decimal_digits(1_550.0, 9, -3), None);
        for digits in 0..100_000 {
            let value: f64 = format!("{digits}e-3").parse().unwrap();
            assert_eq!(decimal_digits(value, 15, 3), Some(digits));
        }
    }
}
