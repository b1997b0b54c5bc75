//! Reading delimited text.
//!
//! The input is cut at record ends into [`pieces`], each is split into [`records`], and columns are either guessed
//! ([`infer`]) or decoded ([`decode`]): one piece on this thread by [`TabReader`], several at once by the dataset.

mod ascent;
mod cell;
mod column;
mod decode;
mod digits;
mod encoding;
mod form;
mod guess;
mod header;
mod infer;
mod layout;
mod left_out;
mod number;
mod odd;
mod options;
mod pieces;
mod plain;
mod presumed;
mod records;
mod sniff;
mod split;
mod style;
mod summary;
mod time;
mod values;
mod window;

use std::io::Read;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

pub(crate) use decode::{Decoded, Decoding, Position};
pub use encoding::Encoding;
pub(crate) use header::Renamed;
pub(crate) use infer::{Findings, Inference, Seen};
pub use layout::{CellKind, DeclaredColumn, Layout, LayoutColumn, Reasons};
pub(crate) use layout::{MOST_DOUBTS, Opened};
pub(crate) use left_out::{LeftOut, Parts, loss_of};
pub(crate) use number::reads_number;
pub(crate) use odd::is_missing_word;
pub use options::{Duplicates, KeptDigits, KeptOffsets, Ragged, ReadHeader, ReadOptions};
pub(crate) use pieces::{Piece, Pieces};
pub(crate) use presumed::Presumed;
pub(crate) use sniff::Doubt;
pub(crate) use time::DateTimeParts;

use crate::TabError;

/// Reads a file of a known [`Layout`] as record batches, each cell decoded to its column's kind.
///
/// Memory is bounded by a batch and the longest record, whatever the number of rows.
///
/// ```
/// use exporter_tab::{Layout, ReadOptions, TabReader};
///
/// let text = "id,place,code\n1,\"Mbale, Uganda\",007\n2,,010\n";
/// let options = ReadOptions::default();
/// let layout = Layout::read(text.as_bytes(), &options, &[])?;
/// let mut reader = TabReader::new(text.as_bytes(), &layout, &options, None)?;
/// let batch = reader.next().transpose()?.ok_or("no rows")?;
/// assert_eq!((batch.num_rows(), batch.column(1).null_count()), (2, 1));
/// assert_eq!(batch.schema().field(2).data_type().to_string(), "Utf8", "leading zeros are kept");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct TabReader<R> {
    decoding: Decoding,
    pieces: Pieces<R>,
    position: Position,
    decoded: Decoded,
    rows: Rows,
    done: bool,
}

impl<R> std::fmt::Debug for TabReader<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TabReader").field("schema", self.decoding.schema()).finish_non_exhaustive()
    }
}

impl<R: Read> TabReader<R> {
    /// Skips the header; `columns` are positions in the layout, in the order wanted, none = all. Cells of other
    /// columns are not decoded. Behind them stand the reason columns of those that have [`LayoutColumn::reasons`].
    ///
    /// # Errors
    /// When the input fails, a column has an Arrow type that text cannot hold, or a position does not exist.
    pub fn new(
        input: R,
        layout: &Layout,
        options: &ReadOptions,
        columns: Option<&[usize]>,
    ) -> Result<Self, TabError> {
        let (decoding, pieces, position) = Decoding::open(input, layout, options, columns)?;
        Ok(Self::from_parts(decoding, pieces, position, options.batch_rows))
    }

    /// Decodes pieces, the first of which is at a position, in batches of at most `batch_rows` rows.
    pub(crate) fn from_parts(
        decoding: Decoding,
        pieces: Pieces<R>,
        position: Position,
        batch_rows: usize,
    ) -> Self {
        let rows = Rows::new(batch_rows);
        Self { decoding, pieces, position, decoded: Decoded::default(), rows, done: false }
    }

    /// The schema of every batch.
    pub fn schema(&self) -> &SchemaRef {
        self.decoding.schema()
    }

    /// Decodes a piece; none at the end.
    fn read(&mut self) -> Result<Option<RecordBatch>, TabError> {
        loop {
            if let Some(batch) = self.rows.next() {
                return Ok(Some(batch));
            }
            let Some(piece) = self.pieces.next() else { return Ok(None) };
            self.decoding.decode(&piece?, &mut self.decoded);
            self.rows.put(self.position.pass(&mut self.decoded)?);
        }
    }
}

impl<R: Read> Iterator for TabReader<R> {
    type Item = Result<RecordBatch, TabError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let result = self.read();
        self.done = !matches!(result, Ok(Some(_)));
        result.transpose()
    }
}

/// Gives the rows of a piece in batches of the size asked for.
#[derive(Debug)]
pub(crate) struct Rows {
    most: usize,
    batch: Option<RecordBatch>,
}

impl Rows {
    /// In batches of at most `most` rows; 0 is taken as 1.
    pub(crate) fn new(most: usize) -> Self {
        Self { most: most.max(1), batch: None }
    }

    /// Takes the rows of the next piece; those before must all have been given.
    pub(crate) fn put(&mut self, batch: Option<RecordBatch>) {
        self.batch = batch;
    }
}

impl Iterator for Rows {
    type Item = RecordBatch;

    fn next(&mut self) -> Option<RecordBatch> {
        let batch = self.batch.take()?;
        let rows = batch.num_rows();
        if rows <= self.most {
            return Some(batch);
        }
        self.batch = Some(batch.slice(self.most, rows - self.most));
        Some(batch.slice(0, self.most))
    }
}

/// Reads a whole text from memory, its kinds found in the cells.
///
/// # Errors
/// See [`TabError`].
pub fn read_text(text: &[u8], options: &ReadOptions) -> Result<(Layout, Vec<RecordBatch>), TabError> {
    let layout = Layout::read(text, options, &[])?;
    let batches = TabReader::new(text, &layout, options, None)?.collect::<Result<_, _>>()?;
    Ok((layout, batches))
}
