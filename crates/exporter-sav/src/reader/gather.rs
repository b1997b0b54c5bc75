//! Cells of rows become Arrow arrays.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::sync::Arc;

use arrow_array::types::Float64Type;
use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::ArrowError;
use exporter_rows::{Rows, StoredCells, TextEnd, Texts, number_array};

use crate::error::{Result, SavError};
use crate::reader::displaced::{may_hold_numbers, tell_blanks, tell_numbers};
use crate::reader::prepared::{ColumnCells, Prepared};
use crate::spec::SYSMIS;

/// What of a column could not be read as it stands: how often, and the first row, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Oddity {
    pub(crate) count: u64,
    pub(crate) first: u64,
}

/// What could not be read as it stands in some rows, by position of the variable.
#[derive(Clone, Debug, Default)]
pub(crate) struct Oddities {
    pub(crate) replaced: Vec<(usize, Oddity)>,
    pub(crate) not_finite: Vec<(usize, Oddity)>,
    pub(crate) displaced: Vec<(usize, Oddity)>,
    /// Whether the encoding of a text is a guess.
    pub(crate) guessed: bool,
}

/// The cells of the columns of some rows.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    cells: Vec<StoredCells>,
    /// Bytes of text that each column had last, and a little more.
    text_bytes: Vec<usize>,
    /// How many rows there are so far.
    rows: u64,
    /// Of each column, the cells that are none of its kind.
    displaced: Vec<Option<Oddity>>,
}

impl Gathered {
    /// Makes room for so many rows.
    pub(crate) fn begin(&mut self, prepared: &Prepared, rows: usize) {
        self.text_bytes.resize(prepared.columns.len(), 0);
        let cells = prepared.columns.iter().zip(&self.text_bytes).map(|(column, text)| match column.cells {
            ColumnCells::One(_, cell) => StoredCells::with_capacity(cell, rows, *text),
            ColumnCells::Joined(_) => StoredCells::Text(Texts::with_capacity(rows, *text)),
        });
        self.cells = cells.collect();
        self.rows = 0;
        self.displaced.clear();
        self.displaced.resize(prepared.columns.len(), None);
    }

    /// Appends the cells of rows that begin with byte `start` of those that columns have their places in.
    pub(crate) fn add(&mut self, prepared: &Prepared, rows: Rows<'_>, start: usize) {
        let first = self.rows;
        self.rows += rows.len() as u64;
        for ((column, cells), found) in prepared.columns.iter().zip(&mut self.cells).zip(&mut self.displaced)
        {
            let text_before = if let StoredCells::Text(texts) = &*cells { texts.bytes() } else { 0 };
            match (&column.cells, &mut *cells) {
                (ColumnCells::One(at, cell), cells) => {
                    cells.append(rows, prepared.order, at.saturating_sub(start), *cell);
                }
                (ColumnCells::Joined(pieces), StoredCells::Text(texts)) => {
                    rows.joined_texts(start, pieces, TextEnd::Blanks, texts);
                }
                _ => {}
            }
            if prepared.unpacking.is_some() {
                let mut tell =
                    |row: u64| found.get_or_insert(Oddity { count: 0, first: first + row }).count += 1;
                match cells {
                    StoredCells::Float64(numbers) => tell_blanks(numbers, rows.len(), &mut tell),
                    StoredCells::Text(texts) if may_hold_numbers(texts.contents().get(text_before..)) => {
                        tell_numbers(&column.cells, &rows, start, prepared.order, &mut tell);
                    }
                    _ => {}
                }
            }
        }
    }

    /// The batch of the rows, of which `first` is the first, from 0.
    pub(crate) fn finish(
        &mut self,
        prepared: &Prepared,
        rows: usize,
        first: u64,
    ) -> Result<(RecordBatch, Oddities)> {
        let mut odd = Oddities::default();
        for (column, found) in prepared.columns.iter().zip(self.displaced.drain(..)) {
            odd.displaced.extend(found.map(|odd| (column.variable, odd.from(first))));
        }
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(self.cells.len());
        for ((column, cells), hint) in
            prepared.columns.iter().zip(self.cells.drain(..)).zip(&mut self.text_bytes)
        {
            match cells {
                StoredCells::Float64(numbers) => {
                    let (array, infinite) = numbers_of(numbers);
                    odd.not_finite.extend(infinite.map(|odd| (column.variable, odd.from(first))));
                    arrays.push(array);
                }
                StoredCells::Text(texts) => {
                    *hint = texts.bytes() + texts.bytes() / 32;
                    let (array, replaced, guessed) = texts_of(texts, prepared)?;
                    odd.guessed |= guessed;
                    odd.replaced.extend(replaced.map(|odd| (column.variable, odd.from(first))));
                    arrays.push(array);
                }
                _ => {}
            }
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&prepared.schema), arrays, &options)?;
        Ok((batch, odd))
    }
}

impl Oddity {
    fn from(self, first: u64) -> Self {
        Self { first: self.first + first, ..self }
    }
}

/// Numbers, null where they are system-missing, infinite or no numbers; the latter two are told.
fn numbers_of(numbers: Vec<f64>) -> (ArrayRef, Option<Oddity>) {
    let is_value = |number: f64| number > SYSMIS && number <= f64::MAX;
    let mut odd = None;
    if !numbers.iter().all(|number| is_value(*number)) {
        let mut infinite = numbers.iter().enumerate().filter(|(_, number)| !number.is_finite());
        odd =
            infinite.next().map(|(row, _)| Oddity { first: row as u64, count: 1 + infinite.count() as u64 });
    }
    let array = number_array::<Float64Type>(numbers, is_value);
    (Arc::new(array), odd)
}

/// The texts, how many characters could not be decoded, and whether the encoding of any is a guess.
fn texts_of(texts: Texts, prepared: &Prepared) -> Result<(ArrayRef, Option<Oddity>, bool)> {
    let decoder = &prepared.decoder;
    let (row, odd, guessed) = (Cell::new(0_u64), RefCell::new(None), Cell::new(false));
    // Texts are decoded in turn, if any is.
    let array = texts.into_array(None, decoder.utf8_first, |bytes| {
        let (text, replaced) = decoder.decode(bytes);
        guessed.set(guessed.get() || decoder.guesses() && matches!(text, Cow::Owned(_)));
        if replaced > 0 {
            let mut odd = odd.borrow_mut();
            odd.get_or_insert(Oddity { first: row.get(), count: 0 }).count += replaced;
        }
        row.set(row.get() + 1);
        text
    });
    let array = array.map_err(|error| match error {
        ArrowError::OffsetOverflowError(_) => {
            SavError::Unsupported("the texts of one batch exceed 2 GiB; read fewer rows a batch".to_owned())
        }
        error => error.into(),
    })?;
    Ok((Arc::new(array), odd.into_inner(), guessed.get()))
}
