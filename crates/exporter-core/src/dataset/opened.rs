//! A file that was opened: what reading loses names the format and the file, and it has the rows that it had when it was
//! opened.

use std::io::Read;
use std::sync::Arc;

use super::{Batches, Dataset, Note, Scan, TableId, document_of};
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

    fn notes(&self) -> Vec<Note> {
        let named = |note: Note| Note { text: format!("{}: {}", self.source.name, note.text), ..note };
        self.inner.notes().into_iter().map(named).collect()
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::{ArrayRef, Int64Array, RecordBatch};

    use super::*;
    use crate::MemoryDataset;
    use crate::codebook::{Document, DocumentKind};
    use crate::source::{Files, MemoryBytes, ReadAt};

    /// A data file with one file beside it that cannot be read.
    #[derive(Debug)]
    struct Broken(fn() -> Error);

    impl Files for Broken {
        fn paths(&self, _: &Context) -> Result<Vec<String>> {
            Ok(vec!["x.csv".into(), "d.pdf".into()])
        }

        fn open(&self, path: &str, _: &Context) -> Result<Option<Arc<dyn ReadAt>>> {
            match path {
                "x.csv" => Ok(Some(Arc::new(MemoryBytes::new(Vec::new())))),
                _ => Err((self.0)()),
            }
        }
    }

    /// A file of which more rows were counted than there are now.
    struct Shrunk(MemoryDataset);

    impl Dataset for Shrunk {
        fn codebook(&self) -> &Codebook {
            self.0.codebook()
        }

        fn rows(&self, table: TableId) -> Option<u64> {
            Some(self.0.rows(table)? + 1)
        }

        fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>> {
            self.0.scan(table, scan)
        }
    }

    #[test]
    fn rows_that_are_gone_since_the_file_was_opened_are_an_error() {
        let ages = Arc::new(Int64Array::from(vec![31, 40]));
        let batch = RecordBatch::try_from_iter([("age", ages as ArrayRef)]).unwrap();
        let inner = Box::new(Shrunk(MemoryDataset::from_batches("people", vec![batch]).unwrap()));
        let context = Context::default();
        let opened = OpenedDataset::new(inner, "csv", &Source::memory("people.csv", b""), &context);
        let read = |scan: Scan| opened.scan(TableId(0), &scan).unwrap().collect::<Result<Vec<_>>>();
        let error = read(Scan::all()).unwrap_err();
        assert!(error.message().contains("3 rows were found when the file was opened, and 2"), "{error}");
        assert_eq!(read(Scan::all().limit(2)).unwrap().len(), 1);
    }

    fn document_beside(path: &str, error: fn() -> Error) -> Result<bool> {
        let context = Context::default();
        let source = Source::files("set", Arc::new(Broken(error))).entry("x.csv", &context)?;
        let mut codebook = Codebook::new("s");
        let mut document = Document::new("d.pdf", DocumentKind::Report, "application/pdf", Vec::new());
        (document.bytes, document.path) = (None, Some(path.into()));
        codebook.documents.push(document);
        let inner = Box::new(MemoryDataset::new(codebook, Vec::new())?);
        let opened = OpenedDataset::new(inner, "csv", &source.unwrap(), &context);
        opened.document(0).map(|document| document.is_some())
    }

    #[test]
    fn a_document_that_cannot_be_read_is_an_error_and_not_absent() {
        let denied = || Error::io("cannot read d.pdf", std::io::ErrorKind::PermissionDenied.into());
        assert_eq!(document_beside("d.pdf", denied).unwrap_err().kind(), ErrorKind::Io);
        let cancelled = || Error::new(ErrorKind::Cancelled, "cancelled");
        assert_eq!(document_beside("d.pdf", cancelled).unwrap_err().kind(), ErrorKind::Cancelled);
    }
}
