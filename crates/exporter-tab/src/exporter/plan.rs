//! The plan and its writing: batches are encoded on all threads and written in order.

use std::io::Write as _;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_cast::cast;
use arrow_schema::{DataType, Field, FieldRef, Schema};
use exporter_core::dataset::{ReasonColumn, at_most, with_reason_texts};
use exporter_core::{
    Context, Dataset, Error, Exporter, Loss, LossCode, LossReport, Output, Plan, Planning, Result, Scan,
    TableId, TableRows, TableWriter, TablesPlan, Written, nested, parallel,
};

use super::categories::{are_texts, as_texts};
use super::columns::columns;
use super::losses::losses;
use super::options::{ReasonsAs, Settings};
use crate::{Altered, Column, RowEncoder, TabError};

/// Cells encoded as one piece of work: enough to outweigh handing it over, little enough to bound memory.
const PIECE_CELLS: usize = 1 << 18;

pub(super) fn plan<'a>(
    exporter: &dyn Exporter,
    settings: &Settings,
    data: &'a dyn Dataset,
    with: &Planning<'_>,
    context: &Context,
) -> Result<Box<dyn Plan + 'a>> {
    let codebook = data.codebook();
    let are_texts = are_texts(settings, with);
    let as_texts = if are_texts { as_texts(codebook) } else { None };
    let mut plan = match as_texts {
        None => TablesPlan::new(data, with.losses_in_language(exporter, codebook, context.language())),
        Some((lighter, losses)) => {
            let mut plan =
                TablesPlan::new(data, with.losses_in_language(exporter, &lighter, context.language()));
            losses.into_iter().for_each(|loss| plan.changes.losses.add(loss));
            plan
        }
    };
    for (index, (table, entry)) in codebook.tables.iter().zip(exporter.entries(codebook)).enumerate() {
        plan.changes.losses.merge(losses(table, settings));
        let language = codebook.language(context.language());
        let reasons = match settings.reasons {
            ReasonsAs::Column => ReasonColumn::of_table(table, language),
            ReasonsAs::Empty | ReasonsAs::Letter => Vec::new(),
        };
        let columns = columns(codebook, table, language, settings, &reasons, are_texts);
        let encoder = RowEncoder::new(columns, &settings.write)
            .map_err(|source| Error::usage(source.to_string()).table(&table.name).with_source(source))?;
        plan.push(
            TableId(index),
            entry,
            DelimitedTable { encoder, with_reasons: settings.reasons != ReasonsAs::Empty, reasons },
        );
    }
    Ok(Box::new(plan))
}

/// Encoded lines of one piece and what they could not keep.
#[derive(Default)]
struct Piece {
    lines: Vec<u8>,
    altered: Vec<Altered>,
    rows: u64,
}

/// One table on its way into lines.
struct DelimitedTable {
    encoder: RowEncoder,
    /// Whether the rows come with their missing reasons.
    with_reasons: bool,
    /// What tells them, where they get columns of their own.
    reasons: Vec<ReasonColumn>,
}

impl TableWriter for DelimitedTable {
    fn write(self: Box<Self>, rows: &TableRows<'_>, output: &mut Output<'_>) -> Result<Written> {
        let failed = |source| Error::io("cannot write the entry", source);
        let (context, table) = (rows.context(), &rows.table().name);
        let rows_at_once = (context.share(PIECE_CELLS) / self.encoder.columns().len().max(1))
            .clamp(16, context.batch_rows().max(16));
        let mut scan = Scan::all().batch_rows(rows_at_once);
        scan.reasons = self.with_reasons;
        let batches = rows.scan(&scan)?;
        output.write_all(&self.encoder.header()).map_err(failed)?;
        let mut written = Written::default();
        let work = |batch: RecordBatch, piece: &mut Piece| {
            let batch = match self.reasons.as_slice() {
                [] => batch,
                reasons => named(&batch, with_reason_texts(&batch, reasons)?)?,
            };
            encode(&self.encoder, batch, piece)
        };
        // The bytes do not depend on where batches are cut.
        parallel::ordered(context.threads(), at_most(batches, rows_at_once), work, |piece: &mut Piece| {
            note(&piece.altered, written.rows, self.encoder.columns(), table, &mut written.losses);
            written.rows += piece.rows;
            output.write_all(&piece.lines).map_err(failed)
        })?;
        Ok(written)
    }
}

/// Other columns under the names of a batch.
fn named(batch: &RecordBatch, columns: Vec<ArrayRef>) -> Result<RecordBatch> {
    let field =
        |(field, column): (&FieldRef, &ArrayRef)| Field::new(field.name(), column.data_type().clone(), true);
    let fields: Vec<Field> = batch.schema().fields().iter().zip(&columns).map(field).collect();
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
}

fn encode(encoder: &RowEncoder, batch: RecordBatch, piece: &mut Piece) -> Result<()> {
    piece.lines.clear();
    piece.rows = batch.num_rows() as u64;
    let is_flat = |column: &ArrayRef| !column.data_type().is_nested() && !is_dictionary(column);
    let batch = if batch.columns().iter().all(is_flat) { batch } else { flat(&batch)? };
    piece.altered = encoder.encode(&batch, &mut piece.lines).map_err(|source| match &source {
        TabError::DateRange { column, .. } => {
            Error::limit(source.to_string()).variable(column).with_source(source)
        }
        _ => Error::invalid(source.to_string()).with_source(source),
    })?;
    Ok(())
}

/// Structures, lists and maps as JSON text, dictionaries of reasons as texts.
fn flat(batch: &RecordBatch) -> Result<RecordBatch> {
    let flat = |column: &ArrayRef| match column.data_type() {
        kind if kind.is_nested() => nested::json_texts(column),
        _ if is_dictionary(column) => Ok(cast(column, &DataType::Utf8)?),
        _ => Ok(column.clone()),
    };
    named(batch, batch.columns().iter().map(flat).collect::<Result<Vec<_>>>()?)
}

fn is_dictionary(column: &ArrayRef) -> bool {
    matches!(column.data_type(), DataType::Dictionary(..))
}

fn note(altered: &[Altered], before: u64, columns: &[Column], table: &str, losses: &mut LossReport) {
    for (altered, column) in altered.iter().zip(columns) {
        let mut add = |code, action: &str, count: u64, first: Option<usize>| {
            if count > 0 {
                let row = first.map(|row| before + row as u64 + 1);
                losses.add(
                    Loss::new(code, action).table(table).variable(&column.name).count(count).first(row, ""),
                );
            }
        };
        add(LossCode::TEXT_REPLACED, "tabs and line ends became spaces", altered.breaks, altered.first_break);
        add(
            LossCode::NULL_TEXT,
            "empty texts are written like missing ones",
            altered.empty,
            altered.first_empty,
        );
    }
}
