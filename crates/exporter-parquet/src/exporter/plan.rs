//! What the formats of this crate share: the codebook in the file's metadata, and the way a table's rows are cut.

use std::io::{BufWriter, Write};

use arrow_array::RecordBatch;
use arrow_schema::{Schema, SchemaRef};
use exporter_core::carry::{Carry, Part};
use exporter_core::dataset::arrow_schema;
use exporter_core::exporter::{Output, TableRows, TableWriter, TablesPlan, Written};
use exporter_core::format::FormatInfo;
use exporter_core::sink::EntrySpec;
use exporter_core::{Codebook, Dataset, Error, Exporter, Loss, LossCode, Planning, Result, Scan, TableId};

use crate::ParquetError;
use crate::layout::codebook::{self, CODEBOOK_KEY, TABLE_KEY};
use crate::layout::cutting::chunk_rows;

/// Buffer before the sink, in bytes.
const OUTPUT_BUFFER: usize = 1 << 18;

/// Writes the rows of a table to an output.
pub(super) trait RowWriter: Copy + Send {
    /// The columns as the file stores them.
    fn stored(&self, schema: &SchemaRef) -> SchemaRef;

    /// Writes and returns the number of rows; `metadata` are the file's keys and values.
    fn write(
        self,
        output: &mut (dyn Write + Send),
        schema: &SchemaRef,
        metadata: Vec<(String, String)>,
        rows: &TableRows<'_>,
    ) -> Result<u64, ParquetError>;
}

/// The rows of a table, cut into chunks that do not depend on how the source cut them.
pub(super) fn chunks<'a>(
    rows: &TableRows<'a>,
    schema: &Schema,
) -> Result<impl Iterator<Item = Result<RecordBatch, ParquetError>> + Send + use<'a>, ParquetError> {
    let count = chunk_rows(schema.fields().len());
    let batches = rows.scan(&Scan::all().batch_rows(count)).map_err(ParquetError::Rows)?;
    Ok(batches.rechunk(count).map(|batch| batch.map_err(ParquetError::Rows)))
}

/// The entries of a codebook's tables.
pub(super) fn entries(info: &FormatInfo, codebook: &Codebook) -> Vec<EntrySpec> {
    let extension = info.extensions.first().copied().unwrap_or(info.id);
    exporter_core::table_entries(codebook, extension, info.media_type)
}

/// The codebook goes into the file, or nothing but names and types does.
pub(super) fn carries(part: Part, with_codebook: bool) -> Carry {
    match part {
        Part::MissingReasons => Carry::Dropped("the rows hold a null"),
        Part::StudyTitle
        | Part::StudyDescription
        | Part::Languages
        | Part::Documents
        | Part::TableLabel
        | Part::TableNotes
        | Part::Groups
        | Part::Keys
        | Part::SortOrder
        | Part::VariableLabel
        | Part::ValueLabels
        | Part::MissingValues
        | Part::DisplayFormat
        | Part::Measure
        | Part::Question
        | Part::VariableNotes
        | Part::VariableDescription
        | Part::Attributes => match with_codebook {
            true => Carry::Whole,
            false => Carry::Dropped("left out, as codebook=false asks"),
        },
    }
}

/// Plans every table with the same writer.
pub(super) fn plan<'a>(
    exporter: &'a dyn Exporter,
    writer: impl RowWriter + 'a,
    with_codebook: bool,
    data: &'a dyn Dataset,
    with: &Planning<'_>,
) -> Result<TablesPlan<'a>> {
    let codebook = data.codebook();
    let mut plan = TablesPlan::new(data, with.losses(exporter, codebook));
    for (index, (table, entry)) in codebook.tables.iter().zip(exporter.entries(codebook)).enumerate() {
        let columns: Vec<usize> = (0..table.variables.len()).collect();
        let schema = arrow_schema(table, &columns);
        let stored = match with_codebook {
            true => codebook::store(codebook, TableId(index), &writer.stored(&schema))?,
            false => None,
        };
        let (json, dropped) = stored.map(|stored| (stored.json, stored.dropped)).unzip();
        for name in dropped.into_iter().flatten() {
            let action = "stored without its bytes, which are too many";
            let loss = Loss::new(LossCode::DOCUMENT_DROPPED, action).table(&table.name);
            plan.changes.losses.add(loss.first(None, name));
        }
        plan.push(TableId(index), entry, Table { writer, schema, codebook: json });
    }
    Ok(plan)
}

struct Table<W> {
    writer: W,
    schema: SchemaRef,
    codebook: Option<String>,
}

impl<W: RowWriter> TableWriter for Table<W> {
    fn write(self: Box<Self>, rows: &TableRows<'_>, output: &mut Output<'_>) -> Result<Written> {
        let table = rows.table();
        let mut metadata = vec![(TABLE_KEY.to_owned(), table.name.clone())];
        metadata.extend(self.codebook.map(|json| (CODEBOOK_KEY.to_owned(), json)));
        let mut output = BufWriter::with_capacity(OUTPUT_BUFFER, output);
        let written = self.writer.write(&mut output, &self.schema, metadata, rows)?;
        output.flush().map_err(|source| Error::io("cannot write the entry", source))?;
        Ok(Written::new(written))
    }
}

/// A schema with the file's metadata.
pub(super) fn with_metadata(schema: &SchemaRef, metadata: Vec<(String, String)>) -> Schema {
    Schema::new_with_metadata(schema.fields().clone(), metadata.into_iter().collect())
}
