//! Moments of valid values and counts of listed values, batch by batch.

use std::borrow::Borrow;

use arrow_array::ArrayRef;
use arrow_array::cast::AsArray;
use arrow_schema::DataType;

use super::super::{Moments, Number, Statistics, StatisticsRequest, ValueCount};
use super::outside::column_numbers;
use crate::codebook::{MissingValues, Table, Value};
use crate::error::Result;
use crate::missing::{Span, span};

/// Rows over which values are summed before the sums are joined; part of the result's definition.
pub(super) const ROWS: usize = 8192;

/// Statistics of a column that are to be computed.
pub(super) struct OpenStatistics {
    pub(super) column: usize,
    pub(super) request: StatisticsRequest,
    missing: Vec<Span>,
    missing_weights: Vec<Span>,
    /// Listed numbers and texts, sorted, with their positions in the request.
    numbers: Vec<(Number, usize)>,
    texts: Vec<(String, usize)>,
}

impl OpenStatistics {
    pub(super) fn of(table: &Table, column: usize, request: &StatisticsRequest) -> Self {
        let listed = || request.values.iter().enumerate();
        let number = |(place, value): (usize, &Value)| {
            let kind = &table.variables.get(column)?.kind;
            Some((span(&MissingValues::One(value.clone()), kind)?.low, place))
        };
        let mut numbers: Vec<(Number, usize)> = listed().filter_map(number).collect();
        numbers.sort_by(|one, other| one.0.as_f64().total_cmp(&other.0.as_f64()));
        let text = |(place, value): (usize, &Value)| Some((value.as_text()?.to_owned(), place));
        let mut texts: Vec<(String, usize)> = listed().filter_map(text).collect();
        texts.sort();
        let missing = super::declared(table, column);
        let missing_weights = request.weight.map(|weight| super::declared(table, weight)).unwrap_or_default();
        Self { column, request: request.clone(), missing, missing_weights, numbers, texts }
    }

    /// Statistics of no rows.
    pub(super) fn none(&self) -> Statistics {
        let counts = vec![ValueCount::default(); self.request.values.len()];
        Statistics { request: self.request.clone(), counts, ..Statistics::default() }
    }

    /// Statistics of one batch.
    pub(super) fn look_at(&self, column: &ArrayRef, weights: Option<&ArrayRef>) -> Result<Statistics> {
        let mut found = self.none();
        let weights = weights.map(|weights| self.weights(weights)).transpose()?.unwrap_or_default();
        let weight = |row: usize| weights.get(row).copied().flatten();
        for (row, text) in column.as_string_opt::<i32>().into_iter().flatten().enumerate() {
            let places = text.map(|text| places(&self.texts, text));
            found.add(places.into_iter().flatten(), weight(row));
        }
        let (mut valid, mut weighted) = (Vec::new(), Vec::new());
        for (row, number) in column_numbers(column)?.into_iter().enumerate() {
            let Some(number) = number else { continue };
            found.add(places(&self.numbers, &number), weight(row));
            if !self.missing.iter().any(|span| span.contains(number)) {
                valid.push((number.as_f64(), 1.0));
                weighted.extend(weight(row).map(|weight| (number.as_f64(), weight)));
            }
        }
        (found.moments, found.weighted) = (Moments::of(&valid), Moments::of(&weighted));
        Ok(found)
    }

    /// The weight of each row; none where the row does not count.
    fn weights(&self, column: &ArrayRef) -> Result<Vec<Option<f64>>> {
        let unit = match column.data_type() {
            DataType::Decimal128(_, scale) => 10f64.powi(i32::from(*scale)),
            _ => 1.0,
        };
        let valid = |number: &Number| !self.missing_weights.iter().any(|span| span.contains(*number));
        let weight = |number: Option<Number>| Some(number.filter(valid)?.as_f64() / unit);
        let counts = |weight: &f64| *weight > 0.0 && weight.is_finite();
        Ok(column_numbers(column)?.into_iter().map(|number| weight(number).filter(counts)).collect())
    }
}

/// Positions of a value in the request.
fn places<K: Borrow<Q>, Q: PartialOrd + ?Sized>(
    listed: &[(K, usize)],
    value: &Q,
) -> impl Iterator<Item = usize> {
    let first = listed.partition_point(|(listed, _)| listed.borrow() < value);
    let same = listed.iter().skip(first).take_while(move |(listed, _)| listed.borrow() == value);
    same.map(|(_, place)| *place)
}

impl Statistics {
    /// Counts a row for the listed values at these positions.
    fn add(&mut self, places: impl Iterator<Item = usize>, weight: Option<f64>) {
        for place in places {
            if let Some(count) = self.counts.get_mut(place) {
                count.count += 1;
                count.weight += weight.unwrap_or(0.0);
            }
        }
    }

    /// Adds those of the rows that follow.
    pub(super) fn join(&mut self, next: &Statistics) {
        self.moments = self.moments.join(next.moments);
        self.weighted = self.weighted.join(next.weighted);
        for (count, next) in self.counts.iter_mut().zip(&next.counts) {
            count.count += next.count;
            count.weight += next.weight;
        }
    }
}
