//! Reads small files made by hand, and damaged ones.

mod cases;
mod damaged;
mod dictionary;
mod test_file;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use exporter_core::codebook::{Alignment, LabelSource, Measure};
use exporter_core::source::ByteOrder;
use exporter_spss::{ResponseSetKind, Value};

use super::header::CaseCompression;
use super::{ReadOptions, SavReader, Selection};
use crate::error::SavError;
use crate::metadata::Attribute;
use crate::spec::{HIGHEST, LOWEST, SYSMIS};
use test_file::{Cell, TestFile, TestVariable, memory};

const STORED: [CaseCompression; 3] =
    [CaseCompression::None, CaseCompression::Bytecode, CaseCompression::Zlib];
const ORDERS: [ByteOrder; 2] = [ByteOrder::Little, ByteOrder::Big];

fn open(file: &TestFile) -> SavReader {
    SavReader::open(memory(file.bytes())).unwrap()
}

fn all(reader: &SavReader) -> Vec<RecordBatch> {
    reader.batches(&Selection::default(), 1).unwrap().map(Result::unwrap).collect()
}

fn numbers(batches: &[RecordBatch], column: usize) -> Vec<Option<f64>> {
    batches.iter().flat_map(|batch| batch.column(column).as_primitive::<Float64Type>().iter()).collect()
}

fn texts(batches: &[RecordBatch], column: usize) -> Vec<String> {
    let texts = batches.iter().flat_map(|batch| batch.column(column).as_string::<i32>().iter());
    texts.flatten().map(str::to_owned).collect()
}

/// The messages of the remarks with their counts and whether they change values.
fn remarks(reader: &SavReader) -> Vec<(&str, u64, bool)> {
    reader.remarks().iter().map(|it| (it.message.as_str(), it.count, it.changes_values)).collect()
}

fn little() -> TestFile {
    TestFile::empty(ByteOrder::Little, CaseCompression::Bytecode)
}
