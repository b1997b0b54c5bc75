//! Writes a decided table into a sink.

use std::slice;

use arrow_schema::ArrowError;
use exporter_core::sink::temp_file;
use exporter_core::{
    Context, Entry, EntryReport, EntrySpec, ErrorKind, Loss, LossCode, LossReport, Plan, Rename, Result,
    Scan, Sink, Summary,
};

use super::ready::ready;
use super::table::TablePlan;
use crate::metadata::DtaMetadata;
use crate::options::{DtaOptions, LongTextOption};
use crate::spec_storage::StorageType;
use crate::writer::{
    CellChange, CellChanges, DtaWriter, LongText, OutOfRange, STORE_AS_MISSING, WriterOptions, WriterSummary,
    strl_bytes,
};

impl Plan for TablePlan<'_> {
    fn entries(&self) -> &[EntrySpec] {
        slice::from_ref(&self.entry)
    }

    fn losses(&self) -> &LossReport {
        &self.losses
    }

    fn renames(&self) -> &[Rename] {
        &self.renames
    }

    /// Writes the table. Where it has strL contents and the sink cannot seek they are counted first, so that no byte is
    /// written twice.
    fn write(self: Box<Self>, sink: &dyn Sink, context: &Context) -> Result<Summary> {
        let table = *self;
        let temp = context.temp().to_path_buf();
        let mut options = WriterOptions::new(Box::new(move || temp_file(&temp).map_err(Into::into)));
        options.rows = Some(table.rows);
        options.threads = context.threads();
        options.share_strl = table.options.share_strl;
        let allowed = Loss::new(LossCode::RANGE, "stored as missing").wrong();
        if context.policy().accepts(&allowed) {
            options.out_of_range = OutOfRange::Missing;
        }
        if texts_are_cut(&table.metadata, table.options) {
            options.long_text = LongText::Cut;
        }
        let metadata = table.metadata.clone();
        let has_strl = metadata.variables.iter().any(|variable| variable.storage == StorageType::StrL);
        if has_strl && sink.seeks() {
            let entry = sink.create_random(&table.entry, context.temp())?;
            let writer = DtaWriter::seekable(entry, metadata, options);
            return table.write_rows(writer, context);
        }
        if has_strl && !table.options.share_strl {
            options.strl_bytes = Some(count_strl_bytes(&table, context)?);
        }
        let entry = sink.create(&table.entry)?;
        let writer = DtaWriter::new(entry, metadata, options);
        table.write_rows(writer, context)
    }
}

impl TablePlan<'_> {
    /// Writes the rows and ends the entry.
    fn write_rows<E: Entry + ?Sized>(
        self,
        writer: std::result::Result<DtaWriter<Box<E>>, crate::DtaError>,
        context: &Context,
    ) -> Result<Summary> {
        let table = self;
        let place = |error: crate::DtaError| refusal(error).table(&table.name).entry(&table.entry.path);
        let mut writer = writer.map_err(place)?;
        let batches = context.scan(table.data, table.id, &Scan::all())?;
        let batches = batches.map(|batch| {
            batch
                .and_then(|batch| ready(batch, &table.cut_at_nul))
                .map_err(|error| ArrowError::ExternalError(Box::new(error)))
        });
        writer.write_batches(batches).map_err(place)?;
        let (entry, written) = writer.finish().map_err(place)?;
        context.cancel().check()?;
        let receipt = entry.commit()?;
        context.progress().bytes(receipt.bytes);

        let variables = &exporter_core::dataset::table_of(table.data.codebook(), table.id)?.variables;
        let original = |position: usize| {
            let given = variables.get(position).map(|variable| variable.name.as_str());
            let written = table.metadata.variables.get(position).map(|variable| variable.name.as_str());
            given.or(written).unwrap_or_default().to_owned()
        };
        let mut summary = Summary::default();
        summary.losses = losses(&written, &table.name, original);
        summary.remarks = table.remarks;
        summary.entries.push(EntryReport {
            path: receipt.path,
            media_type: table.entry.media_type,
            table: Some(table.id),
            rows: Some(written.rows),
            bytes: receipt.bytes,
        });
        Ok(summary)
    }
}

/// An error of the codec; a value it would store as missing, were that allowed, is refused because of a loss.
fn refusal(error: crate::DtaError) -> exporter_core::Error {
    match error {
        crate::DtaError::Value { value, storage, variable, row, remedy: STORE_AS_MISSING } => {
            exporter_core::Error::new(ErrorKind::Loss, format!("dta: {value} does not fit {storage}"))
                .variable(variable)
                .row(row)
                .hint(format!(
                    "accept that such values are stored as missing with allow={}, or change the data",
                    LossCode::RANGE
                ))
        }
        error => error.into(),
    }
}

/// Whether texts beyond the fixed string are cut, which the plan has said.
fn texts_are_cut(metadata: &DtaMetadata, options: &DtaOptions) -> bool {
    !metadata.release.has_strl() || options.long_text == LongTextOption::Cut
}

/// Bytes of the strL contents.
fn count_strl_bytes(table: &TablePlan<'_>, context: &Context) -> Result<u64> {
    let variables = table.metadata.variables.iter().enumerate();
    let columns: Vec<usize> = variables
        .filter(|(_, variable)| variable.storage == StorageType::StrL)
        .map(|(column, _)| column)
        .collect();
    let cut: Vec<usize> = (0..columns.len())
        .filter(|position| columns.get(*position).is_some_and(|column| table.cut_at_nul.contains(column)))
        .collect();
    context.progress().stage("measure", Some(table.rows));
    let mut bytes = 0;
    for batch in context.scan(table.data, table.id, &Scan::all().columns(columns))? {
        for column in ready(batch?, &cut)?.columns() {
            bytes += strl_bytes(column, table.metadata.release).unwrap_or_default();
        }
    }
    // The rows of the stage that was interrupted are still to come.
    context.progress().stage("write", Some(table.rows));
    Ok(bytes)
}

/// What only the data showed.
fn losses(written: &WriterSummary, table: &str, name: impl Fn(usize) -> String) -> LossReport {
    let mut losses = LossReport::default();
    for CellChanges { variable, change, count, first_row, example } in &written.changes {
        let loss = match change {
            CellChange::NotANumber => Loss::new(LossCode::RANGE, "NaN stored as ."),
            CellChange::OutOfRange => Loss::new(LossCode::RANGE, "stored as .").wrong(),
            CellChange::Rounded => Loss::new(LossCode::PRECISION, "rounded"),
            CellChange::SubMillisecond => {
                Loss::new(LossCode::TIME_PRECISION, "the part below a millisecond is cut")
            }
            CellChange::Cut => Loss::new(LossCode::TEXT_TRUNCATED, "cut at the longest fixed string"),
            CellChange::Replaced => {
                Loss::new(LossCode::TEXT_REPLACED, "characters outside Windows-1252 stored as ?")
            }
        };
        let loss = loss.table(table).variable(name(*variable));
        losses.add(loss.count(*count).first(Some(*first_row), example.clone()));
    }
    if written.replaced_in_metadata > 0 {
        let loss =
            Loss::new(LossCode::TEXT_REPLACED, "characters of labels outside Windows-1252 stored as ?");
        losses.add(loss.table(table).count(written.replaced_in_metadata));
    }
    losses
}
