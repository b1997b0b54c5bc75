//! From declared missing values to per-column lookups.
//!
//! ```
//! use exporter_core::codebook::{Kind, Missing, Variable};
//! use exporter_core::missing::{IntegerMissing, NumericMissing, TextMissing};
//!
//! let age = Variable::new("age", Kind::INTEGER)
//!     .with_missing(Missing::range(Some(97.into()), None).label("no answer"))
//!     .with_missing(Missing::value(-1).label("refused"));
//! assert_eq!(IntegerMissing::of(&age).find(99), Some(0));
//! assert_eq!(NumericMissing::of(&age).find(-1.0), Some(1));
//! assert_eq!(NumericMissing::of(&age).find(42.0), None);
//! assert!(TextMissing::of(&age).is_empty());
//! ```

mod spans;

use std::collections::HashMap;
use std::ops::RangeInclusive;

pub use spans::{Span, span, spans};

use crate::codebook::{MissingValues, Value, Variable};

/// Up to this many single values are looked through; more are searched.
const FEW_POINTS: usize = 8;

/// Finds the missing declaration that a number falls under, quickly.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NumericMissing {
    /// Single values in ascending order with the position of their declaration.
    points: Vec<(f64, usize)>,
    /// Ranges (inclusive) with the position of their declaration.
    ranges: Vec<(f64, f64, usize)>,
    /// What all of them lie within; `None` = nothing is declared.
    hull: Option<(f64, f64)>,
}

impl NumericMissing {
    /// Resolves a variable's declarations; those on text, truth values and NaN are left out.
    pub fn of(variable: &Variable) -> Self {
        let mut lookup = Self::default();
        for (index, missing) in variable.missing.iter().enumerate() {
            match &missing.values {
                MissingValues::Reason => {}
                MissingValues::One(value) => {
                    lookup.points.extend(number(value).map(|number| (number, index)));
                }
                MissingValues::Range { low, high } => {
                    let low = low.as_ref().map_or(Some(f64::NEG_INFINITY), number);
                    let high = high.as_ref().map_or(Some(f64::INFINITY), number);
                    if let (Some(low), Some(high)) = (low, high) {
                        lookup.ranges.push((low, high, index));
                    }
                }
            }
        }
        // Stable: of equal values the first declaration stays first.
        lookup.points.sort_by(|a, b| a.0.partial_cmp(&b.0).unwrap_or(std::cmp::Ordering::Equal));
        lookup.points.dedup_by(|later, first| later.0 == first.0);
        let spans = lookup.points.iter().map(|(point, _)| (*point, *point));
        lookup.hull = spans
            .chain(lookup.ranges.iter().map(|(low, high, _)| (*low, *high)))
            .reduce(|hull, span| (hull.0.min(span.0), hull.1.max(span.1)));
        lookup
    }

    /// Whether nothing is declared missing.
    pub fn is_empty(&self) -> bool {
        self.hull.is_none()
    }

    /// The position of the declaration that holds this number; single values go before ranges.
    #[inline]
    pub fn find(&self, number: f64) -> Option<usize> {
        // Most values lie outside of all declarations: two comparisons for them.
        let (low, high) = self.hull?;
        if low <= number && number <= high { self.find_within(number) } else { None }
    }

    fn find_within(&self, number: f64) -> Option<usize> {
        let point = if self.points.len() <= FEW_POINTS {
            self.points.iter().find(|(point, _)| *point == number)
        } else {
            let at = self.points.partition_point(|(point, _)| *point < number);
            self.points.get(at).filter(|(point, _)| *point == number)
        };
        point.map(|(_, index)| *index).or_else(|| {
            let range = self.ranges.iter().find(|(low, high, _)| *low <= number && number <= *high);
            range.map(|(_, _, index)| *index)
        })
    }

    /// The single values in ascending order with the position of their declaration.
    pub fn points(&self) -> &[(f64, usize)] {
        &self.points
    }

    /// The inclusive ranges with the position of their declaration.
    pub fn ranges(&self) -> &[(f64, f64, usize)] {
        &self.ranges
    }
}

/// The number, unless it is NaN.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().filter(|number| !number.is_nan())
}

/// Finds the missing declaration that a whole number falls under, exactly also beyond 2^53.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IntegerMissing {
    /// Single values in ascending order with the position of their declaration.
    points: Vec<(i64, usize)>,
    /// Ranges with the position of their declaration.
    ranges: Vec<(RangeInclusive<i64>, usize)>,
    /// What all of them lie within; `None` = nothing is declared.
    hull: Option<(i64, i64)>,
}

impl IntegerMissing {
    /// Resolves a variable's declarations; those that hold no whole number are left out.
    pub fn of(variable: &Variable) -> Self {
        let mut lookup = Self::default();
        for (index, missing) in variable.missing.iter().enumerate() {
            match &missing.values {
                MissingValues::Reason => {}
                MissingValues::One(value) => {
                    lookup.points.extend(value.as_i64().map(|number| (number, index)));
                }
                MissingValues::Range { low, high } => {
                    let low = low.as_ref().map_or(Some(i64::MIN), |low| end(low, f64::ceil));
                    let high = high.as_ref().map_or(Some(i64::MAX), |high| end(high, f64::floor));
                    if let (Some(low), Some(high)) = (low, high)
                        && low <= high
                    {
                        lookup.ranges.push((low..=high, index));
                    }
                }
            }
        }
        lookup.points.sort_by_key(|(point, _)| *point);
        lookup.points.dedup_by_key(|(point, _)| *point);
        let spans = lookup.points.iter().map(|(point, _)| (*point, *point));
        lookup.hull = spans
            .chain(lookup.ranges.iter().map(|(range, _)| (*range.start(), *range.end())))
            .reduce(|hull, span| (hull.0.min(span.0), hull.1.max(span.1)));
        lookup
    }

    /// Whether nothing is declared missing.
    pub fn is_empty(&self) -> bool {
        self.hull.is_none()
    }

    /// The position of the declaration that holds this number; single values go before ranges.
    #[inline]
    pub fn find(&self, number: i64) -> Option<usize> {
        let (low, high) = self.hull?;
        if low <= number && number <= high { self.find_within(number) } else { None }
    }

    fn find_within(&self, number: i64) -> Option<usize> {
        let point = match self.points.binary_search_by_key(&number, |(point, _)| *point) {
            Ok(at) => self.points.get(at).map(|(_, index)| *index),
            Err(_) => None,
        };
        point.or_else(|| {
            self.ranges.iter().find(|(range, _)| range.contains(&number)).map(|(_, index)| *index)
        })
    }
}

/// The end of a range as a whole number inside it; ends beyond 64 bits are cut to them.
fn end(value: &Value, inwards: fn(f64) -> f64) -> Option<i64> {
    match value {
        Value::Integer(number) => Some(*number),
        // The cast ends at the last whole number.
        Value::Float(number) if !number.is_nan() => Some(inwards(*number) as i64),
        _ => None,
    }
}

/// Finds the missing declaration that a text falls under; texts compare byte by byte.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextMissing {
    points: HashMap<String, usize>,
    /// Ranges, open where an end is `None`, with the position of their declaration.
    ranges: Vec<(Option<String>, Option<String>, usize)>,
}

impl TextMissing {
    /// Resolves a variable's declarations; those on anything but text are left out.
    pub fn of(variable: &Variable) -> Self {
        let mut lookup = Self::default();
        for (index, missing) in variable.missing.iter().enumerate() {
            match &missing.values {
                MissingValues::One(Value::Text(text)) => {
                    lookup.points.entry(text.clone()).or_insert(index);
                }
                MissingValues::One(_) | MissingValues::Reason => {}
                MissingValues::Range { low, high } => {
                    let text = |end: &Option<Value>| end.as_ref().and_then(Value::as_text).map(str::to_owned);
                    let ends = (text(low), text(high));
                    let all_text = ends.0.is_some() == low.is_some() && ends.1.is_some() == high.is_some();
                    if all_text && ends != (None, None) {
                        lookup.ranges.push((ends.0, ends.1, index));
                    }
                }
            }
        }
        lookup
    }

    /// Whether nothing is declared missing.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty() && self.ranges.is_empty()
    }

    /// The position of the declaration that holds this text; single values go before ranges.
    pub fn find(&self, text: &str) -> Option<usize> {
        if self.is_empty() {
            return None;
        }
        self.points.get(text).copied().or_else(|| {
            let holds = |(low, high, _): &&(Option<String>, Option<String>, usize)| {
                low.as_deref().is_none_or(|low| low <= text)
                    && high.as_deref().is_none_or(|high| text <= high)
            };
            self.ranges.iter().find(holds).map(|(_, _, index)| *index)
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::codebook::{Kind, Missing};

    fn ends(values: impl Strategy<Value = Value> + Clone) -> impl Strategy<Value = Missing> {
        let end = prop::option::of(values.clone());
        prop_oneof![
            values.prop_map(Missing::value),
            (end.clone(), end).prop_map(|(low, high)| Missing::range(low, high)),
        ]
    }

    fn variable(missing: Vec<Missing>) -> Variable {
        missing.into_iter().fold(Variable::new("x", Kind::Text), Variable::with_missing)
    }

    /// The first single value that holds it, else the first range.
    fn expected(variable: &Variable, value: &Value) -> Option<usize> {
        let of = |single: bool| {
            variable.missing.iter().position(|missing| {
                matches!(missing.values, MissingValues::One(_)) == single
                    && missing.values != (MissingValues::Range { low: None, high: None })
                    && missing.contains(value)
            })
        };
        of(true).or_else(|| of(false))
    }

    fn numbers() -> impl Strategy<Value = Value> + Clone {
        prop_oneof![
            (-20i64..20).prop_map(Value::from),
            (-40i64..40).prop_map(|halves| Value::from(halves as f64 / 2.0)),
        ]
    }

    proptest! {
        #[test]
        fn lookups_agree_with_the_declarations(
            missing in prop::collection::vec(ends(numbers()), 0..14),
            number in -25i64..25,
        ) {
            let variable = variable(missing.into_iter().filter(|missing| {
                missing.values != MissingValues::Range { low: None, high: None }
            }).collect());
            let wanted = expected(&variable, &number.into());
            prop_assert_eq!(IntegerMissing::of(&variable).find(number), wanted);
            prop_assert_eq!(NumericMissing::of(&variable).find(number as f64), wanted);
            let half = number as f64 + 0.5;
            prop_assert_eq!(NumericMissing::of(&variable).find(half), expected(&variable, &half.into()));
            prop_assert_eq!(NumericMissing::of(&variable).find(f64::NAN), None);
            prop_assert!(TextMissing::of(&variable).is_empty() );
        }

        #[test]
        fn texts_agree_with_the_declarations(
            missing in prop::collection::vec(ends("[a-c]{0,2}".prop_map(Value::from).boxed()), 0..6),
            text in "[a-c]{0,2}",
        ) {
            let variable = variable(missing);
            let wanted = expected(&variable, &text.as_str().into());
            prop_assert_eq!(TextMissing::of(&variable).find(&text), wanted);
            prop_assert!(IntegerMissing::of(&variable).points.is_empty());
        }
    }

    #[test]
    fn whole_numbers_are_exact_beyond_2_to_53() {
        let wide = (1i64 << 53) + 1;
        let lookup = IntegerMissing::of(&variable(vec![Missing::value(wide)]));
        assert_eq!((lookup.find(wide), lookup.find(wide - 1)), (Some(0), None));
        let open = IntegerMissing::of(&variable(vec![Missing::range(Some(1e300.into()), None)]));
        assert_eq!(open.find(5), None);
    }
}
