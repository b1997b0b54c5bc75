//! Numbers from text: exact integers and decimals, correctly rounded floats.

use std::str::FromStr;

/// Text without the spaces around it.
#[inline]
pub(super) fn trim(text: &[u8]) -> &[u8] {
    if text.first().is_some_and(|byte| *byte == b' ') || text.last().is_some_and(|byte| *byte == b' ') {
        return text.trim_ascii();
    }
    text
}

/// A whole number; a fraction of zeros is accepted, as programs write when a column has gaps.
#[inline]
pub(super) fn integer(text: &[u8], mark: u8) -> Option<i128> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if digits.is_empty() {
        return None;
    }
    let mut value = 0_u64;
    for (at, byte) in digits.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            let zeros = *byte == mark && at > 0 && digits.get(at + 1..)?.iter().all(|byte| *byte == b'0');
            if zeros {
                break;
            }
            return None;
        }
        value = value.checked_mul(10)?.checked_add(digit.into())?;
    }
    Some(if negative { -i128::from(value) } else { value.into() })
}

/// A whole number of 64 bits, as [`integer`].
#[inline]
pub(super) fn int64(text: &[u8], mark: u8) -> Option<i64> {
    match plain_integer(text) {
        Some(value) => Some(value),
        None => integer(text, mark)?.try_into().ok(),
    }
}

/// A whole number of at most 18 digits, which cannot overflow, with nothing but a minus before them.
#[inline]
pub(super) fn plain_integer(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let mut value = 0_i64;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + i64::from(digit);
    }
    Some(if negative { -value } else { value })
}

const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

/// A floating-point number, correctly rounded.
#[inline]
pub(super) fn float(text: &[u8], mark: u8) -> Option<f64> {
    plain_float(text, mark).or_else(|| any_float(text, mark))
}

/// Numbers of at most 15 digits without exponent: both the digits and the power of ten are exact, so one
/// division rounds correctly (Clinger, "How to read floating point numbers accurately", 1990).
#[inline]
fn plain_float(text: &[u8], mark: u8) -> Option<f64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    if digits.len() > 16 {
        return None;
    }
    let (mut value, mut count, mut fraction) = (0_u64, 0, None);
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            value = value * 10 + u64::from(digit);
            count += 1;
        } else if *byte == mark && fraction.is_none() {
            fraction = Some(count);
        } else {
            return None;
        }
    }
    if count == 0 || count > 15 {
        return None;
    }
    let power = POWERS.get(fraction.map_or(0, |before| count - before))?;
    let value = value as f64 / power;
    Some(if negative { -value } else { value })
}

#[cold]
fn any_float(text: &[u8], mark: u8) -> Option<f64> {
    parsed(text, mark)
}

/// A single-precision number, rounded once.
pub(super) fn float32(text: &[u8], mark: u8) -> Option<f32> {
    parsed(text, mark)
}

/// What the standard library makes of a number; it takes `infinity` and `nan` in any case.
fn parsed<T: FromStr>(text: &[u8], mark: u8) -> Option<T> {
    let text = std::str::from_utf8(text).ok()?;
    if mark == b'.' {
        return text.parse().ok();
    }
    if text.contains('.') {
        return None;
    }
    text.replace(char::from(mark), ".").parse().ok()
}

/// A decimal of `precision` digits, `scale` of them in the fraction, without rounding.
pub(super) fn decimal(text: &[u8], precision: u8, scale: i8, mark: u8) -> Option<i128> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let mut split = digits.splitn(2, |byte| *byte == mark);
    let (whole, fraction) = (split.next()?, split.next().unwrap_or_default());
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut value = 0_i128;
    for byte in whole.iter().chain(fraction) {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = value.checked_mul(10)?.checked_sub(i128::from(byte - b'0'))?;
    }
    // The value is kept negative, as the negative side reaches further.
    let mut places = i64::try_from(fraction.len()).ok()?;
    while places < i64::from(scale) {
        value = value.checked_mul(10)?;
        places += 1;
    }
    while places > i64::from(scale) {
        if value % 10 != 0 {
            return None;
        }
        value /= 10;
        places -= 1;
    }
    let limit = 10_i128.checked_pow(precision.into())?;
    if value <= -limit {
        return None;
    }
    if negative { Some(value) } else { value.checked_neg() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers() {
        for (text, expected) in [
            ("0", Some(0)),
            ("-12", Some(-12)),
            ("+5", Some(5)),
            ("007", Some(7)),
            ("3.0", Some(3)),
            ("3.", Some(3)),
            ("3.1", None),
            (".0", None),
            ("-", None),
            ("", None),
            ("1e3", None),
            ("18446744073709551615", Some(18_446_744_073_709_551_615)),
            ("18446744073709551616", None),
            ("-9223372036854775808", Some(-9_223_372_036_854_775_808)),
        ] {
            assert_eq!(integer(text.as_bytes(), b'.'), expected, "{text}");
            let narrow = expected.and_then(|value| i64::try_from(value).ok());
            assert_eq!(int64(text.as_bytes(), b'.'), narrow, "{text}");
        }
    }

    #[test]
    fn floats_are_those_of_the_standard_library() {
        for text in [
            "0",
            "-0",
            "1",
            "0.1",
            "579.71",
            "0.5065897405762044",
            "123456789012345",
            "1234567890123456",
            ".5",
            "5.",
            "1e300",
            "-2.5E-7",
            "9007199254740993",
            "0.000001",
            "4.35",
            "1.7976931348623157e308",
            "5e-324",
        ] {
            let expected: f64 = text.parse().unwrap();
            assert_eq!(float(text.as_bytes(), b'.').map(f64::to_bits), Some(expected.to_bits()), "{text}");
        }
        assert_eq!(float(b"1,5", b','), Some(1.5));
        assert_eq!(float(b"1.5", b','), None);
        assert_eq!(float(b"-inf", b'.'), Some(f64::NEG_INFINITY));
        for text in ["", "-", ".", "1.2.3", "abc", "0x10", "1 2"] {
            assert_eq!(float(text.as_bytes(), b'.'), None, "{text}");
        }
    }

    #[test]
    fn decimals_are_exact() {
        assert_eq!(decimal(b"123.45", 5, 2, b'.'), Some(12345));
        assert_eq!(decimal(b"123.4500", 5, 2, b'.'), Some(12345));
        assert_eq!(decimal(b"-.5", 5, 2, b'.'), Some(-50));
        assert_eq!(decimal(b"1200", 5, -2, b'.'), Some(12));
        assert_eq!(decimal(b"1234.5", 5, 2, b'.'), None, "six digits");
        assert_eq!(decimal(b"1.234", 5, 2, b'.'), None, "rounding");
        assert_eq!(decimal(b"", 5, 2, b'.'), None);
        assert_eq!(decimal(b".", 5, 2, b'.'), None);
        assert_eq!(decimal(b"1e2", 5, 2, b'.'), None);
    }
}
