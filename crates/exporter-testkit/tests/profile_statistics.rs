//! Moments of valid values and counts of listed values, with and without weights, agree with a naive reading.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int32Array, RecordBatch, StringArray,
};
use exporter_core::codebook::{Codebook, Kind, Missing, Table, Value, Variable};
use exporter_core::dataset::arrow_schema;
use exporter_core::profile::{Facts, Moments, Statistics, StatisticsRequest, profile};
use exporter_core::{Dataset, MemoryDataset, ProfileRequest, TableId};
use exporter_testkit::{GeneratedDataset, Watched, conformance};
use proptest::prelude::*;

fn dataset(columns: Vec<(Variable, ArrayRef)>) -> MemoryDataset {
    let (variables, columns): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
    let all: Vec<usize> = (0..variables.len()).collect();
    let table = Table::new("t", variables);
    let batch = RecordBatch::try_new(arrow_schema(&table, &all), columns).unwrap();
    MemoryDataset::new(Codebook::new("s").with_table(table), vec![vec![batch]]).unwrap()
}

fn statistics(data: &dyn Dataset, column: usize, request: &StatisticsRequest, threads: usize) -> Statistics {
    let mut wanted = ProfileRequest::new();
    wanted.statistics(TableId(0), column, request.clone());
    let context = conformance::context().with_threads(threads);
    let profile = profile(data, &wanted, &context).unwrap();
    profile.statistics(TableId(0), column, request).unwrap().clone()
}

/// Count, sum of weights, mean and squared deviations.
#[track_caller]
fn assert_moments(found: Moments, (count, weight, mean, squares): (u64, f64, f64, f64)) {
    let near = |got: f64, wanted: f64| (got - wanted).abs() <= 1e-9 * (1.0 + wanted.abs());
    let same = near(found.weight, weight) && near(found.mean, mean) && near(found.squares, squares);
    assert!(found.count == count && same, "{found:?}, expected {count} {weight} {mean} {squares}");
}

#[track_caller]
fn assert_counts(found: &Statistics, wanted: &[(u64, f64)]) {
    let counts: Vec<(u64, f64)> = found.counts.iter().map(|count| (count.count, count.weight)).collect();
    assert_eq!(counts, wanted);
}

/// Seven rows: an answer with a declared missing value, a weight with another, texts, truth values and dates.
fn survey() -> MemoryDataset {
    let answer = Variable::new("answer", Kind::Integer { bits: 32, signed: true });
    let answer = answer.with_missing(Missing::range(None, Some((-1).into())));
    let weight = Variable::new("weight", Kind::FLOAT).with_missing(Missing::value(99.0));
    let price = Variable::new("price", Kind::Decimal { precision: 5, scale: 1 });
    let day = Variable::new("day", Kind::Date).with_missing(Missing::value("1970-01-03"));
    let floats = [Some(0.5), Some(1.5), None, Some(2.0), Some(99.0), Some(4.0), Some(0.0)];
    let prices = Decimal128Array::from(vec![5, 15, 0, 20, 0, 40, 0]);
    dataset(vec![
        (
            answer,
            Arc::new(Int32Array::from(vec![Some(1), Some(2), Some(2), Some(4), Some(2), Some(-9), None])),
        ),
        (weight, Arc::new(Float64Array::from(floats.to_vec()))),
        (
            Variable::new("word", Kind::Text),
            Arc::new(StringArray::from(vec![
                Some("no"),
                Some("yes"),
                None,
                Some("yes"),
                Some("no"),
                Some(""),
                Some("-9"),
            ])),
        ),
        (
            Variable::new("truth", Kind::Boolean),
            Arc::new(BooleanArray::from(vec![true, true, false, true, false, false, true])),
        ),
        (price, Arc::new(prices.with_precision_and_scale(5, 1).unwrap())),
        (day, Arc::new(Date32Array::from(vec![0, 1, 2, 2, 3, 4, 0]))),
    ])
}

#[test]
fn declared_missing_values_are_left_out_and_weights_count_where_they_are_valid() {
    let data = survey();
    let labelled = [1, 2, 3, -9].map(Value::Integer);
    let request = StatisticsRequest::new().with_weight(1).with_values(labelled);
    let found = statistics(&data, 0, &request, 1);
    // 1, 2, 2, 4, 2.
    assert_moments(found.moments, (5, 5.0, 2.2, 4.8));
    // 1 × 0.5, 2 × 1.5, 4 × 2; the other rows have no weight.
    assert_moments(found.weighted, (3, 4.0, 2.875, 0.5 * 3.515_625 + 1.5 * 0.765_625 + 2.0 * 1.265_625));
    assert_counts(&found, &[(1, 0.5), (3, 1.5), (0, 0.0), (1, 4.0)]);
    // numpy: std([1, 2, 2, 4, 2], ddof=1).
    assert!((found.moments.deviation().unwrap() - 1.095_445_115_010_332).abs() < 1e-12);
    // A decimal weighs what it says, not its digits; rows 3, 5 and 7 have none.
    let request = StatisticsRequest::new().with_weight(4);
    assert_moments(statistics(&data, 0, &request, 1).weighted, (3, 4.0, 2.875, 5.4375));
}

#[test]
fn values_of_every_kind_are_counted() {
    let data = survey();
    let request = StatisticsRequest::new().with_values(["yes", "no", "", "maybe"].map(Value::from));
    let words = statistics(&data, 2, &request, 1);
    assert_counts(&words, &[(2, 0.0), (2, 0.0), (1, 0.0), (0, 0.0)]);
    assert_eq!((words.moments, words.weighted), (Moments::default(), Moments::default()));
    // A number is no text, and of one value listed twice each entry is told.
    let request = StatisticsRequest::new().with_values([Value::Integer(-9), "-9".into(), "-9".into()]);
    assert_counts(&statistics(&data, 2, &request, 1), &[(0, 0.0), (1, 0.0), (1, 0.0)]);
    let request = StatisticsRequest::new().with_weight(1).with_values([false, true].map(Value::from));
    let truths = statistics(&data, 3, &request, 1);
    assert_counts(&truths, &[(3, 4.0), (4, 4.0)]);
    assert_moments(truths.moments, (7, 7.0, 4.0 / 7.0, 12.0 / 7.0));
    let request =
        StatisticsRequest::new().with_values(["1970-01-01", "1970-01-03", "no day"].map(Value::from));
    let days = statistics(&data, 5, &request, 1);
    assert_counts(&days, &[(2, 0.0), (2, 0.0), (0, 0.0)]);
    assert_moments(days.moments, (5, 5.0, 1.6, 13.2));
    let request =
        StatisticsRequest::new().with_values([Value::Float(1.5), Value::Integer(4), Value::Float(4.0)]);
    assert_counts(&statistics(&data, 4, &request, 1), &[(1, 0.0), (1, 0.0), (1, 0.0)]);
    assert_counts(&statistics(&data, 1, &request, 1), &[(1, 0.0), (1, 0.0), (1, 0.0)]);
}

#[test]
fn statistics_come_from_the_one_scan_with_all_other_facts() {
    let data = survey();
    let plain = StatisticsRequest::new();
    let weighted = StatisticsRequest::new().with_weight(1).with_values([Value::Integer(2)]);
    let mut wanted = ProfileRequest::new();
    wanted.column(TableId(0), 0, Facts::ALL).statistics(TableId(0), 0, plain.clone());
    let mut other = ProfileRequest::new();
    other.statistics(TableId(0), 0, weighted.clone()).statistics(TableId(0), 0, plain.clone());
    wanted.merge(other);
    let profile = profile(&data, &wanted, &conformance::context()).unwrap();
    assert_eq!(profile.table(TableId(0)).unwrap().statistics[&0].len(), 2);
    assert_eq!(profile.statistics(TableId(0), 0, &plain), Some(&statistics(&data, 0, &plain, 1)));
    assert_eq!(profile.statistics(TableId(0), 0, &weighted), Some(&statistics(&data, 0, &weighted, 1)));
    assert_eq!(profile.statistics(TableId(0), 1, &plain), None);
    assert_eq!(profile.column(TableId(0), 0).unwrap().nulls, Some(1));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: exporter_testkit::soaked(200), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn statistics_are_those_of_a_reading_row_by_row(
        rows in prop::collection::vec(
            (prop::option::weighted(0.9, 0..9i32), prop::option::weighted(0.9, -1..4i32)), 0..40
        ),
    ) {
        let weight = |weight: Option<i32>| weight.map(|weight| f64::from(weight) / 2.0);
        let answer = Variable::new("x", Kind::Integer { bits: 32, signed: true }).with_missing(Missing::value(8));
        let data = dataset(vec![
            (answer, Arc::new(rows.iter().map(|row| row.0).collect::<Int32Array>())),
            (Variable::new("w", Kind::FLOAT), Arc::new(rows.iter().map(|row| weight(row.1)).collect::<Float64Array>())),
        ]);
        let naive = |weight: &dyn Fn(Option<i32>) -> Option<f64>| {
            let valid = rows.iter().filter_map(|row| Some((f64::from(row.0.filter(|x| *x != 8)?), weight(row.1)?)));
            let valid: Vec<(f64, f64)> = valid.collect();
            let sum: f64 = valid.iter().map(|row| row.1).sum();
            let mean = valid.iter().map(|row| row.0 * row.1).sum::<f64>() / if sum == 0.0 { 1.0 } else { sum };
            let squares = valid.iter().map(|row| row.1 * (row.0 - mean).powi(2)).sum();
            (valid.len() as u64, sum, mean, squares)
        };
        let request = StatisticsRequest::new().with_weight(1).with_values((0..9).map(Value::Integer));
        for (threads, cut) in [(1, 64), (2, 3), (8, 7)] {
            let found = statistics(&Watched::new(&data).recut(cut), 0, &request, threads);
            assert_moments(found.moments, naive(&|_| Some(1.0)));
            assert_moments(found.weighted, naive(&|w| weight(w).filter(|weight| *weight > 0.0)));
            for (value, count) in (0..9).zip(&found.counts) {
                let held = || rows.iter().filter(|row| row.0 == Some(value));
                let weights: f64 = held().filter_map(|row| weight(row.1)).filter(|weight| *weight > 0.0).sum();
                prop_assert_eq!((count.count, count.weight), (held().count() as u64, weights));
            }
        }
    }
}

#[test]
fn moments_of_many_rows_are_the_same_to_the_last_bit() {
    let data = GeneratedDataset::new(60_000);
    let request = StatisticsRequest::new().with_weight(0);
    let reference = statistics(&data, 0, &request, 1);
    for (threads, rows) in [(1, 60_000), (2, 1000), (8, 8192), (4, 37)] {
        let found = statistics(&Watched::new(&data).recut(rows), 0, &request, threads);
        assert_eq!(found, reference, "{threads} threads, {rows} rows");
    }
    // Of 1 to n the mean is (n + 1) / 2, weighted by itself (2n + 1) / 3.
    assert!((reference.moments.mean - 30_000.5).abs() < 1e-6, "{reference:?}");
    assert!((reference.weighted.mean - 120_001.0 / 3.0).abs() < 1e-6, "{reference:?}");
    assert!((reference.moments.deviation().unwrap() - 17_320.652_4).abs() < 1e-3, "{reference:?}");
}
