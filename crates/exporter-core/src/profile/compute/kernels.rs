//! Tight loops over the values of one batch; written so that the compiler turns them into vector instructions.

use arrow_array::{Array, ArrowPrimitiveType, PrimitiveArray, StringArray};
use arrow_buffer::{ArrowNativeType, NullBuffer};

use super::super::Totals;

/// Values looked at side by side.
const LANES: usize = 8;

/// Values marked before they are compared.
const PIECE: usize = 128;

/// The values that are not null, copied only when there are nulls.
pub(super) fn present<'a, T: ArrowPrimitiveType>(
    column: &'a PrimitiveArray<T>,
    scratch: &'a mut Vec<T::Native>,
) -> &'a [T::Native] {
    match column.nulls().filter(|nulls| nulls.null_count() > 0) {
        None => column.values(),
        Some(nulls) => {
            pack(column.values(), nulls, scratch);
            scratch
        }
    }
}

/// Copies the values whose bit is set, 64 at a time, without a branch on the single bit.
fn pack<T: ArrowNativeType>(values: &[T], nulls: &NullBuffer, packed: &mut Vec<T>) {
    packed.clear();
    packed.reserve(values.len());
    let words = nulls.inner().bit_chunks();
    for (chunk, word) in values.chunks(64).zip(words.iter_padded()) {
        if word == u64::MAX && chunk.len() == 64 {
            packed.extend_from_slice(chunk);
        } else if word != 0 {
            let mut some = [T::default(); 64];
            let mut count = 0usize;
            for (bit, value) in chunk.iter().enumerate() {
                if let Some(slot) = some.get_mut(count) {
                    *slot = *value;
                }
                count += (word >> bit & 1) as usize;
            }
            packed.extend_from_slice(some.get(..count).unwrap_or(&some));
        }
    }
}

/// Smallest and largest whole number.
pub(super) fn ends<T: Copy + Ord>(values: &[T]) -> Option<(T, T)> {
    let first = *values.first()?;
    Some(values.iter().fold((first, first), |(low, high), value| (low.min(*value), high.max(*value))))
}

/// Whether a value lies within one of the spans.
fn within<T: Copy + PartialOrd>(value: T, spans: &[(T, T)]) -> bool {
    spans.iter().any(|(low, high)| *low <= value && value <= *high)
}

/// Smallest and largest whole number outside the spans, given those of all `values`.
pub(super) fn ends_beside<T: Copy + Ord>(
    values: &[T],
    ends: Option<(T, T)>,
    spans: &[(T, T)],
) -> Option<(T, T)> {
    let (least, most) = ends?;
    if !within(least, spans) && !within(most, spans) {
        return ends;
    }
    // Beginning crosswise, so that the first value outside sets both ends.
    let (mut low, mut high) = (most, least);
    let mut some = false;
    for chunk in values.chunks(PIECE) {
        let mut hidden = [false; PIECE];
        for (from, to) in spans {
            for (hidden, value) in hidden.iter_mut().zip(chunk) {
                *hidden |= (*from <= *value) & (*value <= *to);
            }
        }
        for (hidden, value) in hidden.iter().zip(chunk) {
            low = if !*hidden & (*value < low) { *value } else { low };
            high = if !*hidden & (*value > high) { *value } else { high };
            some |= !*hidden;
        }
    }
    some.then_some((low, high))
}

/// Ends of the floats outside the spans, given those of all `values`.
pub(super) fn floats_beside(
    values: &[f64],
    ends: Option<(f64, f64)>,
    spans: &[(f64, f64)],
) -> Option<(f64, f64)> {
    let (least, most) = ends?;
    if !within(least, spans) && !within(most, spans) {
        return ends;
    }
    let valid: Vec<f64> = values.iter().copied().filter(|value| !within(*value, spans)).collect();
    floats(&valid).ends
}

/// How many texts hold a NUL; one look over all bytes tells in most batches.
pub(super) fn with_nul(texts: &StringArray) -> u64 {
    let offsets = texts.value_offsets();
    let range = offsets.first().zip(offsets.last()).map(|(start, end)| *start as usize..*end as usize);
    let bytes = range.and_then(|range| texts.value_data().get(range)).unwrap_or_default();
    if memchr::memchr(0, bytes).is_none() {
        return 0;
    }
    texts.iter().flatten().filter(|text| memchr::memchr(0, text.as_bytes()).is_some()).count() as u64
}

/// What floats are: their ends without NaN, whether all are whole, how many are special.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct FloatFindings {
    pub(super) ends: Option<(f64, f64)>,
    pub(super) integral: bool,
    pub(super) nans: u64,
    pub(super) infinities: u64,
}

/// From here on floats have no fraction (2^52).
const NO_FRACTION: f64 = 4_503_599_627_370_496.0;

pub(super) fn floats(values: &[f64]) -> FloatFindings {
    let mut low = [f64::INFINITY; LANES];
    let mut high = [f64::NEG_INFINITY; LANES];
    let mut nans = [0u64; LANES];
    let mut fractions = [false; LANES];
    let mut look = |chunk: &[f64]| {
        for (lane, value) in chunk.iter().enumerate().take(LANES) {
            let value = *value;
            // Comparisons with NaN are false, so NaN changes neither end.
            low[lane] = if value < low[lane] { value } else { low[lane] };
            high[lane] = if value > high[lane] { value } else { high[lane] };
            nans[lane] += u64::from(value.is_nan());
            // Adding 2^52 rounds the fraction away, exactly for all smaller numbers.
            let size = value.abs();
            fractions[lane] |= size < NO_FRACTION && (size + NO_FRACTION) - NO_FRACTION != size;
        }
    };
    let chunks = values.chunks_exact(LANES);
    let rest = chunks.remainder();
    chunks.for_each(&mut look);
    look(rest);
    let low = low.into_iter().fold(f64::INFINITY, f64::min);
    let high = high.into_iter().fold(f64::NEG_INFINITY, f64::max);
    let nans = nans.into_iter().sum();
    let infinities = match low == f64::NEG_INFINITY || high == f64::INFINITY {
        true => values.iter().filter(|value| value.is_infinite()).count() as u64,
        false => 0,
    };
    FloatFindings {
        // Adding zero makes -0 a 0: which of the two comes first must not matter.
        ends: (low <= high).then_some((low + 0.0, high + 0.0)),
        integral: nans == 0 && infinities == 0 && !fractions.contains(&true),
        nans,
        infinities,
    }
}

/// Bytes of the longest value, from the offsets of a text or binary column.
pub(super) fn longest(offsets: &[i32], nulls: Option<&NullBuffer>) -> u64 {
    let lengths = offsets.iter().zip(offsets.get(1..).unwrap_or_default()).map(|(start, end)| end - start);
    let longest = lengths.clone().max().unwrap_or(0);
    let longest = match nulls.filter(|nulls| nulls.null_count() > 0) {
        // Nulls are empty as a rule, but bytes may lie behind them.
        Some(nulls) if longest > 0 => {
            lengths.zip(nulls.iter()).map(|(length, valid)| if valid { length } else { 0 }).max().unwrap_or(0)
        }
        _ => longest,
    };
    u64::try_from(longest).unwrap_or(0)
}

/// Size of the values that are not null, from the offsets of a text or binary column.
pub(super) fn totals(offsets: &[i32], nulls: Option<&NullBuffer>) -> Totals {
    let lengths = offsets.iter().zip(offsets.get(1..).unwrap_or_default()).map(|(start, end)| end - start);
    let add = |totals: Totals, length: i32| Totals {
        filled: totals.filled + u64::from(length > 0),
        bytes: totals.bytes + u64::from(length.unsigned_abs()),
    };
    match nulls.filter(|nulls| nulls.null_count() > 0) {
        None => lengths.fold(Totals::default(), add),
        Some(nulls) => {
            let present = lengths.zip(nulls.iter()).map(|(length, valid)| if valid { length } else { 0 });
            present.fold(Totals::default(), add)
        }
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::Int32Array;

    use super::*;

    #[test]
    fn packing_keeps_the_values_that_are_present() {
        for length in [0, 1, 63, 64, 65, 200] {
            for keep in [1, 2, 3, 70, 1000] {
                let cells = (0..length).map(|row| (row % keep != keep - 1).then_some(row));
                let column: Int32Array = cells.clone().collect();
                for start in [0, 1, 9] {
                    let start = start.min(length) as usize;
                    let slice = column.slice(start, column.len() - start);
                    let wanted: Vec<i32> = cells.clone().skip(start).flatten().collect();
                    assert_eq!(present(&slice, &mut Vec::new()), wanted, "{length} {keep} {start}");
                }
            }
        }
    }

    #[test]
    fn fractions_are_found_at_every_size() {
        for whole in [0.0, -0.0, 1.0, -7.0, 4_503_599_627_370_495.0, NO_FRACTION, 9e15, 1e300, f64::MAX] {
            assert!(floats(&[whole]).integral, "{whole}");
        }
        for part in [0.5, -0.1, 5e-324, 1e-300, 4_503_599_627_370_495.5, 1_000_000.000_000_1] {
            assert!(!floats(&[1.0, part, 2.0]).integral, "{part}");
        }
        for special in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(!floats(&[special]).integral);
        }
    }

    #[test]
    fn the_sign_of_zero_does_not_depend_on_the_order() {
        for zeros in [[0.0, -0.0], [-0.0, 0.0]] {
            let (low, high) = floats(&zeros).ends.unwrap();
            assert!(low.is_sign_positive() && high.is_sign_positive());
        }
    }
}
