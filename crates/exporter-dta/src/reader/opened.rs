//! What all readers of one file share.

use std::sync::OnceLock;

use crate::error::Result;
use crate::reader::DtaBytes;
use crate::reader::dictionary::Dictionary;
use crate::reader::ordinary::Ordinary;
use crate::reader::strls::StrlIndex;
use crate::reader::text::{TextDecoder, TextEncoding};

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadOptions {
    /// Encoding of text that is not UTF-8.
    pub encoding: TextEncoding,
    /// Read the complete rows and the intact descriptions of a damaged file instead of failing.
    pub lenient: bool,
    /// Whether display formats decide about dates and times.
    pub dates: Dates,
    /// Bytes of rows in a batch; an eighth of it holds the strL contents of a batch.
    pub batch_bytes: usize,
    /// Most bytes of cells that an open file keeps from the opening pass, all variables together: two columns of a million
    /// `double`.
    pub kept_bytes: usize,
}

impl Default for ReadOptions {
    fn default() -> Self {
        let (encoding, dates) = (TextEncoding::default(), Dates::default());
        Self { encoding, lenient: false, dates, batch_bytes: 32 << 20, kept_bytes: 16 << 20 }
    }
}

impl ReadOptions {
    /// strL contents in one batch, in bytes; one row may exceed it. Each thread has several batches ahead of the taker.
    pub(super) fn strl_bytes(&self) -> u64 {
        self.batch_bytes as u64 / 8
    }
}

/// What becomes of variables with a date format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Dates {
    /// Dates, times and periods where every value is one (one pass over those variables that storage does not settle).
    #[default]
    Typed,
    /// Stored numbers.
    Numbers,
}

/// Description, options and indexes of an open file.
#[derive(Debug)]
pub(crate) struct OpenFile {
    pub(crate) dictionary: Dictionary,
    pub(crate) text: TextDecoder,
    pub(crate) options: ReadOptions,
    pub(crate) ordinary: Ordinary,
    strls: OnceLock<StrlIndex>,
    none: StrlIndex,
}

impl OpenFile {
    pub(crate) fn new(dictionary: Dictionary, text: TextDecoder, options: ReadOptions) -> Self {
        let ordinary = Ordinary::of(dictionary.release);
        Self { dictionary, text, options, ordinary, strls: OnceLock::new(), none: StrlIndex::default() }
    }

    /// Index of the strLs; empty before [`OpenFile::index_strls`].
    pub(crate) fn strls(&self) -> &StrlIndex {
        self.strls.get().unwrap_or(&self.none)
    }

    /// Makes the index of the strLs once.
    pub(crate) fn index_strls(&self, bytes: &DtaBytes) -> Result<&StrlIndex> {
        if self.strls.get().is_none() {
            let d = &self.dictionary;
            let index =
                StrlIndex::build(bytes, d.strl_offset, d.release, d.byte_order, self.options.lenient)?;
            let _ = self.strls.set(index);
        }
        Ok(self.strls())
    }
}
