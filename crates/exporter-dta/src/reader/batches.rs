//! Streams the chosen rows and columns as record batches.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::SchemaRef;

use crate::error::{DtaError, Result};
use crate::reader::DtaBytes;
use crate::reader::Prepared;
use crate::reader::array::Assembly;
use crate::reader::column::ColumnType;
use crate::reader::gather::{Cells, ColumnTiles, cell_type};
use crate::reader::opened::OpenFile;
use crate::reader::selection::ReadColumn;
use crate::reader::strls::StrlContents;

/// Record batches of the chosen rows and columns, in order.
#[derive(Debug)]
pub struct Batches {
    bytes: DtaBytes,
    opened: Arc<OpenFile>,
    columns: Vec<ReadColumn>,
    /// Positions in `columns` of those whose letters are delivered behind them.
    letters: Vec<usize>,
    /// Whether they tell numbers that are neither values nor missing values.
    foreign: bool,
    /// The cells of each column in all rows, where they need not be read.
    kept: Vec<Option<Arc<Cells>>>,
    /// Positions in `columns` of those that are read, in the order of their cells in a row.
    by_offset: Vec<usize>,
    schema: SchemaRef,
    rows: Range<u64>,
    batch_rows: usize,
    tiles: ColumnTiles,
    /// Bytes of text that each column had in the last batch, and a little more.
    text_bytes: Vec<usize>,
}

impl Batches {
    pub(super) fn new(bytes: DtaBytes, opened: Arc<OpenFile>, prepared: &Prepared) -> Self {
        let Prepared { columns, letters, foreign, kept, schema, rows, batch_rows } = prepared.clone();
        let variables = &opened.dictionary.variables;
        let is_read = |position: &usize| kept.get(*position).is_none_or(Option::is_none);
        let mut by_offset: Vec<usize> = (0..columns.len()).filter(is_read).collect();
        by_offset.sort_by_key(|p| columns.get(*p).and_then(|c| variables.get(c.variable)).map(|v| v.offset));
        let read: Vec<ReadColumn> = by_offset.iter().filter_map(|p| columns.get(*p)).copied().collect();
        let tiles = ColumnTiles::new(&opened, &read);
        let text_bytes = vec![0; columns.len()];
        Self {
            bytes,
            opened,
            columns,
            letters,
            foreign,
            kept,
            by_offset,
            schema,
            rows,
            batch_rows,
            tiles,
            text_bytes,
        }
    }

    /// Schema of every batch.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// Whether rows are left.
    pub(crate) fn has_rows(&self) -> bool {
        self.rows.start < self.rows.end
    }

    /// Goes on with other rows.
    pub(crate) fn set_rows(&mut self, rows: Range<u64>) {
        self.rows = rows;
    }

    fn batch(&mut self) -> Result<RecordBatch> {
        let opened = Arc::clone(&self.opened);
        let dictionary = &opened.dictionary;
        let first = self.rows.start;
        let count = ((self.rows.end - first) as usize).min(self.batch_rows);
        let variable = |column: &ReadColumn| dictionary.variables.get(column.variable);
        let at = first as usize;
        let make = |((column, kept), text): ((&ReadColumn, &Option<Arc<Cells>>), &usize)| match kept {
            Some(kept) => kept.numbers(at..at + count),
            None => variable(column).map(|v| Cells::with_capacity(cell_type(v.storage), count, *text)),
        };
        let mut cells: Vec<Option<Cells>> =
            self.columns.iter().zip(&self.kept).zip(&self.text_bytes).map(make).collect();
        let (columns, by_offset) = (&self.columns, &self.by_offset);
        self.tiles.visit(&self.bytes, first..first + count as u64, |rows, start| {
            for position in by_offset {
                let column = columns.get(*position).and_then(variable);
                if let (Some(v), Some(Some(cells))) = (column, cells.get_mut(*position)) {
                    cells.append(
                        rows,
                        dictionary.byte_order,
                        v.offset.saturating_sub(start),
                        cell_type(v.storage),
                    );
                }
            }
        })?;
        let kept = self.within_budget(&cells, count);
        let assembly = Assembly { ordinary: opened.ordinary, text: &opened.text };
        let of = |position: &usize| {
            cells.get(*position)?.as_ref().map(|cells| assembly.letters(cells, self.foreign))
        };
        let letters: Vec<ArrayRef> = self.letters.iter().filter_map(of).map(|l| l.slice(0, kept)).collect();
        let mut contents = self.contents(&cells, kept, first)?.into_iter();
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(cells.len());
        for ((column, cells), hint) in self.columns.iter().zip(cells).zip(&mut self.text_bytes) {
            let Some(cells) = cells else { continue };
            let array = match cells {
                Cells::Raw(_) => {
                    let Some(found) = contents.next() else { continue };
                    let nulls = found.nulls();
                    if column.kind == ColumnType::Binary {
                        Arc::new(found.texts.into_binary(nulls)?)
                    } else {
                        assembly.text(found.texts, nulls)?
                    }
                }
                Cells::Absent(_) => assembly.array(Cells::Absent(kept), column.kind)?,
                cells => {
                    if let Cells::Text(texts) = &cells {
                        *hint = texts.bytes() + texts.bytes() / 32;
                    }
                    let array = assembly.array(cells, column.kind)?;
                    if kept < count { array.slice(0, kept) } else { array }
                }
            };
            arrays.push(array);
        }
        arrays.extend(letters);
        self.rows.start += kept as u64;
        let options = RecordBatchOptions::new().with_row_count(Some(kept));
        Ok(RecordBatch::try_new_with_options(Arc::clone(&self.schema), arrays, &options)?)
    }

    /// Contents of the strL columns among `cells`.
    fn contents(&mut self, cells: &[Option<Cells>], rows: usize, first: u64) -> Result<Vec<StrlContents>> {
        let (mut strls, mut names) = (Vec::new(), Vec::new());
        for (cells, column) in cells.iter().zip(&self.columns) {
            if let Some(Cells::Raw(cells)) = cells {
                strls.push(cells.as_slice());
                names.push(column.variable);
            }
        }
        if strls.is_empty() {
            return Ok(Vec::new());
        }
        let (dictionary, lenient) = (&self.opened.dictionary, self.opened.options.lenient);
        let found =
            self.opened.strls().contents(&self.bytes, &strls, rows, dictionary.byte_order, lenient)?;
        found.map_err(|(column, row)| {
            let variable = names.get(column).and_then(|index| dictionary.variables.get(*index));
            let name = variable.map_or("", |variable| variable.name.as_str());
            DtaError::Invalid {
                place: format!("{name}, row {}", first + row as u64 + 1),
                message: "the strL record that the cell names is not in the file; salvage reads it as null"
                    .to_owned(),
            }
        })
    }

    /// Rows, at least one, whose strL contents stay within the budget of a batch.
    fn within_budget(&self, cells: &[Option<Cells>], count: usize) -> usize {
        let order = self.opened.dictionary.byte_order;
        let strls: Vec<_> =
            cells.iter().filter_map(|c| if let Some(Cells::Raw(c)) = c { Some(c) } else { None }).collect();
        if strls.is_empty() {
            return count;
        }
        let mut used = 0_u64;
        for row in 0..count {
            let here = strls
                .iter()
                .filter_map(|cells| cells.get(row))
                .map(|cell| self.opened.strls().length(*cell, order));
            used = used.saturating_add(here.fold(0, u64::saturating_add));
            if used > self.opened.options.strl_bytes() {
                return row.max(1);
            }
        }
        count
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rows.start >= self.rows.end {
            return None;
        }
        let batch = self.batch();
        if batch.is_err() {
            self.rows.start = self.rows.end;
        }
        Some(batch)
    }
}
