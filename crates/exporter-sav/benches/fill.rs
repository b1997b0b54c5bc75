//! How fast columns become cases: one kind of column at a time, coded and plain, and tables of very many columns; cases
//! thrown away, one thread.

use std::hint::black_box;
use std::io;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, Float64Array, Int8Array, Int32Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use exporter_sav::spss::{Conversion, Format};
use exporter_sav::{Compression, SavError, SavMetadata, SavVariable, SavWriter, Storing, WriterOptions};

const ROWS: usize = 65_536;
const COLUMNS: usize = 20;

fn write(
    metadata: &SavMetadata,
    storing: &Storing,
    batch: &RecordBatch,
    compression: Compression,
) -> Result<u64, SavError> {
    let mut options = WriterOptions::new(Box::new(tempfile::tempfile));
    options.cases = Some(batch.num_rows() as u64);
    options.compression = compression;
    let storing = vec![storing.clone(); metadata.variables.len()];
    let mut writer = SavWriter::new(io::sink(), metadata.clone(), storing, options)?;
    writer.write(batch)?;
    Ok(writer.finish()?.1.bytes)
}

/// Texts of 0 to `longest` bytes in an order that nobody foresees.
fn texts(longest: usize) -> ArrayRef {
    let letters = "abcdefghijklmnopqrstuvwxyz".repeat(12);
    let text = |row: usize| letters.get(..row.wrapping_mul(0x9E37_79B9) % 65_537 % (longest + 1));
    Arc::new(StringArray::from_iter_values((0..ROWS).filter_map(text)))
}

fn number() -> SavVariable {
    SavVariable::number("x", Format::number())
}

fn kinds() -> Vec<(&'static str, SavVariable, Storing, ArrayRef)> {
    let rows = || 0..ROWS as i32;
    let null = |i: i32| i % 11 == 0;
    let moment = Storing::new(Conversion::Seconds { wall_clock: false });
    let plain = Storing::default;
    let small: ArrayRef =
        Arc::new(rows().map(|i| (!null(i)).then_some((i % 100) as i8)).collect::<Int8Array>());
    let large: ArrayRef = Arc::new(rows().map(|i| (!null(i)).then_some(i)).collect::<Int32Array>());
    let mixed: ArrayRef =
        Arc::new(rows().map(|i| i.wrapping_mul(1_103_515_245) >> 16 & 255).collect::<Int32Array>());
    let doubles: ArrayRef = Arc::new(rows().map(|i| f64::from(i) + 0.5).collect::<Float64Array>());
    let moments: ArrayRef =
        Arc::new(TimestampMicrosecondArray::from_iter_values(rows().map(|i| i64::from(i) * 1_000)));
    vec![
        ("small", number(), plain(), small),
        ("large", number(), plain(), large),
        ("small and large", number(), plain(), mixed),
        ("double", number(), plain(), doubles),
        ("moment", number(), moment, moments),
        ("A8", SavVariable::text("x", 8), plain(), texts(8)),
        ("A12", SavVariable::text("x", 12), plain(), texts(12)),
        ("A40", SavVariable::text("x", 40), plain(), texts(40)),
        ("A40 of which 8 are used", SavVariable::text("x", 40), plain(), texts(8)),
        ("A300", SavVariable::text("x", 300), plain(), texts(300)),
        ("A2000 of which 40 are used", SavVariable::text("x", 2_000), plain(), texts(40)),
    ]
}

fn fill(criterion: &mut Criterion) {
    for (form, compression) in [("bytecode", Compression::Bytecode), ("plain", Compression::None)] {
        let mut group = criterion.benchmark_group(form);
        group.throughput(Throughput::Elements((ROWS * COLUMNS) as u64));
        for (name, variable, storing, array) in kinds() {
            let mut metadata = SavMetadata::new();
            let numbered = |i| {
                let mut variable = variable.clone();
                variable.name = format!("x{i}");
                variable
            };
            metadata.variables = (0..COLUMNS).map(numbered).collect();
            let columns = (0..COLUMNS).map(|i| (format!("x{i}"), array.clone()));
            let Ok(batch) = RecordBatch::try_from_iter(columns) else { continue };
            group.bench_function(name, |bencher| {
                bencher.iter(|| black_box(write(&metadata, &storing, black_box(&batch), compression)));
            });
        }
        group.finish();
    }
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
    for columns in [10_000, 20_000, 100_000] {
        let mut metadata = SavMetadata::new();
        metadata.variables =
            (0..columns).map(|i| SavVariable::number(format!("x{i}"), Format::number())).collect();
        let column = |i| if i % 5 < 3 { codes() } else { numbers() };
        let Ok(batch) = RecordBatch::try_from_iter((0..columns).map(|i| (format!("x{i}"), column(i)))) else {
            continue;
        };
        group.throughput(Throughput::Elements((columns * ROWS as usize) as u64));
        group.bench_function(format!("{columns} variables"), |bencher| {
            bencher.iter(|| {
                black_box(write(&metadata, &Storing::default(), black_box(&batch), Compression::Bytecode))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, fill, wide);
criterion_main!(benches);
