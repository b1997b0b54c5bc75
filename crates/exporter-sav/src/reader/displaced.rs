//! Cells that no program gives a variable of their kind: numbers of blanks, and texts of packed numbers. A damaged code makes
//! one of its own, or moves all that follow it to other variables.

use std::ops::Range;

use exporter_core::source::ByteOrder;
use exporter_rows::{CellType, Rows};

use crate::reader::prepared::ColumnCells;
use crate::spec::{BLANKS, ELEMENT_BYTES, SYSMIS};

/// The bits that whole numbers of up to eight do not need in a double.
const UNUSED: u64 = (1 << 45) - 1;

/// Tells the rows of such cells of a column; `rows` are of unpacked elements.
pub(super) fn look(
    cells: &ColumnCells,
    rows: &Rows<'_>,
    order: ByteOrder,
    scratch: &mut Vec<bool>,
    mut tell: impl FnMut(u64),
) {
    match cells {
        ColumnCells::One(at, CellType::Text(width, _)) => {
            look_at(*at..at + width, rows, order, scratch, is_number, &mut tell);
        }
        ColumnCells::One(at, _) => {
            look_at(*at..at + ELEMENT_BYTES, rows, order, scratch, is_blank, &mut tell);
        }
        ColumnCells::Joined(pieces) => {
            for piece in pieces {
                look_at(piece.clone(), rows, order, scratch, is_number, &mut tell);
            }
        }
    }
}

fn look_at(
    place: Range<usize>,
    rows: &Rows<'_>,
    order: ByteOrder,
    scratch: &mut Vec<bool>,
    is_odd: impl Fn(u64) -> bool,
    tell: &mut impl FnMut(u64),
) {
    for at in place.step_by(ELEMENT_BYTES) {
        scratch.clear();
        rows.numbers(at, scratch, |element| {
            is_odd(match order {
                ByteOrder::Little => u64::from_le_bytes(element),
                ByteOrder::Big => u64::from_be_bytes(element),
            })
        });
        scratch.iter().zip(0..).filter(|(is_odd, _)| **is_odd).for_each(|(_, row)| tell(row));
    }
}

fn is_blank(bits: u64) -> bool {
    bits == u64::from_ne_bytes(BLANKS)
}

/// Whether an element is a number as codes have it. Some programs fill texts with NULs.
fn is_number(bits: u64) -> bool {
    let number = f64::from_bits(bits);
    let is_whole = || number != 0.0 && number.fract() == 0.0 && number.abs() <= 255.0;
    bits & UNUSED == 0 && is_whole() || bits == SYSMIS.to_bits()
}
