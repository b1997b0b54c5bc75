//! One encoder per column: the steps of a column stay in order, columns are encoded side by side.

use std::io::Write;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use arrow_array::ArrayRef;
use arrow_schema::{FieldRef, SchemaRef};
use bytes::Bytes;
use exporter_core::parallel::{Lanes, lanes};
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, compute_leaves};
use parquet::column::writer::ColumnCloseResult;
use parquet::file::writer::SerializedRowGroupWriter;

use super::category_column::CategoryColumn;
use super::validity::without_idle_bitmaps;
use crate::ParquetError;
use crate::layout::storage_type::to_stored;

/// A column of a row group, encoded.
pub(super) struct ClosedColumn {
    pub(super) group: usize,
    pub(super) column: usize,
    pub(super) leaves: Vec<ClosedLeaf>,
}

/// A leaf of a column, encoded.
pub(super) enum ClosedLeaf {
    Chunk(Box<ArrowColumnChunk>),
    Categories(Bytes, Box<ColumnCloseResult>),
}

/// What encodes a leaf of a column.
pub(super) enum LeafWriter {
    Arrow(Box<ArrowColumnWriter>),
    Categories(CategoryColumn),
}

impl LeafWriter {
    fn close(self) -> Result<ClosedLeaf, ParquetError> {
        match self {
            Self::Arrow(writer) => Ok(ClosedLeaf::Chunk(Box::new(writer.close()?))),
            Self::Categories(column) => column.close(),
        }
    }
}

impl ClosedLeaf {
    /// Appends it to its row group.
    pub(super) fn append<W: Write + Send>(
        self,
        group: &mut SerializedRowGroupWriter<'_, W>,
    ) -> Result<(), ParquetError> {
        match self {
            Self::Chunk(chunk) => chunk.append_to_row_group(group)?,
            Self::Categories(bytes, close) => group.append_column(&bytes, *close)?,
        }
        Ok(())
    }
}

struct OpenColumn {
    index: usize,
    field: FieldRef,
    /// One for every leaf of the open row group.
    writers: Vec<LeafWriter>,
}

enum Step {
    Open(Vec<LeafWriter>),
    Encode(ArrayRef),
    Close(usize),
}

/// Where `feed` puts the rows of [`encode_columns`].
pub(super) struct ColumnEncoders<'l> {
    lanes: &'l Lanes<'l, OpenColumn, Step, ParquetError>,
    /// Columns, and leaf columns of each.
    leaves: Vec<usize>,
    /// Steps that may wait before the feeding thread helps instead of reading on.
    most_waiting: usize,
    closed: &'l Mutex<Vec<ClosedColumn>>,
}

/// Encodes what `feed` gives in `threads` threads, the caller's included; returns what it tells and the columns closed
/// that it did not take.
pub(super) fn encode_columns<T>(
    stored: &SchemaRef,
    threads: usize,
    feed: impl FnOnce(&ColumnEncoders<'_>) -> Result<T, ParquetError>,
) -> Result<(T, Vec<ClosedColumn>), ParquetError> {
    let fields = stored.fields();
    let columns = fields.iter().enumerate();
    let columns =
        columns.map(|(index, field)| OpenColumn { index, field: field.clone(), writers: Vec::new() });
    let closed = Mutex::new(Vec::new());
    let work = |column: &mut OpenColumn, step| {
        if let Some(done) = take_step(step, column)? {
            closed.lock().unwrap_or_else(PoisonError::into_inner).push(done);
        }
        Ok(())
    };
    let told = lanes(threads, columns.collect(), work, |lanes| {
        // One thread encodes a chunk as soon as it has read it; more threads keep one chunk each and one in reserve.
        let chunks = if threads <= 1 { 1 } else { threads + 1 };
        feed(&ColumnEncoders {
            lanes,
            leaves: fields.iter().map(|field| leaf_count(field.data_type())).collect(),
            most_waiting: (fields.len() * chunks).saturating_sub(1),
            closed: &closed,
        })
    })?;
    Ok((told, closed.into_inner().unwrap_or_else(PoisonError::into_inner)))
}

impl ColumnEncoders<'_> {
    /// Starts these columns of a row group with the writers of all their leaves, in column order.
    pub(super) fn open(&self, columns: Range<usize>, writers: Vec<LeafWriter>) {
        let mut writers = writers.into_iter();
        let leaves = self.leaves.iter().skip(columns.start).take(columns.len());
        let steps = leaves.map(|leaves| Step::Open(writers.by_ref().take(*leaves).collect()));
        self.lanes.push_from(columns.start, steps);
    }

    /// Adds rows of these columns, which are open.
    pub(super) fn encode(&self, columns: Range<usize>, arrays: impl IntoIterator<Item = ArrayRef>) {
        self.lanes.push_from(columns.start, arrays.into_iter().map(Step::Encode));
    }

    /// Ends these columns of a row group.
    pub(super) fn close(&self, columns: Range<usize>, group: usize) {
        self.lanes.push_from(columns.start, columns.map(|_| Step::Close(group)));
    }

    /// Helps to encode until at most this many steps wait.
    pub(super) fn help(&self, most_waiting: usize) -> Result<(), ParquetError> {
        self.lanes.help(most_waiting)
    }

    /// Helps to encode until so little waits that reading on keeps the threads busy.
    pub(super) fn help_to_read_on(&self) -> Result<(), ParquetError> {
        self.lanes.help(self.most_waiting)
    }

    /// The columns closed since the last call.
    pub(super) fn take_closed(&self) -> Vec<ClosedColumn> {
        std::mem::take(&mut *self.closed.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Takes a step; the last one of a row group gives the encoded column.
fn take_step(step: Step, column: &mut OpenColumn) -> Result<Option<ClosedColumn>, ParquetError> {
    match step {
        Step::Open(fresh) => column.writers = fresh,
        Step::Encode(array) => {
            let array = to_stored(array, &column.field)?;
            if let [LeafWriter::Categories(categories)] = column.writers.as_mut_slice() {
                categories.write(&array);
                return Ok(None);
            }
            let array = without_idle_bitmaps(array)?;
            for (leaf, writer) in compute_leaves(&column.field, &array)?.iter().zip(&mut column.writers) {
                if let LeafWriter::Arrow(writer) = writer {
                    writer.write(leaf)?;
                }
            }
        }
        Step::Close(group) => {
            let leaves = std::mem::take(&mut column.writers)
                .into_iter()
                .map(LeafWriter::close)
                .collect::<Result<_, _>>()?;
            return Ok(Some(ClosedColumn { group, column: column.index, leaves }));
        }
    }
    Ok(None)
}

/// How many leaf columns Parquet makes of a type.
pub(super) fn leaf_count(data_type: &arrow_schema::DataType) -> usize {
    use arrow_schema::DataType;
    match data_type {
        DataType::Struct(fields) => fields.iter().map(|field| leaf_count(field.data_type())).sum(),
        DataType::List(item) | DataType::Map(item, _) => leaf_count(item.data_type()),
        _ => 1,
    }
}
