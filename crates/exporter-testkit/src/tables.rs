//! Proptest strategies for kinds, values and whole datasets: nulls, extremes, unicode, empty tables.

use arrow_array::{RecordBatch, RecordBatchOptions};
use exporter_core::MemoryDataset;
use exporter_core::codebook::{Codebook, Field, Kind, Period, Table, TimeUnit, Variable};
use exporter_core::dataset::arrow_schema;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::{Cell, column_of};

/// Every scalar kind (time zones: none, UTC, one with daylight saving).
pub fn scalar_kinds() -> Vec<Kind> {
    let mut kinds = vec![Kind::Boolean, Kind::Text, Kind::Binary, Kind::Date];
    for bits in [8, 16, 32, 64] {
        kinds.extend([true, false].map(|signed| Kind::Integer { bits, signed }));
    }
    kinds.extend([32, 64].map(|bits| Kind::Float { bits }));
    kinds.extend(
        [(1, 0), (10, 2), (38, 0), (38, 10)].map(|(precision, scale)| Kind::Decimal { precision, scale }),
    );
    kinds.extend([TimeUnit::Microsecond, TimeUnit::Nanosecond].map(Kind::Time));
    for unit in [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond] {
        kinds.push(Kind::Duration(unit));
        kinds.extend(
            [None, Some("UTC"), Some("Europe/Paris")]
                .map(|zone| Kind::DateTime { unit, zone: zone.map(str::to_owned) }),
        );
    }
    kinds
        .extend([Period::Year, Period::Half, Period::Quarter, Period::Month, Period::Week].map(Kind::Period));
    kinds
}

/// Any scalar kind.
pub fn scalar_kind() -> impl Strategy<Value = Kind> {
    proptest::sample::select(scalar_kinds())
}

/// Any kind, nested ones (two levels deep) included.
pub fn kind() -> impl Strategy<Value = Kind> {
    scalar_kind().prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|item| Kind::List(Box::new(item))),
            vec(inner.clone(), 1..4).prop_map(|kinds| {
                let part = |(index, kind)| Field::new(format!("part{index}"), kind);
                Kind::Structure(kinds.into_iter().enumerate().map(part).collect())
            }),
            inner.prop_map(|value| Kind::Map { key: Box::new(Kind::Text), value: Box::new(value) }),
        ]
    })
}

/// Texts: empty, ASCII, quotes and line ends, several scripts, combining marks, characters of four bytes, long ones.
pub fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => Just(String::new()),
        6 => "[ -~]{0,12}",
        4 => "[\",;\t\r\n'\\\\|]{1,6}",
        6 => "[a-zäéßŁж中日한עع]{1,10}",
        2 => "[e\u{301}\u{200b}\u{feff}😀👩🏽‍🔬]{1,5}",
        2 => "(.|\n){0,8}",
        1 => "[a-zé]{200,400}",
    ]
}

fn ranged(low: i128, high: i128) -> BoxedStrategy<Cell> {
    let near = |number: i128| number.clamp(low, high);
    prop_oneof![
        6 => near(-100)..=near(100),
        2 => low..=high,
        1 => proptest::sample::select(vec![low, high, near(0), near(1), near(-1), near(low + 1), near(high - 1)]),
    ]
    .prop_map(Cell::Integer)
    .boxed()
}

fn any_float() -> BoxedStrategy<f64> {
    let special =
        vec![0.0, -0.0, 1.0, 0.1, f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324, 1e15, 9007199254740993.0];
    prop_oneof![
        4 => -1000.0..1000.0f64,
        4 => (-1000..1000i32).prop_map(f64::from),
        2 => proptest::num::f64::NORMAL,
        1 => proptest::sample::select(special),
        1 => proptest::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY]),
    ]
    .boxed()
}

/// Days from 0001-01-01 to 9999-12-31, counted from 1970-01-01.
const DAYS: std::ops::RangeInclusive<i128> = -719_162..=2_932_896;

/// A value of a kind that is not null.
pub fn value(kind: &Kind) -> BoxedStrategy<Cell> {
    match kind {
        Kind::Boolean => any::<bool>().prop_map(Cell::Boolean).boxed(),
        Kind::Integer { bits, signed: true } => {
            let half = 1i128 << (bits - 1);
            ranged(-half, half - 1)
        }
        Kind::Integer { bits, signed: false } => ranged(0, (1i128 << bits) - 1),
        Kind::Float { bits: 32 } => {
            // A float32 column holds float32 values: other values would not survive being stored in it.
            any_float().prop_map(|number| Cell::Float(f64::from(number as f32))).boxed()
        }
        Kind::Float { .. } => any_float().prop_map(Cell::Float).boxed(),
        Kind::Decimal { precision, .. } => {
            let limit = 10i128.pow(u32::from(*precision)) - 1;
            ranged(-limit, limit)
        }
        Kind::Text => text().prop_map(Cell::Text).boxed(),
        Kind::Date => ranged(*DAYS.start(), *DAYS.end()),
        Kind::Time(unit) => ranged(0, 86_400 * i128::from(unit.per_second()) - 1),
        Kind::DateTime { unit, .. } => {
            let second = i128::from(unit.per_second());
            let first = (DAYS.start() * 86_400 * second).max(i128::from(i64::MIN));
            let last = ((DAYS.end() + 1) * 86_400 * second - 1).min(i128::from(i64::MAX));
            // A day inside, so that the reading in any zone stays within the calendar and within 64 bits.
            ranged(first + 86_400 * second, last - 86_400 * second)
        }
        Kind::Duration(_) => ranged(i128::from(i64::MIN), i128::from(i64::MAX)),
        Kind::Period(Period::Year) => ranged(1, 9999),
        Kind::Period(Period::Half) => ranged(-3918, 16_079),
        Kind::Period(Period::Quarter) => ranged(-7836, 32_159),
        Kind::Period(Period::Month) => ranged(-23_508, 96_479),
        Kind::Period(Period::Week) => ranged(-101_868, 418_079),
        Kind::Binary => vec(any::<u8>(), 0..12).prop_map(Cell::Binary).boxed(),
        Kind::List(item) => vec(cell(item), 0..4).prop_map(Cell::List).boxed(),
        Kind::Structure(parts) => {
            parts.iter().map(|part| cell(&part.kind)).collect::<Vec<_>>().prop_map(Cell::Structure).boxed()
        }
        Kind::Map { key, value } => {
            let pairs = vec((self::value(key), cell(value)), 0..3);
            pairs
                .prop_map(|mut pairs| {
                    // A key occurs once in a map.
                    let mut seen: Vec<Cell> = Vec::new();
                    pairs.retain(|(key, _)| {
                        let fresh = !seen.contains(key);
                        seen.push(key.clone());
                        fresh
                    });
                    Cell::Map(pairs)
                })
                .boxed()
        }
        other => panic!("the kind {other} has no strategy"),
    }
}

/// A value of a kind, one in five null.
pub fn cell(kind: &Kind) -> BoxedStrategy<Cell> {
    prop_oneof![4 => value(kind), 1 => Just(Cell::Null)].boxed()
}

/// This many cells of a kind: mixed, without nulls or only nulls.
pub fn cells(kind: &Kind, rows: usize) -> BoxedStrategy<Vec<Cell>> {
    prop_oneof![
        6 => vec(cell(kind), rows),
        3 => vec(value(kind), rows),
        1 => Just(vec![Cell::Null; rows]),
    ]
    .boxed()
}

/// A table of scalar variables: its description and its columns.
fn table(name: &'static str, kinds: BoxedStrategy<Kind>) -> BoxedStrategy<(Table, RecordBatch)> {
    (vec(kinds, 1..8), prop_oneof![1 => Just(0usize), 6 => 1..40usize])
        .prop_flat_map(|(kinds, rows)| {
            let columns: Vec<_> = kinds.iter().map(|kind| cells(kind, rows)).collect();
            (Just(kinds), Just(rows), columns)
        })
        .prop_map(move |(kinds, rows, columns)| {
            let variables: Vec<Variable> = kinds
                .iter()
                .enumerate()
                .map(|(index, kind)| Variable::new(format!("v{index}"), kind.clone()))
                .collect();
            let arrays = kinds.iter().zip(&columns).map(|(kind, cells)| column_of(kind, cells)).collect();
            let table = Table::new(name, variables);
            let all: Vec<usize> = (0..kinds.len()).collect();
            let options = RecordBatchOptions::new().with_row_count(Some(rows));
            let batch = RecordBatch::try_new_with_options(arrow_schema(&table, &all), arrays, &options)
                .expect("columns of the schema's types and one length");
            (table, batch)
        })
        .boxed()
}

/// A study of one table whose variables are of these kinds, with up to 40 rows cut into batches anyhow.
pub fn dataset_of(kinds: impl Strategy<Value = Kind> + 'static) -> BoxedStrategy<MemoryDataset> {
    (table("t", kinds.boxed()), vec(1..20usize, 0..4))
        .prop_map(|((table, batch), cuts)| {
            let mut batches = Vec::new();
            let mut start = 0;
            for rows in cuts.into_iter().chain([usize::MAX]) {
                let rows = rows.min(batch.num_rows() - start);
                batches.push(batch.slice(start, rows));
                start += rows;
            }
            MemoryDataset::new(Codebook::new("generated").with_table(table), vec![batches])
                .expect("the batches match the codebook")
        })
        .boxed()
}

/// A study of one table of scalar variables.
pub fn dataset() -> BoxedStrategy<MemoryDataset> {
    dataset_of(scalar_kind())
}

/// A study of one table, nested kinds included.
pub fn nested_dataset() -> BoxedStrategy<MemoryDataset> {
    dataset_of(kind())
}
