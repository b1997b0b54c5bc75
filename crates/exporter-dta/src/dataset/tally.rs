//! What only the rows tell about reading them, counted by variable.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use exporter_core::{Loss, LossCode};

/// What one scan has found of one column.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Found {
    pub(super) count: u64,
    /// Row of the first one, from 1, and its value.
    pub(super) first: Option<(u64, String)>,
}

/// What all scans together have found, by variable of the codebook: a column is counted once however often it is read.
#[derive(Debug, Default)]
pub(super) struct Tally(Mutex<BTreeMap<usize, Found>>);

impl Tally {
    /// Takes over what one scan has found of a column so far.
    pub(super) fn note(&self, variable: usize, found: &Found) {
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
        let loss = |(variable, found): (&usize, &Found)| {
            let loss = Loss::new(code.clone(), action).variable(name(*variable)).count(found.count);
            match &found.first {
                Some((row, value)) => loss.first(Some(*row), value.clone()),
                None => loss,
            }
        };
        all.iter().map(loss).collect()
    }
}
