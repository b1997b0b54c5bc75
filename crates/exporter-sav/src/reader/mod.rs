//! Reads a system file into record batches.

mod attributes;
mod batches;
mod bytes;
mod chunks;
mod control;
mod dictionary;
mod displaced;
mod encoding;
mod formats;
mod gather;
mod header;
mod name_index;
mod prepared;
mod records;
mod remarks;
mod repeated;
mod sets;
#[cfg(test)]
mod tests;
mod unpack;
mod value_labels;
mod variables;
mod zlib;

use std::sync::Arc;

use encoding_rs::Encoding;
use exporter_core::source::{BinaryFile, ReadAt};

pub use batches::Batches;
pub use header::{CaseCompression, EncodingSource, Header};
pub use remarks::Remark;

use crate::error::Result;
use crate::metadata::SavMetadata;
use crate::reader::batches::Found;
use crate::reader::dictionary::Dictionary;
use crate::reader::prepared::Prepared;

/// How a file is read.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct ReadOptions {
    /// Encoding of all texts, whatever the file says.
    pub encoding: Option<&'static Encoding>,
    /// Whether the cases before damage are read, which a remark tells; the descriptions of the variables must be whole.
    pub lenient: bool,
}

/// Which columns are read.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Selection {
    /// Positions of variables; unset, all.
    pub columns: Option<Vec<usize>>,
    /// Cases of a batch; unset, as many as fit a buffer.
    pub batch_rows: Option<usize>,
}

/// An open file, which is presumed not to change; clones share it.
#[derive(Clone, Debug)]
pub struct SavReader {
    bytes: BinaryFile,
    dictionary: Arc<Dictionary>,
    found: Arc<Found>,
    is_lenient: bool,
}

impl SavReader {
    /// Opens a file with the default options.
    ///
    /// # Errors
    /// As [`SavReader::with_options`].
    pub fn open(bytes: Arc<dyn ReadAt>) -> Result<Self> {
        Self::with_options(bytes, ReadOptions::default())
    }

    /// Opens a file.
    ///
    /// # Errors
    /// [`crate::SavError::Damaged`] with the offset, [`crate::SavError::Unsupported`] for other kinds of files,
    /// [`crate::SavError::Io`].
    pub fn with_options(bytes: Arc<dyn ReadAt>, options: ReadOptions) -> Result<Self> {
        let bytes = BinaryFile::new(bytes);
        let dictionary = Arc::new(Dictionary::read(&bytes, options.encoding)?);
        Ok(Self { bytes, dictionary, found: Arc::default(), is_lenient: options.lenient })
    }

    /// What the file says of itself.
    pub fn header(&self) -> &Header {
        &self.dictionary.header
    }

    /// What the file says besides its cases.
    pub fn metadata(&self) -> &SavMetadata {
        &self.dictionary.metadata
    }

    /// Odd things that were read nevertheless, those of the cases among them once all were read.
    pub fn remarks(&self) -> &[Remark] {
        self.found.remarks.get().map_or(self.dictionary.remarks.as_slice(), Vec::as_slice)
    }

    /// The number of cases, where it follows from the size of the file.
    pub fn cases(&self) -> Option<u64> {
        let is_plain = self.dictionary.header.compression == CaseCompression::None;
        is_plain.then(|| self.dictionary.plain_cases(&self.bytes).0)
    }

    /// By variable, how many characters so far could not be decoded, and the row, from 1, of the first.
    pub fn replaced(&self) -> Vec<(usize, u64, u64)> {
        self.found.replaced()
    }

    /// By variable, how many numbers so far were infinite or no numbers, read as system-missing, and the row, from 1, of the
    /// first.
    pub fn not_finite(&self) -> Vec<(usize, u64, u64)> {
        self.found.not_finite()
    }

    /// By variable, how many cells so far were none of the variable's, as damaged codes make them, and the row, from 1, of the
    /// first.
    pub fn displaced(&self) -> Vec<(usize, u64, u64)> {
        self.found.displaced()
    }

    /// Streams the chosen columns with `threads` threads.
    ///
    /// # Errors
    /// When the file cannot be read; the stream ends at its first error.
    pub fn batches(&self, selection: &Selection, threads: usize) -> Result<Batches> {
        let prepared = Prepared::new(&self.dictionary, selection.columns.as_deref(), selection.batch_rows)?;
        let (dictionary, found) = (Arc::clone(&self.dictionary), Arc::clone(&self.found));
        Batches::start(&self.bytes, dictionary, found, prepared, threads, self.is_lenient)
    }
}
