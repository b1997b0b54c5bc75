//! The frame of every format that writes one entry a table: create, scan, write, name the place of errors, cancel, commit,
//! report. A format adds a [`TableWriter`].

use std::io::{self, Seek, SeekFrom, Write};

use super::{Changes, EntryReport, Plan, Summary};
use crate::codebook::Table;
use crate::context::Context;
use crate::dataset::{Batches, Dataset, Scan, TableId, table_of};
use crate::error::{Error, ErrorKind, Result};
use crate::loss::LossReport;
use crate::sink::{Entry, EntryReceipt, EntrySpec, RandomEntry, Sink};

/// One table, decided: how its rows become the bytes of an entry.
///
/// # For implementations
/// Errors need to name variable and row at most; the frame adds table and entry. Rows count from 1 over the whole table.
pub trait TableWriter: Send {
    /// Whether an output that can seek is of use, where the sink has one.
    fn is_seekable(&self) -> bool {
        false
    }

    /// Writes all rows.
    ///
    /// # Errors
    /// When the data breaks what was planned or the output fails.
    fn write(self: Box<Self>, rows: &TableRows<'_>, output: &mut Output<'_>) -> Result<Written>;
}

/// The rows of one table.
#[derive(Clone, Copy)]
pub struct TableRows<'a> {
    data: &'a dyn Dataset,
    id: TableId,
    table: &'a Table,
    context: &'a Context,
}

impl<'a> TableRows<'a> {
    /// The table's description.
    pub fn table(&self) -> &'a Table {
        self.table
    }

    /// What the export runs with.
    pub fn context(&self) -> &'a Context {
        self.context
    }

    /// Starts a scan; every batch checks cancel.
    ///
    /// # Errors
    /// As [`Context::scan`].
    pub fn scan(&self, scan: &Scan) -> Result<Batches<'a>> {
        self.context.scan(self.data, self.id, scan)
    }
}

/// What the rows of a table became.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Written {
    /// How many there were.
    pub rows: u64,
    /// What only the rows showed.
    pub losses: LossReport,
}

impl Written {
    /// So many rows, without losses that only they showed.
    pub fn new(rows: u64) -> Self {
        Self { rows, losses: LossReport::default() }
    }

    /// Sets what only the rows showed.
    #[must_use]
    pub fn with_losses(mut self, losses: LossReport) -> Self {
        self.losses = losses;
        self
    }
}

/// The entry of a table while it is written; what goes through it counts as progress.
pub struct Output<'a> {
    entry: OpenEntry<'a>,
    context: &'a Context,
}

enum OpenEntry<'a> {
    Stream(Box<dyn Entry + 'a>),
    Seekable(Box<dyn RandomEntry + 'a>),
}

impl Output<'_> {
    /// Whether it can seek: only where the writer asked for it.
    pub fn is_seekable(&self) -> bool {
        matches!(self.entry, OpenEntry::Seekable(_))
    }

    fn commit(self) -> Result<EntryReceipt> {
        match self.entry {
            OpenEntry::Stream(entry) => entry.commit(),
            OpenEntry::Seekable(entry) => entry.commit(),
        }
    }
}

impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match &mut self.entry {
            OpenEntry::Stream(entry) => entry.write(bytes),
            OpenEntry::Seekable(entry) => entry.write(bytes),
        }?;
        self.context.progress().bytes(written as u64);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.entry {
            OpenEntry::Stream(entry) => entry.flush(),
            OpenEntry::Seekable(entry) => entry.flush(),
        }
    }
}

impl Seek for Output<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match &mut self.entry {
            OpenEntry::Stream(_) => Err(io::Error::new(io::ErrorKind::Unsupported, "the output cannot seek")),
            OpenEntry::Seekable(entry) => entry.seek(to),
        }
    }
}

/// Everything decided for a format that writes one entry a table, in the codebook's order.
pub struct TablesPlan<'a> {
    data: &'a dyn Dataset,
    entries: Vec<EntrySpec>,
    writers: Vec<(TableId, Box<dyn TableWriter + 'a>)>,
    /// What will be lost and what will be written otherwise.
    pub changes: Changes,
}

impl<'a> TablesPlan<'a> {
    /// A plan without tables, which loses `losses`.
    pub fn new(data: &'a dyn Dataset, losses: LossReport) -> Self {
        let (entries, writers) = Default::default();
        Self { data, entries, writers, changes: losses.into() }
    }

    /// Adds a table; its entry has the number of rows where the data has.
    pub fn push(&mut self, id: TableId, entry: EntrySpec, writer: impl TableWriter + 'a) {
        let rows = entry.rows.or_else(|| self.data.rows(id));
        self.entries.push(EntrySpec { table: Some(id), rows, ..entry });
        self.writers.push((id, Box::new(writer)));
    }
}

impl Plan for TablesPlan<'_> {
    fn entries(&self) -> &[EntrySpec] {
        &self.entries
    }

    fn changes(&self) -> &Changes {
        &self.changes
    }

    fn write(self: Box<Self>, sink: &dyn Sink, context: &Context) -> Result<Summary> {
        let mut summary = Summary::default();
        let Self { data, entries, writers, .. } = *self;
        for (spec, (id, writer)) in entries.iter().zip(writers) {
            context.cancel().check()?;
            let table = table_of(data.codebook(), id)?;
            // The entry is at fault where it cannot be written; what the rows hold has its place in the input.
            let place = |error: Error| match error.kind() {
                ErrorKind::Io => error.entry(&spec.path).table(&table.name),
                _ => error.table(&table.name),
            };
            let rows = TableRows { data, id, table, context };
            let entry = match writer.is_seekable() && sink.is_seekable() {
                true => OpenEntry::Seekable(sink.create_random(spec, context.temp())?),
                false => OpenEntry::Stream(sink.create(spec)?),
            };
            let mut output = Output { entry, context };
            let written = writer.write(&rows, &mut output).map_err(place)?;
            output.flush().map_err(|source| place(Error::io("cannot write the entry", source)))?;
            context.cancel().check()?;
            summary.entries.push(EntryReport::new(spec, output.commit()?, Some(written.rows)));
            summary.changes.losses.merge(written.losses);
        }
        Ok(summary)
    }
}
