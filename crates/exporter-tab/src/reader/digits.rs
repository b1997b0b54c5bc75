//! Which decimals a double holds.

use std::fmt::Write as _;

/// The digits of a number as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Digits {
    /// Digits of the fraction, without zeros at its end; none where there is an exponent.
    pub(super) scale: Option<usize>,
    /// Whether the nearest double, written with as many digits, is another number.
    pub(super) are_beyond_double: bool,
}

/// Every decimal of so many digits is the nearest of its length to a double, unless that is near the smallest there are.
const ALWAYS: usize = 15;
/// No double needs more digits to be told from others.
const ENOUGH: usize = 17;
/// No text of so many digits is compared: no double has as many.
const MOST_DIGITS: usize = 800;

/// Powers of ten.
const POWERS: [u64; 20] = {
    let mut powers = [1; 20];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

impl Digits {
    /// The digits of a finite number, of which this is the nearest double.
    #[inline]
    pub(super) fn of(text: &[u8], mark: u8, value: f64) -> Self {
        Self::of_common(text, mark, value).unwrap_or_else(|| Self::of_any(text, mark, value))
    }

    /// Those of a number of at most 19 digits without exponent: with them the double is rounded to so many digits by one
    /// multiplication.
    #[inline]
    fn of_common(text: &[u8], mark: u8, value: f64) -> Option<Self> {
        let digits = text.strip_prefix(b"-").unwrap_or(text);
        let (whole, fraction) = digits.split_at_checked(digits.iter().position(|byte| *byte == mark)?)?;
        let fraction = fraction.get(1..)?;
        let leading = match whole {
            [] | b"0" => whole.len() + fraction.iter().take_while(|byte| **byte == b'0').count(),
            _ => 0,
        };
        // So many digits do not overflow.
        if whole.len() + fraction.len() - leading > 19 {
            return None;
        }
        let (mut number, mut scale) = (append(append(0, whole)?, fraction)?, fraction.len());
        while scale > 0 && number.is_multiple_of(10) {
            (number, scale) = (number / 10, scale - 1);
        }
        // Doubles of so many units of the last digit stand closer than these units.
        if number < 1 << 52 && value.abs() > 1e-290 {
            return Some(Self { scale: Some(scale), are_beyond_double: false });
        }
        let bits = value.abs().to_bits();
        let (exponent, fraction) = (bits >> 52, bits & ((1 << 52) - 1));
        // The double is its mantissa shifted to the right by so many bits; those near the smallest are left out.
        let shift =
            1075_u64.checked_sub(exponent).filter(|shift| (1..127).contains(shift) && exponent > 0)?;
        let scaled = u128::from(fraction | 1 << 52) * u128::from(*POWERS.get(scale)?);
        let (whole, rest, half): (u128, u128, u128) =
            (scaled >> shift, scaled & ((1 << shift) - 1), 1 << (shift - 1));
        // Just between two, as single precision often is, the shortest text decides.
        if rest == half {
            return None;
        }
        let rounded = whole + u128::from(rest > half);
        Some(Self { scale: Some(scale), are_beyond_double: rounded != u128::from(number) })
    }

    #[cold]
    fn of_any(text: &[u8], mark: u8, value: f64) -> Self {
        let mantissa =
            text.iter().position(|byte| matches!(byte, b'e' | b'E')).map_or(text, |end| &text[..end]);
        let has_exponent = mantissa.len() < text.len();
        let is_digit = |byte: &&u8| byte.is_ascii_digit();
        let fraction =
            mantissa.iter().position(|byte| *byte == mark).map_or(&[][..], |at| &mantissa[at + 1..]);
        let zeros = fraction.iter().rev().take_while(|byte| **byte == b'0').count();
        let scale = (!has_exponent).then_some(fraction.len() - zeros);
        let leading = mantissa.iter().filter(is_digit).take_while(|byte| **byte == b'0').count();
        let all = mantissa.iter().filter(is_digit).count();
        let trailing = mantissa.iter().rev().filter(is_digit).take_while(|byte| **byte == b'0').count();
        let count = all.saturating_sub(leading + trailing);
        let digits = mantissa.iter().filter(is_digit).skip(leading).take(count).copied();
        let is_tiny = value.abs() < 1e-290;
        let is_held = match count {
            0 => true,
            _ if count <= ALWAYS && !is_tiny => true,
            _ if count > MOST_DIGITS => false,
            _ => {
                (count <= ENOUGH && is_shortest(digits.clone(), value)) || is_written_so(digits, count, value)
            }
        };
        Self { scale, are_beyond_double: !is_held }
    }
}

/// A number with these digits behind its own, eight at a time; none when one is no digit.
#[inline]
fn append(mut number: u64, mut digits: &[u8]) -> Option<u64> {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    while let Some((eight, rest)) = digits.split_first_chunk() {
        let eight = u64::from_le_bytes(*eight);
        let above_nine = eight.wrapping_add(6 * ONES) | eight;
        if (above_nine & (0xf0 * ONES)) != 0x30 * ONES || (eight & (0xf0 * ONES)) != 0x30 * ONES {
            return None;
        }
        // Pairs, then fours, then all eight, each half weighed against the other.
        let pairs = (eight & (0x0f * ONES)).wrapping_mul(10 * 256 + 1) >> 8;
        let fours = (pairs & 0x00ff_00ff_00ff_00ff).wrapping_mul(100 * 65_536 + 1) >> 16;
        let all = (fours & 0x0000_ffff_0000_ffff).wrapping_mul((10_000 << 32) + 1) >> 32;
        number = number.wrapping_mul(100_000_000).wrapping_add(all);
        digits = rest;
    }
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number.wrapping_mul(10).wrapping_add(digit.into());
    }
    Some(number)
}

/// Whether these are the fewest digits that give this double.
fn is_shortest(digits: impl Iterator<Item = u8>, value: f64) -> bool {
    let mut buffer = zmij::Buffer::new();
    let shortest = buffer.format_finite(value).as_bytes();
    let end = shortest.iter().position(|byte| *byte == b'e').unwrap_or(shortest.len());
    let shortest =
        shortest[..end].iter().filter(|byte| byte.is_ascii_digit()).skip_while(|byte| **byte == b'0');
    let mut left = shortest.copied();
    for digit in digits {
        if left.next() != Some(digit) {
            return false;
        }
    }
    left.all(|digit| digit == b'0')
}

/// Whether the double has these digits when it is written with so many.
fn is_written_so(digits: impl Iterator<Item = u8>, count: usize, value: f64) -> bool {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write!(text, "{:.*e}", count - 1, value.abs());
    let mantissa = text.split('e').next().unwrap_or_default();
    mantissa.bytes().filter(u8::is_ascii_digit).eq(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_appended() {
        for text in ["", "7", "12345678", "123456789", "0000000099999999", "1234567890123456789"] {
            assert_eq!(append(0, text.as_bytes()), Some(text.parse().unwrap_or(0)), "{text}");
        }
        assert_eq!(append(12, b"3456789012"), Some(123_456_789_012));
        for at in 0..8 {
            for wrong in (0..=255_u8).filter(|byte| !byte.is_ascii_digit()) {
                let mut digits = *b"12345678";
                digits[at] = wrong;
                assert_eq!(append(0, &digits), None, "{wrong} at {at}");
            }
        }
    }

    #[test]
    fn what_a_double_holds() {
        for (text, scale, beyond) in [
            ("0.1", Some(1), false),
            ("12.500", Some(1), false),
            ("0.30000000000000004", Some(17), false),
            ("0.5065897405762044", Some(16), false),
            // As `%.17g` and `%.20f` write 0.1.
            ("0.10000000000000001", Some(17), false),
            ("0.10000000000000000555", Some(20), false),
            ("0.10000000000000000000", Some(1), false),
            ("0.10000000000000000001", Some(20), true),
            ("12.44442612345678901", Some(17), true),
            ("-1.546974123456789012", Some(18), true),
            // Single precision: 133.600006103515625 and 18.315017700195312.
            ("133.60000610351562", Some(14), false),
            ("133.600006103515625", Some(15), false),
            ("18.315017700195312", Some(15), false),
            ("1234567890123456.75", Some(2), false),
            ("1234567890123456.7", Some(1), true),
            ("9007199254740993.5", Some(1), true),
            ("1.5e300", None, false),
            ("1.7976931348623157e308", None, false),
            ("1.23456789012345678e5", None, true),
            ("5e-324", None, false),
            ("4.940656458412465e-324", None, false),
            ("1.234567e-320", None, true),
            ("1e-400", None, true),
            ("0.0", Some(0), false),
        ] {
            let found = Digits::of(text.as_bytes(), b'.', text.parse().unwrap());
            assert_eq!(found, Digits { scale, are_beyond_double: beyond }, "{text}");
            let slowly = Digits::of_any(text.as_bytes(), b'.', text.parse().unwrap());
            assert_eq!(slowly, found, "{text}");
        }
        for bits in (0..4000_u64).map(|step| step.wrapping_mul(0x9e37_79b9_7f4a_7c15)) {
            let value = f64::from_bits(bits);
            if value.is_finite() {
                let near = (bits % 100_000) as f64 / 977.0;
                for text in
                    [format!("{value}"), format!("{value:e}"), format!("{value:.16e}"), format!("{near}")]
                {
                    let digits = Digits::of(text.as_bytes(), b'.', text.parse().unwrap());
                    assert!(!digits.are_beyond_double, "{text}");
                    // One more digit than any double needs is mostly none of its own.
                    let more = format!("{near:.17}3");
                    let value = more.parse().unwrap();
                    let (quick, slow) = (Digits::of_common, Digits::of_any);
                    let found = slow(more.as_bytes(), b'.', value);
                    assert!(quick(more.as_bytes(), b'.', value).is_none_or(|quick| quick == found), "{more}");
                }
            }
        }
    }
}
