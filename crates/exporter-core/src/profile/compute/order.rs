//! Where rows break a claimed order: found batch by batch, joined in the order of the batches.

use std::cmp::Ordering;

use arrow_array::{ArrayRef, UInt8Array};

use super::super::order::{SortBreak, SortOrder, SortValue};
use crate::error::Result;

/// What one batch says of an order.
#[derive(Debug, Default)]
pub(super) struct OrderFindings {
    first: Vec<SortValue>,
    last: Vec<SortValue>,
    /// Breaks within the batch, each of an earlier key than the one before; rows count from 1 in the batch.
    breaks: Vec<SortBreak>,
}

/// Compares the rows of one batch by the first `keys` of an order; `columns` are those of all its keys, with their reasons.
pub(super) fn look_at(
    order: &dyn SortOrder,
    columns: &[(&ArrayRef, Option<&UInt8Array>)],
    keys: usize,
    rows: usize,
) -> Result<OrderFindings> {
    let mut found = OrderFindings::default();
    let Some(last) = rows.checked_sub(1).filter(|_| keys > 0) else { return Ok(found) };
    let values = columns.iter().take(keys).enumerate();
    let values = values.map(|(key, (column, reasons))| order.values(key, column, *reasons));
    let values = values.collect::<Result<Vec<_>>>()?;
    let mut kept = values.len();
    for row in 1..rows {
        for (key, values) in values.iter().enumerate().take(kept) {
            match values.compare_with_previous(row) {
                Some(Ordering::Equal) => {}
                Some(Ordering::Less) => break,
                _ => {
                    kept = key;
                    let value = values.get(row);
                    found.breaks.extend(value.map(|value| SortBreak::new(key, row as u64 + 1, value)));
                    break;
                }
            }
        }
        if kept == 0 {
            break;
        }
    }
    found.first = values.iter().filter_map(|values| values.get(0)).collect();
    found.last = values.iter().filter_map(|values| values.get(last)).collect();
    Ok(found)
}

/// What all rows so far say of an order.
#[derive(Debug)]
pub(super) struct KeptOrder {
    /// How many leading keys hold.
    pub(super) keys: usize,
    rows: u64,
    last: Vec<SortValue>,
    breaks: Vec<SortBreak>,
}

impl KeptOrder {
    /// An order of so many keys, before any row.
    pub(super) fn of(keys: usize) -> Self {
        Self { keys, rows: 0, last: Vec::new(), breaks: Vec::new() }
    }

    /// Adds the batch that follows, of so many rows.
    pub(super) fn join(&mut self, next: OrderFindings, rows: u64) {
        let pairs = self.last.iter().zip(&next.first).take(self.keys).enumerate();
        let mut different = pairs.filter(|(_, (before, now))| before != now);
        let seam = different
            .next()
            .filter(|(_, (before, now))| before.partial_cmp(now) != Some(Ordering::Less))
            .map(|(key, (_, now))| SortBreak::new(key, 1, now.clone()));
        for found in seam.into_iter().chain(next.breaks) {
            if found.key < self.keys {
                self.keys = found.key;
                self.breaks.push(SortBreak { row: self.rows + found.row, ..found });
            }
        }
        if rows > 0 {
            self.last = next.last;
            self.rows += rows;
        }
    }

    /// The breaks, each of an earlier key than the one before.
    pub(super) fn tell(self) -> Vec<SortBreak> {
        self.breaks
    }
}
