//! Reading Arrow IPC files and streams as a dataset.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::Block;
use arrow_ipc::reader::FileDecoder;
use exporter_core::dataset::{Batches, FoldedReasons, table_of};
use exporter_core::{Codebook, Dataset, LossReport, Result, Scan, Source, TableId};

use super::claims;
use super::layout::{Content, Layout, malformed, message};
use crate::ParquetError;
use crate::contained::contained;
use crate::layout::codebook::{CODEBOOK_KEY, Restored, TABLE_KEY, check_rows, restore};
use crate::layout::reasons::folded;
use crate::options::ReadOptions;
use crate::positioned::Positioned;
use crate::readable::Readable;
use crate::selection::{Columns, Selected, columns_to_read};

/// Most rows of a delivered batch: batches of any size are cut, so that what follows stays bounded.
const MAX_BATCH_ROWS: usize = 1 << 16;

/// An Arrow IPC file or stream as a dataset of one table; scans read it again from the file.
#[derive(Debug)]
pub struct ArrowDataset {
    file: Positioned,
    layout: Layout,
    readable: Readable,
    restored: Restored,
}

impl ArrowDataset {
    /// Opens a file or stream and finds its batches; the table is called by the stem of the source's name unless the stored
    /// codebook says otherwise.
    ///
    /// # Errors
    /// When the bytes cannot be read, they are not Arrow IPC or contradict each other, or the stored codebook is broken.
    pub fn open(source: &Source<'_>, options: &ReadOptions) -> Result<Self> {
        let (file, name) = (Positioned::new(Arc::clone(&source.bytes)), source.stem());
        let layout = Layout::read(&file)?;
        let fields = layout.schema.fields();
        let described = |column: usize| {
            fields.get(column).map_or_else(String::new, |field| field.data_type().to_string())
        };
        let readable =
            Readable::of(fields.iter().cloned().map(Ok), layout.schema.metadata().clone(), described);
        let value = |key: &str| readable.shown.metadata().get(key).map(String::as_str);
        let (json, table) = match options.codebook {
            true => (value(CODEBOOK_KEY), value(TABLE_KEY).unwrap_or(name)),
            false => (None, name),
        };
        let mut restored = restore(json, table, &readable.shown)?;
        check_rows(&mut restored, layout.rows());
        if !layout.ended {
            restored.remarks.push("the stream has no end mark: it may be cut off".into());
        }
        Ok(Self { file, layout, readable, restored })
    }

    /// Takes the columns of missing reasons for the reasons that they tell, as the inputs of this crate do; without it they
    /// are variables of their own.
    pub fn with_reasons(self) -> FoldedReasons<Self> {
        let shown = self.readable.shown.clone();
        folded(self, &shown)
    }

    /// The whole codebook as stored, with the tables of other files.
    pub fn stored_codebook(&self) -> Option<&Codebook> {
        self.restored.whole.as_ref()
    }

    /// Where the stored codebook did not fit the columns and the columns won.
    pub fn remarks(&self) -> &[String] {
        &self.restored.remarks
    }
}

impl Dataset for ArrowDataset {
    fn codebook(&self) -> &Codebook {
        &self.restored.codebook
    }

    fn rows(&self, table: TableId) -> Option<u64> {
        (table.0 == 0).then(|| self.layout.rows())
    }

    fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
        let description = table_of(self.codebook(), table)?;
        let delivered = scan.projection(description)?;
        let read = columns_to_read(scan, description, &delivered)?;
        let columns = Columns::new(description, &self.readable, &delivered, &read)?;
        let schema = columns.schema();
        let places = read.iter().filter_map(|column| self.readable.columns.get(*column).copied()).collect();
        let decoder =
            FileDecoder::new(self.layout.schema.clone(), self.layout.version).with_projection(places);
        let rows = scan.batch_rows.unwrap_or(MAX_BATCH_ROWS).clamp(1, MAX_BATCH_ROWS);
        let decoded = Decoded { dataset: self, decoder, next: 0, rest: None, rows };
        Ok(Batches::new(schema, Selected::new(decoded, columns, scan.filter.clone(), scan.limit)))
    }

    fn losses(&self) -> LossReport {
        self.readable.losses(self.codebook())
    }
}

/// The batches as decoded, cut to a bounded number of rows.
struct Decoded<'d> {
    dataset: &'d ArrowDataset,
    decoder: FileDecoder,
    next: usize,
    rest: Option<RecordBatch>,
    rows: usize,
}

impl Decoded<'_> {
    /// Decodes messages up to the next batch.
    fn batch(&mut self) -> Result<Option<RecordBatch>, ParquetError> {
        while let Some((content, block)) = self.dataset.layout.messages.get(self.next) {
            self.next += 1;
            let bytes = self.bytes(block)?;
            let decoded = match content {
                Content::Dictionary => {
                    contained("arrow", || self.decoder.read_dictionary(block, &bytes))?;
                    None
                }
                Content::Rows(_) => contained("arrow", || self.decoder.read_record_batch(block, &bytes))?,
            };
            if decoded.is_some() {
                return Ok(decoded);
            }
        }
        Ok(None)
    }

    fn bytes(&self, block: &Block) -> Result<Buffer, ParquetError> {
        let part = |length: i64| usize::try_from(length).map_err(|_| malformed("a batch has no place"));
        let head = part(block.metaDataLength().into())?;
        let length = head.saturating_add(part(block.bodyLength())?);
        let start = u64::try_from(block.offset()).map_err(|_| malformed("a batch has no place"))?;
        let bytes = self.dataset.file.read(start, length)?;
        let body = bytes.get(head..).unwrap_or_default();
        claims::check(&message(&bytes)?, body)?;
        Ok(Buffer::from_vec(bytes))
    }
}

impl Iterator for Decoded<'_> {
    type Item = Result<RecordBatch, ParquetError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = match self.rest.take() {
            Some(rest) => rest,
            None => match self.batch() {
                Ok(batch) => batch?,
                Err(error) => return Some(Err(error)),
            },
        };
        if batch.num_rows() > self.rows {
            self.rest = Some(batch.slice(self.rows, batch.num_rows() - self.rows));
        }
        Some(Ok(batch.slice(0, self.rows.min(batch.num_rows()))))
    }
}
