//! Datasets: studies that can be read more than once.

mod batches;
mod coded_reasons;
mod completed;
mod declared_reasons;
mod excerpt;
mod filter;
mod filter_mask;
mod folded;
mod key_set;
mod memory;
mod normalise;
mod opened;
mod reason_columns;
mod reasons;
mod related;
mod replaced;
mod schema;
mod select;
mod shared;
mod tables_of;

pub use batches::{Batches, at_most, display_rows};
pub use coded_reasons::CodedReasons;
pub use completed::{
    Unfit, adopt_labels, as_described, completed_table, completed_variable, fit_to_kind, unheld_kind,
};
pub use declared_reasons::{DeclaredReasons, with_reasons_of};
pub use excerpt::ExcerptDataset;
pub use filter::{Comparison, Filter};
pub(crate) use filter_mask::date_time;
pub use folded::FoldedReasons;
pub(crate) use key_set::KeySet;
pub use memory::MemoryDataset;
pub use normalise::{normalise, normalise_batches};
pub(crate) use opened::OpenedDataset;
pub use reason_columns::{ReasonColumn, reason_texts, reasons_by_text, with_reason_texts};
pub use reasons::{columns_with_reasons, scan_schema};
pub use related::RelatedDataset;
pub use replaced::{Labelled, replaced_in_table, replaced_in_variable};
pub use schema::{arrow_schema, arrow_type, infer_kind, infer_table};
pub use select::{select, select_from};
pub use tables_of::TablesOf;
pub(crate) use tables_of::tables_of;

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use crate::codebook::{Codebook, Document, Parent, Table};
use crate::error::{Error, Result};
use crate::loss::LossReport;
use crate::profile::TableProfile;

/// A table by its position in the codebook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub struct TableId(pub usize);

/// A study that can be read more than once: a codebook and, per table, a stream of record batches.
///
/// # For implementations
/// Columns come in the order of the table's variables (or of the scan's projection) and cast losslessly to the
/// declared kinds; [`crate::Context::scan`] normalises them. A row whose value is missing for a declared reason holds a
/// null; a scan with [`Scan::with_reasons`] delivers the reasons behind the values. Errors name what they can: file, row,
/// offset.
pub trait Dataset: Send + Sync {
    /// The description of the study.
    fn codebook(&self) -> &Codebook;

    /// The exact number of rows of a table, or `None`; never a guess.
    fn rows(&self, table: TableId) -> Option<u64>;

    /// Starts reading a table.
    ///
    /// # Errors
    /// When the table or a column does not exist or the source cannot be opened.
    fn scan(&self, table: TableId, scan: &Scan) -> Result<Batches<'_>>;

    /// The bytes of a document, by its position in the codebook: those that the codebook holds, or else those of the file at its
    /// path, unless the dataset knows where else they are. None where it knows only that there are some elsewhere: on the web, or
    /// beside a file that travelled alone.
    ///
    /// # Errors
    /// When there is no such document, or its file is missing or cannot be read; the error names both.
    fn document(&self, position: usize) -> Result<Option<Box<dyn Read + Send + '_>>> {
        let document = document_of(self.codebook(), position)?;
        match (&document.bytes, &document.path) {
            (Some(bytes), _) => Ok(Some(Box::new(bytes.as_slice()))),
            (None, Some(path)) => Ok(Some(Box::new(document_file(document, path)?))),
            (None, None) => Ok(None),
        }
    }

    /// Facts that the source knows (from a Parquet footer, a header), so that they are not computed again.
    fn facts(&self, table: TableId) -> Option<TableProfile> {
        let _ = table;
        None
    }

    /// The parent of a table that is in another file, as the file of the table names it: the codebook has no link to a table
    /// that it does not describe. Whoever opens both files restores the link; alone, the file loses it ([`Dataset::losses`]).
    fn parent(&self, table: TableId) -> Option<&Parent> {
        let _ = table;
        None
    }

    /// Whether the rows of a table tell the missing reasons that its variables declare. A file may describe reasons and have
    /// been written without them, all like nulls: where the same table is in another file too, that one is preferred.
    fn holds_reasons(&self, table: TableId) -> bool {
        let _ = table;
        true
    }

    /// What reading cannot keep of the source, such as characters outside its encoding: as far as it is known, and
    /// complete once everything was read. Each loss names its table; reading again adds nothing.
    fn losses(&self) -> LossReport {
        LossReport::default()
    }

    /// How the source was read where it does not say so itself, such as the delimiter of a text, one line each.
    fn notes(&self) -> Vec<Note> {
        Vec::new()
    }
}

/// A line about how a source was read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Note {
    /// What it says; the file is named where there is one.
    pub text: String,
    /// Whether it says what is expected of most sources: nobody needs it who does not ask.
    pub is_usual: bool,
    /// Whether it names tables whose rows are not there, which goes before all else that is said.
    pub lacks_rows: bool,
}

impl Note {
    /// A line that names tables whose rows are not there.
    pub fn without_rows(text: impl Into<String>) -> Self {
        Self { lacks_rows: true, ..Self::new(text) }
    }

    /// A line that a user should see.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_usual: false, lacks_rows: false }
    }

    /// A line for those who ask.
    pub fn usual(text: impl Into<String>) -> Self {
        Self { is_usual: true, ..Self::new(text) }
    }
}

impl From<String> for Note {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

/// What to read of a table: everything by default.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Scan {
    /// Columns to deliver, by position of the variable, in this order; `None` = all.
    pub columns: Option<Vec<usize>>,
    /// Rows to deliver.
    pub filter: Option<Filter>,
    /// Deliver at most this many rows (after the filter).
    pub limit: Option<u64>,
    /// Rows per batch that suit the reader; a hint.
    pub batch_rows: Option<usize>,
    /// Deliver missing reasons beside the values, see [`Scan::with_reasons`].
    pub reasons: bool,
}

impl Scan {
    /// Reads everything.
    pub fn all() -> Self {
        Self::default()
    }

    /// Reads only these columns, in this order.
    #[must_use]
    pub fn columns(mut self, columns: impl Into<Vec<usize>>) -> Self {
        self.columns = Some(columns.into());
        self
    }

    /// Reads only rows that pass.
    #[must_use]
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filter = Some(filter);
        self
    }

    /// Reads at most this many rows.
    #[must_use]
    pub fn limit(mut self, rows: u64) -> Self {
        self.limit = Some(rows);
        self
    }

    /// Asks for batches of about this many rows.
    #[must_use]
    pub fn batch_rows(mut self, rows: usize) -> Self {
        self.batch_rows = Some(rows);
        self
    }

    /// Asks for missing reasons: behind the columns to deliver comes one `UInt8` column for each of those whose variable
    /// declares a reason ([`columns_with_reasons`]). Its value is the position of the declaration among the variable's
    /// missing values; null where there is no reason.
    #[must_use]
    pub fn with_reasons(mut self) -> Self {
        self.reasons = true;
        self
    }

    /// The columns to deliver of a table with this many variables.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when a column does not exist.
    pub fn projection(&self, table: &Table) -> Result<Vec<usize>> {
        let count = table.variables.len();
        match &self.columns {
            None => Ok((0..count).collect()),
            Some(columns) => match columns.iter().find(|column| **column >= count) {
                Some(column) => {
                    Err(Error::not_found(format!("column {} of {count} does not exist", column + 1))
                        .table(&table.name))
                }
                None => Ok(columns.clone()),
            },
        }
    }

    /// The columns that a source must read to answer this scan, ascending: those to deliver and those the filter looks
    /// at.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when a column does not exist.
    pub fn needed(&self, table: &Table) -> Result<Vec<usize>> {
        let mut columns = self.projection(table)?;
        if let Some(filter) = &self.filter {
            columns.extend(filter.columns(table)?);
        }
        columns.sort_unstable();
        columns.dedup();
        Ok(columns)
    }
}

/// The table of a dataset, or an error that names the position.
///
/// # Errors
/// [`crate::ErrorKind::NotFound`].
pub fn table_of(codebook: &Codebook, table: TableId) -> Result<&Table> {
    codebook.tables.get(table.0).ok_or_else(|| {
        Error::not_found(format!("table {} of {} does not exist", table.0 + 1, codebook.tables.len()))
    })
}

/// The document of a codebook at this position.
///
/// # Errors
/// [`crate::ErrorKind::NotFound`].
pub fn document_of(codebook: &Codebook, position: usize) -> Result<&Document> {
    codebook.documents.get(position).ok_or_else(|| {
        let count = codebook.documents.len();
        Error::not_found(format!("document {} of {count} does not exist", position + 1))
    })
}

/// Opens the file of a document.
///
/// # Errors
/// [`crate::ErrorKind::NotFound`] where there is none, or what the operating system says; both name document and file.
pub fn document_file(document: &Document, path: &Path) -> Result<File> {
    let (name, file) = (&document.name, path.display());
    let read = File::open(path).and_then(|opened| match opened.metadata()?.is_file() {
        true => Ok(opened),
        false => Err(ErrorKind::NotFound.into()),
    });
    read.map_err(|source| {
        let message = format!("the document {name:?} cannot be read from {file}");
        let error = match source.kind() {
            ErrorKind::NotFound => Error::not_found(format!("the document {name:?} has no file {file}")),
            _ => Error::io(message, source),
        };
        error.with_hint("put the file there, or leave documents out")
    })
}
