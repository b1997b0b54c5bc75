//! How fast columns become cells: one kind of column at a time, rows thrown away, one thread.

use std::hint::black_box;
use std::io;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, Float64Array, Int8Array, Int32Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use exporter_dta::metadata::{Code, Conversion, DtaMetadata, DtaVariable, MissingRule};
use exporter_dta::missing::Missing;
use exporter_dta::writer::{DtaWriter, WriterOptions};
use exporter_dta::{DtaError, Release, StorageType};

const ROWS: usize = 65_536;
const COLUMNS: usize = 20;

fn write(metadata: &DtaMetadata, batch: &RecordBatch) -> Result<u64, DtaError> {
    let mut options = WriterOptions::new(Box::new(tempfile::tempfile));
    options.rows = Some(ROWS as u64);
    let mut writer = DtaWriter::new(io::sink(), metadata.clone(), options)?;
    writer.write(batch)?;
    Ok(writer.finish()?.1.bytes)
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
            let code = Code::Integer(code);
            Missing::from_letter(letter).map(|missing| MissingRule { low: code, high: code, missing })
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
        (
            "str12",
            variable(StorageType::Str(12)),
            Arc::new(StringArray::from_iter_values(
                rows().map(|i| "abcdefghijkl".split_at(i as usize % 13).0),
            )),
        ),
    ]
}

fn fill(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("fill");
    group.throughput(Throughput::Elements((ROWS * COLUMNS) as u64));
    for (name, variable, array) in kinds() {
        let mut metadata = DtaMetadata::new(Release::V118);
        let numbered = |i| DtaVariable { name: format!("x{i}"), ..variable.clone() };
        metadata.variables = (0..COLUMNS).map(numbered).collect();
        let columns = (0..COLUMNS).map(|i| (format!("x{i}"), array.clone()));
        let Ok(batch) = RecordBatch::try_from_iter(columns) else { continue };
        group.bench_function(name, |bencher| bencher.iter(|| black_box(write(&metadata, black_box(&batch)))));
    }
    group.finish();
}

criterion_group!(benches, fill);
criterion_main!(benches);
