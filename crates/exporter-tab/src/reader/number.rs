//! Numbers from text: exact integers and decimals, correctly rounded floats.

use std::str::FromStr;

use super::options::{KeptDigits, KeptOffsets, ReadOptions};
use super::plain::Plain;
use crate::options::DecimalMark;

/// How numbers and times are written, and what of them is kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct NumberStyle {
    /// The sign between whole part and fraction.
    pub(super) mark: u8,
    /// The sign between groups of three digits.
    thousands: Option<u8>,
    /// Whether digits that no double holds make a column one of decimals or texts.
    pub(super) keeps_digits: bool,
    /// Whether times of any offset are read as UTC.
    pub(super) to_utc: bool,
}

impl NumberStyle {
    /// A point between whole part and fraction, and nothing between groups.
    #[cfg(test)]
    pub(super) const PLAIN: Self = Self { mark: b'.', thousands: None, keeps_digits: true, to_utc: false };

    pub(super) fn of(options: &ReadOptions) -> Self {
        let mark = options.decimal_mark.unwrap_or(DecimalMark::Point).byte();
        Self {
            mark,
            thousands: options.thousands.byte(),
            keeps_digits: options.digits == KeptDigits::Keep,
            to_utc: options.offsets == KeptOffsets::Utc,
        }
    }

    /// The same with nothing between groups.
    pub(super) fn without_groups(self) -> Self {
        Self { thousands: None, ..self }
    }

    /// The number without signs between groups; none where there are none, or not between groups of three.
    #[inline]
    pub(super) fn ungrouped(self, text: &[u8]) -> Option<Vec<u8>> {
        self.thousands.and_then(|sign| self.without(sign, text))
    }

    #[cold]
    fn without(self, sign: u8, text: &[u8]) -> Option<Vec<u8>> {
        // What is typed as a space may be one of those that do not break lines, and an apostrophe one that bends.
        let wide: &[&str] = match sign {
            b' ' => &["\u{a0}", "\u{202f}"],
            b'\'' => &["\u{2019}"],
            _ => &[],
        };
        let start = usize::from(matches!(text.first(), Some(b'-' | b'+')));
        let whole = text.iter().position(|byte| *byte == self.mark || matches!(byte, b'e' | b'E'));
        let (whole, rest) = text.split_at_checked(whole.unwrap_or(text.len()))?;
        let mut plain = text.get(..start)?.to_vec();
        let (mut at, mut digits, mut groups) = (start, 0, 0);
        while let Some(byte) = whole.get(at) {
            let wide = wide.iter().find(|sign| whole[at..].starts_with(sign.as_bytes()));
            if byte.is_ascii_digit() {
                (digits, at) = (digits + 1, at + 1);
                plain.push(*byte);
                continue;
            }
            let length = if *byte == sign { 1 } else { wide?.len() };
            if digits == 0 || digits > 3 || (groups > 0 && digits != 3) {
                return None;
            }
            (groups, digits, at) = (groups + 1, 0, at + length);
        }
        if groups == 0 || digits != 3 || plain.get(start) == Some(&b'0') {
            return None;
        }
        plain.extend_from_slice(rest);
        Some(plain)
    }
}

/// Whether a text is a number as these options read it.
pub(crate) fn reads_number(text: &[u8], options: &ReadOptions, is_whole: bool) -> bool {
    let (text, style) = (trim(text), NumberStyle::of(options));
    if is_whole { integer(text, style).is_some() } else { float(text, style).is_some() }
}

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
pub(super) fn integer(text: &[u8], style: NumberStyle) -> Option<i128> {
    whole(text, style.mark).or_else(|| whole(&style.ungrouped(text)?, style.mark))
}

#[inline]
fn whole(text: &[u8], mark: u8) -> Option<i128> {
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
pub(super) fn int64(text: &[u8], style: NumberStyle) -> Option<i64> {
    match plain_integer(text) {
        Some(value) => Some(value),
        None => integer(text, style)?.try_into().ok(),
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

/// Whether a text has a zero before further digits, as codes such as `007` have and numbers have not.
#[inline]
pub(super) fn is_code(text: &[u8]) -> bool {
    matches!(text, [b'0', b'0'..=b'9', ..] | [b'-', b'0', b'0'..=b'9', ..])
}

/// A number as its column of doubles has most: one that a double holds, and no code with a leading zero.
#[inline]
pub(super) fn plain_float(text: &[u8], style: NumberStyle) -> Option<f64> {
    if is_code(text) {
        return None;
    }
    let found = Plain::of(text, style.mark)?.nearest()?;
    (!found.is_another).then_some(found.value)
}

/// A floating-point number, correctly rounded.
#[inline]
pub(super) fn float(text: &[u8], style: NumberStyle) -> Option<f64> {
    let plain = Plain::of(text, style.mark).and_then(Plain::nearest);
    plain.map(|found| found.value).or_else(|| parsed(text, style))
}

/// A single-precision number, rounded once.
pub(super) fn float32(text: &[u8], style: NumberStyle) -> Option<f32> {
    parsed(text, style)
}

/// What the standard library makes of a number; it takes `infinity` and `nan` in any case.
#[inline(never)]
pub(super) fn parsed<T: FromStr>(text: &[u8], style: NumberStyle) -> Option<T> {
    let plain = |text: &[u8]| {
        let text = std::str::from_utf8(text).ok()?;
        if style.mark == b'.' {
            return text.parse().ok();
        }
        if text.contains('.') {
            return None;
        }
        text.replace(char::from(style.mark), ".").parse().ok()
    };
    plain(text).or_else(|| plain(&style.ungrouped(text)?))
}

/// A decimal of `precision` digits, `scale` of them in the fraction, without rounding.
pub(super) fn decimal(text: &[u8], precision: u8, scale: i8, style: NumberStyle) -> Option<i128> {
    let exact = |text: &[u8]| exact_decimal(text, precision, scale, style.mark);
    exact(text).or_else(|| exact(&style.ungrouped(text)?))
}

fn exact_decimal(text: &[u8], precision: u8, scale: i8, mark: u8) -> Option<i128> {
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

    const COMMA: NumberStyle = NumberStyle { mark: b',', ..NumberStyle::PLAIN };

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
            assert_eq!(integer(text.as_bytes(), NumberStyle::PLAIN), expected, "{text}");
            let narrow = expected.and_then(|value| i64::try_from(value).ok());
            assert_eq!(int64(text.as_bytes(), NumberStyle::PLAIN), narrow, "{text}");
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
            assert_eq!(
                float(text.as_bytes(), NumberStyle::PLAIN).map(f64::to_bits),
                Some(expected.to_bits()),
                "{text}"
            );
        }
        assert_eq!(float(b"1,5", COMMA), Some(1.5));
        assert_eq!(float(b"1.5", COMMA), None);
        assert_eq!(float(b"-inf", NumberStyle::PLAIN), Some(f64::NEG_INFINITY));
        for text in ["", "-", ".", "1.2.3", "abc", "0x10", "1 2"] {
            assert_eq!(float(text.as_bytes(), NumberStyle::PLAIN), None, "{text}");
        }
    }

    #[test]
    fn plain_floats_are_exact_numbers_and_no_codes() {
        let float = |text: &str| plain_float(text.as_bytes(), NumberStyle::PLAIN);
        assert_eq!(
            (float("0.5"), float("-0.5"), float("0"), float("-12")),
            (Some(0.5), Some(-0.5), Some(0.0), Some(-12.0))
        );
        // Whole numbers from 2^52 are left to the slower way, as from 2^53 one double may stand for several.
        assert_eq!(float("4503599627370495"), Some(4_503_599_627_370_495.0));
        assert_eq!((float("4503599627370496"), float("9007199254740994")), (None, None));
        assert_eq!((float("-9007199254740994"), float("18014398509481984")), (None, None));
        assert_eq!((float("007"), float("-00.5"), float("0.1234567890123456789")), (None, None, None));
    }

    #[test]
    fn decimals_are_exact() {
        assert_eq!(decimal(b"123.45", 5, 2, NumberStyle::PLAIN), Some(12345));
        assert_eq!(decimal(b"123.4500", 5, 2, NumberStyle::PLAIN), Some(12345));
        assert_eq!(decimal(b"-.5", 5, 2, NumberStyle::PLAIN), Some(-50));
        assert_eq!(decimal(b"1200", 5, -2, NumberStyle::PLAIN), Some(12));
        assert_eq!(decimal(b"1234.5", 5, 2, NumberStyle::PLAIN), None, "six digits");
        assert_eq!(decimal(b"1.234", 5, 2, NumberStyle::PLAIN), None, "rounding");
        assert_eq!(decimal(b"", 5, 2, NumberStyle::PLAIN), None);
        assert_eq!(decimal(b".", 5, 2, NumberStyle::PLAIN), None);
        assert_eq!(decimal(b"1e2", 5, 2, NumberStyle::PLAIN), None);
    }

    #[test]
    fn groups_of_three_digits() {
        let float = |text: &str, mark, thousands| {
            float(text.as_bytes(), NumberStyle { mark, thousands: Some(thousands), ..NumberStyle::PLAIN })
        };
        for (text, expected) in [
            ("1,234", Some(1234.0)),
            ("-12,345,678.5", Some(-12_345_678.5)),
            ("1234.5", Some(1234.5)),
            ("999", Some(999.0)),
            ("1,23", None),
            ("1,2345", None),
            ("1234,567", None),
            (",123", None),
            ("0,123", None),
            ("1,234,", None),
        ] {
            assert_eq!(float(text, b'.', b','), expected, "{text}");
        }
        assert_eq!(float("1.234,5", b',', b'.'), Some(1234.5));
        assert_eq!(float("1 234,5", b',', b' '), Some(1234.5));
        assert_eq!(float("1\u{a0}234\u{202f}567,5", b',', b' '), Some(1_234_567.5));
        assert_eq!(float("1'234.5", b'.', b'\''), Some(1234.5));
        let style = NumberStyle { thousands: Some(b','), ..NumberStyle::PLAIN };
        assert_eq!(int64(b"1,234", style), Some(1234));
        assert_eq!(decimal(b"1,234.50", 6, 2, style), Some(123_450));
    }
}
