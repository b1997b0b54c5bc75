//! Numbers of few digits without exponent, which nearly all are, in few instructions.

/// A number of at most 19 digits without exponent and without signs between groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Plain {
    pub(super) is_negative: bool,
    /// All digits, those of the fraction too.
    pub(super) digits: u64,
    /// Digits of the fraction; none where there is no decimal mark.
    pub(super) fraction: Option<usize>,
}

/// The double nearest to a number, and what it keeps of the digits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Nearest {
    pub(super) value: f64,
    /// Digits of the fraction.
    pub(super) scale: usize,
    /// Whether the double, written with as many digits, is another number.
    pub(super) is_another: bool,
}

/// A number of this many digits does not overflow.
const MOST_DIGITS: usize = 19;
/// Of whole numbers below this, and halves between them, each is a double.
const ALL_DOUBLES: u64 = 1 << 52;

const POWERS: [u64; MOST_DIGITS + 1] = {
    let mut powers = [1; MOST_DIGITS + 1];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// The same as doubles, which hold them.
const DOUBLES: [f64; MOST_DIGITS + 1] = {
    let mut doubles = [1.0; MOST_DIGITS + 1];
    let mut at = 0;
    while at < doubles.len() {
        doubles[at] = POWERS[at] as f64;
        at += 1;
    }
    doubles
};

impl Plain {
    /// The number that a text is, if it is one of these.
    #[inline]
    pub(super) fn of(text: &[u8], mark: u8) -> Option<Self> {
        let (is_negative, text) = match text {
            [b'-', rest @ ..] => (true, rest),
            rest => (false, rest),
        };
        let (mut digits, mut at) = (0_u64, 0);
        while let Some(byte) = text.get(at) {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            if at == MOST_DIGITS {
                return None;
            }
            digits = digits * 10 + u64::from(digit);
            at += 1;
        }
        match text.get(at..) {
            Some([]) if at > 0 => Some(Self { is_negative, digits, fraction: None }),
            Some([byte, fraction @ ..]) if *byte == mark => {
                let before = if digits == 0 { 0 } else { at };
                if before + fraction.len() > MOST_DIGITS || at + fraction.len() == 0 {
                    return None;
                }
                let digits = append(digits, fraction)?;
                Some(Self { is_negative, digits, fraction: Some(fraction.len()) })
            }
            _ => None,
        }
    }

    /// The whole number, where there is no fraction.
    #[inline]
    pub(super) fn whole(self) -> Option<i128> {
        let value = i128::from(self.digits);
        self.fraction.is_none().then_some(if self.is_negative { -value } else { value })
    }

    /// The nearest double, correctly rounded; none for some that stand close between two and for very large ones.
    #[inline]
    pub(super) fn nearest(self) -> Option<Nearest> {
        let scale = self.fraction.unwrap_or(0);
        let found = if self.digits < ALL_DOUBLES {
            // Both are exact, so one division rounds correctly (Clinger, "How to read floating point numbers
            // accurately", 1990).
            Nearest { value: self.digits as f64 / DOUBLES.get(scale)?, scale, is_another: false }
        } else {
            nearest(self.digits, scale)?
        };
        Some(Nearest { value: if self.is_negative { -found.value } else { found.value }, ..found })
    }
}

/// The same for more digits: the quotient of two doubles is at most a few steps away.
fn nearest(mut digits: u64, mut scale: usize) -> Option<Nearest> {
    const FRACTION: u64 = (1 << 52) - 1;
    while scale > 0 && digits.is_multiple_of(10) {
        (digits, scale) = (digits / 10, scale - 1);
    }
    let power = i128::from(*POWERS.get(scale)?);
    let bits = (digits as f64 / DOUBLES.get(scale)?).to_bits();
    // The double is its mantissa shifted to the right by this many bits.
    let shift = 1075_u64.checked_sub(bits >> 52).filter(|shift| (1..64).contains(shift))?;
    let mut mantissa = bits & FRACTION | (FRACTION + 1);
    // How much the number is above the double, in steps of the shifted bits and of the power of ten.
    let above = |mantissa: u64| {
        (u128::from(digits) << shift).wrapping_sub(u128::from(mantissa) * power as u128) as i128
    };
    let mut distance = above(mantissa);
    while distance * 2 > power {
        (mantissa, distance) = (mantissa + 1, distance - power);
    }
    while distance * 2 < -power {
        (mantissa, distance) = (mantissa - 1, distance + power);
    }
    // At a power of two the doubles below are closer than those above, and in the middle the even one is right.
    if distance.abs() * 2 == power || !(FRACTION + 2..2 * FRACTION).contains(&mantissa) {
        return None;
    }
    let half = 1_i128 << (shift - 1);
    // Just between two, as single precision often is, the shortest text decides.
    if distance.abs() == half {
        return None;
    }
    let value = f64::from_bits(bits & !FRACTION | mantissa & FRACTION);
    Some(Nearest { value, scale, is_another: distance.abs() > half })
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

#[cfg(test)]
mod tests {
    use super::super::digits::Digits;
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
    fn what_is_plain() {
        let plain = |text: &str| {
            Plain::of(text.as_bytes(), b'.').map(|plain| (plain.is_negative, plain.digits, plain.fraction))
        };
        assert_eq!(plain("0"), Some((false, 0, None)));
        assert_eq!(plain("-12.50"), Some((true, 1250, Some(2))));
        assert_eq!((plain(".5"), plain("5.")), (Some((false, 5, Some(1))), Some((false, 5, Some(0)))));
        assert_eq!(plain("0.0123456789012345678"), Some((false, 123_456_789_012_345_678, Some(19))));
        assert_eq!(plain("9999999999999999999"), Some((false, 9_999_999_999_999_999_999, None)));
        for text in [
            "",
            "-",
            ".",
            "-.",
            "1.2.3",
            "1e3",
            "+1",
            "10000000000000000000",
            "1.0000000000000000000",
            "1,5",
            "0.00000000000000000001",
        ] {
            assert_eq!(plain(text), None, "{text}");
        }
    }

    #[test]
    fn doubles_are_those_of_the_standard_library() {
        let mut seen = [0; 2];
        let mut look = |text: &str| {
            let Some(plain) = Plain::of(text.as_bytes(), b'.') else { return };
            let Some(found) = plain.nearest() else {
                seen[0] += 1;
                return;
            };
            seen[1] += 1;
            let right: f64 = text.parse().unwrap();
            assert_eq!(found.value.to_bits(), right.to_bits(), "{text}");
            let slowly = Digits::of(text.as_bytes(), b'.', right);
            assert_eq!(found.is_another, slowly.are_beyond_double, "{text}");
        };
        for text in [
            "0",
            "-0",
            "-0.0",
            "0.1",
            "579.71",
            "0.30000000000000004",
            "0.10000000000000001",
            "0.5000000000000000001",
            "9007199254740993",
            "0.99999999999999999",
            "1.0000000000000001",
            "0.9999999999999999",
            "133.600006103515625",
            "133.60000610351562",
            "4503599627370496.5",
            "4503599627370497.5",
        ] {
            look(text);
        }
        for step in 1..60_000_u64 {
            let bits = step.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let number = bits >> (step % 50);
            let text = number.to_string();
            for fraction in [0, 1, 9, 16, 17, 19] {
                let text = format!("{text:0>20}");
                let (whole, rest) = text.split_at(text.len() - fraction);
                look(&format!("{}.{rest}", whole.trim_start_matches('0')));
            }
            let near = (bits % 100_000) as f64 / 977.0;
            for text in [
                format!("{near}"),
                format!("-{near:.17}"),
                format!("{near:.15}"),
                format!("{}", near as f32),
                format!("{:.12}", f64::from(near as f32)),
            ] {
                look(&text);
            }
        }
        assert!(seen[1] > 20 * seen[0], "{seen:?}");
    }
}
