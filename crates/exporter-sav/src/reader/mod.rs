//! Reads a system file into record batches.

use std::sync::Arc;

use arrow_array::RecordBatch;
use encoding_rs::Encoding;
use exporter_core::source::ReadAt;

use crate::error::Result;
use crate::metadata::SavMetadata;

/// How a file is read.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct ReadOptions {
    /// Encoding of all texts, whatever the file says.
    pub encoding: Option<&'static Encoding>,
    /// Cases of a batch; unset, as many as fit a buffer.
    pub batch_rows: Option<usize>,
}

/// Which columns are read.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Selection {
    /// Positions of variables; unset, all.
    pub columns: Option<Vec<usize>>,
    /// Cases of a batch, in the place of [`ReadOptions::batch_rows`].
    pub batch_rows: Option<usize>,
}

/// Something odd that was read nevertheless.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Remark {
    /// What it is, and what became of it.
    pub message: String,
    /// How often.
    pub count: u64,
    /// The first one.
    pub first: String,
    /// Whether values or their meaning are read otherwise than they stand in the file.
    pub changes_values: bool,
}

/// An open file, which is presumed not to change; clones share it.
#[derive(Clone, Debug)]
pub struct SavReader {
    metadata: Arc<SavMetadata>,
}

/// Batches of a file.
pub struct Batches;

impl Iterator for Batches {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        None
    }
}

impl SavReader {
    /// Opens a file.
    ///
    /// # Errors
    /// [`crate::SavError::Damaged`] with the offset, [`crate::SavError::Unsupported`] for other kinds of files,
    /// [`crate::SavError::Io`].
    pub fn with_options(_: Arc<dyn ReadAt>, _: ReadOptions) -> Result<Self> {
        Ok(Self { metadata: Arc::default() })
    }

    /// What the file says besides its cases.
    pub fn metadata(&self) -> &SavMetadata {
        &self.metadata
    }

    /// Odd things that were read nevertheless.
    pub fn remarks(&self) -> &[Remark] {
        &[]
    }

    /// The number of cases, where the file cannot lie about it.
    pub fn cases(&self) -> Option<u64> {
        None
    }

    /// By variable, how many characters so far could not be decoded, and the row, from 1, of the first.
    pub fn replaced(&self) -> Vec<(usize, u64, u64)> {
        Vec::new()
    }

    /// By variable, how many numbers so far were infinite or no numbers, read as system-missing, and the row, from 1, of the
    /// first.
    pub fn not_finite(&self) -> Vec<(usize, u64, u64)> {
        Vec::new()
    }

    /// Streams the chosen columns with `threads` threads.
    ///
    /// # Errors
    /// When the file cannot be read; the stream ends at its first error.
    pub fn batches(&self, _: &Selection, _: usize) -> Result<Batches> {
        Ok(Batches)
    }
}
