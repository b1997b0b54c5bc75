//! Writes a `.dta` from record batches in bounded memory: append-only, or with strL contents at their place at once where
//! the sink can seek.

mod batch;
mod column;
mod sections;
mod strl_column;
mod strl_records;
#[cfg(test)]
mod tests;
mod text;
mod time_column;
mod validate;

use std::io::{BufWriter, Seek, Write};

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use exporter_core::parallel::ordered_with;
use exporter_rows::{Block, Blocks, Changes, Division, OutputBuffer, Rewrite, Spool};

use crate::error::{DtaError, Result};
use crate::layout::{Layout, TextSizes};
use crate::metadata::DtaMetadata;
use crate::spec_storage::StorageType;
use crate::writer::batch::{ReadyBatch, refusal};
use crate::writer::sections::Sections;
use crate::writer::strl_records::{StrlPlace, StrlRecords};

pub(crate) use sections::text_sizes;

pub(crate) use exporter_rows::STORE_AS_MISSING;
pub(crate) use exporter_rows::{CellChange, CellChanges, LongText, OutOfRange, SpoolFile};
pub use strl_records::strl_bytes;
pub(crate) use validate::check_metadata;

/// Blocks below this size are buffered before they are written.
const BUFFER_BYTES: usize = 64 << 10;

/// How a [`DtaWriter`] works.
#[non_exhaustive]
pub struct WriterOptions {
    /// Rows that will come, if known; unknown spools the rows to a temporary file, unless the sink can seek. To a sink that
    /// can seek they fix where strL contents go, which wait in a temporary file otherwise.
    pub rows: Option<u64>,
    /// Bytes of the strL contents as [`strl_bytes`] counts them, if known; unknown spools the rows as well
    /// where there are strL variables, unless the sink can seek.
    pub strl_bytes: Option<u64>,
    /// Threads in use, the calling one included; bytes do not depend on it.
    pub threads: usize,
    /// Bytes of blocks of rows too wide for the caches, all threads together; two fifths of it remember strL contents for
    /// sharing.
    pub buffer_bytes: usize,
    /// What happens to infinities and to numbers beyond the storage type.
    pub out_of_range: OutOfRange,
    /// What happens to texts longer than their variable.
    pub long_text: LongText,
    /// Whether equal strL values are stored once where memory allows to see it; the vendor's checker reports it.
    pub share_strl: bool,
    /// Makes the temporary files.
    pub spool: SpoolFile,
}

impl WriterOptions {
    /// One thread, nothing known, errors for what does not fit, temporary files from `spool`.
    pub fn new(spool: SpoolFile) -> Self {
        Self {
            rows: None,
            strl_bytes: None,
            threads: 1,
            buffer_bytes: 40 << 20,
            out_of_range: OutOfRange::Error,
            long_text: LongText::Error,
            share_strl: false,
            spool,
        }
    }
}

/// What a finished [`DtaWriter`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WriterSummary {
    /// Rows written.
    pub rows: u64,
    /// Bytes written.
    pub bytes: u64,
    /// Values stored otherwise than they came, by variable.
    pub changes: Vec<CellChanges>,
    /// Characters of labels and other metadata that the charset of the release lacks, stored as `?`.
    pub replaced_in_metadata: u64,
}

/// Writes one `.dta`.
///
/// Everything before the rows is written by [`DtaWriter::new`], rows by [`DtaWriter::write_batches`], and the rest
/// by [`DtaWriter::finish`]; a writer dropped before that leaves an incomplete file.
pub struct DtaWriter<W: Write> {
    sink: W,
    /// How to correct what stands before the rows, where the sink can seek.
    rewrite: Option<Rewrite<W>>,
    metadata: DtaMetadata,
    options: WriterOptions,
    sizes: TextSizes,
    replaced_in_metadata: u64,
    width: usize,
    rows: u64,
    /// Layout announced before the rows, or `None` while rows are spooled.
    layout: Option<Layout>,
    spooled_rows: Spool,
    buffer: OutputBuffer,
    strls: StrlRecords,
    strl_place: StrlPlace<W>,
    changes: Changes,
    /// Whether rows were lost, so that there is no file to finish.
    failed: bool,
}

impl<W: Write + Seek + Send> DtaWriter<W> {
    /// As [`DtaWriter::new`] for a sink that can seek: rows and strL bytes that are not known are corrected at the
    /// end instead of spooling all rows, and where rows are known strL contents go to their place behind them at once
    /// instead of to a temporary file. The bytes are the same.
    ///
    /// The sink must write where it was sought to, also beyond its end, which a file opened for appending does not.
    ///
    /// # Errors
    /// As [`DtaWriter::new`].
    pub fn seekable(mut sink: W, metadata: DtaMetadata, options: WriterOptions) -> Result<Self> {
        let rewrite = Rewrite::new(&mut sink)?;
        Self::start(sink, metadata, options, Some(rewrite))
    }
}

impl<W: Write + Send> DtaWriter<W> {
    /// Checks `metadata` and writes everything that stands before the rows.
    ///
    /// # Errors
    /// Before the first byte: [`DtaError::TooManyVariables`], [`DtaError::Limit`] and [`DtaError::Invalid`] for what
    /// the release cannot hold. [`DtaError::Io`] when writing fails.
    pub fn new(sink: W, metadata: DtaMetadata, options: WriterOptions) -> Result<Self> {
        Self::start(sink, metadata, options, None)
    }

    fn start(
        sink: W,
        metadata: DtaMetadata,
        options: WriterOptions,
        rewrite: Option<Rewrite<W>>,
    ) -> Result<Self> {
        check_metadata(&metadata, options.rows)?;
        let (sizes, replaced_in_metadata) = text_sizes(&metadata);
        let width = usize::try_from(metadata.row_width()).unwrap_or(usize::MAX);
        let has_strl = metadata.variables.iter().any(|variable| variable.storage == StorageType::StrL);
        // What is not known is announced as nothing where it can be corrected.
        let correctable = rewrite.is_some().then_some(0);
        let strl_bytes = if has_strl { options.strl_bytes.or(correctable) } else { Some(0) };
        let strls =
            StrlRecords::new(metadata.release, options.share_strl.then_some(options.buffer_bytes / 5 * 2));
        let layout = options
            .rows
            .or(correctable)
            .zip(strl_bytes)
            .map(|(rows, strl_bytes)| Layout::new(&metadata, &sizes, rows, strl_bytes));
        let placed = layout.filter(|_| has_strl && options.rows.is_some());
        let strl_place = match (&rewrite, placed) {
            (Some(rewrite), Some(layout)) => {
                StrlPlace::Final { next: rewrite.place(layout.first_strl_record()), seek: rewrite.seek_in() }
            }
            _ => StrlPlace::Waiting(Spool::default()),
        };
        let mut writer = Self {
            sink,
            rewrite,
            metadata,
            options,
            sizes,
            replaced_in_metadata,
            width,
            rows: 0,
            layout,
            spooled_rows: Spool::default(),
            buffer: OutputBuffer::new(BUFFER_BYTES),
            strls,
            strl_place,
            changes: Changes::default(),
            failed: false,
        };
        if let Some(layout) = writer.layout {
            writer.write_head(&layout, writer.options.rows.unwrap_or_default())?;
        }
        Ok(writer)
    }

    fn write_head(&mut self, layout: &Layout, rows: u64) -> Result<()> {
        let mut buffered = BufWriter::with_capacity(BUFFER_BYTES, &mut self.sink);
        Sections { metadata: &self.metadata, layout, rows }.before_rows(&mut buffered)?;
        buffered.flush()?;
        Ok(())
    }

    /// Appends one batch whose columns are the variables in their order.
    ///
    /// # Errors
    /// See [`DtaWriter::write_batches`].
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.write_batches(std::iter::once(Ok(batch.clone())))
    }

    /// Appends the rows of `batches`, whose columns are the variables in their order.
    ///
    /// # Errors
    /// [`DtaError::Value`] for a value that its variable cannot hold, [`DtaError::ColumnType`] for a column of an
    /// unforeseen type, [`DtaError::RowCount`] for more rows than announced, [`DtaError::Arrow`] when a batch cannot
    /// be taken, [`DtaError::Io`] when writing fails.
    pub fn write_batches(
        &mut self,
        batches: impl IntoIterator<Item = std::result::Result<RecordBatch, ArrowError>, IntoIter: Send>,
    ) -> Result<()> {
        // Split, so that taking batches, filling and writing borrow different parts.
        let Self { sink, metadata, options, rows, layout, spooled_rows, buffer, width, .. } = self;
        let Self { strls, strl_place, changes, .. } = self;
        let width = *width;
        let metadata = &*metadata;
        let Division { threads, blocks, rows: block_rows, .. } =
            Division::new(width, options.threads, options.buffer_bytes);
        let (announced, policies) = (options.rows, (options.out_of_range, options.long_text));
        let ready = batches.into_iter().map(|batch| {
            let batch = batch?;
            let first_row = *rows + 1;
            *rows += batch.num_rows() as u64;
            match announced {
                Some(announced) if *rows > announced => Err(DtaError::RowCount { announced, found: *rows }),
                _ => ReadyBatch::new(metadata, &batch, first_row, policies),
            }
        });
        let fill = |job, block: &mut Block<ReadyBatch>| block.fill(job).map_err(|bad| refusal(metadata, bad));
        let spool = &mut options.spool;
        let emit = |block: &mut Block<ReadyBatch>| -> Result<()> {
            let Block { rows, bytes, changes: found, .. } = block;
            changes.append(std::mem::take(found));
            if let Some((batch, rows)) = rows.take() {
                strls.take(&batch, rows, width, bytes, changes, |records| {
                    strl_place.append(records, sink, spool)
                })?;
            }
            buffer.add(bytes, &mut |bytes| match layout {
                Some(_) => sink.write_all(bytes),
                None => spooled_rows.append(bytes, spool),
            })?;
            Ok(())
        };
        let outcome = ordered_with(threads, blocks, Blocks::new(ready, block_rows), fill, emit);
        self.failed |= outcome.is_err();
        outcome
    }

    /// Writes everything after the rows and gives back the sink and an account.
    ///
    /// # Errors
    /// [`DtaError::RowCount`] or [`DtaError::Invalid`] when rows or strL bytes differ from those announced (strL bytes
    /// matter to a sink that cannot seek), [`DtaError::Invalid`] when an earlier write failed, [`DtaError::Io`] when
    /// writing fails.
    pub fn finish(mut self) -> Result<(W, WriterSummary)> {
        if self.failed {
            return Err(DtaError::Invalid {
                place: "rows".to_owned(),
                message: "an earlier write failed, so that some are missing; write the file again".to_owned(),
            });
        }
        if let Some(announced) = self.options.rows
            && announced != self.rows
        {
            return Err(DtaError::RowCount { announced, found: self.rows });
        }
        let found = Layout::new(&self.metadata, &self.sizes, self.rows, self.strls.bytes());
        if self.options.rows.is_none() {
            check_metadata(&self.metadata, Some(self.rows))?;
        }
        match self.layout {
            Some(announced) if announced != found && self.rewrite.is_none() => {
                return Err(DtaError::Invalid {
                    place: "strL contents".to_owned(),
                    message: format!(
                        "they take {} bytes, other than announced; count them with `strl_bytes`",
                        self.strls.bytes()
                    ),
                });
            }
            Some(_) => {}
            None => {
                self.write_head(&found, self.rows)?;
                self.spooled_rows.copy_to(&mut self.sink)?;
            }
        }
        self.sink.write_all(self.buffer.buffered())?;
        let sections = Sections { metadata: &self.metadata, layout: &found, rows: self.rows };
        let mut buffered = BufWriter::with_capacity(BUFFER_BYTES, &mut self.sink);
        sections.after_rows(&mut buffered)?;
        buffered.flush()?;
        self.strl_place.complete(buffered.get_mut())?;
        buffered.write_all(self.strls.buffered())?;
        sections.after_strls(&mut buffered)?;
        buffered.flush()?;
        drop(buffered);
        if let Some(rewrite) = self.rewrite.take()
            && (self.layout != Some(found) || self.options.rows.unwrap_or_default() != self.rows)
        {
            rewrite.go(&mut self.sink, 0)?;
            self.write_head(&found, self.rows)?;
            rewrite.go(&mut self.sink, found.size)?;
        }
        let summary = WriterSummary {
            rows: self.rows,
            bytes: found.size,
            changes: self.changes.into_list(),
            replaced_in_metadata: self.replaced_in_metadata,
        };
        Ok((self.sink, summary))
    }
}
