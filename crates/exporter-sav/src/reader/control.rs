//! Blocks of eight codes (9.1), eight at once.

use crate::spec::code;

/// Codes of a block.
pub(crate) type Codes = [u8; code::BLOCK];

/// The block that wide texts mostly have. Comparing it first takes it out of the chain in which each block is found behind the
/// literals of the one before.
pub(crate) const BLANK_BLOCK: Codes = [code::BLANKS; code::BLOCK];

const LOW: u64 = 0x0101_0101_0101_0101;
const BELOW_HIGH: u64 = 0x7F7F_7F7F_7F7F_7F7F;

/// The high bit of each byte that is `wanted`.
fn equal(codes: Codes, wanted: u8) -> u64 {
    let differing = u64::from_le_bytes(codes) ^ (LOW * u64::from(wanted));
    !(((differing & BELOW_HIGH) + BELOW_HIGH) | differing | BELOW_HIGH)
}

/// Of each code, how many codes before it take a literal from behind the block.
#[inline]
pub(crate) fn literals_before(codes: Codes) -> [u8; code::BLOCK] {
    // Each byte of the product is the sum of a byte and all before it.
    ((equal(codes, code::LITERAL) >> 7).wrapping_mul(LOW) << 8).to_le_bytes()
}

/// How many literals follow the block.
pub(crate) fn literal_count(codes: Codes) -> usize {
    equal(codes, code::LITERAL).count_ones() as usize
}

/// Whether a code is no element of a case: padding, or the end.
pub(crate) fn has_special(codes: Codes) -> bool {
    equal(codes, code::PADDING) | equal(codes, code::END) != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_apart_at_every_place() {
        for place in 0..8 {
            for other in [1, 2, 100, 125, 127, 128, 251, 254, 255] {
                let mut codes = [other; 8];
                assert!(!has_special(codes) && literal_count(codes) == 0, "{other}");
                assert_eq!(literals_before(codes), [0; 8]);
                codes[place] = code::LITERAL;
                let before: [u8; 8] = std::array::from_fn(|other| (other > place).into());
                assert_eq!((literals_before(codes), literal_count(codes)), (before, 1));
                for special in [code::PADDING, code::END] {
                    codes[place] = special;
                    assert!(has_special(codes), "{special} at {place} among {other}");
                }
            }
        }
        assert_eq!(literals_before([253, 253, 0, 253, 252, 254, 255, 253]), [0, 1, 2, 2, 3, 3, 3, 3]);
    }
}
