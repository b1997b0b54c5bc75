//! Writes a decided table into a sink.

use arrow_schema::ArrowError;
use exporter_core::nested::flatten;
use exporter_core::sink::temp_file;
use exporter_core::{
    Loss, LossCode, LossReport, Output, Result, Scan, TableRows, TableWriter, Written, stage,
};
use exporter_stata::LongTextOption;

use super::table::DtaTable;
use crate::error::DtaError;
use crate::metadata::DtaMetadata;
use crate::options::DtaOptions;
use crate::spec_storage::StorageType;
use crate::writer::{
    CellChange, DtaWriter, LongText, OutOfRange, STORE_AS_MISSING, WriterOptions, WriterSummary, strl_bytes,
};

/// What becomes of characters in texts, which the plan has counted.
pub(super) const REPLACED: &str = "characters outside Windows-1252 stored as ?";

impl TableWriter for DtaTable<'_> {
    fn is_seekable(&self) -> bool {
        self.has_strl()
    }

    /// Writes the table. Where it has strL contents and the sink cannot seek their bytes must be known first, so that the
    /// rows need not wait for them in a file; the contents themselves do. What the profile does not tell is counted.
    fn write(self: Box<Self>, rows: &TableRows<'_>, output: &mut Output<'_>) -> Result<Written> {
        let context = rows.context();
        let temp = context.temp().to_path_buf();
        let mut options = WriterOptions::new(Box::new(move || temp_file(&temp).map_err(Into::into)));
        options.rows = Some(self.rows);
        options.threads = context.threads();
        options.buffer_bytes = context.share(options.buffer_bytes);
        options.share_strl = self.options.share_strl;
        let allowed = Loss::new(LossCode::RANGE, "stored as missing").wrong();
        if context.policy().accepts(&allowed) {
            options.out_of_range = OutOfRange::Missing;
        }
        if texts_are_cut(&self.metadata, self.options) {
            options.long_text = LongText::Cut;
        }
        if self.has_strl() && !output.is_seekable() && !self.options.share_strl {
            options.strl_bytes = match self.strl_bytes {
                None => Some(self.count_strl_bytes(rows)?),
                known => known,
            };
        }
        let start = if output.is_seekable() { DtaWriter::seekable } else { DtaWriter::new };
        let Self { metadata, cut_at_nul, .. } = *self;
        let mut writer = start(output, metadata, options).map_err(refusal)?;
        let batches = rows.scan(&Scan::all().with_reasons())?.map(|batch| {
            batch
                .and_then(|batch| flatten(batch, &cut_at_nul))
                .map_err(|error| ArrowError::ExternalError(Box::new(error)))
        });
        writer.write_batches(batches).map_err(refusal)?;
        let (_, written) = writer.finish().map_err(refusal)?;
        // The file has the variables of the table, each at its place.
        let table = rows.table();
        let original = |position: usize| {
            table.variables.get(position).map(|variable| variable.name.clone()).unwrap_or_default()
        };
        Ok(Written::new(written.rows).with_losses(losses(&written, &table.name, original)))
    }
}

impl DtaTable<'_> {
    fn has_strl(&self) -> bool {
        self.metadata.variables.iter().any(|variable| variable.storage == StorageType::StrL)
    }

    /// Bytes of the strL contents.
    fn count_strl_bytes(&self, rows: &TableRows<'_>) -> Result<u64> {
        let progress = rows.context().progress();
        let variables = self.metadata.variables.iter().enumerate();
        let columns: Vec<usize> = variables
            .filter(|(_, variable)| variable.storage == StorageType::StrL)
            .map(|(column, _)| column)
            .collect();
        progress.stage(stage::PROFILE, Some(self.rows));
        let mut bytes = 0;
        for batch in rows.scan(&Scan::all().columns(columns))? {
            for column in flatten(batch?, &[])?.columns() {
                bytes += strl_bytes(column, self.metadata.release).unwrap_or_default();
            }
        }
        // The rows of the stage that was interrupted are still to come.
        progress.stage(stage::WRITE, Some(self.rows));
        Ok(bytes)
    }
}

/// An error of the codec; a value it would store as missing, were that allowed, is refused because of a loss.
fn refusal(error: DtaError) -> exporter_core::Error {
    match error {
        DtaError::Value { value, storage, variable, row, remedy: STORE_AS_MISSING } => {
            exporter_rows::refused("dta", (&value, &storage), &variable, row)
        }
        error => error.into(),
    }
}

/// Whether texts beyond the fixed string are cut, which the plan has said.
fn texts_are_cut(metadata: &DtaMetadata, options: &DtaOptions) -> bool {
    !metadata.release.has_strl() || options.choices.long_text == LongTextOption::Cut
}

/// What only the data showed.
fn losses(written: &WriterSummary, table: &str, name: impl Fn(usize) -> String) -> LossReport {
    let words = |change: CellChange| match change {
        CellChange::NotANumber => "NaN stored as .",
        CellChange::OutOfRange => "stored as .",
        CellChange::Rounded => "rounded",
        CellChange::SubMillisecond => "the part below a millisecond is cut",
        CellChange::Cut => "cut at the longest fixed string",
        CellChange::Blanks => "blanks at the end are not kept",
        CellChange::Nul => "texts with a NUL may end there in other programs",
        CellChange::Replaced => REPLACED,
    };
    exporter_rows::losses(&written.changes, table, name, words)
}
