//! Arrow files and streams give the same rows, and the same error, on any number of threads.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, DictionaryArray, Int16Array, Int64Array, RecordBatch, StringArray};
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use exporter_core::{Context, Scan, Source, TableId};
use serde_json::Value as Json;

use crate::support::registry;

/// A batch of a number, a text and a text of a dictionary.
fn batch(rows: std::ops::Range<i64>, dictionary: &[&str]) -> RecordBatch {
    let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(rows.clone()));
    let texts = rows.clone().map(|row| (row % 5 > 0).then(|| format!("row {row}, é")));
    let keys = rows.map(|row| (row % 3 > 0).then_some((row % dictionary.len() as i64) as i16));
    let coded =
        DictionaryArray::new(Int16Array::from_iter(keys), Arc::new(StringArray::from(dictionary.to_vec())));
    let texts: ArrayRef = Arc::new(StringArray::from_iter(texts));
    RecordBatch::try_from_iter_with_nullable([
        ("number", numbers, true),
        ("text", texts, true),
        ("coded", Arc::new(coded) as ArrayRef, true),
    ])
    .unwrap()
}

fn stream(batches: &[RecordBatch], compression: Option<CompressionType>) -> Vec<u8> {
    let options = IpcWriteOptions::default().try_with_compression(compression).unwrap();
    let mut bytes = Vec::new();
    let mut writer = StreamWriter::try_new_with_options(&mut bytes, &batches[0].schema(), options).unwrap();
    batches.iter().for_each(|batch| writer.write(batch).unwrap());
    writer.finish().unwrap();
    bytes
}

fn file(batches: &[RecordBatch]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = FileWriter::try_new(&mut bytes, &batches[0].schema()).unwrap();
    batches.iter().for_each(|batch| writer.write(batch).unwrap());
    writer.finish().unwrap();
    bytes
}

/// The rows as one batch, or what is wrong with them.
fn read(bytes: &[u8], threads: usize, scan: &Scan) -> Result<RecordBatch, String> {
    let context = Context::default().with_threads(threads);
    let data = registry().open(&Source::memory("x", bytes.to_vec()), Json::Null, &context).unwrap();
    let batches = context.scan(&*data, TableId(0), scan).unwrap();
    let schema = batches.schema().clone();
    let batches = batches.collect::<exporter_core::Result<Vec<_>>>().map_err(|error| error.to_string())?;
    Ok(arrow_select::concat::concat_batches(&schema, &batches).unwrap())
}

#[test]
fn the_rows_are_those_of_one_thread() {
    let parts = |dictionaries: &[&[&str]]| -> Vec<RecordBatch> {
        let part =
            |part: i64| batch(part * 700..(part + 1) * 700, dictionaries[part as usize % dictionaries.len()]);
        (0..9).map(part).collect()
    };
    let (one, two): (&[&str], &[&str]) = (&["a", "b"], &["b", "c", "d"]);
    let mut late = parts(&[one]);
    late.extend(parts(&[two]));
    let files = [
        file(&parts(&[one])),
        stream(&parts(&[one]), Some(CompressionType::ZSTD)),
        // Dictionaries that are replaced before every batch, and once in the middle.
        stream(&parts(&[one, two]), None),
        stream(&late, Some(CompressionType::LZ4_FRAME)),
        // A batch that is too large to be read ahead, small as it is in the file.
        stream(
            &[batch(0..100, one), numbers(6_000_000), batch(100..200, one), batch(200..300, one)],
            Some(CompressionType::ZSTD),
        ),
    ];
    for (number, bytes) in files.iter().enumerate() {
        for scan in [Scan::all(), Scan::all().columns([2, 0]), Scan::all().columns([1]).limit(900)] {
            let expected = read(bytes, 1, &scan).unwrap();
            assert!(read(bytes, 3, &scan).unwrap() == expected, "{number} {scan:?}");
        }
    }
    // Positions among a, b, c and d, of which the first dictionary has two.
    let coded = read(&files[3], 3, &Scan::all().columns([2])).unwrap();
    let coded = coded.column(0).as_primitive::<Int32Type>().clone();
    assert_eq!((coded.value(1), coded.value(6301 + 1)), (2, 4));
}

/// Rows of one number over and over, which take few bytes when they are compressed.
fn numbers(rows: usize) -> RecordBatch {
    let one = batch(0..1, &["a", "b"]);
    let column =
        |at: usize| arrow_select::take::take(one.column(at), &Int64Array::from(vec![0; rows]), None).unwrap();
    RecordBatch::try_new(one.schema(), vec![column(0), column(1), column(2)]).unwrap()
}

#[test]
fn the_first_error_in_the_order_of_the_rows_is_told() {
    let batches: Vec<RecordBatch> =
        (0..6).map(|part| batch(part * 50..(part + 1) * 50, &["a", "b"])).collect();
    let mut bytes = file(&batches);
    // Two batches whose texts are no UTF-8.
    for row in ["row 122, ", "row 271, "] {
        let at = bytes.windows(row.len()).position(|window| window == row.as_bytes()).unwrap();
        bytes[at] = 0xff;
    }
    let expected = read(&bytes, 1, &Scan::all()).unwrap_err();
    for threads in [2, 4] {
        assert_eq!(read(&bytes, threads, &Scan::all()).unwrap_err(), expected);
    }
}
