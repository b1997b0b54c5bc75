//! Numbers by their digits.

use crate::data_values::is_number;

/// The whole number that a text without needless signs is.
pub(super) fn whole(text: &str) -> Option<i64> {
    let number: i64 = text.parse().ok()?;
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_plain = digits == "0" || !digits.starts_with(['0', '+']);
    (is_plain && text != "-0").then_some(number)
}

/// The number that a text such as `-12.50` is, where it has no digits that a float loses.
pub(super) fn plain(text: &str) -> Option<f64> {
    exact(text).filter(|_| is_number(text))
}

/// The number that digits of JSON are, where a float loses none of them.
pub(super) fn exact(text: &str) -> Option<f64> {
    let number: f64 = text.parse().ok().filter(|number: &f64| number.is_finite())?;
    let starts = text.bytes().next().is_some_and(|byte| byte.is_ascii_digit() || byte == b'-');
    let own = significant(text);
    // So many digits always come back, unless the number is nearly nothing.
    let is_kept = own.len() <= 15 && (number.is_normal() || own.is_empty())
        || own == significant(&format!("{number:e}"));
    (starts && is_kept && (number != 0.0 || own.is_empty())).then_some(number)
}

/// The digits of a number without leading and trailing zeros.
fn significant(text: &str) -> String {
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    digits.trim_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_digit_is_lost() {
        assert_eq!(["7", "-7", "0", "-9223372036854775808"].map(|text| whole(text).is_some()), [true; 4]);
        assert_eq!(["07", "+7", "-0", "7.0", "", "9223372036854775808"].map(whole), [None; 6]);
        assert_eq!(
            ["1.50", "-0.1", "100", "0.30000000000000004"].map(|text| plain(text).is_some()),
            [true; 4]
        );
        assert_eq!(["01.5", "1e3", "+1", ".5", "1.", "NaN", "0.1234567890123456789"].map(plain), [None; 7]);
        assert_eq!(exact("1e3"), Some(1000.0));
        assert_eq!(exact("-0.0"), Some(-0.0));
        assert_eq!(["1e400", "1e-400", "inf", "12345678901234567890"].map(exact), [None; 4]);
    }
}
