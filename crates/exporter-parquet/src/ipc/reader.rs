//! Reading Arrow IPC files and streams as a dataset.

use std::sync::Arc;

use exporter_core::codebook::Parent;
use exporter_core::dataset::{Batches, FoldedReasons, at_most, table_of};
use exporter_core::{Codebook, Context, Dataset, Loss, LossCode, LossReport, Result, Scan, Source, TableId};

use super::decode::Decoded;
use super::layout::Layout;
use crate::layout::codebook::{CODEBOOK_KEY, Restored, TABLE_KEY, check_rows, restore};
use crate::layout::reasons::folded;
use crate::options::ReadOptions;
use crate::positioned::Positioned;
use crate::readable::Readable;
use crate::selection::selected;

/// Most rows of a delivered batch: batches of any size are cut, so that what follows stays bounded.
const MAX_BATCH_ROWS: usize = 1 << 16;

/// An Arrow IPC file or stream as a dataset of one table; scans read it again from the file.
#[derive(Debug)]
pub struct ArrowDataset {
    file: Positioned,
    layout: Arc<Layout>,
    readable: Readable,
    restored: Restored,
    threads: usize,
    memory: u64,
}

impl ArrowDataset {
    /// Opens a file or stream and finds its batches; the table is called by the stem of the source's name unless the stored
    /// codebook says otherwise.
    ///
    /// # Errors
    /// When the bytes cannot be read, they are not Arrow IPC, or they contradict each other.
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
            // The format allows a stream to end without a mark, so that this is no error.
            let action = "the stream has no end mark: rows may be missing, it may be cut off";
            restored.losses.push(Loss::new(LossCode::NOT_READ, action));
        }
        Ok(Self { file, layout: Arc::new(layout), readable, restored, threads: 1, memory: 0 })
    }

    /// Decodes with the threads of the context and within a quarter of its memory; the rows are the same.
    #[must_use]
    pub fn with_context(mut self, context: &Context) -> Self {
        (self.threads, self.memory) = (context.threads(), context.memory() / 4);
        self
    }

    /// Takes the columns of missing reasons for the reasons of their variables, as the inputs of this crate do; without it they
    /// are variables of their own.
    pub fn with_reasons(self) -> FoldedReasons<Self> {
        let shown = self.readable.shown.clone();
        folded(self, &shown)
    }

    /// The whole codebook as stored, with the tables of other files.
    pub fn stored_codebook(&self) -> Option<&Codebook> {
        self.restored.whole.as_ref()
    }
}

impl Dataset for ArrowDataset {
    fn codebook(&self) -> &Codebook {
        &self.restored.codebook
    }

    fn rows(&self, table: TableId) -> Option<u64> {
        (table.0 == 0).then(|| self.layout.rows())
    }

    fn holds_reasons(&self, _: TableId) -> bool {
        false
    }

    fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
        let description = table_of(self.codebook(), table)?;
        let read = scan.needed(description)?;
        let places = read.iter().filter_map(|column| self.readable.columns.get(*column).copied()).collect();
        let rows = scan.batch_rows.unwrap_or(MAX_BATCH_ROWS).clamp(1, MAX_BATCH_ROWS);
        // A limit is soon reached.
        let threads = if scan.limit.is_some() { 1 } else { self.threads };
        let decoded =
            Decoded::new(self.file.clone(), Arc::clone(&self.layout), places, (threads, self.memory));
        selected(description, &self.readable, scan, at_most(decoded, rows))
    }

    fn parent(&self, table: TableId) -> Option<&Parent> {
        self.restored.parent.as_ref().filter(|_| table.0 == 0)
    }

    fn losses(&self) -> LossReport {
        self.readable.losses(&self.restored)
    }
}
