//! Turns the columns of the reader into the kinds that the codebook declares.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, UInt8Array};
use arrow_select::interleave::interleave;
use exporter_core::Result;
use exporter_core::codebook::{Value, Variable};
use exporter_core::dataset::arrow_type;
use exporter_rows::{Conversion, Epoch};

use crate::dataset::letters::recorded_values;
use crate::reader::ColumnType;
use crate::spec::{EPOCH_DAYS, EPOCH_MILLIS};
use exporter_stata::Missing;

/// What Stata counts from.
const EPOCH: Epoch = Epoch { days: EPOCH_DAYS, millis: EPOCH_MILLIS };

/// How one variable of the file becomes one column of the dataset.
#[derive(Debug, Clone)]
pub(super) struct Delivery {
    variable: usize,
    /// As what it is read.
    column: ColumnType,
    name: String,
    conversion: Conversion,
    /// The value that each missing value stands for, by its number, where one stands for any.
    recorded: Option<ArrayRef>,
    /// Position of the reason that each missing value is, by its number, among the declarations of the variable.
    reasons: [Option<u8>; Missing::COUNT as usize],
}

impl Delivery {
    /// Delivers the variable at position `index` of the file as it is described; `letters` stand for values.
    pub(super) fn new(
        (index, column): (usize, ColumnType),
        variable: &Variable,
        letters: &BTreeMap<char, Value>,
        in_utc: bool,
    ) -> Result<Self> {
        let mut reasons = [None; Missing::COUNT as usize];
        for (position, declared) in variable.missing.iter().enumerate().filter(|(_, m)| m.is_reason()) {
            let missing = declared.letter.and_then(Missing::from_letter);
            if let Some(reason) = missing.and_then(|missing| reasons.get_mut(usize::from(missing.number()))) {
                *reason = reason.or(u8::try_from(position).ok());
            }
        }
        Ok(Self {
            variable: index,
            column,
            name: variable.name.clone(),
            conversion: Conversion::new(arrow_type(&variable.kind), in_utc, EPOCH),
            recorded: recorded_values(letters, &variable.kind)?,
            reasons,
        })
    }

    /// Position of the variable in the file.
    pub(super) fn variable(&self) -> usize {
        self.variable
    }

    /// Whether it is read as dates, times or periods.
    pub(super) fn is_counted(&self) -> bool {
        self.column.stored_range().is_some()
    }

    /// Whether letters of the column stand for values.
    pub(super) fn has_recorded(&self) -> bool {
        self.recorded.is_some()
    }

    /// Whether any of these letters stands for a value.
    pub(super) fn records_any(&self, mut letters: impl Iterator<Item = Missing>) -> bool {
        let recorded = self.recorded.as_ref();
        recorded.is_some_and(|recorded| letters.any(|letter| recorded.is_valid(letter.number().into())))
    }

    /// The column, whose missing values `letters` tells apart; `first` is the row of its first value, counted from 0.
    pub(super) fn array(
        &self,
        array: &ArrayRef,
        letters: Option<&UInt8Array>,
        first: u64,
    ) -> Result<ArrayRef> {
        let column =
            self.conversion.column(array).map_err(|misfit| misfit.error("dta", &self.name, first))?;
        let (Some(recorded), Some(letters)) = (&self.recorded, letters) else { return Ok(column) };
        if letters.null_count() == letters.len() {
            return Ok(column);
        }
        let source = |(row, letter): (usize, Option<u8>)| match letter.map(usize::from) {
            Some(letter) if letter < recorded.len() => (1, letter),
            _ => (0, row),
        };
        let sources: Vec<_> = letters.iter().enumerate().map(source).collect();
        Ok(interleave(&[&column, recorded], &sources)?)
    }

    /// How many of the cells have each reason, by the position of its declaration.
    pub(super) fn reason_counts(&self, cells: impl Fn(Missing) -> u64) -> BTreeMap<u8, u64> {
        let mut counts = BTreeMap::new();
        for (letter, reason) in (0..Missing::COUNT).filter_map(Missing::from_number).zip(self.reasons) {
            if let (Some(reason), 1..) = (reason, cells(letter)) {
                *counts.entry(reason).or_default() += cells(letter);
            }
        }
        counts
    }

    /// The reasons of the nulls, whose letters are given.
    pub(super) fn reasons(&self, letters: &UInt8Array) -> ArrayRef {
        let reason = |letter: Option<u8>| self.reasons.get(usize::from(letter?)).copied().flatten();
        Arc::new(letters.iter().map(reason).collect::<UInt8Array>())
    }
}
