//! A dataset that passes on another one: with its rows cut otherwise, without its claims, with scans that fail, and with
//! a record of what was read.

use std::io::Read;
use std::sync::{Mutex, PoisonError};

use exporter_core::codebook::{Codebook, Parent};
use exporter_core::profile::TableProfile;
use exporter_core::{Batches, Dataset, Error, ErrorKind, LossReport, Note, Result, Scan, TableId};

/// Another dataset, changed where it is said.
pub struct Watched<'a> {
    inner: Box<dyn Dataset + 'a>,
    cut: Option<usize>,
    failing_after: Option<usize>,
    /// Instead of the number of rows and the facts that the other dataset claims.
    claims: Option<TableProfile>,
    scans: Mutex<Vec<Scan>>,
}

impl<'a> Watched<'a> {
    /// Changes nothing.
    pub fn new(inner: impl Dataset + 'a) -> Self {
        Self { inner: Box::new(inner), cut: None, failing_after: None, claims: None, scans: Mutex::default() }
    }

    /// Delivers batches of exactly this many rows, whatever the scan hints.
    #[must_use]
    pub fn recut(self, rows: usize) -> Self {
        Self { cut: Some(rows), ..self }
    }

    /// Every scan delivers this many batches, then the error of [`Watched::is_own`].
    #[must_use]
    pub fn failing_after(self, batches: usize) -> Self {
        Self { failing_after: Some(batches), ..self }
    }

    /// Claims these facts, its rows among them, of every table.
    #[must_use]
    pub fn claiming(self, facts: TableProfile) -> Self {
        Self { claims: Some(facts), ..self }
    }

    /// The scans so far.
    pub fn scans(&self) -> Vec<Scan> {
        self.scans.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether an error comes from [`Watched::failing_after`].
    pub fn is_own(error: &Error) -> bool {
        error.kind() == ErrorKind::Invalid && error.message() == "injected: the source breaks"
    }
}

#[deny(clippy::missing_trait_methods, reason = "what a wrapper leaves out is lost")]
impl Dataset for Watched<'_> {
    fn codebook(&self) -> &Codebook {
        self.inner.codebook()
    }

    fn rows(&self, table: TableId) -> Option<u64> {
        match &self.claims {
            Some(claims) => claims.rows,
            None => self.inner.rows(table),
        }
    }

    fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
        self.scans.lock().unwrap_or_else(PoisonError::into_inner).push(scan.clone());
        let mut batches = self.inner.scan(table, scan)?;
        if let Some(rows) = self.cut {
            batches = batches.rechunk(rows);
        }
        if let Some(count) = self.failing_after {
            let schema = batches.schema().clone();
            let failure = std::iter::once_with(|| Err(Error::invalid("injected: the source breaks")));
            batches = Batches::new(schema, batches.take(count).chain(failure));
        }
        Ok(batches)
    }

    fn document(&self, position: usize) -> Result<Option<Box<dyn Read + Send + '_>>> {
        self.inner.document(position)
    }

    fn facts(&self, table: TableId) -> Option<TableProfile> {
        self.claims.clone().or_else(|| self.inner.facts(table))
    }

    fn parent(&self, table: TableId) -> Option<&Parent> {
        self.inner.parent(table)
    }

    fn holds_reasons(&self, table: TableId) -> bool {
        self.inner.holds_reasons(table)
    }

    fn losses(&self) -> LossReport {
        self.inner.losses()
    }

    fn notes(&self) -> Vec<Note> {
        self.inner.notes()
    }
}
