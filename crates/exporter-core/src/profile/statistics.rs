//! Statistics of a column: moments of its valid values and counts of listed values, with or without weights.

use crate::codebook::Value;

/// Which statistics of a column are needed, beside the moments of its valid values.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct StatisticsRequest {
    /// Position of the variable that weights the rows.
    pub weight: Option<usize>,
    /// Values to count, such as those with a label; declared missing ones may be among them.
    pub values: Vec<Value>,
}

impl StatisticsRequest {
    /// Moments alone, without weights.
    pub fn new() -> Self {
        Self::default()
    }

    /// Weights the rows by the variable at this position of the table too.
    #[must_use]
    pub fn with_weight(mut self, column: usize) -> Self {
        self.weight = Some(column);
        self
    }

    /// Counts these values too.
    #[must_use]
    pub fn with_values(mut self, values: impl IntoIterator<Item = Value>) -> Self {
        self.values.extend(values);
        self
    }
}

/// Statistics of one column.
///
/// A row counts for weighted ones when its weight is a finite number above 0 that is not declared missing.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Statistics {
    /// What was asked for.
    pub request: StatisticsRequest,
    /// Moments of the values that are neither null nor NaN nor declared missing, in the numbers of the column; of none for
    /// texts and nested values.
    pub moments: Moments,
    /// The same, weighted; of none without a weight.
    pub weighted: Moments,
    /// How often each listed value occurs, in the order of the request.
    pub counts: Vec<ValueCount>,
}

/// How often a value occurs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ValueCount {
    /// Rows with the value.
    pub count: u64,
    /// Sum of their weights; 0 without a weight.
    pub weight: f64,
}

/// Sums for means and deviations.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Moments {
    /// How many values were added.
    pub count: u64,
    /// Sum of their weights; without weights their number.
    pub weight: f64,
    /// Mean.
    pub mean: f64,
    /// Sum of squared deviations from the mean, each times its weight.
    pub squares: f64,
}

impl Moments {
    /// Moments of values with their weights; the sums run in the order of the values.
    pub(super) fn of(values: &[(f64, f64)]) -> Self {
        if values.is_empty() {
            return Self::default();
        }
        let weight: f64 = values.iter().map(|(_, weight)| weight).sum();
        let mean = values.iter().map(|(value, weight)| value * weight).sum::<f64>() / weight;
        let squares = values.iter().map(|(value, weight)| weight * (value - mean) * (value - mean)).sum();
        Self { count: values.len() as u64, weight, mean, squares }
    }

    /// Joins the moments of the values that follow (Chan, Golub, LeVeque 1979).
    pub(super) fn join(self, next: Moments) -> Moments {
        if self.count == 0 || next.count == 0 {
            return if self.count == 0 { next } else { self };
        }
        let weight = self.weight + next.weight;
        let (part, away) = (next.weight / weight, next.mean - self.mean);
        Moments {
            count: self.count + next.count,
            weight,
            mean: self.mean + away * part,
            squares: self.squares + next.squares + away * away * self.weight * part,
        }
    }

    /// The sample standard deviation, weights taken as numbers of rows; `None` where they sum up to 1 or less.
    pub fn deviation(&self) -> Option<f64> {
        (self.weight > 1.0).then(|| (self.squares / (self.weight - 1.0)).sqrt())
    }
}
