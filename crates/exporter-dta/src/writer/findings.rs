//! What filling finds: values that do not fit, and values that are stored less exactly.

use std::collections::BTreeMap;

/// How a stored value differs from the value that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CellChange {
    /// NaN stored as `.`.
    NotANumber,
    /// An infinity, or a number beyond the storage type, stored as `.`.
    OutOfRange,
    /// A number rounded to the nearest that the storage type holds.
    Rounded,
    /// A time whose part below a millisecond was cut.
    SubMillisecond,
    /// A text longer than its variable, cut.
    Cut,
    /// Characters that the charset of the release lacks, stored as `?`.
    Replaced,
}

/// One change of values of one variable, counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellChanges {
    /// Position of the variable, from 0.
    pub variable: usize,
    /// How they changed.
    pub change: CellChange,
    /// How many cells (for [`CellChange::Replaced`], characters).
    pub count: u64,
    /// Row of the first one, counted from 1 over the whole table.
    pub first_row: u64,
    /// The first value, as text.
    pub example: String,
}

/// A value that its variable cannot hold.
#[derive(Debug)]
pub(super) struct BadCell {
    /// Row within the batch, from 0.
    pub(super) row: usize,
    pub(super) value: String,
    pub(super) remedy: &'static str,
}

/// Changes counted so far, in order of variable.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// Variable being filled, from 0.
    pub(super) variable: usize,
    /// Row of the table, from 1, at which the batch being filled starts.
    pub(super) first_row: u64,
    changes: BTreeMap<(usize, CellChange), (u64, u64, String)>,
}

impl Findings {
    /// Counts `count` changes, the first at `row` of the batch.
    #[cold]
    pub(super) fn add(
        &mut self,
        change: CellChange,
        count: u64,
        row: usize,
        example: impl FnOnce() -> String,
    ) {
        let first_row = self.first_row + row as u64;
        self.changes
            .entry((self.variable, change))
            .and_modify(|(counted, _, _)| *counted += count)
            .or_insert_with(|| (count, first_row, example()));
    }

    /// Adds the changes of later rows.
    pub(super) fn append(&mut self, later: Self) {
        for (key, (count, row, example)) in later.changes {
            self.changes
                .entry(key)
                .and_modify(|(counted, _, _)| *counted += count)
                .or_insert((count, row, example));
        }
    }

    /// All changes by variable.
    pub(super) fn into_changes(self) -> Vec<CellChanges> {
        self.changes
            .into_iter()
            .map(|((variable, change), (count, first_row, example))| CellChanges {
                variable,
                change,
                count,
                first_row,
                example,
            })
            .collect()
    }
}
