//! How far rows keep a claimed order.

use std::cmp::Ordering;

use exporter_core::source::ByteOrder;

use super::{CellType, Rows, StoredCells};

/// The claimed order of some rows, one after the other.
#[derive(Debug, Default)]
pub struct RowOrder {
    keys: usize,
    /// The keys of the first row; none before a row was seen.
    first: Vec<StoredCells>,
    /// The keys of the last row.
    last: Vec<StoredCells>,
}

impl RowOrder {
    /// No rows yet, which claim to be in the order of so many keys.
    pub fn new(keys: usize) -> Self {
        Self { keys, ..Self::default() }
    }

    /// How many leading keys ascend, as they are stored.
    pub fn keys(&self) -> usize {
        self.keys
    }

    /// Compares the next rows; `keys` says where in them each key stands and how.
    pub fn add(&mut self, rows: Rows<'_>, order: ByteOrder, keys: impl Iterator<Item = (usize, CellType)>) {
        if self.keys == 0 || rows.is_empty() {
            return;
        }
        let gathered = keys.take(self.keys).map(|(offset, cell)| {
            let mut cells = StoredCells::with_capacity(cell, rows.len(), 0);
            cells.append(rows, order, offset, cell);
            cells
        });
        let gathered: Vec<StoredCells> = gathered.collect();
        for row in 1..rows.len() {
            self.compare(|key| gathered.get(key)?.compare(row - 1, row));
        }
        let row = |row: usize| gathered.iter().map(|cells| cells.row(row)).collect::<Vec<StoredCells>>();
        self.join(&Self { keys: self.keys, first: row(0), last: row(rows.len() - 1) });
    }

    /// Adds the rows that follow.
    pub fn join(&mut self, next: &Self) {
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
