//! Bytes by hand, any slicing and any number of threads.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use exporter_spss::Format;

use super::{Compression, SavWriter, Storing, WriterOptions, WriterSummary};
use crate::error::Result;
use crate::metadata::{SavMetadata, SavVariable};

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

fn write_with(
    metadata: &SavMetadata,
    batches: Vec<RecordBatch>,
    options: WriterOptions,
) -> Result<(Vec<u8>, WriterSummary)> {
    let storing = vec![Storing::default(); metadata.variables.len()];
    let mut writer = SavWriter::new(Vec::new(), metadata.clone(), storing, options)?;
    writer.write_batches(batches.into_iter().map(Ok))?;
    let (bytes, summary) = writer.finish()?;
    assert_eq!(summary.bytes, bytes.len() as u64);
    Ok((bytes, summary))
}

/// What stands behind the dictionary.
fn cases(bytes: &[u8]) -> &[u8] {
    let end = [231, 3, 0, 0, 0, 0, 0, 0];
    let at = bytes.windows(8).position(|window| window == end).unwrap();
    &bytes[at + 8..]
}

#[test]
fn cases_are_coded_as_spss_codes_them() {
    let about = metadata(vec![number("x"), SavVariable::text("t", 12)]);
    let numbers: ArrayRef = Arc::new(Float64Array::from(vec![Some(1.0), None, Some(0.5)]));
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["eight by", "", "nine bytes"]));
    let batches = vec![batch(vec![numbers, texts])];
    let expected = [
        &[101, 253, 254, 255, 254, 254, 253, 253][..],
        b"eight by",
        &0.5_f64.to_le_bytes(),
        b"nine byt",
        &[253, 0, 0, 0, 0, 0, 0, 0],
        b"es      ",
    ];
    let (bytes, _) = write_with(&about, batches.clone(), options()).unwrap();
    assert_eq!(cases(&bytes), expected.concat());
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
    assert_eq!(cases(&bytes), expected.concat());
}
