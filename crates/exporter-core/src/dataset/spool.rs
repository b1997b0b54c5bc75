//! One-shot inputs, spooled once to Arrow IPC in the temp folder so that they can be read again; compressed with the feature
//! `compressed-spool`.

use std::io::{BufReader, BufWriter, Write};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_ipc::CompressionType;
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::{IpcWriteOptions, StreamWriter};
use arrow_schema::SchemaRef;

use super::{Batches, Dataset, Scan, TableId, select, table_of};
use crate::codebook::Codebook;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::sink::temp_file;
use crate::source::{Cursor, FileBytes, ReadAt};

/// A dataset whose tables were spooled to unnamed temporary files.
#[derive(Debug)]
pub struct SpooledDataset {
    codebook: Codebook,
    tables: Vec<SpooledTable>,
}

#[derive(Debug)]
struct SpooledTable {
    bytes: Arc<dyn ReadAt>,
    rows: u64,
}

impl SpooledDataset {
    /// Spools one stream per table of the codebook, in its order.
    ///
    /// # Errors
    /// When a stream fails, the export is cancelled or the temp folder is full.
    pub fn spool(codebook: Codebook, tables: Vec<Batches<'_>>, context: &Context) -> Result<Self> {
        if codebook.tables.len() != tables.len() {
            return Err(Error::invalid(format!(
                "the codebook has {} tables, but {} streams were given",
                codebook.tables.len(),
                tables.len()
            )));
        }
        let tables =
            tables.into_iter().map(|batches| SpooledTable::spool(batches, context)).collect::<Result<_>>()?;
        Ok(Self { codebook, tables })
    }
}

impl SpooledTable {
    fn spool(batches: Batches<'_>, context: &Context) -> Result<Self> {
        let file = temp_file(context.temp())?;
        let compression = cfg!(feature = "compressed-spool").then_some(CompressionType::LZ4_FRAME);
        let options = IpcWriteOptions::default().try_with_compression(compression)?;
        let schema: SchemaRef = batches.schema().clone();
        let mut writer =
            StreamWriter::try_new_with_options(BufWriter::with_capacity(1 << 20, file), &schema, options)?;
        let mut rows = 0;
        for batch in batches {
            context.cancel().check()?;
            let batch: RecordBatch = batch?;
            rows += batch.num_rows() as u64;
            writer.write(&batch)?;
        }
        writer.finish()?;
        let mut output = writer.into_inner()?;
        let failed = |source| Error::io("cannot spool the input", source);
        output.flush().map_err(failed)?;
        let file = output.into_inner().map_err(|error| failed(error.into_error()))?;
        Ok(Self { bytes: Arc::new(FileBytes::new(file).map_err(failed)?), rows })
    }

    fn open(&self) -> Result<StreamReader<BufReader<Cursor>>> {
        let cursor = Cursor::new(Arc::clone(&self.bytes));
        Ok(StreamReader::try_new(BufReader::with_capacity(1 << 20, cursor), None)?)
    }
}

impl Dataset for SpooledDataset {
    fn codebook(&self) -> &Codebook {
        &self.codebook
    }

    fn rows(&self, table: TableId) -> Option<u64> {
        self.tables.get(table.0).map(|table| table.rows)
    }

    fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
        let description = table_of(&self.codebook, table)?;
        let spooled = self.tables.get(table.0).ok_or_else(|| Error::not_found("table was not spooled"))?;
        let reader = spooled.open()?;
        select(description, scan, reader.map(|batch| batch.map_err(Error::from)))
    }
}
