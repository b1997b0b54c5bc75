//! Cells that no program gives a variable of their kind: numbers of blanks, and texts of packed numbers. A damaged code makes
//! one of its own, or moves all that follow it to other variables.

use std::ops::Range;

use exporter_core::source::ByteOrder;
use exporter_rows::{CellType, Rows};

use crate::reader::prepared::ColumnCells;
use crate::spec::{BLANKS, ELEMENT_BYTES, SYSMIS};

/// The bits that whole numbers of up to eight do not need in a double.
const UNUSED: u64 = (1 << 45) - 1;

/// Tells which of the last `rows` numbers are blanks.
pub(super) fn tell_blanks(numbers: &[f64], rows: usize, tell: &mut impl FnMut(u64)) {
    let is_blank = |number: &f64| number.to_bits() == u64::from_ne_bytes(BLANKS);
    let new = numbers.get(numbers.len().saturating_sub(rows)..).unwrap_or_default();
    if new.iter().any(is_blank) {
        new.iter().zip(0..).filter(|(number, _)| is_blank(number)).for_each(|(_, row)| tell(row));
    }
}

/// Whether packed numbers may stand in texts: each has one of these bytes, and hardly a text does.
pub(super) fn may_hold_numbers(texts: Option<&[u8]>) -> bool {
    texts.is_some_and(|texts| memchr::memchr2(0, 0xFF, texts).is_some())
}

/// Tells the rows in which packed numbers stand in a text; `rows` are of unpacked elements, from byte `start` on.
pub(super) fn tell_numbers(
    cells: &ColumnCells,
    rows: &Rows<'_>,
    start: usize,
    order: ByteOrder,
    tell: &mut impl FnMut(u64),
) {
    let mut found: Vec<bool> = Vec::new();
    let mut look = |place: Range<usize>| {
        for at in place.step_by(ELEMENT_BYTES) {
            found.clear();
            rows.numbers(at.saturating_sub(start), &mut found, |element| {
                is_number(match order {
                    ByteOrder::Little => u64::from_le_bytes(element),
                    ByteOrder::Big => u64::from_be_bytes(element),
                })
            });
            found.iter().zip(0..).filter(|(is_number, _)| **is_number).for_each(|(_, row)| tell(row));
        }
    };
    match cells {
        ColumnCells::One(at, CellType::Text(width, _)) => look(*at..at + width),
        ColumnCells::One(..) => {}
        ColumnCells::Joined(pieces) => pieces.iter().cloned().for_each(look),
    }
}

/// Whether an element is a number as codes have it. Some programs fill texts with NULs.
fn is_number(bits: u64) -> bool {
    let number = f64::from_bits(bits);
    let is_whole = || number != 0.0 && number.fract() == 0.0 && number.abs() <= 255.0;
    bits & UNUSED == 0 && is_whole() || bits == SYSMIS.to_bits()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_packed_number_has_a_byte_that_is_looked_for() {
        for number in (-99..=151).map(f64::from).filter(|number| *number != 0.0).chain([SYSMIS]) {
            assert!(is_number(number.to_bits()), "{number}");
            assert!(
                may_hold_numbers(Some(&number.to_le_bytes()))
                    && may_hold_numbers(Some(&number.to_be_bytes())),
                "{number}"
            );
        }
        assert!(!may_hold_numbers(Some("Ängste, 東京".as_bytes())));
    }
}
