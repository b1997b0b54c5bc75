//! A literal as it stands among the whole numbers behind a column.

use std::cmp::Ordering;

use arrow_buffer::BooleanBuffer;

use crate::dataset::Comparison;

/// The largest whole number not above a literal and the smallest not below; they are equal when the column can hold
/// the literal itself. Beyond 128 bits both end at the last number, which no column holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bound {
    below: i128,
    above: i128,
}

impl Bound {
    /// A literal that is a whole number.
    pub(super) fn exactly(number: i128) -> Self {
        Self { below: number, above: number }
    }

    /// A float in the units of a column; `None` = NaN.
    pub(super) fn float(number: f64) -> Option<Self> {
        // The cast ends at the last 128-bit number.
        (!number.is_nan()).then_some(Self { below: number.floor() as i128, above: number.ceil() as i128 })
    }

    /// A count of parts, of which a unit has this many.
    pub(super) fn divided(count: i128, parts: i128) -> Self {
        let below = count.div_euclid(parts);
        Self { below, above: if count.rem_euclid(parts) == 0 { below } else { below.saturating_add(1) } }
    }

    /// A decimal number written in digits, with or without an exponent, in units of 10 to the minus `scale`; `None` = not
    /// such a number.
    pub(super) fn decimal(text: &str, scale: i8) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (digits, exponent) = match digits.split_once(['e', 'E']) {
            // Beyond any number of a column, and not beyond what is counted out below.
            Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?.clamp(-1000, 1000)),
            None => (digits, 0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        // Digits before this position are kept, those after it only say whether there is more.
        let kept = whole.len() as i64 + i64::from(scale) + i64::from(exponent);
        let mut size = 0i128;
        let mut more = false;
        for (position, digit) in whole.bytes().chain(fraction.bytes()).enumerate() {
            if !digit.is_ascii_digit() {
                return None;
            }
            let digit = i128::from(digit - b'0');
            if (position as i64) < kept {
                size = size.saturating_mul(10).saturating_add(digit);
            } else {
                more |= digit != 0;
            }
        }
        for _ in (whole.len() + fraction.len()) as i64..kept {
            size = size.saturating_mul(10);
        }
        let next = size.saturating_add(i128::from(more));
        Some(if negative { Self { below: -next, above: -size } } else { Self { below: size, above: next } })
    }

    /// How the numbers of a column compare with the literal.
    pub(super) fn compare<T: Copy + Ord + TryFrom<i128>>(self, values: &[T], is: Comparison) -> BooleanBuffer
    where
        i128: From<T>,
    {
        let exact = self.below == self.above;
        match is {
            Comparison::Equal if !exact => BooleanBuffer::new_unset(values.len()),
            Comparison::NotEqual if !exact => BooleanBuffer::new_set(values.len()),
            Comparison::Equal => against(values, self.below, false, |value, literal| value == literal),
            Comparison::NotEqual => against(values, self.below, true, |value, literal| value != literal),
            Comparison::Less => ordered(values, self.above, |value, literal| value < literal),
            Comparison::AtMost => ordered(values, self.below, |value, literal| value <= literal),
            Comparison::Greater => ordered(values, self.below, |value, literal| value > literal),
            Comparison::AtLeast => ordered(values, self.above, |value, literal| value >= literal),
        }
    }
}

/// Compares with a literal; one that the column's width does not hold gives the same answer for every row.
fn against<T: Copy + TryFrom<i128>>(
    values: &[T],
    literal: i128,
    beyond: bool,
    test: impl Fn(T, T) -> bool,
) -> BooleanBuffer {
    match T::try_from(literal) {
        Ok(literal) => collect(values, |value| test(value, literal)),
        Err(_) if beyond => BooleanBuffer::new_set(values.len()),
        Err(_) => BooleanBuffer::new_unset(values.len()),
    }
}

fn ordered<T: Copy + Ord + TryFrom<i128>>(
    values: &[T],
    literal: i128,
    test: impl Fn(T, T) -> bool + Copy,
) -> BooleanBuffer
where
    i128: From<T>,
{
    if T::try_from(literal).is_err() {
        // Every number of the width is on the same side of the literal, so the sign decides.
        let Some(value) = values.first() else { return BooleanBuffer::new_unset(0) };
        let side = i128::from(*value).cmp(&literal);
        let sample = if side == Ordering::Less { (0, 1) } else { (1, 0) };
        let (Ok(a), Ok(b)) = (T::try_from(sample.0), T::try_from(sample.1)) else {
            return BooleanBuffer::new_unset(values.len());
        };
        return if test(a, b) {
            BooleanBuffer::new_set(values.len())
        } else {
            BooleanBuffer::new_unset(values.len())
        };
    }
    against(values, literal, false, test)
}

/// One bit a value.
pub(super) fn collect<T: Copy>(values: &[T], test: impl Fn(T) -> bool) -> BooleanBuffer {
    let mut bits = values.iter();
    BooleanBuffer::collect_bool(values.len(), |_| bits.next().is_some_and(|value| test(*value)))
}
