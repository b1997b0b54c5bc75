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
        Kind::Decimal { precision, .. } if *precision > SAFE_DIGITS => Facts::RANGE,
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
    let (low, high) = facts.range.filter(|_| !needs(kind).is_none())??;
    let exact = i128::from(EXACT);
    let beyond = |number: &Number| match number {
        Number::Integer(whole) => !(-exact..=exact).contains(whole),
        Number::Float(number) => number.abs() > EXACT as f64,
    };
    let first = [high, low].into_iter().find(beyond)?;
    Some(match kind {
        // The range counts its unscaled digits.
        Kind::Decimal { scale, .. } if *scale != 0 => {
            Loss::new(LossCode::PRECISION, "decimals with more than 15 digits are rounded")
        }
        _ => {
            let first = match first {
                Number::Integer(whole) => whole.to_string(),
                Number::Float(number) => shown(number),
            };
            Loss::new(LossCode::PRECISION, "whole numbers beyond 2^53 are rounded").first(None, first)
        }
    })
}
