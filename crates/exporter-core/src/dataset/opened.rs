//! A file that was opened: what reading loses names the format and the file, and it has the rows that it had when it was
//! opened.

use std::io::Read;
use std::sync::Arc;

use super::{Batches, Dataset, Scan, TableId, document_of};
use crate::codebook::{Codebook, Parent};
use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};
use crate::loss::LossReport;
use crate::profile::TableProfile;
use crate::source::Source;

/// A dataset whose losses of reading name their format and file.
pub(crate) struct OpenedDataset {
    inner: Box<dyn Dataset>,
    format: &'static str,
    source: Source<'static>,
    context: Context,
}

impl OpenedDataset {
    pub(crate) fn new(
        inner: Box<dyn Dataset>,
        format: &'static str,
        source: &Source<'_>,
        context: &Context,
    ) -> Self {
        Self { inner, format, source: source.detached(), context: context.clone() }
    }
}

/// The batches, and an error in the end unless there were so many rows.
fn all_rows(batches: Batches<'_>, rows: u64) -> Batches<'_> {
    let schema = Arc::clone(batches.schema());
    let mut batches = batches;
    let (mut read, mut has_ended) = (0, false);
    Batches::new(
        schema,
        std::iter::from_fn(move || {
            if has_ended {
                return None;
            }
            let next = batches.next();
            match &next {
                Some(batch) => read += batch.as_ref().map_or(0, |batch| batch.num_rows() as u64),
                None => {
                    has_ended = true;
                    if read != rows {
                        let message = format!(
                            "{rows} rows were found when the file was opened, and {read} are read now"
                        );
                        return Some(Err(
                            Error::invalid(message).with_hint("it was changed meanwhile: start again")
                        ));
                    }
                }
            }
            has_ended |= matches!(next, Some(Err(_)));
            next
        }),
    )
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
        let batches = self.inner.scan(table, scan)?;
        let is_whole = scan.filter.is_none() && scan.limit.is_none();
        match self.rows(table).filter(|_| is_whole) {
            Some(rows) => Ok(all_rows(batches, rows)),
            None => Ok(batches),
        }
    }

    /// A path in a file is one of a file beside it.
    fn document(&self, position: usize) -> Result<Option<Box<dyn Read + Send + '_>>> {
        let document = document_of(self.codebook(), position)?;
        let (None, Some(path)) = (&document.bytes, &document.path) else {
            return self.inner.document(position);
        };
        let beside = match self.source.beside(&path.to_string_lossy(), &self.context) {
            // A path that leads out of the folder is not looked up on this machine.
            Err(error) if error.kind() == ErrorKind::Invalid => None,
            beside => beside?,
        };
        Ok(beside.map(|file| -> Box<dyn Read + Send> { Box::new(file.cursor()) }))
    }

    fn facts(&self, table: TableId) -> Option<TableProfile> {
        self.inner.facts(table)
    }

    fn parent(&self, table: TableId) -> Option<&Parent> {
        self.inner.parent(table)
    }

    fn holds_reasons(&self, table: TableId) -> bool {
        self.inner.holds_reasons(table)
    }

    fn losses(&self) -> LossReport {
        self.inner.losses().named(self.format, |_| Some(self.source.name.clone()))
    }
}
