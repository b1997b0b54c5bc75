//! How far the rows keep the order that a file claims.

use std::cmp::Ordering;

use exporter_rows::Rows;

use crate::reader::dictionary::{Dictionary, Variable};
use crate::reader::gather::Cells;

/// The claimed order of some rows, one after the other.
#[derive(Debug, Default)]
pub(super) struct RowOrder {
    /// How many leading keys ascend, as they are stored.
    pub(super) keys: usize,
    /// The keys of the first row; none before a row was seen.
    first: Vec<Cells>,
    /// The keys of the last row.
    last: Vec<Cells>,
}

impl RowOrder {
    /// No rows yet of a file whose leading sort keys `is_read` says.
    pub(super) fn of(dictionary: &Dictionary, is_read: impl Fn(usize) -> bool) -> Self {
        let keys = dictionary.sort.iter().take_while(|key| is_read(**key)).count();
        Self { keys, ..Self::default() }
    }

    /// Compares the next rows, of which a tile begins at byte `start` of each.
    pub(super) fn add(&mut self, rows: Rows<'_>, dictionary: &Dictionary, start: usize) {
        if self.keys == 0 || rows.is_empty() {
            return;
        }
        let keys = dictionary.sort.iter().take(self.keys).filter_map(|key| dictionary.variables.get(*key));
        let gathered = keys.map(|variable: &Variable| {
            let mut cells = Cells::with_capacity(variable.storage, rows.len(), 0);
            cells.append(
                rows,
                dictionary.byte_order,
                variable.offset.saturating_sub(start),
                variable.storage,
            );
            cells
        });
        let gathered: Vec<Cells> = gathered.collect();
        for row in 1..rows.len() {
            self.compare(|key| gathered.get(key)?.compare(row - 1, row));
        }
        let row = |row: usize| gathered.iter().map(|cells| cells.row(row)).collect::<Vec<Cells>>();
        self.join(&Self { keys: self.keys, first: row(0), last: row(rows.len() - 1) });
    }

    /// Adds the rows that follow.
    pub(super) fn join(&mut self, next: &Self) {
        self.keys = self.keys.min(next.keys);
        if next.first.is_empty() {
            return;
        }
        if self.first.is_empty() {
            self.first = next.first.iter().map(|cells| cells.row(0)).collect();
        } else {
            let mut pairs = std::mem::take(&mut self.last);
            pairs.iter_mut().zip(&next.first).for_each(|(last, first)| last.join(first));
            self.compare(|key| pairs.get(key)?.compare(0, 1));
        }
        self.last = next.last.iter().map(|cells| cells.row(0)).collect();
    }

    /// Keeps the keys before the first one that descends between two rows.
    fn compare(&mut self, of_key: impl Fn(usize) -> Option<Ordering>) {
        let ends =
            (0..self.keys).map(|key| (key, of_key(key))).find(|(_, order)| *order != Some(Ordering::Equal));
        if let Some((key, order)) = ends
            && order != Some(Ordering::Less)
        {
            self.keys = key;
        }
    }
}
