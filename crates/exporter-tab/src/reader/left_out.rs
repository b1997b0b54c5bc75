//! What is left out of a text while it is read.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use arrow_schema::DataType;
use exporter_core::LossCode;

use super::guess::Guess;
use super::number;
use super::records::Left;
use super::split::Cell;
use super::style::CellStyle;

/// What is left out of a text.
#[derive(Debug, Default, Clone)]
pub(crate) struct Parts {
    /// Lines that are comments.
    pub(crate) comments: Left,
    /// Surplus cells that have a value.
    pub(crate) surplus: Left,
    /// Cells of which the declared kind of their column, by its position, keeps less than they say.
    pub(crate) cells: BTreeMap<usize, Left>,
}

impl Parts {
    /// Adds what is left out of the piece that follows; `rows` is the number of rows before it.
    pub(super) fn append(&mut self, comments: &Left, surplus: &Left, cells: &[(usize, Left)], rows: u64) {
        self.comments.append(comments, rows);
        self.surplus.append(surplus, rows);
        for (column, left) in cells {
            self.cells.entry(*column).or_default().append(left, rows);
        }
    }
}

/// What all passes over a text have left out so far; a second pass adds nothing.
#[derive(Debug, Default)]
pub(crate) struct LeftOut(Mutex<Parts>);

impl LeftOut {
    /// Takes over what one pass has left out so far.
    pub(super) fn note(&self, parts: &Parts) {
        if parts.comments.count == 0 && parts.surplus.count == 0 && parts.cells.is_empty() {
            return;
        }
        let take = |known: &mut Left, found: &Left| {
            if found.count > known.count {
                known.clone_from(found);
            }
        };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        take(&mut known.comments, &parts.comments);
        take(&mut known.surplus, &parts.surplus);
        for (column, left) in &parts.cells {
            take(known.cells.entry(*column).or_default(), left);
        }
    }

    /// What is left out so far.
    pub(crate) fn so_far(&self) -> Parts {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What a kind may not keep of the cells of its column.
pub(crate) fn loss_of(kind: &DataType) -> Option<(LossCode, &'static str)> {
    match kind {
        DataType::Float64 | DataType::Float32 => {
            Some((LossCode::PRECISION, "decimals are rounded to the nearest double"))
        }
        DataType::Timestamp(_, Some(_)) => {
            Some((LossCode::TIME_ZONE, "times are read as moments, and their own offsets are lost"))
        }
        _ => None,
    }
}

/// The cells of which this kind keeps less than they say.
pub(super) fn not_kept(
    kind: &DataType,
    cells: impl Iterator<Item = Cell>,
    bytes: &[u8],
    style: &CellStyle,
) -> Left {
    let mut left = Left::default();
    for (row, cell) in cells.enumerate() {
        let raw = cell.raw(bytes);
        // Shorter ones are kept: a double has 15 digits, and a time without an offset has 19 characters.
        let is_short = match kind {
            DataType::Timestamp(..) => style.date_time_pattern.is_none() && raw.len() <= 19,
            _ => raw.len() <= 15,
        };
        if is_short {
            continue;
        }
        let mut alone = Guess::default();
        alone.see(raw, cell.is_quoted(), style);
        let is_cut = match kind {
            DataType::Timestamp(_, Some(zone)) => {
                alone.lost().is_some_and(|lost| lost.shifted.count > 0) && !alone.has_offset_of(zone)
            }
            _ => {
                let whole = number::integer(number::trim(raw), style.numbers);
                whole.is_some_and(|whole| whole as f64 as i128 != whole)
                    || alone.lost().is_some_and(|lost| lost.rounded.count > 0)
            }
        };
        if is_cut {
            left.add(row, raw);
        }
    }
    left
}
