//! Characters that could not be read, counted by variable.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, StringArray};
use arrow_schema::DataType;
use exporter_core::{Loss, LossCode};

/// What one scan has found of one column.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Replaced {
    characters: u64,
    /// Row of the first text, from 1, and the text.
    first: Option<(u64, String)>,
}

impl Replaced {
    /// Counts the U+FFFD in a column whose first row is `row`, from 0.
    pub(super) fn count(&mut self, column: &ArrayRef, row: u64) {
        if column.data_type() != &DataType::Utf8 {
            return;
        }
        let texts = column.as_string::<i32>();
        if bytes(texts).is_none_or(|bytes| memchr::memmem::find(bytes, MARK.as_bytes()).is_none()) {
            return;
        }
        for (at, text) in texts.iter().enumerate() {
            let found = text.map_or(0, |text| text.matches(MARK).count());
            if found > 0 {
                self.characters += found as u64;
                self.first.get_or_insert_with(|| (row + at as u64 + 1, text.unwrap_or_default().to_owned()));
            }
        }
    }
}

/// What stands for a character that cannot be read.
const MARK: &str = "\u{FFFD}";

fn bytes(texts: &StringArray) -> Option<&[u8]> {
    let (start, end) = texts.value_offsets().first().zip(texts.value_offsets().last())?;
    texts.value_data().get(*start as usize..*end as usize)
}

/// What all scans together have found, by variable of the codebook: a column is counted once however often it is read.
#[derive(Debug, Default)]
pub(super) struct Tally(Mutex<BTreeMap<usize, Replaced>>);

impl Tally {
    /// Takes over what one scan has found of a column so far.
    pub(super) fn note(&self, variable: usize, found: &Replaced) {
        if found.characters == 0 {
            return;
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.entry(variable).or_default();
        if found.characters > known.characters {
            *known = found.clone();
        }
    }

    /// The losses so far; `name` gives the variable's name.
    pub(super) fn losses(&self, name: impl Fn(usize) -> String) -> Vec<Loss> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let loss = |(variable, found): (&usize, &Replaced)| {
            let action = "characters outside the encoding of the file read as U+FFFD";
            let loss = Loss::new(LossCode::TEXT_REPLACED, action).variable(name(*variable));
            let loss = loss.count(found.characters);
            match &found.first {
                Some((row, text)) => loss.first(Some(*row), text.clone()),
                None => loss,
            }
        };
        all.iter().map(loss).collect()
    }
}
