//! The same rows in other batches.

use exporter_core::codebook::{Codebook, Parent};
use exporter_core::profile::TableProfile;
use exporter_core::{Batches, Dataset, LossReport, Result, Scan, TableId};

/// A dataset that delivers another's rows in batches of exactly the given size, whatever the scan hints.
pub struct Recut<'a> {
    inner: &'a dyn Dataset,
    rows: usize,
}

impl<'a> Recut<'a> {
    /// Cuts into batches of this many rows.
    pub fn new(inner: &'a dyn Dataset, rows: usize) -> Self {
        Self { inner, rows }
    }
}

impl Dataset for Recut<'_> {
    fn codebook(&self) -> &Codebook {
        self.inner.codebook()
    }

    fn rows(&self, table: TableId) -> Option<u64> {
        self.inner.rows(table)
    }

    fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
        Ok(self.inner.scan(table, scan)?.rechunk(self.rows))
    }

    fn facts(&self, table: TableId) -> Option<TableProfile> {
        self.inner.facts(table)
    }

    fn parent(&self, table: TableId) -> Option<&Parent> {
        self.inner.parent(table)
    }

    fn losses(&self) -> LossReport {
        self.inner.losses()
    }
}
