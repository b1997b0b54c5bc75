//! One position by its digits.

use std::fmt;

use super::GeometryError;

/// A position: longitude, latitude, and what may stand behind them, such as a height.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Coordinate {
    /// The numbers as JSON has them, with a blank between two.
    digits: String,
}

/// Numbers that a position has at most.
const MOST: usize = 4;

impl Coordinate {
    /// A position of two numbers or more, in the order longitude, latitude.
    ///
    /// # Errors
    /// One of them is no number, or there are too few or too many.
    pub fn new<'n>(numbers: impl IntoIterator<Item = &'n str>) -> Result<Self, GeometryError> {
        let (mut digits, mut count) = (String::new(), 0);
        for number in numbers {
            if count > 0 {
                digits.push(' ');
            }
            append(number, &mut digits)
                .ok_or_else(|| GeometryError::new(format!("{number:?} is no number")))?;
            count += 1;
            if count > MOST {
                return Err(GeometryError::new(format!("a position has more than {MOST} numbers")));
            }
        }
        if count < 2 {
            return Err(GeometryError::new(format!("a position has two numbers or more, and not {count}")));
        }
        Ok(Self { digits })
    }

    /// The numbers by their digits.
    pub fn numbers(&self) -> impl Iterator<Item = &str> {
        self.digits.split(' ')
    }

    /// The first number.
    pub fn longitude(&self) -> &str {
        self.numbers().next().unwrap_or_default()
    }

    /// The second number.
    pub fn latitude(&self) -> &str {
        self.numbers().nth(1).unwrap_or_default()
    }

    pub(super) fn round(&mut self, decimals: usize) {
        let rounded: Vec<String> = self.numbers().map(|number| rounded(number, decimals)).collect();
        self.digits = rounded.join(" ");
    }

    pub(super) fn strip_height(&mut self) -> bool {
        let end = self.digits.match_indices(' ').nth(1).map(|(at, _)| at);
        end.inspect(|end| self.digits.truncate(*end)).is_some()
    }
}

impl fmt::Display for Coordinate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.digits)
    }
}

/// Appends a number as JSON has it; `None` where it is none. Signs and points that JSON does not take (`+1`, `.5`, `1.`, `007`) are
/// put right.
fn append(text: &str, to: &mut String) -> Option<()> {
    let (is_negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (rest, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || whole.len() + fraction.len() == 0 {
        return None;
    }
    if let Some(exponent) = exponent {
        let bare = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if bare.is_empty() || !digits(bare) {
            return None;
        }
    }
    if is_negative {
        to.push('-');
    }
    let significant = whole.trim_start_matches('0');
    to.push_str(if significant.is_empty() { "0" } else { significant });
    if !fraction.is_empty() {
        to.push('.');
        to.push_str(fraction);
    }
    if let Some(exponent) = exponent {
        let letter = if rest.contains('E') { 'E' } else { 'e' };
        to.push(letter);
        to.push_str(exponent);
    }
    Some(())
}

/// Exponents beyond which a number is not written out.
const MOST_EXPONENT: i64 = 400;

/// A number with so many decimals at most; halves go away from zero. What has no more of them stays as it is.
fn rounded(text: &str, decimals: usize) -> String {
    let (is_negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent: i64 = match exponent.parse() {
        Ok(exponent) if (-MOST_EXPONENT..=MOST_EXPONENT).contains(&exponent) => exponent,
        _ => return text.to_owned(),
    };
    let mut digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
    // Where the point stands among the digits.
    let point = whole.len() as i64 + exponent;
    let mut point = match usize::try_from(point) {
        Ok(point) => point,
        Err(_) => {
            let zeros = usize::try_from(-point).unwrap_or_default();
            digits.splice(..0, std::iter::repeat_n(b'0', zeros));
            0
        }
    };
    let kept = point.saturating_add(decimals);
    let Some(next) = digits.get(kept).copied() else { return text.to_owned() };
    digits.truncate(kept);
    let mut carries = next >= b'5';
    for digit in digits.iter_mut().rev() {
        if !carries {
            break;
        }
        carries = *digit == b'9';
        *digit = if carries { b'0' } else { *digit + 1 };
    }
    if carries {
        digits.insert(0, b'1');
        point += 1;
    }
    let digits = String::from_utf8(digits).unwrap_or_default();
    let (whole, fraction) = digits.split_at_checked(point).unwrap_or((&digits, ""));
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let sign = if is_negative && !(whole.is_empty() && fraction.is_empty()) { "-" } else { "" };
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_other_formats_become_those_of_json() {
        for (text, wanted) in [
            ("-11.870609999999999", "-11.870609999999999"),
            ("+1", "1"),
            (".5", "0.5"),
            ("-.50", "-0.50"),
            ("1.", "1"),
            ("007", "7"),
            ("00", "0"),
            ("1E-05", "1E-05"),
        ] {
            let position = Coordinate::new([text, "0"]).unwrap();
            assert_eq!(position.longitude(), wanted, "{text}");
        }
        for wrong in ["", "-", ".", "1e", "1e+", "0x1", "NaN", "1,2", "1 2", "--1", "1.2.3"] {
            assert!(Coordinate::new([wrong, "0"]).is_err(), "{wrong}");
        }
        assert!(Coordinate::new(["1"]).is_err() && Coordinate::new(["1"; 5]).is_err());
    }

    #[test]
    fn numbers_are_rounded_by_their_digits() {
        for (text, decimals, wanted) in [
            ("8.377969999999999", 4, "8.378"),
            ("-11.99995", 4, "-12"),
            ("-0.00004", 4, "0"),
            ("9.5", 0, "10"),
            ("0.95", 1, "1"),
            ("12.5000", 4, "12.5000"),
            ("12", 4, "12"),
            ("123456789012345678901234567890.15", 1, "123456789012345678901234567890.2"),
            ("1.23456e1", 2, "12.35"),
            ("5e-3", 2, "0.01"),
            ("4e-30", 2, "0"),
            ("4e3", 2, "4e3"),
            ("1.123e999999999999", 1, "1.123e999999999999"),
        ] {
            assert_eq!(rounded(text, decimals), wanted, "{text}");
        }
    }
}
