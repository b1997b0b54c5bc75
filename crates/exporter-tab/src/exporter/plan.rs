//! The plan and its writing: batches are encoded on all threads and written in order.

use std::io::Write as _;

use arrow_array::RecordBatch;
use exporter_core::dataset::table_of;
use exporter_core::exporter::{EntryReport, Summary};
use exporter_core::sink::EntrySpec;
use exporter_core::{
    Context, Dataset, Error, FormatInfo, Loss, LossCode, LossReport, Plan, Result, Scan, Sink, TableId,
    nested, parallel,
};

use super::columns::columns;
use super::losses::losses;
use super::options::Settings;
use crate::{Altered, Column, RowEncoder, TabError};

/// Cells encoded as one piece of work: enough to outweigh handing it over, little enough to bound memory.
const PIECE_CELLS: usize = 1 << 18;

pub(super) fn plan<'a>(
    entries: Vec<EntrySpec>,
    settings: &Settings,
    info: &'static FormatInfo,
    data: &'a dyn Dataset,
    context: &Context,
) -> Result<Box<dyn Plan + 'a>> {
    let codebook = data.codebook();
    let mut report = LossReport::default();
    let mut tables = Vec::new();
    for table in &codebook.tables {
        report.merge(losses(codebook, table, settings));
        let columns = columns(codebook, table, codebook.language(context.language()), settings);
        let encoder = RowEncoder::new(columns, &settings.write)
            .map_err(|source| Error::usage(source.to_string()).table(&table.name).with_source(source))?;
        tables.push(encoder);
    }
    let entries = entries
        .into_iter()
        .map(|spec| match spec.table.and_then(|table| data.rows(table)) {
            Some(rows) => spec.rows(rows),
            None => spec,
        })
        .collect();
    Ok(Box::new(DelimitedPlan { data, info, entries, tables, losses: report }))
}

struct DelimitedPlan<'a> {
    data: &'a dyn Dataset,
    info: &'static FormatInfo,
    entries: Vec<EntrySpec>,
    tables: Vec<RowEncoder>,
    losses: LossReport,
}

/// Encoded lines of one piece and what they could not keep.
#[derive(Default)]
struct Piece {
    lines: Vec<u8>,
    altered: Vec<Altered>,
    rows: u64,
}

impl Plan for DelimitedPlan<'_> {
    fn entries(&self) -> &[EntrySpec] {
        &self.entries
    }

    fn losses(&self) -> &LossReport {
        &self.losses
    }

    fn write(self: Box<Self>, sink: &dyn Sink, context: &Context) -> Result<Summary> {
        let mut summary = Summary::default();
        for (index, (spec, encoder)) in self.entries.iter().zip(&self.tables).enumerate() {
            context.cancel().check()?;
            let report =
                self.write_table(TableId(index), spec, encoder, sink, context, &mut summary.losses)?;
            summary.entries.push(report);
        }
        Ok(summary)
    }
}

impl DelimitedPlan<'_> {
    fn write_table(
        &self,
        id: TableId,
        spec: &EntrySpec,
        encoder: &RowEncoder,
        sink: &dyn Sink,
        context: &Context,
        losses: &mut LossReport,
    ) -> Result<EntryReport> {
        let table = &table_of(self.data.codebook(), id)?.name;
        let failed = |source| Error::io("cannot write the entry", source).entry(&spec.path).table(table);
        let rows_at_once =
            (PIECE_CELLS / encoder.columns().len().max(1)).clamp(16, context.batch_rows().max(16));
        context.progress().stage("write", spec.rows);
        let batches = context.scan(self.data, id, &Scan::all().batch_rows(rows_at_once))?;
        let mut entry = sink.create(spec)?;
        entry.write_all(&encoder.header()).map_err(failed)?;
        let mut rows = 0;
        let work = |batch: RecordBatch, piece: &mut Piece| encode(encoder, batch, piece);
        parallel::ordered(context.threads(), pieces(batches, rows_at_once), work, |piece: &mut Piece| {
            note(&piece.altered, rows, encoder.columns(), table, losses);
            rows += piece.rows;
            context.progress().bytes(piece.lines.len() as u64);
            entry.write_all(&piece.lines).map_err(failed)
        })?;
        let receipt = entry.commit()?;
        Ok(EntryReport {
            path: receipt.path,
            media_type: self.info.media_type.into(),
            table: Some(id),
            rows: Some(rows),
            bytes: receipt.bytes,
        })
    }
}

/// Large batches are cut, small ones pass: the bytes do not depend on where.
fn pieces<'a>(
    batches: impl Iterator<Item = Result<RecordBatch>> + Send + 'a,
    rows: usize,
) -> impl Iterator<Item = Result<RecordBatch>> + Send + 'a {
    batches.flat_map(move |batch| {
        let (batch, failed) = match batch {
            Ok(batch) => (Some(batch), None),
            Err(error) => (None, Some(Err(error))),
        };
        let cut = batch.into_iter().flat_map(move |batch| {
            let total = batch.num_rows();
            (0..total).step_by(rows).map(move |start| Ok(batch.slice(start, rows.min(total - start))))
        });
        cut.chain(failed)
    })
}

fn encode(encoder: &RowEncoder, batch: RecordBatch, piece: &mut Piece) -> Result<()> {
    piece.lines.clear();
    piece.rows = batch.num_rows() as u64;
    let nested = batch.columns().iter().any(|column| column.data_type().is_nested());
    let batch = if nested { flat(&batch)? } else { batch };
    piece.altered = encoder.encode(&batch, &mut piece.lines).map_err(|source| match &source {
        TabError::DateRange { column, .. } => {
            Error::limit(source.to_string()).variable(column).with_source(source)
        }
        _ => Error::invalid(source.to_string()).with_source(source),
    })?;
    Ok(())
}

/// Structures, lists and maps as JSON text.
fn flat(batch: &RecordBatch) -> Result<RecordBatch> {
    let columns = batch
        .columns()
        .iter()
        .map(
            |column| {
                if column.data_type().is_nested() { nested::json_texts(column) } else { Ok(column.clone()) }
            },
        )
        .collect::<Result<Vec<_>>>()?;
    let fields: Vec<arrow_schema::Field> = batch
        .schema()
        .fields()
        .iter()
        .zip(&columns)
        .map(|(field, column)| arrow_schema::Field::new(field.name(), column.data_type().clone(), true))
        .collect();
    Ok(RecordBatch::try_new(std::sync::Arc::new(arrow_schema::Schema::new(fields)), columns)?)
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
