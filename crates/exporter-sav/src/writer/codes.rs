//! Codes of numbers, and blocks of eight codes with the literal elements that they ask for (9.1).

use exporter_rows::TILE_ROWS;

use crate::spec::{BIAS, ELEMENT_BYTES, SYSMIS, code};

/// Bytes of a block whose codes all ask for an element.
pub(super) const FULL_BLOCK: usize = code::BLOCK * (1 + ELEMENT_BYTES);

/// Smallest and largest number with a code.
const CODED: (f64, f64) = (1.0 - BIAS, 251.0 - BIAS);
/// Added to a small number, it leaves the number's nearest whole number in the low bits.
const SHIFT: f64 = 6_755_399_441_055_744.0;

/// The codes of a tile of numbers, and whether one of them is a literal.
#[inline(always)]
pub(super) fn number_codes(numbers: &[[u8; ELEMENT_BYTES]; TILE_ROWS]) -> ([u8; TILE_ROWS], bool) {
    let mut codes = [0; TILE_ROWS];
    let mut literals = false;
    for (code, number) in codes.iter_mut().zip(numbers) {
        *code = number_code(f64::from_le_bytes(*number));
        literals |= *code == code::LITERAL;
    }
    (codes, literals)
}

#[inline(always)]
fn number_code(number: f64) -> u8 {
    let shifted = number + SHIFT;
    let is_whole = shifted - SHIFT == number;
    let is_coded = is_whole & (number >= CODED.0) & (number <= CODED.1);
    let small = (shifted.to_bits() as u8).wrapping_add(BIAS as u8);
    // A code would lose the sign of minus zero.
    let coded = is_coded & (number.to_bits() != (-0.0_f64).to_bits());
    let code = if coded { small } else { code::LITERAL };
    if number.to_bits() == SYSMIS.to_bits() { code::SYSMIS } else { code }
}

/// Writes blocks of these codes into `out`, of which it takes as many bytes as come back; a last block that is not full is
/// filled up with padding.
pub(super) fn put_blocks(codes: &[u8], elements: &[[u8; ELEMENT_BYTES]], out: &mut Vec<u8>) -> usize {
    let most = codes.len().div_ceil(code::BLOCK) * FULL_BLOCK;
    if out.len() < most {
        out.resize(most, 0);
    }
    let mut at = 0;
    let (blocks, last) = codes.as_chunks::<{ code::BLOCK }>();
    let (of_blocks, of_last) = elements.as_chunks::<{ code::BLOCK }>();
    for (codes, elements) in blocks.iter().zip(of_blocks) {
        at += put_block(codes, elements, out.get_mut(at..).unwrap_or_default());
    }
    if !last.is_empty() {
        let mut codes = [code::PADDING; code::BLOCK];
        let mut elements = [[0; ELEMENT_BYTES]; code::BLOCK];
        codes.iter_mut().zip(last).for_each(|(to, from)| *to = *from);
        elements.iter_mut().zip(of_last).for_each(|(to, from)| *to = *from);
        at += put_block(&codes, &elements, out.get_mut(at..).unwrap_or_default());
    }
    at
}

/// Writes a block at the beginning of `out` and gives its length. Where a code asks for an element all are written, each over
/// the one before unless that was asked for: no branch depends on which codes do.
#[inline(always)]
fn put_block(
    codes: &[u8; code::BLOCK],
    elements: &[[u8; ELEMENT_BYTES]; code::BLOCK],
    out: &mut [u8],
) -> usize {
    let Some(out) = out.first_chunk_mut::<FULL_BLOCK>() else { return 0 };
    let (slots, _) = out.as_chunks_mut::<ELEMENT_BYTES>();
    let [first, slots @ ..] = slots else { return 0 };
    *first = *codes;
    let mut used = 0;
    if has_literal(codes) {
        for (code, element) in codes.iter().zip(elements) {
            if let Some(slot) = slots.get_mut(used) {
                *slot = *element;
            }
            used += usize::from(*code == code::LITERAL);
        }
    }
    code::BLOCK + used * ELEMENT_BYTES
}

/// Whether one of the codes asks for an element: whether a byte is zero where they differ from that code.
#[inline(always)]
fn has_literal(codes: &[u8; code::BLOCK]) -> bool {
    const ONES: u64 = u64::from_ne_bytes([1; code::BLOCK]);
    let other = u64::from_ne_bytes(*codes) ^ u64::from_ne_bytes([code::LITERAL; code::BLOCK]);
    other.wrapping_sub(ONES) & !other & (ONES << 7) != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_of(number: f64) -> u8 {
        let (codes, literals) = number_codes(&[number.to_le_bytes(); TILE_ROWS]);
        assert_eq!(literals, codes[0] == code::LITERAL);
        assert!(codes.iter().all(|code| *code == codes[0]));
        codes[0]
    }

    #[test]
    fn whole_numbers_from_minus_99_to_151_have_a_code() {
        for number in -99..=151 {
            assert_eq!(i32::from(code_of(f64::from(number))), number + 100);
        }
        for literal in [
            -100.0,
            152.0,
            -0.0,
            0.5,
            -98.999_999_999_999_99,
            150.999_999_999_999_97,
            1e-300,
            4_294_967_296.0,
            4_503_599_627_370_597.0,
            f64::MAX,
            crate::spec::LOWEST,
            5e-324,
        ] {
            assert_eq!(code_of(literal), code::LITERAL, "{literal}");
        }
        assert_eq!(code_of(SYSMIS), code::SYSMIS);
    }

    #[test]
    fn blocks_hold_the_elements_that_their_codes_ask_for() {
        let elements: Vec<[u8; 8]> = (0..11).map(|element| [element; 8]).collect();
        let codes = [101, 253, 254, 253, 255, 253, 1, 251, 253, 102, 253];
        let mut out = Vec::new();
        let length = put_blocks(&codes, &elements, &mut out);
        let expected =
            [&codes[..8], &[1; 8], &[3; 8], &[5; 8], &[253, 102, 253, 0, 0, 0, 0, 0], &[8; 8], &[10; 8]];
        assert_eq!(out.get(..length), Some(expected.concat().as_slice()));
        let full = put_blocks(&[253; 8], &elements[..8], &mut out);
        assert_eq!(out.get(8..full), Some(elements[..8].concat().as_slice()));
    }
}
