//! Reading Arrow IPC files and streams as a dataset.

use std::sync::Arc;

use exporter_core::codebook::Parent;
use exporter_core::dataset::{Batches, FoldedReasons, at_most, table_of};
use exporter_core::{Codebook, Context, Dataset, Loss, LossCode, LossReport, Result, Scan, Source, TableId};

use super::decode::Decoded;
use super::layout::{Layout, UNREAD};
use crate::layout::codebook::{Restored, restore};
use crate::layout::reasons::folded;
use crate::look::Look;
use crate::options::{CategoriesAs, ReadOptions};
use crate::positioned::Positioned;
use crate::readable::{Readable, Unread};
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
    /// Opens a file or stream, finds its batches and reads the dictionaries of columns that may be categorical; the table is
    /// called by the stem of the source's name unless the stored codebook says otherwise. Scans decode with the threads of the
    /// context and within a quarter of its memory; the rows are the same.
    ///
    /// # Errors
    /// When the bytes cannot be read, they are not Arrow IPC, or they contradict each other.
    pub fn open(source: &Source<'_>, options: &ReadOptions, context: &Context) -> Result<Self> {
        let (file, name) = (Positioned::new(Arc::clone(&source.bytes)), source.stem());
        let layout = Arc::new(Layout::read(&file)?);
        let fields = layout.schema.fields();
        let described = |column: usize| {
            fields.get(column).map_or_else(String::new, |field| field.data_type().to_string())
        };
        let columns = fields.iter().map(|field| match field.metadata().get(UNREAD) {
            Some(why) => Err(Unread { name: field.name().clone(), why: why.clone() }),
            None => Ok(Arc::clone(field)),
        });
        let mut readable = Readable::of(columns, layout.schema.metadata().clone(), described);
        readable.check("arrow")?;
        let (threads, memory) = (context.threads(), context.memory() / 4);
        let mut look = Look::at(&readable.fields, options.categories == CategoriesAs::Labels);
        let (dictionaries, whole) = look.wanted();
        for (columns, layout) in [(dictionaries, layout.of_dictionaries()), (whole, Arc::clone(&layout))] {
            let places: Vec<usize> =
                columns.iter().filter_map(|column| readable.columns.get(*column).copied()).collect();
            if !places.is_empty() {
                for batch in Decoded::new(file.clone(), layout, places, (threads, memory)) {
                    look.add(&columns, &batch?)?;
                }
            }
        }
        readable.looked(look);
        let mut restored = restore(&mut readable, name, options, layout.rows())?;
        if !layout.ended {
            // The format allows a stream to end without a mark, so that this is no error.
            let action = "the stream has no end mark: rows may be missing, it may be cut off";
            restored.losses.push(Loss::new(LossCode::NOT_READ, action));
        }
        Ok(Self { file, layout, readable, restored, threads, memory })
    }

    /// Takes the columns of missing reasons for the reasons of their variables, as the inputs of this crate do; without it they
    /// are variables of their own.
    pub fn with_reasons(self) -> FoldedReasons<Self> {
        let shown = self.readable.shown.clone();
        folded(self, &shown)
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
