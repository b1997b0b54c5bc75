//! Streams of record batches, their re-cutting, and their rows as text.

use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::SchemaRef;
use arrow_select::concat::concat_batches;

use crate::error::{Error, Result};

/// A stream of record batches of one schema, with the engine's own errors.
pub struct Batches<'a> {
    schema: SchemaRef,
    inner: Box<dyn Iterator<Item = Result<RecordBatch>> + Send + 'a>,
}

impl<'a> Batches<'a> {
    /// Makes a stream from an iterator.
    pub fn new(schema: SchemaRef, batches: impl Iterator<Item = Result<RecordBatch>> + Send + 'a) -> Self {
        Self { schema, inner: Box::new(batches) }
    }

    /// Makes a stream from an Arrow reader.
    pub fn from_reader(reader: impl RecordBatchReader + Send + 'a) -> Self {
        Self { schema: reader.schema(), inner: Box::new(reader.map(|batch| batch.map_err(Error::from))) }
    }

    /// The schema of every batch.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The same stream, whose batches have this schema.
    #[must_use]
    pub fn with_schema(self, schema: SchemaRef) -> Self {
        Self { schema, ..self }
    }

    /// Re-cuts the stream into batches of exactly this many rows (the last may be shorter).
    pub fn rechunk(self, rows: usize) -> Batches<'a> {
        let schema = self.schema.clone();
        Batches::new(schema, Rechunk::new(self, rows))
    }
}

impl Iterator for Batches<'_> {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        self.inner.next()
    }
}

/// Cuts batches of more than so many rows; others pass as they are.
pub fn at_most<'a, E: Send + 'a>(
    batches: impl Iterator<Item = Result<RecordBatch, E>> + Send + 'a,
    rows: usize,
) -> impl Iterator<Item = Result<RecordBatch, E>> + Send + 'a {
    let mut batches = batches;
    let mut rest: Option<RecordBatch> = None;
    std::iter::from_fn(move || {
        let batch = match rest.take() {
            Some(rest) => rest,
            None => match batches.next()? {
                Ok(batch) => batch,
                Err(error) => return Some(Err(error)),
            },
        };
        let more = batch.num_rows().saturating_sub(rows.max(1));
        rest = (more > 0).then(|| batch.slice(batch.num_rows() - more, more));
        Some(Ok(batch.slice(0, batch.num_rows() - more)))
    })
}

/// Re-cuts batches to a fixed number of rows, so that what follows does not depend on how the source cut them.
struct Rechunk<'a> {
    source: Batches<'a>,
    rows: usize,
    pending: Vec<RecordBatch>,
    pending_rows: usize,
}

impl<'a> Rechunk<'a> {
    /// Cuts into batches of this many rows, at least one.
    fn new(source: Batches<'a>, rows: usize) -> Self {
        Self { source, rows: rows.max(1), pending: Vec::new(), pending_rows: 0 }
    }

    fn cut(&mut self) -> Result<RecordBatch> {
        let mut parts = Vec::new();
        let mut wanted = self.rows.min(self.pending_rows);
        self.pending_rows -= wanted;
        let mut taken = 0;
        for batch in &mut self.pending {
            if wanted == 0 {
                break;
            }
            let rows = batch.num_rows().min(wanted);
            parts.push(batch.slice(0, rows));
            wanted -= rows;
            if rows == batch.num_rows() {
                taken += 1;
            } else {
                *batch = batch.slice(rows, batch.num_rows() - rows);
            }
        }
        self.pending.drain(..taken);
        match <[RecordBatch; 1]>::try_from(parts) {
            Ok([one]) => Ok(one),
            Err(parts) => Ok(concat_batches(self.source.schema(), &parts)?),
        }
    }
}

impl Iterator for Rechunk<'_> {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.pending_rows < self.rows {
            match self.source.next() {
                None => break,
                Some(Err(error)) => return Some(Err(error)),
                Some(Ok(batch)) if batch.num_rows() == 0 => {}
                Some(Ok(batch)) => {
                    self.pending_rows += batch.num_rows();
                    self.pending.push(batch);
                }
            }
        }
        (self.pending_rows > 0).then(|| self.cut())
    }
}

/// Every cell of a batch as text, row by row; null is `None`.
///
/// # Errors
/// When a value cannot be shown, such as a date beyond the calendar.
pub fn display_rows(batch: &RecordBatch) -> Result<Vec<Vec<Option<String>>>> {
    let options = FormatOptions::default();
    let formatters = batch
        .columns()
        .iter()
        .map(|column| ArrayFormatter::try_new(column, &options))
        .collect::<Result<Vec<_>, _>>()?;
    let cell = |row: usize, column: usize| -> Result<Option<String>> {
        if batch.column(column).is_null(row) {
            return Ok(None);
        }
        formatters
            .get(column)
            .map(|formatter| formatter.value(row).try_to_string().map_err(Into::into))
            .transpose()
    };
    (0..batch.num_rows())
        .map(|row| (0..batch.num_columns()).map(|column| cell(row, column)).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Int32Array};

    use super::*;

    fn stream(sizes: &[usize]) -> Batches<'static> {
        let mut next = 0;
        let batches: Vec<RecordBatch> = sizes
            .iter()
            .map(|size| {
                let values: ArrayRef = Arc::new(Int32Array::from_iter_values(next..next + *size as i32));
                next += *size as i32;
                RecordBatch::try_from_iter([("x", values)]).unwrap()
            })
            .collect();
        Batches::new(batches[0].schema(), batches.into_iter().map(Ok))
    }

    #[test]
    fn only_longer_batches_are_cut() {
        let cut: Vec<usize> =
            at_most(stream(&[5, 0, 1, 7]), 3).map(|batch| batch.unwrap().num_rows()).collect();
        assert_eq!(cut, [3, 2, 0, 1, 3, 3, 1]);
    }

    #[test]
    fn batches_are_cut_to_the_size_asked_for() {
        for rows in [1, 3, 4, 100] {
            let cut: Vec<RecordBatch> = stream(&[5, 0, 1, 7]).rechunk(rows).map(Result::unwrap).collect();
            assert!(cut[..cut.len() - 1].iter().all(|batch| batch.num_rows() == rows));
            let all: Vec<i32> = cut
                .iter()
                .flat_map(|batch| {
                    batch.column(0).as_any().downcast_ref::<Int32Array>().unwrap().values().to_vec()
                })
                .collect();
            assert_eq!(all, (0..13).collect::<Vec<_>>());
        }
    }
}
