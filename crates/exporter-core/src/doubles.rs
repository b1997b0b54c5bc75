//! Programs whose only numbers are doubles: which of a column's numbers they round.

use crate::codebook::Kind;
use crate::loss::{Loss, LossCode};
use crate::profile::{ColumnFacts, Facts, Number};

/// Every whole number up to this size is exact in a double: 2^53.
pub const EXACT: i64 = 1 << 53;

/// Digits that every double keeps.
pub const SAFE_DIGITS: u8 = 15;

/// A number for people, in few characters: very large and very small ones have an exponent.
///
/// ```
/// use exporter_core::doubles::shown;
///
/// assert_eq!([shown(-0.1), shown(1e15), shown(-1e308), shown(5e-324)], ["-0.1", "1000000000000000", "-1e308", "5e-324"]);
/// ```
pub fn shown(number: f64) -> String {
    let plain = number.to_string();
    if plain.len() > 24 { format!("{number:e}") } else { plain }
}

/// The facts that [`rounded`] looks at.
pub fn needs(kind: &Kind) -> Facts {
    match kind {
        Kind::Integer { bits: 64, .. } | Kind::Duration(_) => Facts::RANGE,
        Kind::Decimal { precision, .. } if *precision > SAFE_DIGITS => Facts::RANGE | Facts::ROUNDED,
        _ => Facts::NONE,
    }
}

/// The loss of numbers that are rounded, if the values of the column have any.
///
/// ```
/// use exporter_core::codebook::Kind;
/// use exporter_core::profile::Number;
/// use exporter_core::{ColumnFacts, doubles};
///
/// let mut facts = ColumnFacts::default();
/// facts.range = Some(Some((Number::Integer(1), Number::Integer(1))));
/// assert!(doubles::rounded(&Kind::INTEGER, &facts).is_none());
/// facts.range = Some(Some((Number::Integer(1), Number::Integer(9_007_199_254_740_993))));
/// assert_eq!(doubles::rounded(&Kind::INTEGER, &facts).unwrap().action, "whole numbers beyond 2^53 are rounded");
/// ```
pub fn rounded(kind: &Kind, facts: &ColumnFacts) -> Option<Loss> {
    // The range counts unscaled digits.
    if matches!(kind, Kind::Decimal { scale, .. } if *scale != 0) {
        let count = facts.rounded.filter(|count| !needs(kind).is_none() && *count > 0)?;
        let action = "decimals with more than 15 digits are rounded";
        return Some(Loss::new(LossCode::PRECISION, action).count(count));
    }
    let (low, high) = facts.range.filter(|_| !needs(kind).is_none())??;
    let exact = i128::from(EXACT);
    let beyond = |number: &Number| match number {
        Number::Integer(whole) => !(-exact..=exact).contains(whole),
        Number::Float(number) => number.abs() > EXACT as f64,
    };
    let first = match [high, low].into_iter().find(beyond)? {
        Number::Integer(whole) => whole.to_string(),
        Number::Float(number) => shown(number),
    };
    Some(Loss::new(LossCode::PRECISION, "whole numbers beyond 2^53 are rounded").first(None, first))
}

/// The double next to a decimal, which its unscaled digits and their scale are.
pub fn nearest(digits: i128, scale: i8) -> f64 {
    format!("{digits}e{}", -i32::from(scale)).parse().unwrap_or(f64::NAN)
}

/// Whether a double holds a decimal: it is the double or, up to 2^53, the shortest decimal of which the double is the next one,
/// which programs show and take back.
///
/// ```
/// use exporter_core::doubles::holds;
///
/// assert!(holds(10_000_000_000_000_025, 2) && holds(1_000_000_000_000_000_000, 19) && holds(10 << 60, 1));
/// // 2^46 + 0.01 is shown as 70368744177664.02.
/// assert!(!holds(7_036_874_417_766_401, 2) && !holds(1_234_567_890_123_456_789_012, 2));
/// ```
pub fn holds(digits: i128, scale: i8) -> bool {
    if scale >= 0 && digits.unsigned_abs() <= 10_u128.pow(u32::from(SAFE_DIGITS)) {
        return true;
    }
    let number = nearest(digits, scale);
    number.abs() <= EXACT as f64 && shortest(number, scale) == Some(digits)
        || exact(number, scale) == Some(digits)
}

/// The unscaled digits of the shortest decimal of which a number is the next one, where the scale has room for them.
fn shortest(number: f64, scale: i8) -> Option<i128> {
    let shown = format!("{number:e}");
    let (mantissa, exponent) = shown.split_once('e')?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent = exponent.parse::<i32>().ok()? - i32::try_from(fraction.len()).ok()? + i32::from(scale);
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    digits.checked_mul(10_i128.checked_pow(u32::try_from(exponent).ok()?)?)
}

/// The unscaled digits of a number that is a decimal of this scale.
fn exact(number: f64, scale: i8) -> Option<i128> {
    // As many binary places are as many decimal ones.
    (number * 2_f64.powi(i32::from(scale.max(0)))).fract().eq(&0.0).then_some(())?;
    let shown = format!("{number:.*}", usize::try_from(scale.max(0)).ok()?).replace('.', "");
    let unit = 10_i128.checked_pow(u32::from(scale.min(0).unsigned_abs()))?;
    let digits: i128 = shown.parse().ok()?;
    (digits % unit == 0).then_some(digits / unit)
}
