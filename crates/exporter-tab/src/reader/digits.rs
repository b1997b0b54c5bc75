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

/// Every decimal of this many digits is the nearest of its length to a double, unless that is near the smallest there are.
const ALWAYS: usize = 15;
/// No double needs more digits to be told from others.
const ENOUGH: usize = 17;
/// A text of this many digits is not compared: no double has as many.
const MOST_DIGITS: usize = 800;

impl Digits {
    /// The digits of a finite number, of which this is the nearest double.
    #[cold]
    pub(super) fn of(text: &[u8], mark: u8, value: f64) -> Self {
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

/// Whether the double has these digits when it is written with as many.
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
                }
            }
        }
    }
}
