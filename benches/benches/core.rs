//! Kernels of the core: profile, ordered parallel, names, normalisation.
//!
//! `cargo bench -p exporter-benches --bench core`; rates are in values, items or names per second.

use std::hint::black_box;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, DictionaryArray, Float64Array, Int64Array, RecordBatch, StringArray, StringViewArray,
};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use exporter_core::codebook::{Kind, Value, Variable};
use exporter_core::dataset::normalise;
use exporter_core::names::{NameRules, legal_unique};
use exporter_core::profile::{Facts, StatisticsRequest, profile};
use exporter_core::{Context, MemoryDataset, ProfileRequest, Result, TableId, parallel};

const ROWS: usize = 1 << 20;
const BATCH: usize = 8192;

fn dataset(column: impl Fn(std::ops::Range<usize>) -> ArrayRef) -> MemoryDataset {
    let batches = (0..ROWS / BATCH)
        .map(|number| {
            let rows = number * BATCH..(number + 1) * BATCH;
            RecordBatch::try_from_iter_with_nullable([("x", column(rows), true)]).expect("one column")
        })
        .collect();
    MemoryDataset::from_batches("t", batches).expect("batches of one schema")
}

fn profiles(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("profile");
    group.throughput(Throughput::Elements(ROWS as u64)).sample_size(20);
    let numbers =
        dataset(|rows| Arc::new(Float64Array::from_iter_values(rows.map(|row| (row % 977) as f64))));
    let gaps = dataset(|rows| {
        Arc::new(rows.map(|row| (row % 5 != 0).then_some((row % 977) as f64)).collect::<Float64Array>())
    });
    let whole = dataset(|rows| Arc::new(Int64Array::from_iter_values(rows.map(|row| (row % 977) as i64))));
    let texts = dataset(|rows| {
        Arc::new(StringArray::from_iter_values(rows.map(|row| format!("value {}", row % 977))))
    });
    let bench =
        |group: &mut BenchmarkGroup<WallTime>, name: &str, data: &MemoryDataset, request: ProfileRequest| {
            let context = Context::default().with_threads(1);
            group.bench_function(name, |bencher| {
                bencher.iter(|| profile(data, &request, &context).expect("in memory"))
            });
        };
    for (name, data, facts) in [
        ("float range and integral", &numbers, Facts::RANGE | Facts::INTEGRAL),
        ("float with nulls range and integral", &gaps, Facts::RANGE | Facts::INTEGRAL),
        ("integer range", &whole, Facts::RANGE),
        ("text bytes", &texts, Facts::MAX_BYTES),
    ] {
        let mut request = ProfileRequest::new();
        request.column(TableId(0), 0, facts);
        bench(&mut group, name, data, request);
    }
    let numbered = || (0..20).map(Value::Integer);
    let named = || (0..20).map(|number| Value::Text(format!("value {number}")));
    for (name, data, statistics) in [
        ("float moments", &numbers, StatisticsRequest::new()),
        (
            "integer weighted and counted",
            &whole,
            StatisticsRequest::new().with_weight(0).with_values(numbered()),
        ),
        ("text counted", &texts, StatisticsRequest::new().with_values(named())),
    ] {
        let mut request = ProfileRequest::new();
        request.statistics(TableId(0), 0, statistics);
        bench(&mut group, name, data, request);
    }
    group.finish();
}

/// Some microseconds of work on one item.
fn mix(item: u64) -> u64 {
    (0..4000).fold(item, |mixed, step| mixed.rotate_left(7) ^ step)
}

fn pipelines(criterion: &mut Criterion) {
    const ITEMS: u64 = 2000;
    let mut group = criterion.benchmark_group("pipeline");
    group.throughput(Throughput::Elements(ITEMS)).sample_size(20);
    for threads in [1, 2, 8] {
        group.bench_with_input(BenchmarkId::new("items", threads), &threads, |bencher, threads| {
            bencher.iter(|| {
                let mut sum = 0u64;
                let work = |item: u64, result: &mut u64| -> Result<()> {
                    *result = mix(item);
                    Ok(())
                };
                parallel::ordered(*threads, (0..ITEMS).map(Ok), work, |result| {
                    sum = sum.wrapping_add(*result);
                    Ok(())
                })
                .expect("no step fails");
                black_box(sum)
            });
        });
    }
    group.finish();
}

fn names(criterion: &mut Criterion) {
    let allows = |character: char, position| {
        character == '_' || character.is_alphabetic() || (position > 0 && character.is_ascii_digit())
    };
    let rules =
        NameRules::new(32, 128, &allows, "var").reserved(&|name| name == "if").key(&str::to_lowercase);
    let given: Vec<String> = (0..10_000)
        .map(|number| format!("A rather long question about topic no. {}", number % 500))
        .collect();
    let mut group = criterion.benchmark_group("names");
    group.throughput(Throughput::Elements(given.len() as u64)).sample_size(20);
    group.bench_function("mend and number", |bencher| bencher.iter(|| legal_unique(&given, &rules)));
    group.finish();
}

fn normalisation(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("normalise");
    group.throughput(Throughput::Elements(BATCH as u64)).sample_size(20);
    let texts = || (0..BATCH).map(|row| format!("value {}", row % 300));
    let views: ArrayRef = Arc::new(StringViewArray::from_iter_values(texts()));
    let words: Vec<String> = texts().collect();
    let dictionary: ArrayRef =
        Arc::new(words.iter().map(String::as_str).collect::<DictionaryArray<Int32Type>>());
    let wide: ArrayRef = Arc::new(Int64Array::from_iter_values(0..BATCH as i64));
    let narrow = Kind::Integer { bits: 16, signed: true };
    for (name, kind, column) in [
        ("text view", Kind::Text, &views),
        ("dictionary", Kind::Text, &dictionary),
        ("int64 to int16", narrow, &wide),
        ("as declared", Kind::INTEGER, &wide),
    ] {
        let variable = Variable::new("x", kind);
        group.bench_function(name, |bencher| {
            bencher.iter(|| normalise(&variable, column, 0).expect("it fits"))
        });
    }
    group.finish();
}

criterion_group!(kernels, profiles, pipelines, names, normalisation);
criterion_main!(kernels);
