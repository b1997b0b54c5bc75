//! Writes a `.dta` from record batches, append-only and in bounded memory.

mod batch;
mod blocks;
mod column;
mod findings;
mod float_column;
mod integer_column;
mod masked_copy;
mod number;
mod pipeline;
mod sections;
mod string_column;
mod strl_column;
mod strl_spool;
#[cfg(test)]
mod tests;
mod text;
mod tile;
mod time_column;
mod validate;

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;

use crate::error::{DtaError, Result};
use crate::layout::{Layout, TextSizes};
use crate::metadata::DtaMetadata;
use crate::spec_storage::StorageType;
use crate::writer::blocks::{Blocks, division};
use crate::writer::findings::Findings;
use crate::writer::pipeline::{Filled, fill_in_turn};
use crate::writer::sections::Sections;
use crate::writer::strl_spool::{StrlSpool, copy_from_start};

pub(crate) use float_column::decimal_text;
pub(crate) use sections::text_sizes;

pub use findings::{CellChange, CellChanges};
pub use float_column::OutOfRange;
pub(crate) use float_column::STORE_AS_MISSING;
pub use string_column::LongText;
pub use strl_spool::strl_bytes;
pub use validate::check_metadata;

/// Blocks below this size are gathered before they are written.
const GATHER_BYTES: usize = 64 << 10;

/// Where a writer puts what it must hold back: an empty file, gone once it is closed.
pub type SpoolFile = Box<dyn FnMut() -> io::Result<File> + Send>;

/// How a [`DtaWriter`] works.
pub struct WriterOptions {
    /// Rows that will come, if known; unknown spools the rows to a temporary file, unless the sink can seek.
    pub rows: Option<u64>,
    /// Bytes of the strL contents as [`strl_bytes`] counts them, if known; unknown spools the rows as well
    /// where there are strL variables, unless the sink can seek.
    pub strl_bytes: Option<u64>,
    /// Threads in use, the calling one included; bytes do not depend on it.
    pub threads: usize,
    /// What happens to infinities and to numbers beyond the storage type.
    pub out_of_range: OutOfRange,
    /// What happens to texts longer than their variable.
    pub long_text: LongText,
    /// Whether equal strL values are stored once where memory allows to see it; the vendor's checker dislikes it.
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
    spooled_rows: Option<BufWriter<File>>,
    gathered: Vec<u8>,
    strls: StrlSpool,
    findings: Findings,
}

/// The beginning of the file in a sink that can seek.
struct Rewrite<W> {
    start: u64,
    seek: fn(&mut W, SeekFrom) -> io::Result<u64>,
}

impl<W: Write + Seek + Send> DtaWriter<W> {
    /// As [`DtaWriter::new`] for a sink that can seek: rows and strL bytes that are not known are corrected at the
    /// end instead of spooling all rows. The bytes are the same.
    ///
    /// # Errors
    /// As [`DtaWriter::new`].
    pub fn seekable(mut sink: W, metadata: DtaMetadata, options: WriterOptions) -> Result<Self> {
        let rewrite = Rewrite { start: sink.stream_position()?, seek: W::seek };
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
        mut options: WriterOptions,
        rewrite: Option<Rewrite<W>>,
    ) -> Result<Self> {
        check_metadata(&metadata, options.rows)?;
        let (sizes, replaced_in_metadata) = text_sizes(&metadata);
        let width = usize::try_from(metadata.row_width()).unwrap_or(usize::MAX);
        let has_strl = metadata.variables.iter().any(|variable| variable.storage == StorageType::StrL);
        // What is not known is announced as nothing where it can be corrected.
        let correctable = rewrite.is_some().then_some(0);
        let strl_bytes = if has_strl { options.strl_bytes.or(correctable) } else { Some(0) };
        let strls = StrlSpool::new(metadata.release, options.share_strl);
        let layout = options
            .rows
            .or(correctable)
            .zip(strl_bytes)
            .map(|(rows, strl_bytes)| Layout::new(&metadata, &sizes, rows, strl_bytes));
        let spooled_rows = match layout {
            Some(_) => None,
            None => Some(BufWriter::new((options.spool)()?)),
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
            spooled_rows,
            gathered: Vec::new(),
            strls,
            findings: Findings::default(),
        };
        if let Some(layout) = writer.layout {
            writer.write_head(&layout, writer.options.rows.unwrap_or_default())?;
        }
        Ok(writer)
    }

    fn write_head(&mut self, layout: &Layout, rows: u64) -> Result<()> {
        let mut buffered = BufWriter::with_capacity(GATHER_BYTES, &mut self.sink);
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
        let Self { sink, metadata, options, rows, spooled_rows, gathered, strls, findings, width, .. } = self;
        let width = *width;
        let metadata = &*metadata;
        let division = division(width, options.threads);
        let mut source = Blocks {
            batches: batches.into_iter(),
            metadata,
            rows,
            announced: options.rows,
            policies: (options.out_of_range, options.long_text),
            block_rows: division.rows,
            current: None,
        };
        let spool = &mut options.spool;
        let emit = |filled: Filled| -> Result<Vec<u8>> {
            let Filled { batch, rows, mut block, findings: found } = filled;
            findings.append(found);
            strls.take(&batch, rows, width, &mut block, spool, findings)?;
            match spooled_rows {
                Some(file) => file.write_all(&block)?,
                None => put(sink, gathered, &block)?,
            }
            Ok(block)
        };
        fill_in_turn(metadata, width, (division.threads, division.blocks), || source.next(), emit)
    }

    /// Writes everything after the rows and gives back the sink and an account.
    ///
    /// # Errors
    /// [`DtaError::RowCount`] or [`DtaError::Invalid`] when rows or strL bytes differ from those announced (strL bytes
    /// matter to a sink that cannot seek), [`DtaError::Io`] when writing fails.
    pub fn finish(mut self) -> Result<(W, WriterSummary)> {
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
                if let Some(spooled) = self.spooled_rows.take() {
                    let mut file = spooled.into_inner().map_err(io::IntoInnerError::into_error)?;
                    copy_from_start(&mut file, &mut self.sink)?;
                }
            }
        }
        self.sink.write_all(&self.gathered)?;
        let sections = Sections { metadata: &self.metadata, layout: &found, rows: self.rows };
        let mut buffered = BufWriter::with_capacity(GATHER_BYTES, &mut self.sink);
        sections.after_rows(&mut buffered)?;
        buffered.flush()?;
        self.strls.copy_to(buffered.get_mut())?;
        sections.after_strls(&mut buffered)?;
        buffered.flush()?;
        drop(buffered);
        if let Some(Rewrite { start, seek }) = self.rewrite.take()
            && (self.layout != Some(found) || self.options.rows.unwrap_or_default() != self.rows)
        {
            seek(&mut self.sink, SeekFrom::Start(start))?;
            self.write_head(&found, self.rows)?;
            seek(&mut self.sink, SeekFrom::Start(start.saturating_add(found.size)))?;
        }
        let summary = WriterSummary {
            rows: self.rows,
            bytes: found.size,
            changes: self.findings.into_changes(),
            replaced_in_metadata: self.replaced_in_metadata,
        };
        Ok((self.sink, summary))
    }
}

/// Appends a block; small ones are gathered first.
fn put(sink: &mut impl Write, gathered: &mut Vec<u8>, block: &[u8]) -> io::Result<()> {
    if gathered.len() + block.len() < GATHER_BYTES {
        gathered.extend_from_slice(block);
        return Ok(());
    }
    sink.write_all(gathered)?;
    gathered.clear();
    sink.write_all(block)
}
