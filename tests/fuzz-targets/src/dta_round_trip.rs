//! Typed tables as Stata files and back.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type, Int8Type, Int16Type, Int32Type};
use arrow_array::{Array, ArrayRef, BinaryArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use exporter::Source;
use exporter::dta::check::{check, rule};
use exporter::dta::rows::{CellChange, OutOfRange};
use exporter::dta::stata::StorageType;
use exporter::dta::{
    DtaError, DtaMetadata, DtaReader, DtaVariable, DtaWriter, Release, Selection, WriterOptions,
};

/// Bytes as choices; zeros after their end.
struct Choices<'a>(&'a [u8]);

impl Choices<'_> {
    fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    fn number(&mut self) -> i64 {
        i64::from_le_bytes(std::array::from_fn(|_| self.byte()))
    }

    fn bytes(&mut self) -> Vec<u8> {
        let length = self.byte() % 40;
        (0..length).map(|_| self.byte()).collect()
    }

    fn text(&mut self, release: Release) -> String {
        let text = String::from_utf8_lossy(&self.bytes()).into_owned();
        if release.is_utf8() { text } else { text.replace(|c: char| !c.is_ascii(), "?") }
    }
}

/// Writes the table that the bytes choose, checks the file and reads it back.
///
/// # Panics
/// When writing fails, the checker finds something, or a cell is neither what it was nor counted as changed.
pub fn dta_round_trip(bytes: &[u8]) {
    let mut choices = Choices(bytes);
    let releases = [Release::V118, Release::V119, Release::V117, Release::V115, Release::V114, Release::V113];
    let release = releases[usize::from(choices.byte()) % releases.len()];
    let rows = usize::from(choices.byte() % 70);
    let mut metadata = DtaMetadata::new(release);
    let mut columns = Vec::new();
    for index in 0..=choices.byte() % 5 {
        let (storage, array) = column(&mut choices, release, rows);
        metadata.variables.push(DtaVariable::new(format!("v{index}"), storage));
        columns.push(array);
    }
    let fields: Vec<Field> =
        columns.iter().map(|array| Field::new("", array.data_type().clone(), true)).collect();
    let written = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
        .map_err(DtaError::from)
        .and_then(|batch| write(metadata, &batch).map(|(file, changed)| (batch, file, changed)));
    let (batch, file, changed) = match written {
        Ok(written) => written,
        Err(error) => panic!("{error}"),
    };
    let findings = check(Source::memory("fuzz.dta", file.clone()).bytes).unwrap_or_default();
    assert!(findings.listed().iter().all(|finding| finding.rule == rule::EDITION), "{findings:?}");
    let different = match different(&batch, file) {
        Ok(different) => different,
        Err(error) => panic!("{error}"),
    };
    assert_eq!(different, changed, "cells that differ, and those that the writer counted");
}

fn column(choices: &mut Choices<'_>, release: Release, rows: usize) -> (StorageType, ArrayRef) {
    let strl = release.has_strl();
    let valid = |choices: &mut Choices<'_>| choices.byte() % 8 != 7;
    let whole = |choices: &mut Choices<'_>, low: i64, high: i64| -> ArrayRef {
        let value = |_| valid(choices).then(|| low + choices.number().rem_euclid(high - low + 1));
        Arc::new((0..rows).map(value).collect::<Int64Array>())
    };
    match choices.byte() % 7 {
        0 => (StorageType::Byte, whole(choices, -127, 100)),
        1 => (StorageType::Int, whole(choices, -32_767, 32_740)),
        2 => (StorageType::Long, whole(choices, -2_147_483_647, 2_147_483_620)),
        3 => {
            let value = |_| valid(choices).then(|| f64::from(f32::from_bits(choices.number() as u32)));
            (StorageType::Float, Arc::new((0..rows).map(value).collect::<Float64Array>()))
        }
        4 => {
            let value = |_| valid(choices).then(|| f64::from_bits(choices.number() as u64));
            (StorageType::Double, Arc::new((0..rows).map(value).collect::<Float64Array>()))
        }
        5 if strl => {
            let contents: Vec<Vec<u8>> = (0..rows).map(|_| choices.bytes()).collect();
            (StorageType::StrL, Arc::new(BinaryArray::from_iter_values(contents)))
        }
        6 if strl => {
            let texts: Vec<String> = (0..rows).map(|_| choices.text(release)).collect();
            (StorageType::StrL, Arc::new(StringArray::from_iter_values(texts)))
        }
        _ => {
            let texts: Vec<String> = (0..rows).map(|_| choices.text(release).replace('\0', " ")).collect();
            let longest = texts.iter().map(String::len).max().unwrap_or_default().max(1);
            (StorageType::Str(longest as u16), Arc::new(StringArray::from_iter_values(texts)))
        }
    }
}

/// The file, and how many cells the writer says it changed.
fn write(metadata: DtaMetadata, batch: &RecordBatch) -> Result<(Vec<u8>, u64), DtaError> {
    let mut options = WriterOptions::new(Box::new(tempfile::tempfile));
    options.out_of_range = OutOfRange::Missing;
    let mut writer = DtaWriter::new(Vec::new(), metadata, options)?;
    writer.write(batch)?;
    let (file, summary) = writer.finish()?;
    let lost = |change: &CellChange| matches!(change, CellChange::NotANumber | CellChange::OutOfRange);
    assert!(summary.changes.iter().all(|change| lost(&change.change)), "{:?}", summary.changes);
    Ok((file, summary.changes.iter().map(|change| change.count).sum()))
}

/// How many cells are missing that were not; any other difference panics.
fn different(batch: &RecordBatch, file: Vec<u8>) -> Result<u64, DtaError> {
    let mut reader = DtaReader::open(Source::memory("fuzz.dta", file).bytes)?;
    let mut different = 0;
    let mut row = 0;
    for read in reader.batches(&Selection::all())? {
        let read = read?;
        for (was, is) in batch.columns().iter().zip(read.columns()) {
            for index in 0..read.num_rows() {
                let (was, is) = (cell(was, row + index), cell(is, index));
                match (&was, &is) {
                    (Some(Cell::Number(_)), None) => different += 1,
                    _ => assert_eq!(was, is, "row {}", row + index + 1),
                }
            }
        }
        row += read.num_rows();
    }
    assert_eq!(row, batch.num_rows());
    Ok(different)
}

#[derive(Debug, PartialEq)]
enum Cell {
    Number(f64),
    Bytes(Vec<u8>),
}

fn cell(array: &ArrayRef, row: usize) -> Option<Cell> {
    if array.is_null(row) {
        return None;
    }
    Some(match array.data_type() {
        DataType::Int8 => Cell::Number(array.as_primitive::<Int8Type>().value(row).into()),
        DataType::Int16 => Cell::Number(array.as_primitive::<Int16Type>().value(row).into()),
        DataType::Int32 => Cell::Number(array.as_primitive::<Int32Type>().value(row).into()),
        DataType::Float32 => Cell::Number(array.as_primitive::<Float32Type>().value(row).into()),
        DataType::Float64 => Cell::Number(array.as_primitive::<Float64Type>().value(row)),
        DataType::Int64 => {
            Cell::Number(array.as_primitive::<arrow_array::types::Int64Type>().value(row) as f64)
        }
        DataType::Utf8 => Cell::Bytes(array.as_string::<i32>().value(row).as_bytes().to_vec()),
        DataType::Binary => Cell::Bytes(array.as_binary::<i32>().value(row).to_vec()),
        other => panic!("{other} was not written"),
    })
}
