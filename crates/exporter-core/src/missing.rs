//! From declared missing values to a per-column lookup.

use crate::codebook::{MissingValues, Variable};

/// Finds the missing declaration that a number falls under, quickly.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NumericMissing {
    /// Single values in ascending order with the position of their declaration.
    points: Vec<(f64, usize)>,
    /// Ranges (inclusive) with the position of their declaration.
    ranges: Vec<(f64, f64, usize)>,
}

impl NumericMissing {
    /// Resolves a variable's declarations; those on text are left out.
    pub fn of(variable: &Variable) -> Self {
        let mut lookup = Self::default();
        for (index, missing) in variable.missing.iter().enumerate() {
            match &missing.values {
                MissingValues::One(value) => {
                    if let Some(number) = value.as_f64() {
                        lookup.points.push((number, index));
                    }
                }
                MissingValues::Range { low, high } => {
                    let low = low.as_ref().map_or(Some(f64::NEG_INFINITY), |value| value.as_f64());
                    let high = high.as_ref().map_or(Some(f64::INFINITY), |value| value.as_f64());
                    if let (Some(low), Some(high)) = (low, high) {
                        lookup.ranges.push((low, high, index));
                    }
                }
            }
        }
        lookup.points.sort_by(|a, b| a.0.total_cmp(&b.0));
        lookup
    }

    /// Whether nothing is declared missing.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty() && self.ranges.is_empty()
    }

    /// The position of the declaration that holds this number; single values go before ranges.
    pub fn find(&self, number: f64) -> Option<usize> {
        let point = self
            .points
            .binary_search_by(|(value, _)| value.partial_cmp(&number).unwrap_or(std::cmp::Ordering::Less));
        match point {
            Ok(at) => self.points.get(at).map(|(_, index)| *index),
            Err(_) => self
                .ranges
                .iter()
                .find(|(low, high, _)| *low <= number && number <= *high)
                .map(|(_, _, index)| *index),
        }
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
