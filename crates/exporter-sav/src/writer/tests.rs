//! Bytes by hand, any slicing and any number of threads, what cannot be stored.

mod compression;
mod dictionary;
mod numbers;
mod refusals;
mod short_names;
mod test_file;
mod texts;

use std::io::Cursor;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use exporter_spss::Format;

use super::{Compression, SavWriter, Storing, WriterOptions, WriterSummary};
use crate::error::Result;
use crate::metadata::{SavMetadata, SavVariable};
use test_file::TestFile;

fn options() -> WriterOptions {
    WriterOptions::new(Box::new(tempfile::tempfile))
}

fn batch(columns: Vec<ArrayRef>) -> RecordBatch {
    let named = columns.into_iter().enumerate().map(|(i, array)| (format!("c{i}"), array, true));
    RecordBatch::try_from_iter_with_nullable(named).unwrap()
}

fn metadata(variables: Vec<SavVariable>) -> SavMetadata {
    SavMetadata { variables, ..SavMetadata::new() }
}

fn number(name: &str) -> SavVariable {
    SavVariable::number(name, Format::number())
}

fn text(name: &str, width: u16) -> SavVariable {
    SavVariable::text(name, width)
}

fn strings<S: AsRef<str>>(texts: &[S]) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(texts))
}

fn doubles(numbers: &[f64]) -> ArrayRef {
    Arc::new(Float64Array::from(numbers.to_vec()))
}

/// Writes to a sink that cannot seek.
fn write_stored(
    metadata: &SavMetadata,
    storing: Vec<Storing>,
    batches: Vec<RecordBatch>,
    options: WriterOptions,
) -> Result<(Vec<u8>, WriterSummary)> {
    let mut writer = SavWriter::new(Vec::new(), metadata.clone(), storing, options)?;
    writer.write_batches(batches.into_iter().map(Ok))?;
    let (bytes, summary) = writer.finish()?;
    assert_eq!(summary.bytes, bytes.len() as u64);
    Ok((bytes, summary))
}

fn write_with(
    metadata: &SavMetadata,
    batches: Vec<RecordBatch>,
    options: WriterOptions,
) -> Result<(Vec<u8>, WriterSummary)> {
    write_stored(metadata, vec![Storing::default(); metadata.variables.len()], batches, options)
}

fn write(metadata: &SavMetadata, columns: Vec<ArrayRef>) -> Result<(Vec<u8>, WriterSummary)> {
    write_with(metadata, vec![batch(columns)], options())
}

/// Writes to a sink that can seek.
fn write_seekable(
    metadata: &SavMetadata,
    batches: Vec<RecordBatch>,
    options: WriterOptions,
) -> (Vec<u8>, WriterSummary) {
    let storing = vec![Storing::default(); metadata.variables.len()];
    // What stands before the file stays.
    let mut sink = Cursor::new(b"before".to_vec());
    sink.set_position(6);
    let mut writer = SavWriter::seekable(sink, metadata.clone(), storing, options).unwrap();
    writer.write_batches(batches.into_iter().map(Ok)).unwrap();
    let (sink, summary) = writer.finish().unwrap();
    assert_eq!((sink.position(), &sink.get_ref()[..6]), (6 + summary.bytes, &b"before"[..]));
    (sink.into_inner().split_off(6), summary)
}

#[test]
fn cases_are_coded_as_spss_codes_them() {
    let about = metadata(vec![number("x"), text("t", 12)]);
    let numbers: ArrayRef = Arc::new(Float64Array::from(vec![Some(1.0), None, Some(0.5)]));
    let batches = vec![batch(vec![numbers, strings(&["eight by", "", "nine bytes"])])];
    let expected = [
        &[101, 253, 254, 255, 254, 254, 253, 253][..],
        b"eight by",
        &0.5_f64.to_le_bytes(),
        b"nine byt",
        &[253, 0, 0, 0, 0, 0, 0, 0],
        b"es      ",
    ];
    let (bytes, _) = write_with(&about, batches.clone(), options()).unwrap();
    assert_eq!(TestFile::new(&bytes).cases, expected.concat());
    let plain = WriterOptions { compression: Compression::None, ..options() };
    let (bytes, _) = write_with(&about, batches, plain).unwrap();
    let expected = [
        &1_f64.to_le_bytes()[..],
        b"eight by        ",
        &f64::MIN.to_le_bytes(),
        b"                ",
        &0.5_f64.to_le_bytes(),
        b"nine bytes      ",
    ];
    assert_eq!(TestFile::new(&bytes).cases, expected.concat());
}
