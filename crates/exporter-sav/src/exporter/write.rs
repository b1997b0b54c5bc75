//! Writes a decided table into a sink.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions, StringArray};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use exporter_core::nested::flatten;
use exporter_core::sink::temp_file;
use exporter_core::{Loss, LossCode, LossReport, Output, Result, Scan, TableRows, TableWriter, Written};
use exporter_rows::{CellChange, LongText, OutOfRange, STORE_AS_MISSING};
use exporter_spss::LongTextOption;

use super::table::SavTable;
use crate::error::SavError;
use crate::writer::{Compression, SavWriter, WriterOptions, WriterSummary};

/// What becomes of characters in texts, which the plan has counted.
pub(super) const REPLACED: &str = "characters outside the encoding stored as ?";

impl TableWriter for SavTable<'_> {
    fn is_seekable(&self) -> bool {
        // The header of the data says where the blocks end.
        matches!(self.exporter.compression, Compression::Zlib(_))
    }

    fn write(self: Box<Self>, rows: &TableRows<'_>, output: &mut Output<'_>) -> Result<Written> {
        let context = rows.context();
        let temp = context.temp().to_path_buf();
        let mut options = WriterOptions::new(Box::new(move || temp_file(&temp).map_err(Into::into)));
        options.compression = self.exporter.compression;
        options.cases = Some(self.rows);
        options.threads = context.threads();
        options.buffer_bytes = context.share(options.buffer_bytes);
        let allowed = Loss::new(LossCode::RANGE, "stored as missing").wrong();
        if context.policy().accepts(&allowed) {
            options.out_of_range = OutOfRange::Missing;
        }
        if self.exporter.options.long_text == LongTextOption::Cut {
            options.long_text = LongText::Cut;
        }
        let id = self.exporter.info.id;
        let refused = |error| refusal(error, id);
        let start = if output.is_seekable() { SavWriter::seekable } else { SavWriter::new };
        let Self { metadata, storing, pieces, .. } = *self;
        let mut writer = start(output, metadata, storing, options).map_err(refused)?;
        let batches = rows.scan(&Scan::all().with_reasons())?.map(|batch| {
            batch
                .and_then(|batch| pieces.of(flatten(in_base64(batch)?, &[])?))
                .map_err(|error| ArrowError::ExternalError(Box::new(error)))
        });
        writer.write_batches(batches).map_err(refused)?;
        let (_, written) = writer.finish().map_err(refused)?;
        // The file has the variables of the table in their order.
        let table = rows.table();
        let original = |position: usize| {
            let variable = table.variables.get(pieces.column_of(position));
            variable.map(|variable| variable.name.clone()).unwrap_or_default()
        };
        Ok(Written::new(written.cases).with_losses(losses(&written, &table.name, original)))
    }
}

/// A batch whose bytes are base64.
fn in_base64(batch: RecordBatch) -> Result<RecordBatch> {
    let is_bytes = |array: &ArrayRef| array.data_type() == &DataType::Binary;
    if !batch.columns().iter().any(is_bytes) {
        return Ok(batch);
    }
    let rows = batch.num_rows();
    let encoded = |array: &ArrayRef| -> ArrayRef {
        match array.as_binary_opt::<i32>() {
            Some(bytes) => {
                Arc::new(bytes.iter().map(|bytes| Some(STANDARD.encode(bytes?))).collect::<StringArray>())
            }
            None => Arc::clone(array),
        }
    };
    let columns: Vec<ArrayRef> = batch.columns().iter().map(encoded).collect();
    let names = batch.schema();
    let fields = names.fields().iter().zip(&columns);
    let fields: Vec<Field> =
        fields.map(|(field, column)| Field::new(field.name(), column.data_type().clone(), true)).collect();
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    Ok(RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options)?)
}

/// An error of the codec; a value it would store as missing, were that allowed, is refused because of a loss.
fn refusal(error: SavError, id: &str) -> exporter_core::Error {
    match error {
        SavError::Value { value, format, variable, row, remedy: STORE_AS_MISSING } => {
            exporter_rows::refused(id, (&value, &format), &variable, row)
        }
        error => error.into(),
    }
}

/// What only the data showed.
fn losses(written: &WriterSummary, table: &str, name: impl Fn(usize) -> String) -> LossReport {
    let words = |change: CellChange| match change {
        CellChange::NotANumber => "NaN stored as system-missing",
        CellChange::OutOfRange => "stored as system-missing",
        CellChange::Rounded => "rounded",
        CellChange::SubMillisecond => "rounded to what a double holds",
        CellChange::Cut => "cut at the width of the variable",
        CellChange::Blanks => "blanks at the end are not kept",
        CellChange::Nul => "texts with a NUL end there in other programs",
        CellChange::Replaced => REPLACED,
    };
    exporter_rows::losses(&written.changes, table, name, words)
}
