//! What a format cannot hold: losses, their report and the policy over them.

mod code;
mod policy;
mod report;
mod tally;

use std::fmt;

use serde::Serialize;

use crate::carry::Part;
use crate::codebook::TimeUnit;
use crate::truncate;

pub use code::{LossCode, LossEffect};
pub use policy::LossPolicy;
pub use report::LossReport;
pub use tally::{Tallied, Tally};

/// What a loss of characters counts ([`Loss::counting`]).
pub const CHARACTERS: &str = "characters";
/// What is counted of rows that a damaged file lacks.
pub const LOST_ROWS: &str = "rows";

/// Whether the output holds less than the input or something wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum LossSeverity {
    /// The output holds less; what it holds is right.
    Less,
    /// The output would hold a wrong value: an error unless its code is allowed.
    Wrong,
}

/// The first cell or text that a loss concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Example {
    /// Observation, counted from 1, when the loss is in the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u64>,
    /// The value or text as it was, cut for display.
    pub value: String,
}

/// One thing a format cannot represent, by variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Loss {
    /// Which kind of loss.
    pub code: LossCode,
    /// Whether the output holds less or something wrong.
    pub severity: LossSeverity,
    /// Id of the format that loses it, of the input's where reading loses it; the driver of an export fills it in.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub format: String,
    /// Entry that lacks it, or the file where reading loses it; the driver of an export fills it in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// Entry of the same export that holds it nevertheless.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_by: Option<String>,
    /// Part of the codebook that it concerns, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
    /// Table, if the loss belongs to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// Variable, if the loss belongs to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variable: Option<String>,
    /// How many values, labels, characters or declarations are concerned.
    pub count: u64,
    /// What is counted, in the plural, where it is not what the code or the part says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<&'static str>,
    /// The first one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<Example>,
    /// What is done instead.
    pub action: String,
}

impl Loss {
    /// Makes a loss of one item with severity [`LossSeverity::Less`]; `action` says what is done instead.
    pub fn new(code: LossCode, action: impl Into<String>) -> Self {
        Self {
            code,
            severity: LossSeverity::Less,
            format: String::new(),
            entry: None,
            held_by: None,
            part: None,
            table: None,
            variable: None,
            count: 1,
            unit: None,
            first: None,
            action: action.into(),
        }
    }

    /// The loss of durations in a format that has none: their number of units is written.
    pub fn duration_as_number(unit: TimeUnit) -> Self {
        let action = format!("durations are written as numbers of {}", unit.name());
        Self::new(LossCode::KIND_CHANGED, action)
    }

    /// Marks the output as wrong, not merely less.
    #[must_use]
    pub fn wrong(mut self) -> Self {
        self.severity = LossSeverity::Wrong;
        self
    }

    /// Names the entry of the same export that holds it nevertheless: then nothing is lost.
    #[must_use]
    pub fn held_by(mut self, entry: impl Into<String>) -> Self {
        self.held_by = Some(entry.into());
        self
    }

    /// Names the part of the codebook that it concerns.
    #[must_use]
    pub fn part(mut self, part: Part) -> Self {
        self.part = Some(part);
        self
    }

    /// Names the table.
    #[must_use]
    pub fn table(mut self, table: impl Into<String>) -> Self {
        self.table = Some(table.into());
        self
    }

    /// Names the variable.
    #[must_use]
    pub fn variable(mut self, variable: impl Into<String>) -> Self {
        self.variable = Some(variable.into());
        self
    }

    /// Sets how many items are concerned.
    #[must_use]
    pub fn count(mut self, count: u64) -> Self {
        self.count = count;
        self
    }

    /// Says what is counted, in the plural, where it is not what the code or the part says.
    #[must_use]
    pub fn counting(mut self, unit: &'static str) -> Self {
        self.unit = Some(unit);
        self
    }

    /// Gives the first example; long values are cut to 80 characters for display.
    #[must_use]
    pub fn first(mut self, row: Option<u64>, value: impl Into<String>) -> Self {
        let value = truncate::shown(&value.into(), 80).into_owned();
        self.first = Some(Example { row, value });
        self
    }
}

impl Loss {
    /// Where it stands among others, the worst first: wrong values, changed values, values in another form, descriptions.
    pub(crate) fn rank(&self) -> (std::cmp::Reverse<LossSeverity>, LossEffect) {
        (std::cmp::Reverse(self.severity), self.code.effect())
    }

    /// How many of what are concerned: `3 values`.
    pub fn times(&self) -> String {
        format!("{} {}", grouped(self.count), self.counted())
    }

    /// What [`Loss::count`] counts, in the plural.
    pub fn counted(&self) -> &'static str {
        if let Some(unit) = self.unit {
            return unit;
        }
        match self.part {
            Some(Part::MissingReasons) => return "values",
            Some(part) => return part.name(),
            None => {}
        }
        match &self.code {
            code if *code == LossCode::NAME_CHANGED => "names",
            code if *code == LossCode::NAME_DROPPED => "variable names",
            code if *code == LossCode::LABEL_TRUNCATED || *code == LossCode::LABEL_DROPPED => "labels",
            code if *code == LossCode::VALUE_LABELS_DROPPED || *code == LossCode::VALUE_LABEL_KEY => {
                "value labels"
            }
            code if *code == LossCode::LANGUAGE_DROPPED => Part::Languages.name(),
            code if *code == LossCode::METADATA_DROPPED => "descriptions",
            code if *code == LossCode::GROUP_DROPPED => "groups",
            code if *code == LossCode::DOCUMENT_DROPPED => "documents",
            code if *code == LossCode::DISPLAY_FORMAT_DROPPED => "display formats",
            code if *code == LossCode::SORT_ORDER_DROPPED => Part::SortOrder.name(),
            code if *code == LossCode::KEY_DROPPED => "keys",
            code if *code == LossCode::NOT_READ => "times",
            code if *code == LossCode::LINE_SKIPPED => "lines",
            code if *code == LossCode::CELL_DROPPED => "cells",
            code if *code == LossCode::MISSING_DROPPED => Part::MissingValues.name(),
            _ => "values",
        }
    }
}

/// A count with the noun for what is counted, which gets an s unless the count is 1.
///
/// ```
/// assert_eq!(exporter_core::counted(1, "row"), "1 row");
/// assert_eq!(exporter_core::counted(1_200, "row"), "1,200 rows");
/// ```
pub fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(count))
}

/// Digits in groups of three.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.format.is_empty() {
            write!(f, "{}: ", self.format)?;
        }
        write!(f, "{}", self.code)?;
        match (&self.table, &self.variable) {
            (Some(table), Some(variable)) => write!(f, " {table}.{variable}")?,
            (Some(name), None) | (None, Some(name)) => write!(f, " {name}")?,
            (None, None) => {}
        }
        write!(f, ": {}", self.action)?;
        if self.count != 1 {
            write!(f, " ({})", self.times())?;
        }
        match &self.first {
            Some(Example { row: Some(row), value }) => write!(f, ", first at row {row}: {value:?}"),
            Some(Example { row: None, value }) => write!(f, ", first: {value:?}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn equal_losses_are_counted_and_keep_the_earliest_example() {
        let mut report = LossReport::default();
        for row in [9, 4] {
            report.add(
                Loss::new(LossCode::RANGE, "stored as missing")
                    .table("t")
                    .variable("x")
                    .first(Some(row), "1e300"),
            );
        }
        assert_eq!(report.len(), 1);
        let text = report.iter().next().unwrap().to_string();
        assert_eq!(text, "range t.x: stored as missing (2 values), first at row 4: \"1e300\"");
    }

    #[test]
    fn policies_accept_what_they_say() {
        let less: LossReport = [Loss::new(LossCode::LABEL_DROPPED, "dropped")].into_iter().collect();
        let wrong: LossReport = [Loss::new(LossCode::PRECISION, "rounded").wrong()].into_iter().collect();
        assert!(LossPolicy::Deny.check(&less).is_err());
        assert!(LossPolicy::Report.check(&less).is_ok());
        let error = LossPolicy::Report.check(&wrong).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Loss);
        assert!(error.hint().unwrap().contains("allow=precision"));
        assert!(LossPolicy::Allow(vec![LossCode::PRECISION]).check(&wrong).is_ok());
        assert!(LossPolicy::Allow(vec![LossCode::RANGE]).check(&wrong).is_err());
    }
}
