//! What filling finds: values that are stored less exactly, and values that do not fit.

use std::collections::BTreeMap;

use exporter_core::{CHARACTERS, Changes as ExportChanges, Error, ErrorKind, Loss, LossCode, LossReport};

/// How a stored value differs from the value that came; exhaustive, so that every format says what a new one loses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CellChange {
    /// NaN stored as missing.
    NotANumber,
    /// An infinity, or a number beyond the storage type, stored as missing.
    OutOfRange,
    /// A number rounded to the nearest that the storage type holds.
    Rounded,
    /// A time whose part below a millisecond was cut.
    SubMillisecond,
    /// A text longer than its variable, cut.
    Cut,
    /// Characters that the charset of the file lacks, replaced.
    Replaced,
    /// Blanks at the end of a text, which its cell cannot tell from those behind it.
    Blanks,
    /// A text with a NUL, at which other programs may end it.
    Nul,
}

/// One change of values of one column, counted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CellChanges {
    /// Position of the column, from 0.
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

/// What was changed as losses of a table, whose variables `name` names by their position; `words` say what became of the
/// values.
pub fn losses(
    changes: &[CellChanges],
    table: &str,
    name: impl Fn(usize) -> String,
    words: impl Fn(CellChange) -> &'static str,
) -> LossReport {
    let mut losses = LossReport::default();
    for CellChanges { variable, change, count, first_row, example } in changes {
        let code = match change {
            CellChange::NotANumber | CellChange::OutOfRange => LossCode::RANGE,
            CellChange::Rounded => LossCode::PRECISION,
            CellChange::SubMillisecond => LossCode::TIME_PRECISION,
            CellChange::Cut | CellChange::Blanks => LossCode::TEXT_TRUNCATED,
            CellChange::Nul => LossCode::COMPATIBILITY,
            CellChange::Replaced => LossCode::TEXT_REPLACED,
        };
        let loss = Loss::new(code, words(*change)).table(table).variable(name(*variable));
        let loss = loss.count(*count).first(Some(*first_row), example.clone());
        losses.add(match change {
            CellChange::OutOfRange => loss.wrong(),
            CellChange::Replaced => loss.counting(CHARACTERS),
            _ => loss,
        });
    }
    losses
}

/// The error of a value that would be stored as missing if the loss policy allowed it; `format` is the id of the format,
/// `storage` what the value does not fit.
pub fn refused(format: &str, (value, storage): (&str, &str), variable: &str, row: u64) -> Error {
    let mut loss = Loss::new(LossCode::RANGE, "refused").wrong().variable(variable).first(Some(row), value);
    format.clone_into(&mut loss.format);
    let mut changes = ExportChanges::default();
    changes.losses.add(loss);
    let hint = format!(
        "accept that such values are stored as missing with the loss policy allow={}, or change the data",
        LossCode::RANGE
    );
    let error = Error::new(ErrorKind::Loss, format!("{format}: {value} does not fit {storage}"));
    error.variable(variable).row(row).with_hint(hint).with_changes(changes)
}

/// A value that its column cannot hold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BadCell {
    /// Position of the column, from 0.
    pub variable: usize,
    /// Row, counted from 1 over the whole table.
    pub row: u64,
    /// The value, as text.
    pub value: String,
    /// What the user can do.
    pub remedy: &'static str,
}

/// Changes counted so far, by column.
#[derive(Debug, Default)]
pub struct Changes {
    /// Column being filled, from 0.
    pub(super) variable: usize,
    /// Row of the table, from 1, at which the batch being filled starts.
    pub(super) first_row: u64,
    changes: BTreeMap<(usize, CellChange), (u64, u64, String)>,
}

impl Changes {
    /// Goes on with a column, from 0, of a batch that begins at a row of the table, from 1.
    pub fn begin(&mut self, variable: usize, first_row: u64) {
        (self.variable, self.first_row) = (variable, first_row);
    }

    /// Counts `count` changes in the column being filled, the first at `row` of the batch.
    #[cold]
    pub fn add(&mut self, change: CellChange, count: u64, row: usize, example: impl FnOnce() -> String) {
        self.add_at((self.variable, self.first_row + row as u64), change, count, example);
    }

    /// Counts `count` changes, the first in this column, from 0, and row, from 1.
    pub fn add_at(
        &mut self,
        (variable, row): (usize, u64),
        change: CellChange,
        count: u64,
        example: impl FnOnce() -> String,
    ) {
        self.changes
            .entry((variable, change))
            .and_modify(|(counted, _, _)| *counted += count)
            .or_insert_with(|| (count, row, example()));
    }

    /// The refusal of the value at `row` of the batch, in the column being filled.
    #[cold]
    pub fn refuse(&self, row: usize, value: impl Into<String>, remedy: &'static str) -> BadCell {
        BadCell { variable: self.variable, row: self.first_row + row as u64, value: value.into(), remedy }
    }

    /// Adds the changes of later rows.
    pub fn append(&mut self, later: Self) {
        for ((variable, change), (count, row, example)) in later.changes {
            self.add_at((variable, row), change, count, || example);
        }
    }

    /// All changes by column.
    pub fn into_list(self) -> Vec<CellChanges> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_counted_by_column_with_the_first_row_and_value() {
        let mut all = Changes { variable: 2, first_row: 11, ..Changes::default() };
        all.add(CellChange::Cut, 1, 3, || "long".to_owned());
        let mut later = Changes { variable: 2, first_row: 21, ..Changes::default() };
        later.add(CellChange::Cut, 2, 0, || "longer".to_owned());
        later.variable = 0;
        later.add(CellChange::Rounded, 1, 5, || "0.1".to_owned());
        assert_eq!(later.refuse(6, "x", "y").row, 27);
        all.append(later);
        let list = all.into_list();
        let told: Vec<_> =
            list.iter().map(|one| (one.variable, one.count, one.first_row, one.example.as_str())).collect();
        assert_eq!(told, [(0, 1, 26, "0.1"), (2, 3, 14, "long")]);
    }
}
