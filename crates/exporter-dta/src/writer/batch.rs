//! A record batch made ready for filling.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::UInt8Type;
use arrow_array::{Array, RecordBatch};
use exporter_rows::{BadCell, CellColumn, RowBatch};

use crate::error::DtaError;
use crate::metadata::{DtaMetadata, DtaVariable};
use crate::spec_storage::StorageType;
use crate::writer::column::{Setting, column, describe};
use crate::writer::text::Texts;
use crate::writer::{LongText, OutOfRange};
use exporter_stata::Missing;

/// A record batch whose columns fill their cells.
pub(super) struct ReadyBatch {
    pub(super) rows: RowBatch,
    /// strL columns: position of the variable, offset of its cells and its contents.
    pub(super) strls: Vec<(usize, usize, Arc<Texts>)>,
}

impl AsRef<RowBatch> for ReadyBatch {
    fn as_ref(&self) -> &RowBatch {
        &self.rows
    }
}

impl ReadyBatch {
    pub(super) fn new(
        metadata: &DtaMetadata,
        batch: &RecordBatch,
        first_row: u64,
        (out_of_range, long_text): (OutOfRange, LongText),
    ) -> Result<Self, DtaError> {
        let variables = &metadata.variables;
        let (values, mut reasons) =
            batch.columns().split_at_checked(variables.len()).unwrap_or((batch.columns(), &[]));
        let reasoned = variables.iter().filter(|variable| !variable.reasons.is_empty()).count();
        if values.len() != variables.len() || !(reasons.is_empty() || reasons.len() == reasoned) {
            return Err(DtaError::Invalid {
                place: "record batch".to_owned(),
                message: format!(
                    "{} columns came for {} variables, of which {reasoned} have reasons; project the batch to the \
                     variables in their order, with or without all reasons behind them",
                    batch.num_columns(),
                    variables.len()
                ),
            });
        }
        let mut offset = 0;
        let mut columns = Vec::with_capacity(variables.len());
        let mut strls = Vec::new();
        for (position, (variable, array)) in variables.iter().zip(values).enumerate() {
            let is_strl = variable.storage == StorageType::StrL;
            let texts = if is_strl { Texts::new(array).map(Arc::new) } else { None };
            let number = position as u64 + 1;
            let setting = Setting { release: metadata.release, out_of_range, long_text, number, first_row };
            let fill = column(variable, array, texts.as_ref(), setting)?;
            let width = variable.storage.width();
            let mut cells = CellColumn::new(width, fill);
            if !variable.reasons.is_empty()
                && let Some(numbers) = reasons.split_off_first()
            {
                let numbers =
                    numbers.as_primitive_opt::<UInt8Type>().ok_or_else(|| DtaError::ColumnType {
                        variable: variable.name.clone(),
                        found: numbers.data_type().to_string(),
                        expected: "UInt8 for the reasons of missing values".to_owned(),
                    })?;
                cells = cells.with_reasons(array, numbers, reason_cells(variable));
            }
            columns.push(cells);
            if let Some(texts) = texts {
                strls.push((position, offset, texts));
            }
            offset += width;
        }
        Ok(Self { rows: RowBatch::new(batch.num_rows(), first_row, columns), strls })
    }
}

/// The cell of each reason; empty for one that the storage type has no cell for.
fn reason_cells(variable: &DtaVariable) -> Vec<Vec<u8>> {
    let cell = |missing: Missing| match variable.storage {
        StorageType::Byte => missing.byte().to_le_bytes().to_vec(),
        StorageType::Int => missing.int().to_le_bytes().to_vec(),
        StorageType::Long => missing.long().to_le_bytes().to_vec(),
        StorageType::Float => missing.float().to_le_bytes().to_vec(),
        StorageType::Double => missing.double().to_le_bytes().to_vec(),
        StorageType::Str(_) | StorageType::StrL | StorageType::Alias => Vec::new(),
    };
    variable.reasons.iter().map(|reason| reason.map(cell).unwrap_or_default()).collect()
}

/// The error of a value that does not fit.
pub(super) fn refusal(metadata: &DtaMetadata, bad: BadCell) -> DtaError {
    let variable = metadata.variables.get(bad.variable);
    DtaError::Value {
        value: bad.value,
        storage: variable.map_or_else(String::new, |variable| describe(variable.storage)),
        variable: variable.map_or_else(String::new, |variable| variable.name.clone()),
        row: bad.row,
        remedy: bad.remedy,
    }
}
