//! How fast columns become cells: one kind of column at a time, and tables of very many columns; rows thrown away, one
//! thread.

use std::hint::black_box;
use std::io;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, Float64Array, Int8Array, Int32Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use exporter_core::profile::Number;
use exporter_dta::stata::{Conversion, Missing, MissingRule, StorageType};
use exporter_dta::{DtaError, DtaMetadata, DtaVariable, DtaWriter, Release, WriterOptions, strl_bytes};

const ROWS: usize = 65_536;
const COLUMNS: usize = 20;

fn write(metadata: &DtaMetadata, batch: &RecordBatch) -> Result<u64, DtaError> {
    let mut options = WriterOptions::new(Box::new(tempfile::tempfile));
    options.rows = Some(batch.num_rows() as u64);
    let is_strl = |position: &usize| {
        metadata.variables.get(*position).is_some_and(|variable| variable.storage == StorageType::StrL)
    };
    let contents = (0..batch.num_columns()).filter(is_strl);
    options.strl_bytes =
        Some(contents.filter_map(|column| strl_bytes(batch.column(column), metadata.release)).sum());
    let mut writer = DtaWriter::new(io::sink(), metadata.clone(), options)?;
    writer.write(batch)?;
    Ok(writer.finish()?.1.bytes)
}

/// Texts of 0 to `longest` bytes in an order that nobody foresees.
fn texts(longest: usize) -> ArrayRef {
    let letters = "abcdefghijklmnopqrstuvwxyz".repeat(12);
    let text = |row: usize| letters.get(..row.wrapping_mul(0x9E37_79B9) % 65_537 % (longest + 1));
    Arc::new(StringArray::from_iter_values((0..ROWS).filter_map(text)))
}

/// A text of 300 bytes in one row of twenty.
fn rare_texts() -> ArrayRef {
    let long = "x".repeat(300);
    Arc::new(StringArray::from_iter_values(
        (0..ROWS).map(|row| if row % 20 == 0 { long.as_str() } else { "" }),
    ))
}

fn kinds() -> Vec<(&'static str, DtaVariable, ArrayRef)> {
    let variable = |storage| DtaVariable::new("x", storage);
    let rows = || 0..ROWS as i32;
    let null = |i: i32| i % 11 == 0;
    let mut codes = variable(StorageType::Byte);
    codes.missing = [97, 98, 99]
        .into_iter()
        .zip("abc".chars())
        .filter_map(|(code, letter)| {
            let code = Number::Integer(code.into());
            Missing::from_letter(letter).map(|missing| MissingRule::new(code, code, missing))
        })
        .collect();
    let mut moment = variable(StorageType::Double);
    moment.conversion = Conversion::Millis { leap_seconds: false, wall_clock: false };
    vec![
        (
            "byte",
            variable(StorageType::Byte),
            Arc::new(rows().map(|i| (i % 100) as i8).collect::<Int8Array>()),
        ),
        (
            "byte with reasons",
            codes,
            Arc::new(rows().map(|i| (!null(i)).then_some((i % 100) as i8)).collect::<Int8Array>()),
        ),
        (
            "long with nulls",
            variable(StorageType::Long),
            Arc::new(rows().map(|i| (!null(i)).then_some(i)).collect::<Int32Array>()),
        ),
        ("double", variable(StorageType::Double), Arc::new(rows().map(f64::from).collect::<Float64Array>())),
        (
            "moment",
            moment,
            Arc::new(TimestampMicrosecondArray::from_iter_values(rows().map(|i| i64::from(i) * 1_000))),
        ),
        ("str12", variable(StorageType::Str(12)), texts(12)),
        ("str40", variable(StorageType::Str(40)), texts(40)),
        ("str300", variable(StorageType::Str(300)), texts(300)),
        ("strL, one in twenty", variable(StorageType::StrL), rare_texts()),
    ]
}

fn fill(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("fill");
    group.throughput(Throughput::Elements((ROWS * COLUMNS) as u64));
    for (name, variable, array) in kinds() {
        let mut metadata = DtaMetadata::new(Release::V118);
        let numbered = |i| {
            let mut variable = variable.clone();
            variable.name = format!("x{i}");
            variable
        };
        metadata.variables = (0..COLUMNS).map(numbered).collect();
        let columns = (0..COLUMNS).map(|i| (format!("x{i}"), array.clone()));
        let Ok(batch) = RecordBatch::try_from_iter(columns) else { continue };
        group.bench_function(name, |bencher| bencher.iter(|| black_box(write(&metadata, black_box(&batch)))));
    }
    group.finish();
}

/// 1,000 rows of 10,000 variables and more: time by cell must not grow with the variables.
fn wide(criterion: &mut Criterion) {
    const ROWS: i32 = 1_000;
    let mut group = criterion.benchmark_group("wide");
    group.sample_size(10);
    // Each column has values of its own, as in life: together they exceed every cache.
    let codes = || -> ArrayRef {
        Arc::new((0..ROWS).map(|i| (i % 11 > 0).then_some((i % 100) as i8)).collect::<Int8Array>())
    };
    let numbers = || -> ArrayRef { Arc::new((0..ROWS).map(f64::from).collect::<Float64Array>()) };
    for (columns, release) in
        [(10_000, Release::V118), (30_000, Release::V118), (100_000, Release::V119), (119_000, Release::V119)]
    {
        let mut metadata = DtaMetadata::new(release);
        let is_code = |i: usize| i % 5 < 3;
        let storage = |i| if is_code(i) { StorageType::Byte } else { StorageType::Double };
        metadata.variables = (0..columns).map(|i| DtaVariable::new(format!("x{i}"), storage(i))).collect();
        let column = |i| if is_code(i) { codes() } else { numbers() };
        let Ok(batch) = RecordBatch::try_from_iter((0..columns).map(|i| (format!("x{i}"), column(i)))) else {
            continue;
        };
        group.throughput(Throughput::Elements((columns * ROWS as usize) as u64));
        group.bench_function(format!("{columns} variables"), |bencher| {
            bencher.iter(|| black_box(write(&metadata, black_box(&batch))));
        });
    }
    group.finish();
}

criterion_group!(benches, fill, wide);
criterion_main!(benches);
