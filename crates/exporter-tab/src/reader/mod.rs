//! Reading delimited text.

mod builder;
mod guess;
mod layout;
mod number;
mod options;
mod scanner;
mod source;
mod time;

use std::io::Read;
use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::{Field, Schema, SchemaRef};

pub use layout::{CellKind, Declared, Layout, LayoutColumn};
pub use options::{Duplicates, Encoding, ReadHeader, ReadOptions};

use crate::TabError;
use builder::{Builder, CellStyle};
use layout::{is_missing, next_row, open};
use scanner::Scanner;

/// Bytes of input after which a batch is cut even if it has few rows.
const BATCH_BYTES: usize = 16 << 20;

/// Cells after which a batch is cut even if it has few rows.
const BATCH_CELLS: usize = 1 << 20;

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
    scanner: Scanner<R>,
    options: ReadOptions,
    layout: Layout,
    style: CellStyle,
    /// Position in the file and builder of each column asked for.
    columns: Vec<(usize, Builder)>,
    schema: SchemaRef,
    /// Line on which each row of the batch starts.
    lines: Vec<u64>,
    done: bool,
}

impl<R> std::fmt::Debug for TabReader<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TabReader").field("schema", &self.schema).finish_non_exhaustive()
    }
}

impl<R: Read> TabReader<R> {
    /// Skips the header; `columns` are positions in the layout, in the order wanted, none = all.
    ///
    /// # Errors
    /// When the input fails, a column has an Arrow type that text cannot hold, or a position does not exist.
    pub fn new(
        input: R,
        layout: &Layout,
        options: &ReadOptions,
        columns: Option<&[usize]>,
    ) -> Result<Self, TabError> {
        let (mut scanner, _) = open(input, options, Some(layout.delimiter))?;
        for _ in 0..layout.header_records {
            let limit = options.max_columns;
            scanner.advance(limit, |at| TabError::TooManyColumns { line: at.line, limit })?;
        }
        let all: Vec<usize> = (0..layout.columns.len()).collect();
        let mut fields = Vec::new();
        let mut builders = Vec::new();
        for at in columns.unwrap_or(&all) {
            let column = layout.columns.get(*at).ok_or_else(|| TabError::UnknownColumn {
                name: format!("column {} of {}", at.saturating_add(1), layout.columns.len()),
            })?;
            fields.push(Field::new(&column.name, column.kind.data_type(), true));
            builders.push((*at, Builder::new(&column.name, &column.kind)?));
        }
        Ok(Self {
            scanner,
            options: options.clone(),
            layout: layout.clone(),
            style: CellStyle::new(options),
            columns: builders,
            schema: Arc::new(Schema::new(fields)),
            lines: Vec::new(),
            done: false,
        })
    }

    /// The schema of every batch.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Reads up to a batch of rows; none at the end.
    fn read(&mut self) -> Result<Option<RecordBatch>, TabError> {
        let width = self.layout.columns.len();
        // In a file of one column a missing value is written as two quotes, see `RowEncoder`.
        let alone = width == 1 && self.options.missing_texts.is_empty();
        let most = (BATCH_CELLS / width.max(1)).clamp(1, self.options.batch_rows.max(1));
        let (first, mut rows, mut bytes) = (self.scanner.record + 1, 0, 0);
        self.lines.clear();
        while rows < most && bytes < BATCH_BYTES {
            if !next_row(&mut self.scanner, width)? {
                self.done = true;
                break;
            }
            rows += 1;
            self.lines.push(self.scanner.line);
            let cells = self.scanner.cells();
            for (at, builder) in &mut self.columns {
                let Some(cell) = cells.get(*at) else { continue };
                let content = self.scanner.content(*cell);
                let column = self.layout.columns.get(*at);
                bytes += content.len();
                let missing = if cell.quoted {
                    content.is_empty() && (alone || !builder.is_text())
                } else {
                    is_missing(&content, &self.options.missing_texts)
                        || (&*content == b"NA" && column.is_some_and(|column| column.na_is_missing))
                };
                if missing {
                    builder.push_missing();
                } else if builder.push(&content, &self.style).is_none() {
                    return Err(TabError::Value {
                        column: column.map(|column| column.name.clone()).unwrap_or_default(),
                        record: self.scanner.record,
                        line: self.scanner.line,
                        value: excerpt(&content),
                        kind: column.map(|column| column.kind.describe()).unwrap_or_default(),
                    });
                }
            }
        }
        if rows == 0 {
            return Ok(None);
        }
        let mut arrays = Vec::with_capacity(self.columns.len());
        for (at, builder) in &mut self.columns {
            arrays.push(builder.finish().map_err(|row| TabError::Encoding {
                record: first + row as u64,
                line: self.lines.get(row).copied().unwrap_or_default(),
                column: *at + 1,
                encoding: self.scanner.source.encoding,
            })?);
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        Ok(Some(RecordBatch::try_new_with_options(Arc::clone(&self.schema), arrays, &options)?))
    }
}

impl<R: Read> Iterator for TabReader<R> {
    type Item = Result<RecordBatch, TabError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let result = self.read();
        self.done |= result.is_err();
        result.transpose()
    }
}

/// The start of a cell, for a message.
fn excerpt(cell: &[u8]) -> String {
    let text = String::from_utf8_lossy(cell.get(..200).unwrap_or(cell));
    match text.char_indices().nth(40) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.into_owned(),
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
