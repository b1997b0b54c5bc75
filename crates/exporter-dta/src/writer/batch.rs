//! A record batch made ready for filling, and the rows that come out of it.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::{Array, RecordBatch, new_null_array};
use arrow_schema::DataType;

use crate::error::DtaError;
use crate::metadata::DtaMetadata;
use crate::spec_storage::StorageType;
use crate::writer::column::{ColumnFill, Setting, column, describe};
use crate::writer::findings::{BadCell, Findings};
use crate::writer::float_column::OutOfRange;
use crate::writer::string_column::LongText;
use crate::writer::text::Texts;
use crate::writer::tile::{Cells, TILE_ROWS};

/// A record batch whose columns know how to fill their cells.
pub(super) struct ReadyBatch {
    pub(super) rows: usize,
    /// Row of the table, from 1, of the first row.
    pub(super) first_row: u64,
    columns: Vec<ReadyColumn>,
    /// strL columns: position of the variable, offset of its cells and its contents.
    pub(super) strls: Vec<(usize, usize, Arc<Texts>)>,
}

struct ReadyColumn {
    offset: usize,
    fill: Box<dyn ColumnFill>,
}

impl ReadyBatch {
    pub(super) fn new(
        metadata: &DtaMetadata,
        batch: &RecordBatch,
        first_row: u64,
        (out_of_range, long_text): (OutOfRange, LongText),
    ) -> Result<Self, DtaError> {
        if batch.num_columns() != metadata.variables.len() {
            return Err(DtaError::Invalid {
                place: "record batch".to_owned(),
                message: format!(
                    "{} columns came for {} variables; project the batch to the variables in their order",
                    batch.num_columns(),
                    metadata.variables.len()
                ),
            });
        }
        let mut offset = 0;
        let mut columns = Vec::with_capacity(metadata.variables.len());
        let mut strls = Vec::new();
        for (position, (variable, array)) in metadata.variables.iter().zip(batch.columns()).enumerate() {
            let texts = if variable.storage == StorageType::StrL {
                let nulls = || new_null_array(&DataType::Utf8, array.len());
                let texts = match array.data_type() {
                    DataType::Null => Texts::new(&nulls()),
                    _ => Texts::new(array),
                };
                texts.map(Arc::new)
            } else {
                None
            };
            let number = position as u64 + 1;
            let setting = Setting { release: metadata.release, out_of_range, long_text, number, first_row };
            let fill = column(variable, array, texts.as_ref(), setting)?;
            columns.push(ReadyColumn { offset, fill });
            if let Some(texts) = texts {
                strls.push((position, offset, texts));
            }
            offset += variable.storage.width();
        }
        Ok(Self { rows: batch.num_rows(), first_row, columns, strls })
    }

    /// Fills `block` with the given rows of the batch, `width` bytes each.
    pub(super) fn fill(
        &self,
        rows: Range<usize>,
        width: usize,
        block: &mut [u8],
        findings: &mut Findings,
    ) -> Result<(), (usize, BadCell)> {
        findings.first_row = self.first_row;
        let mut first = rows.start;
        for tile in block.chunks_mut((TILE_ROWS * width).max(1)) {
            let count = TILE_ROWS.min(rows.end - first);
            for (position, column) in self.columns.iter().enumerate() {
                let Some(bytes) = tile.get_mut(column.offset..) else { continue };
                findings.variable = position;
                column
                    .fill
                    .fill(first, count, Cells { bytes, stride: width }, findings)
                    .map_err(|bad| (position, bad))?;
            }
            first += count;
        }
        Ok(())
    }

    /// The error of a value that does not fit.
    pub(super) fn error(&self, metadata: &DtaMetadata, position: usize, bad: BadCell) -> DtaError {
        let variable = metadata.variables.get(position);
        DtaError::Value {
            value: bad.value,
            storage: variable.map_or_else(String::new, |variable| describe(variable.storage)),
            variable: variable.map_or_else(String::new, |variable| variable.name.clone()),
            row: self.first_row + bad.row as u64,
            remedy: bad.remedy,
        }
    }
}
