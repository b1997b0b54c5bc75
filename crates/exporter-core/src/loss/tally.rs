//! Losses that only the rows tell, counted by variable while they are read.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::{Loss, LossCode};

/// What one scan has found of one column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tallied {
    count: u64,
    first: Option<(u64, String)>,
}

impl Tallied {
    /// Counts so many in a row, given from 0.
    pub fn add(&mut self, count: u64, row: u64, value: impl FnOnce() -> String) {
        self.count += count;
        self.first.get_or_insert_with(|| (row + 1, value()));
    }
}

/// What all scans of a dataset together have found, by position of the variable: a column is counted once however often it is
/// read.
#[derive(Debug, Default)]
pub struct Tally(Mutex<BTreeMap<usize, Tallied>>);

impl Tally {
    /// Takes over what one scan has found of a column so far.
    pub fn note(&self, variable: usize, found: &Tallied) {
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
    pub fn losses(&self, code: &LossCode, action: &str, name: impl Fn(usize) -> String) -> Vec<Loss> {
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
