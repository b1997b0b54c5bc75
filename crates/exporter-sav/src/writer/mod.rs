//! Writes a system file from record batches in bounded memory.

mod cases;
mod chunk;
mod codes;
mod column;
mod dictionary;
mod encoder;
mod extensions;
mod seconds;
#[cfg(test)]
mod tests;
mod text;
mod validate;
mod zlib;

use std::io::{BufWriter, Seek, Write};

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use exporter_core::embedded::ReasonCodes;
use exporter_rows::{CellChanges, Changes, LongText, OutOfRange, Rewrite, SpoolFile};
use exporter_spss::Conversion;

use crate::error::{Result, SavError, invalid};
use crate::metadata::SavMetadata;
use crate::options::Level;
use crate::spec::CASES_OFFSET;
use cases::Cases;
use dictionary::{Dictionary, announced};

/// Bytes that are buffered before they are written.
const BUFFER_BYTES: usize = 64 << 10;

/// How cases are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// Not at all.
    None,
    /// Small whole numbers and blanks take one byte.
    #[default]
    Bytecode,
    /// Bytecode in blocks that zlib compresses.
    Zlib(Level),
}

/// How the values of a column are stored.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Storing {
    /// How values become numbers.
    pub conversion: Conversion,
    /// Numbers of reasons that rows hold beside the variable, by position from 0; where there are any, batches may have a
    /// column of such positions (`UInt8`) behind those of all variables. A null with a reason that has no number here is
    /// system-missing, or an empty text.
    pub reasons: ReasonCodes,
}

/// How a [`SavWriter`] works.
#[non_exhaustive]
pub struct WriterOptions {
    /// How cases are compressed.
    pub compression: Compression,
    /// Cases that will come, if known.
    pub cases: Option<u64>,
    /// Threads in use, the calling one included; bytes do not depend on it.
    pub threads: usize,
    /// Bytes of buffers, all threads together.
    pub buffer_bytes: usize,
    /// What happens to infinities.
    pub out_of_range: OutOfRange,
    /// What happens to texts longer than their variable.
    pub long_text: LongText,
    /// Makes the temporary files.
    pub spool: SpoolFile,
}

/// What a finished [`SavWriter`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WriterSummary {
    /// Cases written.
    pub cases: u64,
    /// Bytes written.
    pub bytes: u64,
    /// Values stored otherwise than they came, by variable.
    pub changes: Vec<CellChanges>,
    /// Characters of labels and other metadata that the encoding lacks, stored as `?`.
    pub replaced_in_metadata: u64,
}

/// A file of no cases, as readers find it.
///
/// # Errors
/// What SPSS would refuse.
pub(crate) fn without_cases(metadata: &SavMetadata, storing: &[Storing]) -> Result<(Vec<u8>, u64)> {
    validate::check(metadata, storing)?;
    let mut bytes = Vec::new();
    let written = Dictionary::new(metadata, Compression::None, Some(0)).write(&mut bytes)?;
    Ok((bytes, written.replaced))
}

/// Writes one system file.
///
/// Everything before the cases is written by [`SavWriter::new`], cases by [`SavWriter::write_batches`], and the rest by
/// [`SavWriter::finish`]; a writer dropped before that leaves an incomplete file.
pub struct SavWriter<W: Write> {
    sink: W,
    /// How to correct what stands before the cases, where the sink can seek.
    rewrite: Option<Rewrite<W>>,
    metadata: SavMetadata,
    storing: Vec<Storing>,
    options: WriterOptions,
    replaced_in_metadata: u64,
    /// Where the number of cases stands in its record, where there is one.
    cases_at: Option<u64>,
    cases: Cases,
    changes: Changes,
    /// Whether cases were lost, so that there is no file to finish.
    failed: bool,
}

impl Storing {
    /// Values as they are converted, and no reasons.
    pub fn new(conversion: Conversion) -> Self {
        Self { conversion, reasons: Vec::new() }
    }
}

impl WriterOptions {
    /// Bytecode, one thread, errors for what does not fit, temporary files from `spool`.
    pub fn new(spool: SpoolFile) -> Self {
        Self {
            compression: Compression::Bytecode,
            cases: None,
            threads: 1,
            buffer_bytes: 40 << 20,
            out_of_range: OutOfRange::Error,
            long_text: LongText::Error,
            spool,
        }
    }
}

impl<W: Write + Seek + Send> SavWriter<W> {
    /// As [`SavWriter::new`] for a sink that can seek: a number of cases that is not known, and where the parts of a
    /// `.zsav` stand, are corrected at the end. Otherwise the number stays unknown, which readers accept, and compressed
    /// cases wait in a temporary file.
    ///
    /// # Errors
    /// As [`SavWriter::new`].
    pub fn seekable(
        mut sink: W,
        metadata: SavMetadata,
        storing: Vec<Storing>,
        options: WriterOptions,
    ) -> Result<Self> {
        let rewrite = Rewrite::new(&mut sink)?;
        Self::start(sink, metadata, storing, options, Some(rewrite))
    }
}

impl<W: Write + Send> SavWriter<W> {
    /// Checks `metadata` and writes everything that stands before the cases.
    ///
    /// # Errors
    /// [`SavError::Invalid`] before the first byte for what SPSS would refuse, [`SavError::Io`].
    pub fn new(
        sink: W,
        metadata: SavMetadata,
        storing: Vec<Storing>,
        options: WriterOptions,
    ) -> Result<Self> {
        Self::start(sink, metadata, storing, options, None)
    }

    fn start(
        mut sink: W,
        metadata: SavMetadata,
        storing: Vec<Storing>,
        options: WriterOptions,
        rewrite: Option<Rewrite<W>>,
    ) -> Result<Self> {
        validate::check(&metadata, &storing)?;
        // What is not known is announced as nothing where it can be corrected.
        let cases = options.cases.or(rewrite.is_some().then_some(0));
        let dictionary = Dictionary::new(&metadata, options.compression, cases);
        let elements = dictionary.elements;
        let mut buffered = BufWriter::with_capacity(BUFFER_BYTES, &mut sink);
        let written = dictionary.write(&mut buffered)?;
        buffered.flush()?;
        drop(buffered);
        let mut cases = Cases::new(elements, written.bytes, &options);
        cases.begin(&mut sink, rewrite.is_some())?;
        Ok(Self {
            sink,
            rewrite,
            metadata,
            storing,
            options,
            replaced_in_metadata: written.replaced,
            cases_at: written.cases_at,
            cases,
            changes: Changes::default(),
            failed: false,
        })
    }

    /// Appends one batch whose columns are the variables in their order.
    ///
    /// # Errors
    /// See [`SavWriter::write_batches`].
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.write_batches(std::iter::once(Ok(batch.clone())))
    }

    /// Appends the rows of `batches`, whose columns are the variables in their order.
    ///
    /// Compressed cases are encoded eight at a time: up to seven wait for the next call, or for [`SavWriter::finish`], which
    /// then refuses what does not fit.
    ///
    /// # Errors
    /// [`SavError::Value`], [`SavError::ColumnType`], [`SavError::RowCount`], [`SavError::Arrow`], [`SavError::Io`].
    pub fn write_batches(
        &mut self,
        batches: impl IntoIterator<Item = std::result::Result<RecordBatch, ArrowError>, IntoIter: Send>,
    ) -> Result<()> {
        let Self { sink, metadata, storing, options, cases, changes, .. } = self;
        let setting = column::Setting {
            metadata,
            storing,
            out_of_range: options.out_of_range,
            long_text: options.long_text,
        };
        let outcome = cases.write(batches.into_iter(), setting, options, sink, changes);
        self.failed |= outcome.is_err();
        outcome
    }

    /// Writes what stands behind the cases and gives back the sink and an account.
    ///
    /// # Errors
    /// [`SavError::RowCount`] when other than the announced rows came, [`SavError::Value`] for one of the last rows,
    /// [`SavError::Invalid`] when an earlier write failed, [`SavError::Io`].
    pub fn finish(mut self) -> Result<(W, WriterSummary)> {
        if self.failed {
            let message = "an earlier write failed, so that some are missing; write the file again";
            return Err(invalid("rows", message));
        }
        let cases = self.cases.rows();
        if let Some(announced) = self.options.cases
            && announced != cases
        {
            return Err(SavError::RowCount { announced, found: cases });
        }
        let end = self.cases.end(&self.metadata, &mut self.options, &mut self.sink, &mut self.changes)?;
        if let Some(rewrite) = self.rewrite.take() {
            if self.options.cases.is_none() {
                rewrite.put(&mut self.sink, CASES_OFFSET, &announced(Some(cases)).to_le_bytes())?;
                if let Some(at) = self.cases_at {
                    rewrite.put(&mut self.sink, at, &cases.to_le_bytes())?;
                }
            }
            if let Some((at, header)) = end.header {
                rewrite.put(&mut self.sink, at, &header)?;
            }
            rewrite.go(&mut self.sink, end.bytes)?;
        }
        let summary = WriterSummary {
            cases,
            bytes: end.bytes,
            changes: self.changes.into_list(),
            replaced_in_metadata: self.replaced_in_metadata,
        };
        Ok((self.sink, summary))
    }
}
