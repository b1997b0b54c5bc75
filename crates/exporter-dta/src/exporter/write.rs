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
use crate::error::DtaError;
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

    /// Writes the table. Where it has strL contents and the sink cannot seek they are counted first, so that the rows need
    /// not wait for them in a file; the contents themselves do.
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
        let has_strl = table.metadata.variables.iter().any(|variable| variable.storage == StorageType::StrL);
        if has_strl && sink.seeks() {
            let entry = sink.create_random(&table.entry, context.temp())?;
            return table.write_rows(entry, DtaWriter::seekable, options, context);
        }
        if has_strl && !table.options.share_strl {
            options.strl_bytes = Some(count_strl_bytes(&table, context)?);
        }
        let entry = sink.create(&table.entry)?;
        table.write_rows(entry, DtaWriter::new, options, context)
    }
}

impl TablePlan<'_> {
    /// Writes the rows with the writer that `start` makes, and ends the entry.
    fn write_rows<E: Entry + ?Sized>(
        self,
        entry: Box<E>,
        start: impl FnOnce(Box<E>, DtaMetadata, WriterOptions) -> Started<E>,
        options: WriterOptions,
        context: &Context,
    ) -> Result<Summary> {
        let Self { data, id, name, entry: spec, metadata, cut_at_nul, remarks, .. } = self;
        let place = |error: DtaError| refusal(error).table(&name).entry(&spec.path);
        let mut writer = start(entry, metadata, options).map_err(place)?;
        let batches = context.scan(data, id, &Scan::all())?;
        let batches = batches.map(|batch| {
            batch
                .and_then(|batch| ready(batch, &cut_at_nul))
                .map_err(|error| ArrowError::ExternalError(Box::new(error)))
        });
        writer.write_batches(batches).map_err(place)?;
        let (entry, written) = writer.finish().map_err(place)?;
        context.cancel().check()?;
        let receipt = entry.commit()?;
        context.progress().bytes(receipt.bytes);

        // The file has the variables of the table, each at its place.
        let variables = &exporter_core::dataset::table_of(data.codebook(), id)?.variables;
        let original = |position: usize| {
            variables.get(position).map(|variable| variable.name.clone()).unwrap_or_default()
        };
        let mut summary = Summary::default();
        summary.losses = losses(&written, &name, original);
        summary.remarks = remarks;
        summary.entries.push(EntryReport {
            path: receipt.path,
            media_type: spec.media_type,
            table: Some(id),
            rows: Some(written.rows),
            bytes: receipt.bytes,
        });
        Ok(summary)
    }
}

/// A writer into an entry, or why there is none.
type Started<E> = std::result::Result<DtaWriter<Box<E>>, DtaError>;

/// An error of the codec; a value it would store as missing, were that allowed, is refused because of a loss.
fn refusal(error: DtaError) -> exporter_core::Error {
    match error {
        DtaError::Value { value, storage, variable, row, remedy: STORE_AS_MISSING } => {
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
    context.progress().stage("measure", Some(table.rows));
    let mut bytes = 0;
    for batch in context.scan(table.data, table.id, &Scan::all().columns(columns))? {
        for column in ready(batch?, &[])?.columns() {
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
