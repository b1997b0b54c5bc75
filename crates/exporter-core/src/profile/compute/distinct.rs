//! Distinct values with their counts, within limits.

use std::collections::{BTreeMap, HashMap};

use super::super::Distinct;
use crate::codebook::Value;

/// Distinct texts of a column take at most this many bytes together, whatever the limit on their number, and less where
/// memory is little: texts of megabytes shall not fill it.
pub(super) const TEXT_BYTES: usize = 64 << 20;

/// Distinct values of a part of a column.
#[derive(Debug, Default)]
pub(super) enum Tally {
    /// Nothing counted yet.
    #[default]
    Empty,
    Values {
        counts: BTreeMap<Value, u64>,
        /// Bytes of all texts in `counts`.
        bytes: usize,
    },
    TooMany,
}

impl Tally {
    pub(super) fn is_too_many(&self) -> bool {
        matches!(self, Tally::TooMany)
    }

    fn of(counts: impl IntoIterator<Item = (Value, u64)>, limit: u32) -> Self {
        let mut tally = Tally::Values { counts: BTreeMap::new(), bytes: 0 };
        for (value, count) in counts {
            // What a batch holds is in memory already.
            tally.add(value, count, limit, usize::MAX);
            if tally.is_too_many() {
                break;
            }
        }
        tally
    }

    /// Counts values that repeat next to each other once sorted.
    pub(super) fn of_sorted<T: Copy + PartialEq>(
        sorted: &[T],
        value: impl Fn(T) -> Value,
        limit: u32,
    ) -> Self {
        Self::of(
            sorted
                .chunk_by(|one, other| one == other)
                .filter_map(|same| same.first().map(|first| (value(*first), same.len() as u64))),
            limit,
        )
    }

    pub(super) fn of_texts<'t>(texts: impl Iterator<Item = &'t str>, limit: u32) -> Self {
        let mut counts: HashMap<&str, u64> = HashMap::new();
        for text in texts {
            *counts.entry(text).or_insert(0) += 1;
            if counts.len() > limit as usize {
                return Tally::TooMany;
            }
        }
        Self::of(counts.into_iter().map(|(text, count)| (Value::from(text), count)), limit)
    }

    pub(super) fn of_truths(truths: u64, lies: u64, limit: u32) -> Self {
        let counts = [(Value::Boolean(false), lies), (Value::Boolean(true), truths)];
        Self::of(counts.into_iter().filter(|(_, count)| *count > 0), limit)
    }

    fn add(&mut self, value: Value, count: u64, limit: u32, most_bytes: usize) {
        if let Tally::Values { counts, bytes } = self {
            let size = value.as_text().map_or(0, str::len);
            match counts.entry(value) {
                std::collections::btree_map::Entry::Occupied(mut entry) => *entry.get_mut() += count,
                std::collections::btree_map::Entry::Vacant(entry) => {
                    entry.insert(count);
                    *bytes += size;
                }
            }
            if counts.len() > limit as usize || *bytes > most_bytes {
                *self = Tally::TooMany;
            }
        }
    }

    /// Adds the values of another part; whether there are too many depends on all values, not on the parts.
    pub(super) fn join(&mut self, other: Tally, limit: u32, most_bytes: usize) {
        if matches!(self, Tally::Empty) && !matches!(other, Tally::Empty) {
            *self = Tally::Values { counts: BTreeMap::new(), bytes: 0 };
        }
        match (&mut *self, other) {
            (Tally::TooMany, _) | (_, Tally::Empty) => {}
            (mine, Tally::TooMany) => *mine = Tally::TooMany,
            (mine, Tally::Values { counts, .. }) => {
                for (value, count) in counts {
                    mine.add(value, count, limit, most_bytes);
                }
            }
        }
    }

    pub(super) fn tell(self) -> Distinct {
        match self {
            Tally::Empty => Distinct::Values(BTreeMap::new()),
            Tally::Values { counts, .. } => Distinct::Values(counts),
            Tally::TooMany => Distinct::TooMany,
        }
    }
}

/// One bit pattern for every NaN and one for zero, so that equal numbers are counted together.
pub(super) fn canonical(number: f64) -> f64 {
    if number.is_nan() { f64::NAN } else { number + 0.0 }
}
