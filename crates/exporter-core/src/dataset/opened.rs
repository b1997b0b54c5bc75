//! A file that was opened: what reading loses names the format and the file.

use std::io::Read;

use super::{Batches, Dataset, Scan, TableId, document_of};
use crate::codebook::{Codebook, Parent};
use crate::error::Result;
use crate::loss::LossReport;
use crate::profile::TableProfile;

/// A dataset whose losses of reading name their format and file.
pub(crate) struct OpenedDataset {
    inner: Box<dyn Dataset>,
    format: &'static str,
    file: String,
}

impl OpenedDataset {
    pub(crate) fn new(inner: Box<dyn Dataset>, format: &'static str, file: String) -> Self {
        Self { inner, format, file }
    }
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl Dataset for OpenedDataset {
    fn codebook(&self) -> &Codebook {
        self.inner.codebook()
    }

    fn rows(&self, table: TableId) -> Option<u64> {
        self.inner.rows(table)
    }

    fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
        self.inner.scan(table, scan)
    }

    /// A path in a file says nothing of where the program runs.
    fn document(&self, position: usize) -> Result<Option<Box<dyn Read + Send + '_>>> {
        let document = document_of(self.codebook(), position)?;
        if document.bytes.is_none() {
            return Ok(None);
        }
        self.inner.document(position)
    }

    fn facts(&self, table: TableId) -> Option<TableProfile> {
        self.inner.facts(table)
    }

    fn parent(&self, table: TableId) -> Option<&Parent> {
        self.inner.parent(table)
    }

    fn losses(&self) -> LossReport {
        self.inner.losses().named(self.format, |_| Some(self.file.clone()))
    }
}
