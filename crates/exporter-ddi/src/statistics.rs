//! What the profile of the data knows of a variable: counts, moments and frequencies.

use std::collections::HashMap;

use exporter_core::codebook::Value;
use exporter_core::profile::{Moments, ValueCount};

/// Statistics of one variable.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct VariableStatistics {
    /// Values that are neither null nor declared missing.
    pub(crate) valid: u64,
    /// All others.
    pub(crate) invalid: u64,
    /// Smallest and largest valid value, as texts.
    pub(crate) range: Option<(String, String)>,
    /// Moments of the valid values of numbers that are measured.
    pub(crate) moments: Option<Moments>,
    /// The same, weighted.
    pub(crate) weighted: Option<Moments>,
    /// How often values occur that have a label or are declared missing.
    pub(crate) frequencies: HashMap<Value, ValueCount>,
}
