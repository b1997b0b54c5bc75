//! What one pass over the rows finds about numbers.

use std::collections::BTreeMap;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array as _, Float64Array};
use arrow_schema::DataType;
use exporter_core::codebook::Period;
use exporter_core::doubles;
use exporter_rows::holds;

use crate::dataset::delivery::bytes_of;
use crate::error::SavError;
use crate::reader::{SavReader, Selection};
use crate::spec::{DAY, UNIX_EPOCH};

/// What is known of the numbers of a variable.
#[derive(Clone, Debug)]
pub(super) struct NumberFacts {
    /// System-missing cells.
    pub(super) nulls: u64,
    /// Smallest and largest number; none where all are missing.
    pub(super) range: Option<(f64, f64)>,
    /// Whether all are whole numbers.
    pub(super) whole: bool,
    /// Whether all are whole days.
    pub(super) days: bool,
    /// Whether all are the doubles nearest to milliseconds.
    pub(super) millis: bool,
    /// Whether all are the doubles nearest to microseconds.
    pub(super) micros: bool,
    /// Whether all are the first second of a period, where the format is one of periods.
    pub(super) periods: bool,
    /// Whether some are in [`Looked::range`] that is none of its numbers.
    pub(super) in_range: bool,
    /// Whether all are of the recorded type, where only the values tell.
    pub(super) claim: bool,
}

impl Default for NumberFacts {
    fn default() -> Self {
        let (nulls, range, in_range) = Default::default();
        Self {
            nulls,
            range,
            in_range,
            whole: true,
            days: true,
            millis: true,
            micros: true,
            periods: true,
            claim: true,
        }
    }
}

/// A variable to look at.
pub(super) struct Looked {
    /// Position in the file.
    pub(super) variable: usize,
    /// The periods that its format shows.
    pub(super) period: Option<Period>,
    /// Numbers that stand for reasons of missing values.
    pub(super) codes: Vec<f64>,
    /// The range that the file declares missing, and the numbers which it declares so.
    pub(super) range: Option<((f64, f64), Vec<f64>)>,
    /// The type that was recorded, where only the values tell whether they are of it.
    pub(super) claim: Option<DataType>,
}

/// What a pass found, and the number of rows.
pub(super) struct Seen {
    pub(super) rows: u64,
    pub(super) variables: BTreeMap<usize, NumberFacts>,
}

/// Looks at these variables in one pass. An error comes with the number of rows that are complete.
pub(super) fn look(
    reader: &SavReader,
    looked: &[Looked],
    threads: usize,
) -> std::result::Result<Seen, (SavError, u64)> {
    let mut facts: Vec<NumberFacts> = vec![NumberFacts::default(); looked.len()];
    let mut rows = 0;
    let selection = Selection {
        columns: Some(looked.iter().map(|looked| looked.variable).collect()),
        ..Selection::default()
    };
    for batch in reader.batches(&selection, threads).map_err(|error| (error, 0))? {
        let batch = batch.map_err(|error| (error, rows))?;
        rows += batch.num_rows() as u64;
        for ((facts, looked), column) in facts.iter_mut().zip(looked).zip(batch.columns()) {
            if let Some(numbers) = column.as_primitive_opt::<Float64Type>() {
                facts.add(numbers, looked);
            }
            if let Some(claim) = &looked.claim
                && facts.claim
            {
                facts.claim = match (claim, column.as_string_opt::<i32>()) {
                    (DataType::Binary, Some(texts)) => {
                        texts.iter().flatten().all(|text| bytes_of(text).is_some())
                    }
                    _ => holds(column, claim, 0),
                };
            }
        }
    }
    let variables = looked.iter().map(|looked| looked.variable).zip(facts).collect();
    Ok(Seen { rows, variables })
}

impl NumberFacts {
    fn add(&mut self, numbers: &Float64Array, looked: &Looked) {
        if let Some(((low, high), declared)) = looked.range.as_ref().filter(|_| !self.in_range) {
            let is_other = |number: f64| *low <= number && number <= *high && !declared.contains(&number);
            self.in_range = numbers.iter().flatten().any(is_other);
        }
        self.nulls += numbers.null_count() as u64;
        if numbers.null_count() == 0 && looked.codes.is_empty() {
            numbers.values().iter().for_each(|number| self.look(*number, looked.period));
            return;
        }
        for number in numbers.iter().flatten() {
            if looked.codes.contains(&number) {
                self.nulls += 1;
            } else {
                self.look(number, looked.period);
            }
        }
    }

    /// Adds a number that rows or declarations have.
    #[inline]
    pub(super) fn look(&mut self, number: f64, period: Option<Period>) {
        let (low, high) = self.range.unwrap_or((number, number));
        self.range = Some((low.min(number), high.max(number)));
        if self.whole && !is_whole(number) {
            self.whole = false;
            self.days = false;
        }
        if self.days {
            let days = number / DAY;
            self.days = is_whole(days) && days * DAY == number;
        }
        if !self.whole {
            self.millis = self.millis && is_tick(number, 1e3);
            self.micros = self.micros && is_tick(number, 1e6);
        }
        if let Some(period) = period {
            self.periods = self.periods && self.days && starts(period, number);
        }
    }

    /// Adds what others have found.
    pub(super) fn join(&mut self, other: &Self) {
        self.range = match (self.range, other.range) {
            (Some((low, high)), Some(next)) => Some((low.min(next.0), high.max(next.1))),
            (one, other) => one.or(other),
        };
        self.whole &= other.whole;
        self.days &= other.days;
        self.millis &= other.millis;
        self.micros &= other.micros;
        self.periods &= other.periods;
    }
}

/// Whether a number is whole, as all are that have no bits for parts of one.
#[inline]
fn is_whole(number: f64) -> bool {
    number as i64 as f64 == number || number.abs() >= doubles::EXACT as f64
}

/// Whether a number of seconds is the double nearest to a whole number of parts of a second.
fn is_tick(seconds: f64, per_second: f64) -> bool {
    let whole = seconds.floor();
    whole + ((seconds - whole) * per_second).round() / per_second == seconds
}

/// Whether a number is the first second of a period.
fn starts(period: Period, seconds: f64) -> bool {
    let day = (seconds - UNIX_EPOCH) / DAY;
    let of_day = || period.of_day(day as i64).and_then(|count| period.first_day(count));
    day.abs() < 1e8 && of_day() == Some(day as i64)
}
