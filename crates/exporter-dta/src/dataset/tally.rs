//! What only the rows tell about reading them, counted by variable.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, StringArray, UInt8Array};
use arrow_schema::DataType;
use exporter_core::{Loss, LossCode};

use crate::missing::Missing;
use crate::reader::selection::FOREIGN;

/// What stands for a character that cannot be read.
const REPLACEMENT: &str = "\u{FFFD}";

/// What one scan has found of one column.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Tallied {
    pub(super) count: u64,
    /// Row of the first one, from 1, and its value.
    pub(super) first: Option<(u64, String)>,
}

impl Tallied {
    /// Counts the letters `.a` to `.z`, from row `row`, from 0, on.
    pub(super) fn add_letters(&mut self, letters: &UInt8Array, row: u64) {
        for (at, letter) in letters.iter().enumerate() {
            if let Some(letter) = letter.and_then(Missing::from_number) {
                self.count += 1;
                self.first.get_or_insert_with(|| (row + at as u64 + 1, letter.to_string()));
            }
        }
    }

    /// Counts the numbers that are neither values nor missing values, from row `row`, from 0, on.
    pub(super) fn add_foreign(&mut self, letters: &UInt8Array, row: u64) {
        for (at, _) in letters.iter().enumerate().filter(|(_, letter)| *letter == Some(FOREIGN)) {
            self.count += 1;
            self.first.get_or_insert_with(|| (row + at as u64 + 1, "no number of Stata".to_owned()));
        }
    }

    /// Counts the characters of a column that could not be read, from row `row`, from 0, on.
    pub(super) fn add_replaced(&mut self, column: &ArrayRef, row: u64) {
        if column.data_type() != &DataType::Utf8 {
            return;
        }
        let texts = column.as_string::<i32>();
        if bytes(texts).is_none_or(|bytes| memchr::memmem::find(bytes, REPLACEMENT.as_bytes()).is_none()) {
            return;
        }
        for (at, text) in texts.iter().enumerate() {
            let text = text.unwrap_or_default();
            let count = text.matches(REPLACEMENT).count();
            if count > 0 {
                self.count += count as u64;
                self.first.get_or_insert_with(|| (row + at as u64 + 1, text.to_owned()));
            }
        }
    }
}

fn bytes(texts: &StringArray) -> Option<&[u8]> {
    let (start, end) = texts.value_offsets().first().zip(texts.value_offsets().last())?;
    texts.value_data().get(*start as usize..*end as usize)
}

/// What all scans together have found, by variable of the codebook: a column is counted once however often it is read.
#[derive(Debug, Default)]
pub(super) struct Tally(Mutex<BTreeMap<usize, Tallied>>);

impl Tally {
    /// Takes over what one scan has found of a column so far.
    pub(super) fn note(&self, variable: usize, found: &Tallied) {
        if found.count == 0 {
            return;
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.entry(variable).or_default();
        if found.count > known.count {
            *known = found.clone();
        }
    }

    /// The losses so far; `name` gives the variable's name.
    pub(super) fn losses(&self, code: &LossCode, action: &str, name: impl Fn(usize) -> String) -> Vec<Loss> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let loss = |(variable, found): (&usize, &Tallied)| {
            let loss = Loss::new(code.clone(), action).variable(name(*variable)).count(found.count);
            match &found.first {
                Some((row, value)) => loss.first(Some(*row), value.clone()),
                None => loss,
            }
        };
        all.iter().map(loss).collect()
    }
}
