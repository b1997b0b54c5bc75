//! Numbers that come and numbers that are stored.

use std::fmt::Display;

use crate::metadata::{Code, MissingRule};
use crate::missing::{Missing, MissingCell};

/// A whole number as Arrow delivers it.
pub(super) trait Whole: Copy + Default + PartialOrd + Display + Send + Sync + 'static {
    fn plus(self, other: Self) -> Self;
    fn wide(self) -> i128;
    /// The nearest number of this type.
    fn clamped(wide: i128) -> Self;
}

/// A number as a cell stores it.
pub(super) trait Stored: Copy + Send + Sync + 'static {
    fn missing(missing: Missing) -> Self;
}

/// Conversion by Rust's `as`.
pub(super) trait As<D>: Copy {
    fn cast(self) -> D;
}

macro_rules! whole {
    ($($type:ty),*) => {$(
        impl Whole for $type {
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }
            #[inline(always)]
            fn wide(self) -> i128 {
                self as i128
            }
            fn clamped(wide: i128) -> Self {
                wide.clamp(<$type>::MIN as i128, <$type>::MAX as i128) as $type
            }
        }
        as_types!($type: i8, i16, i32, f32, f64);
    )*};
}

macro_rules! as_types {
    ($from:ty: $($to:ty),*) => {$(
        impl As<$to> for $from {
            #[inline(always)]
            fn cast(self) -> $to {
                self as $to
            }
        }
    )*};
}

macro_rules! stored {
    ($($type:ty: $missing:ident),*) => {$(
        impl Stored for $type {
            fn missing(missing: Missing) -> Self {
                missing.$missing()
            }
        }
    )*};
}

whole!(i8, i16, i32, i64, u8, u16, u32, u64, i128);
as_types!(f32: f32, f64);
as_types!(f64: f32, f64);
stored!(i8: byte, i16: int, i32: long, f32: float, f64: double);

/// A missing rule in the types of one column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule<S, D> {
    pub(super) low: S,
    pub(super) high: S,
    pub(super) stored: D,
}

impl<S: PartialOrd, D> Rule<S, D> {
    #[inline(always)]
    pub(super) fn holds(&self, value: S) -> bool {
        // Without `&&` there is no branch, so that whole tiles are compared at once.
        (value >= self.low) & (value <= self.high)
    }
}

/// Puts what the rules store in place of the values that they hold for; a later rule comes before an earlier one.
#[inline(always)]
pub(super) fn apply<S: Copy + PartialOrd, D: Copy, const N: usize>(
    rules: &[Rule<S, D>],
    source: &[S; N],
    out: &mut [D; N],
) {
    for rule in rules {
        // A copy: otherwise the compiler chooses between two addresses, value by value.
        let (rule, stored) = (Rule { low: rule.low, high: rule.high, stored: () }, rule.stored);
        for (out, value) in out.iter_mut().zip(source) {
            *out = if rule.holds(*value) { stored } else { *out };
        }
    }
}

/// Rules for whole numbers that come scaled by 10 to the power of `scale`; rules without a number in range vanish.
pub(super) fn whole_rules<S: Whole, D: Stored>(rules: &[MissingRule], scale: i8) -> Vec<Rule<S, D>> {
    rules
        .iter()
        .filter_map(|rule| {
            let low = whole_bound(rule.low, scale, f64::ceil)?;
            let high = whole_bound(rule.high, scale, f64::floor)?;
            let (least, most) = (S::clamped(i128::MIN).wide(), S::clamped(i128::MAX).wide());
            (low <= high && high >= least && low <= most).then(|| Rule {
                low: S::clamped(low),
                high: S::clamped(high),
                stored: D::missing(rule.missing),
            })
        })
        .collect()
}

fn whole_bound(code: Code, scale: i8, round: fn(f64) -> f64) -> Option<i128> {
    match code {
        Code::Integer(whole) if scale >= 0 => {
            i128::from(whole).checked_mul(10_i128.checked_pow(scale.unsigned_abs().into())?)
        }
        Code::Integer(whole) => Some(round(whole as f64 * 10_f64.powi(scale.into())) as i128),
        Code::Number(number) if number.is_nan() => None,
        Code::Number(number) if number.fract() == 0.0 && scale >= 0 => {
            (number as i128).checked_mul(10_i128.checked_pow(scale.unsigned_abs().into())?)
        }
        Code::Number(number) => {
            // A decimal such as 99.9 is not exact in binary; its scaled form is a whole number up to rounding.
            let scaled = number * 10_f64.powi(scale.into());
            let nearest = scaled.round();
            let whole = if (scaled - nearest).abs() < 1e-6 { nearest } else { round(scaled) };
            Some(whole as i128)
        }
    }
}

/// Rules for floating-point numbers.
pub(super) fn float_rules<D: Stored>(rules: &[MissingRule]) -> Vec<Rule<f64, D>> {
    let number = |code| match code {
        Code::Integer(whole) => whole as f64,
        Code::Number(number) => number,
    };
    rules
        .iter()
        .map(|rule| Rule { low: number(rule.low), high: number(rule.high), stored: D::missing(rule.missing) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_outside_the_type_vanish() {
        let rule = |low, high| MissingRule { low, high, missing: Missing::SYSTEM };
        let rules = [
            rule(Code::Integer(97), Code::Integer(97)),
            rule(Code::Integer(999), Code::Integer(999)),
            rule(Code::Number(-9.5), Code::Number(-7.5)),
            rule(Code::Number(f64::NEG_INFINITY), Code::Integer(-100)),
            rule(Code::Number(1.2), Code::Number(1.8)),
        ];
        let found = whole_rules::<i8, i8>(&rules, 0);
        let bounds: Vec<_> = found.iter().map(|rule| (rule.low, rule.high)).collect();
        assert_eq!(bounds, [(97, 97), (-9, -8), (-128, -100)]);
        assert_eq!(whole_rules::<i128, f64>(&rules[..1], 2)[0].low, 9700);
    }
}
