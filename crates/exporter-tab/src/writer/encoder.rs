//! Turns record batches into lines.

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::UInt8Type;
use exporter_core::codebook::Period;

use super::cells::{Altered, Cells, FIXED_ROOM, Reasons};
use super::quote::TextRules;
use super::row::RowBuffer;
use super::substitute::{Substitute, Substitutes};
use crate::TabError;
use crate::options::{BinaryText, Header, LineEnd, Quoting, WriteOptions};
use crate::pattern::Pattern;

/// Columns that are written together where a row has very many.
const BLOCK: usize = 512;

/// A column of the table to be written.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Column {
    /// Its name, for the header and for messages.
    pub name: String,
    /// Its label, for a header of labels.
    pub label: Option<String>,
    /// Set when its integers count calendar periods.
    pub period: Option<Period>,
    /// Values written as something else.
    pub substitutes: Vec<Substitute>,
    /// What is written for a null whose missing reason is known, by the number of the reason; an empty text is that of any
    /// null. Behind the columns of a batch stands then one more `UInt8` column for each such column, with those numbers.
    pub reasons: Vec<String>,
}

impl Column {
    /// A column with a name and nothing else.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Sets the label.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Says that the integers count calendar periods.
    #[must_use]
    pub fn period(mut self, unit: Period) -> Self {
        self.period = Some(unit);
        self
    }

    /// Sets the texts of missing reasons.
    #[must_use]
    pub fn reasons(mut self, texts: Vec<String>) -> Self {
        self.reasons = texts;
        self
    }

    /// Sets the values written as something else.
    #[must_use]
    pub fn substitutes(mut self, list: Vec<Substitute>) -> Self {
        self.substitutes = list;
        self
    }
}

/// What the cells of all columns share.
#[derive(Debug)]
pub(super) struct Style {
    pub(super) text: TextRules,
    pub(super) missing: Box<[u8]>,
    pub(super) booleans: [Box<[u8]>; 2],
    pub(super) mark: u8,
    pub(super) quote_all: bool,
    pub(super) quote_non_numeric: bool,
    pub(super) date_pattern: Option<Pattern>,
    pub(super) date_time_pattern: Option<Pattern>,
    binary: BinaryText,
    /// Whether an empty text cannot be distinguished from a missing value.
    pub(super) empty_is_missing: bool,
    /// Bytes the fixed cells that are written together may need: those of a row or of a block of it.
    room: usize,
}

impl Style {
    /// Bytes that must be free before a cell is written: the fixed cells that are written together and delimiters.
    #[inline]
    pub(super) fn room(&self) -> usize {
        self.room
    }

    /// Appends the text of bytes.
    pub(super) fn binary(&self, bytes: &[u8], to: &mut Vec<u8>) {
        match self.binary {
            BinaryText::Base64 => crate::binary::to_base64(bytes, to),
            BinaryText::Hex => crate::binary::to_hex(bytes, to),
        }
    }
}

/// Encodes batches of one table; shared between threads, as each batch is encoded on its own.
///
/// The bytes of a table are the [`header`](Self::header) and then the lines of its batches in order,
/// wherever the batches are cut.
///
/// ```
/// use std::sync::Arc;
/// use arrow_array::{ArrayRef, Int32Array, RecordBatch, StringArray};
/// use exporter_tab::{Column, RowEncoder, WriteOptions};
///
/// let batch = RecordBatch::try_from_iter([
///     ("id", Arc::new(Int32Array::from(vec![1, 2])) as ArrayRef),
///     ("place", Arc::new(StringArray::from(vec![Some("Mbale, Uganda"), None]))),
/// ])?;
/// let columns = vec![Column::new("id"), Column::new("place")];
/// let encoder = RowEncoder::new(columns, &WriteOptions::default())?;
/// let mut text = encoder.header();
/// encoder.encode(&batch, &mut text)?;
/// assert_eq!(text, b"id,place\n1,\"Mbale, Uganda\"\n2,\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct RowEncoder {
    columns: Vec<Column>,
    substitutes: Vec<Option<Substitutes>>,
    /// Cells of missing reasons by column and number.
    reasons: Vec<Vec<Box<[u8]>>>,
    style: Style,
    delimiter: u8,
    line_end: &'static [u8],
    header: Header,
    bom: bool,
}

impl RowEncoder {
    /// Prepares the columns of one table.
    ///
    /// # Errors
    /// When the options do not fit together, see [`WriteOptions::check`].
    pub fn new(columns: Vec<Column>, options: &WriteOptions) -> Result<Self, TabError> {
        options.check()?;
        let text = TextRules::new(options);
        // A record of one missing cell would be an empty line, which most readers skip.
        let alone = columns.len() == 1 && options.missing_text.is_empty();
        // Neither the missing text nor the booleans are texts of the data: they are quoted only when they must be.
        let bare = TextRules { always: false, missing: Box::default(), ..text.clone() };
        let missing: Box<[u8]> = match options.missing_text.as_str() {
            "" if alone => b"\"\"".as_slice().into(),
            "" => Box::default(),
            other => bare.cell(other),
        };
        let booleans = [0, 1].map(|at| bare.cell(&options.booleans[at]));
        let quote_all = options.quoting == Quoting::All;
        let quote_non_numeric = options.quoting == Quoting::NonNumeric;
        let booleans = if quote_all || quote_non_numeric {
            // The quotes around the value are written with it; only those inside must be doubled.
            [0, 1].map(|at| options.booleans[at].replace('"', "\"\"").into_bytes().into())
        } else {
            booleans
        };
        let reason = |text: &String| if text.is_empty() { missing.clone() } else { bare.cell(text) };
        let reasons: Vec<Vec<Box<[u8]>>> =
            columns.iter().map(|column| column.reasons.iter().map(reason).collect()).collect();
        let texts = booleans.iter().chain(reasons.iter().flatten());
        let longest = texts.map(|text| text.len()).max().unwrap_or(0).max(missing.len());
        let room = (columns.len().min(2 * BLOCK) + 1) * (FIXED_ROOM + longest);
        let substitutes = columns
            .iter()
            .map(|column| {
                let some = !column.substitutes.is_empty();
                some.then(|| Substitutes::new(&column.substitutes, &missing, &text))
            })
            .collect();
        Ok(Self {
            columns,
            substitutes,
            reasons,
            style: Style {
                empty_is_missing: text.empty.is_empty() || *missing == *text.empty,
                text,
                missing,
                booleans,
                mark: options.decimal_mark.byte(),
                quote_all,
                quote_non_numeric,
                date_pattern: Pattern::of_dates(options.date_pattern.as_deref(), false)?,
                date_time_pattern: Pattern::of_date_times(options.date_time_pattern.as_deref(), false)?,
                binary: options.binary,
                room,
            },
            delimiter: options.delimiter.byte(),
            line_end: match options.line_end {
                LineEnd::Lf => b"\n",
                LineEnd::Crlf => b"\r\n",
            },
            header: options.header,
            bom: options.bom,
        })
    }

    /// The columns, as given.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The byte order mark and the header lines, as far as they are asked for.
    pub fn header(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if self.bom {
            out.extend_from_slice("\u{feff}".as_bytes());
        }
        let name = |column: &Column| self.style.text.cell(&column.name);
        let label = |column: &Column| match &column.label {
            Some(label) if !label.is_empty() => self.style.text.cell(label),
            _ => name(column),
        };
        if matches!(self.header, Header::Names | Header::Both) {
            self.line(self.columns.iter().map(name), &mut out);
        }
        if matches!(self.header, Header::Labels | Header::Both) {
            self.line(self.columns.iter().map(label), &mut out);
        }
        out
    }

    fn line(&self, cells: impl Iterator<Item = Box<[u8]>>, out: &mut Vec<u8>) {
        for (at, cell) in cells.enumerate() {
            if at > 0 {
                out.push(self.delimiter);
            }
            out.extend_from_slice(&cell);
        }
        out.extend_from_slice(self.line_end);
    }

    /// Appends the lines of a batch and returns, per column, what they could not keep.
    ///
    /// # Errors
    /// When the batch has another number of columns, a type that text cannot hold, or a date that a custom
    /// pattern cannot write.
    pub fn encode(&self, batch: &RecordBatch, out: &mut Vec<u8>) -> Result<Vec<Altered>, TabError> {
        let expected = self.columns.len() + self.reasons.iter().filter(|texts| !texts.is_empty()).count();
        if batch.num_columns() != expected {
            return Err(TabError::BatchShape { expected, found: batch.num_columns() });
        }
        let mut known = batch.columns().iter().skip(self.columns.len());
        let mut cells = Vec::with_capacity(self.columns.len());
        for ((column, array), substitutes) in self.columns.iter().zip(batch.columns()).zip(&self.substitutes)
        {
            cells.push(Cells::new(&column.name, array, column.period, substitutes.as_ref(), &self.style)?);
        }
        for (cells, texts) in cells.iter_mut().zip(&self.reasons).filter(|(_, texts)| !texts.is_empty()) {
            let numbers = known.next().and_then(|column| column.as_primitive_opt::<UInt8Type>());
            cells.reasons = numbers.map(|numbers| Reasons { numbers, texts });
        }
        if cells.len() > 2 * BLOCK {
            self.encode_blocks(&mut cells, batch.num_rows(), out);
        } else {
            self.encode_rows(&mut cells, batch.num_rows(), out);
        }
        for (column, cells) in self.columns.iter().zip(&cells) {
            if let Some(row) = cells.failed {
                return Err(TabError::DateRange { column: column.name.clone(), row: row as u64 + 1 });
            }
        }
        Ok(cells.into_iter().map(|cells| cells.altered).collect())
    }

    fn encode_rows(&self, cells: &mut [Cells<'_>], count: usize, out: &mut Vec<u8>) {
        let mut rows = RowBuffer::new(out);
        for row in 0..count {
            rows.reserve(self.style.room());
            for cell in &mut *cells {
                cell.push(row, &mut rows);
                rows.byte(self.delimiter);
            }
            if cells.is_empty() {
                rows.byte(b'\n');
            }
            rows.end_line(self.line_end);
        }
        rows.finish();
    }

    /// Writes some columns of all rows after the others: no cache holds the cells of a very wide row.
    fn encode_blocks(&self, cells: &mut [Cells<'_>], count: usize, out: &mut Vec<u8>) {
        let (mut lines, mut part): (Vec<Vec<u8>>, Vec<u8>) = (vec![Vec::new(); count], Vec::new());
        for block in cells.chunks_mut(BLOCK) {
            for (row, line) in lines.iter_mut().enumerate() {
                let mut cells = RowBuffer::new(&mut part);
                cells.reserve(self.style.room());
                for cell in &mut *block {
                    cell.push(row, &mut cells);
                    cells.byte(self.delimiter);
                }
                cells.finish();
                line.append(&mut part);
            }
        }
        for mut line in lines {
            line.pop();
            out.append(&mut line);
            out.extend_from_slice(self.line_end);
        }
    }
}
