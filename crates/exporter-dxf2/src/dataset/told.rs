//! What is lost on the way from objects to rows, told once with its count.

use std::collections::BTreeMap;

use exporter_core::{Loss, LossCode};

/// Different losses that are told; the others are counted as one.
const MOST: usize = 1000;

/// Losses so far.
#[derive(Debug, Default)]
pub(super) struct Told(BTreeMap<Key, (u64, String)>);

/// Table, variable, code and action.
type Key = (String, Option<String>, LossCode, String);

impl Told {
    /// Counts a loss, of which this is an example.
    pub(super) fn add(
        &mut self,
        code: LossCode,
        place: (&str, Option<&str>),
        action: &str,
        example: impl FnOnce() -> String,
    ) {
        self.add_several(1, code, place, action, example);
    }

    /// Counts several at once.
    pub(super) fn add_several(
        &mut self,
        count: u64,
        code: LossCode,
        (table, variable): (&str, Option<&str>),
        action: &str,
        example: impl FnOnce() -> String,
    ) {
        let mut key = (table.to_owned(), variable.map(str::to_owned), code, action.to_owned());
        if self.0.len() >= MOST && !self.0.contains_key(&key) {
            key = (String::new(), None, LossCode::NOT_READ, "losses of other kinds".to_owned());
        }
        self.0.entry(key).or_insert_with(|| (0, example())).0 += count;
    }

    pub(super) fn losses(&self) -> impl Iterator<Item = Loss> {
        self.0.iter().map(|((table, variable, code, action), (count, first))| {
            let loss = Loss::new(code.clone(), action).count(*count).first(None, first);
            let loss = if table.is_empty() { loss } else { loss.table(table) };
            variable.iter().fold(loss, |loss, variable| loss.variable(variable))
        })
    }
}
