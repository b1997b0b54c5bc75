//! What all formats of this crate plan alike: entries, the codebook to store, and the way a table's rows are taken.

use std::io::{BufWriter, Write};

use arrow_array::RecordBatch;
use arrow_schema::{Schema, SchemaRef};
use exporter_core::dataset::arrow_schema;
use exporter_core::format::FormatInfo;
use exporter_core::sink::EntrySpec;
use exporter_core::{
    Codebook, Context, Dataset, EntryReport, Error, Loss, LossCode, LossReport, Plan, Result, Scan, Sink,
    Summary, TableId,
};

use crate::ParquetError;
use crate::layout::codebook::{self, CODEBOOK_KEY, TABLE_KEY};
use crate::layout::cutting::chunk_rows;

/// Buffer before the sink, in bytes.
const OUTPUT_BUFFER: usize = 1 << 18;

/// Writes the rows of one table to an output.
pub(super) trait TableWriter: Send + Sync {
    /// Writes and returns the number of rows; `metadata` are the file's keys and values.
    fn write(&self, output: &mut (dyn Write + Send), table: &TableRows<'_>) -> Result<u64, ParquetError>;
}

/// One table on its way into a file.
pub(super) struct TableRows<'a> {
    data: &'a dyn Dataset,
    id: TableId,
    pub(super) context: &'a Context,
    pub(super) schema: SchemaRef,
    /// Keys and values of the file's metadata.
    pub(super) metadata: Vec<(String, String)>,
}

impl TableRows<'_> {
    /// The rows, cut into chunks that do not depend on how the source cut them.
    pub(super) fn chunks(
        &self,
    ) -> Result<impl Iterator<Item = Result<RecordBatch, ParquetError>> + Send + '_, ParquetError> {
        let rows = chunk_rows(self.schema.fields().len());
        let scan = Scan::all().batch_rows(rows);
        let batches = self.context.scan(self.data, self.id, &scan).map_err(ParquetError::Rows)?;
        Ok(batches.rechunk(rows).map(|batch| batch.map_err(ParquetError::Rows)))
    }
}

/// Everything decided for a format of this crate.
pub(super) struct TablesPlan<'a, W> {
    data: &'a dyn Dataset,
    info: &'static FormatInfo,
    writer: W,
    codebook: Option<String>,
    entries: Vec<EntrySpec>,
    losses: LossReport,
}

/// The entries of a codebook's tables.
pub(super) fn entries(info: &FormatInfo, codebook: &Codebook) -> Vec<EntrySpec> {
    let extension = info.extensions.first().copied().unwrap_or(info.id);
    exporter_core::table_entries(codebook, extension, info.media_type)
}

impl<'a, W: TableWriter + 'a> TablesPlan<'a, W> {
    pub(super) fn new(
        data: &'a dyn Dataset,
        info: &'static FormatInfo,
        writer: W,
        with_codebook: bool,
    ) -> Result<Self> {
        let mut losses = LossReport::default();
        let entries = entries(info, data.codebook())
            .into_iter()
            .map(|spec| match spec.table.and_then(|table| data.rows(table)) {
                Some(rows) => spec.rows(rows),
                None => spec,
            })
            .collect();
        let codebook = match with_codebook {
            true => {
                let stored = codebook::store(data.codebook())?;
                for name in stored.dropped {
                    losses.add(
                        Loss::new(LossCode::DOCUMENT_DROPPED, "stored without its bytes, which are too many")
                            .first(None, name),
                    );
                }
                Some(stored.json)
            }
            false => {
                losses.add(Loss::new(LossCode::METADATA_DROPPED, "left out, as codebook=false asks"));
                None
            }
        };
        Ok(Self { data, info, writer, codebook, entries, losses })
    }

    pub(super) fn losses_mut(&mut self) -> &mut LossReport {
        &mut self.losses
    }
}

impl<W: TableWriter> Plan for TablesPlan<'_, W> {
    fn entries(&self) -> &[EntrySpec] {
        &self.entries
    }

    fn losses(&self) -> &LossReport {
        &self.losses
    }

    fn write(self: Box<Self>, sink: &dyn Sink, context: &Context) -> Result<Summary> {
        let mut summary = Summary::default();
        for spec in &self.entries {
            context.cancel().check()?;
            let Some(id) = spec.table else { continue };
            let table = exporter_core::dataset::table_of(self.data.codebook(), id)?;
            let columns: Vec<usize> = (0..table.variables.len()).collect();
            let mut metadata = vec![(TABLE_KEY.to_owned(), table.name.clone())];
            metadata.extend(self.codebook.as_ref().map(|json| (CODEBOOK_KEY.to_owned(), json.clone())));
            let rows =
                TableRows { data: self.data, id, context, schema: arrow_schema(table, &columns), metadata };
            let mut entry = sink.create(spec)?;
            let named = |error: Error| error.entry(&spec.path).table(&table.name);
            let mut output = BufWriter::with_capacity(OUTPUT_BUFFER, &mut entry);
            let written = self.writer.write(&mut output, &rows).map_err(|error| named(error.into()))?;
            output.flush().map_err(|source| named(Error::io("cannot write the entry", source)))?;
            drop(output);
            let receipt = entry.commit()?;
            summary.entries.push(EntryReport {
                path: receipt.path,
                media_type: self.info.media_type.into(),
                table: Some(id),
                rows: Some(written),
                bytes: receipt.bytes,
            });
        }
        Ok(summary)
    }
}

/// A schema with the file's metadata.
pub(super) fn with_metadata(schema: &SchemaRef, metadata: &[(String, String)]) -> Schema {
    Schema::new_with_metadata(schema.fields().clone(), metadata.iter().cloned().collect())
}
