//! Writes a decided table into a sink.

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::{ArrowError, Field, Schema};
use exporter_core::sink::temp_file;
use exporter_core::{Context, Dataset, EntryReport, Loss, LossCode, LossReport, Result, Scan, Sink, Summary};

use super::nested_json::{is_nested, json_texts};
use super::table::TablePlan;
use crate::metadata::DtaMetadata;
use crate::options::DtaOptions;
use crate::spec_storage::StorageType;
use crate::writer::{
    CellChange, CellChanges, DtaWriter, LongText, OutOfRange, WriterOptions, WriterSummary, strl_bytes,
};

/// Writes one table: its strL contents are counted first where there are any, so that no byte is written twice.
pub(super) fn write_table(
    data: &dyn Dataset,
    table: TablePlan,
    options: &DtaOptions,
    sink: &dyn Sink,
    context: &Context,
) -> Result<Summary> {
    let temp = context.temp().to_path_buf();
    let mut writer_options = WriterOptions::new(Box::new(move || temp_file(&temp).map_err(Into::into)));
    writer_options.rows = Some(table.rows);
    writer_options.threads = context.threads();
    writer_options.share_strl = options.share_strl;
    let allowed = Loss::new(LossCode::RANGE, "stored as missing").wrong();
    if context.policy().accepts(&allowed) {
        writer_options.out_of_range = OutOfRange::Missing;
    }
    if texts_are_cut(&table.metadata, options) {
        writer_options.long_text = LongText::Cut;
    }
    if !options.share_strl {
        writer_options.strl_bytes = count_strl_bytes(data, &table, context)?;
    }
    let (id, name) = (table.id, table.name);
    let entry = sink.create(&table.entry)?;
    context.progress().stage("write", Some(table.rows));
    let place =
        |error: crate::DtaError| exporter_core::Error::from(error).table(&name).entry(&table.entry.path);
    let written_names: Vec<String> = table.metadata.variables.iter().map(|v| v.name.clone()).collect();
    let mut writer = DtaWriter::new(entry, table.metadata, writer_options).map_err(place)?;
    let batches = context.scan(data, id, &Scan::all())?;
    let batches = batches
        .map(|batch| batch.map_err(|error| ArrowError::ExternalError(Box::new(error))).and_then(flatten));
    writer.write_batches(batches).map_err(place)?;
    let (entry, written) = writer.finish().map_err(place)?;
    context.cancel().check()?;
    let receipt = entry.commit()?;
    context.progress().bytes(receipt.bytes);

    let variables = &exporter_core::dataset::table_of(data.codebook(), id)?.variables;
    let original = |position: usize| {
        let given = variables.get(position).map(|variable| variable.name.as_str());
        given.or_else(|| written_names.get(position).map(String::as_str)).unwrap_or_default().to_owned()
    };
    let mut summary = Summary::default();
    summary.losses = losses(&written, &name, original);
    summary.remarks = table.remarks;
    summary.entries.push(EntryReport {
        path: receipt.path,
        media_type: table.entry.media_type,
        table: Some(id),
        rows: Some(written.rows),
        bytes: receipt.bytes,
    });
    Ok(summary)
}

/// Whether texts beyond the fixed string are cut, which the plan has said.
fn texts_are_cut(metadata: &DtaMetadata, options: &DtaOptions) -> bool {
    !metadata.release.has_strl() || options.long_text == crate::options::LongTextOption::Cut
}

/// Bytes of the strL contents, or `None` without strL variables.
fn count_strl_bytes(data: &dyn Dataset, table: &TablePlan, context: &Context) -> Result<Option<u64>> {
    let variables = table.metadata.variables.iter().enumerate();
    let columns: Vec<usize> = variables
        .filter(|(_, variable)| variable.storage == StorageType::StrL)
        .map(|(column, _)| column)
        .collect();
    if columns.is_empty() {
        return Ok(None);
    }
    context.progress().stage("measure", Some(table.rows));
    let mut bytes = 0;
    for batch in context.scan(data, table.id, &Scan::all().columns(columns))? {
        let batch = flatten(batch?)?;
        for column in batch.columns() {
            bytes += strl_bytes(column, table.metadata.release).unwrap_or_default();
        }
    }
    Ok(Some(bytes))
}

/// Turns nested columns into JSON texts.
fn flatten(batch: RecordBatch) -> std::result::Result<RecordBatch, ArrowError> {
    let schema = batch.schema();
    if !schema.fields().iter().any(|field| is_nested(field.data_type())) {
        return Ok(batch);
    }
    let mut fields = Vec::new();
    let mut columns = Vec::new();
    for (field, column) in schema.fields().iter().zip(batch.columns()) {
        let column = if is_nested(field.data_type()) { json_texts(column)? } else { column.clone() };
        fields.push(Field::new(field.name(), column.data_type().clone(), true));
        columns.push(column);
    }
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Schema::new(fields).into(), columns, &options)
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
