//! Reads blocks of rows in several threads and delivers them in order.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use exporter_core::parallel::{ReadAhead, read_ahead};

use crate::error::{DtaError, Result};
use crate::reader::batches::Batches;

/// Record batches of the chosen rows and columns, in order, read by several threads.
#[derive(Debug)]
pub struct ParallelBatches {
    schema: SchemaRef,
    blocks: ReadAhead<Block, DtaError>,
    /// What is left of the block whose turn it is.
    rest: Option<Batches>,
    failed: bool,
}

/// The first batch of a block, and where it is not the only one, the reader of the others: all batches of a block with
/// long strL contents could exceed memory.
type Block = (RecordBatch, Option<Batches>);

/// A reader that goes from block to block, and the first batch of the present one.
#[derive(Default)]
struct Reading {
    reader: Option<Batches>,
    first: Option<RecordBatch>,
}

impl ParallelBatches {
    /// Starts `threads` threads, each with readers that `reader` makes; `rows` are dealt out in blocks of `block`.
    pub(crate) fn start(
        threads: usize,
        reader: impl Fn() -> Batches + Send + Sync + 'static,
        schema: SchemaRef,
        rows: Range<u64>,
        block: usize,
    ) -> io::Result<Self> {
        let end = rows.end;
        let ranges =
            rows.step_by(block.max(1)).map(move |start| Ok(start..end.min(start + block.max(1) as u64)));
        let read = move |rows, reading: &mut Reading| {
            let reader = reading.reader.get_or_insert_with(&reader);
            reader.set_rows(rows);
            reading.first = reader.next().transpose()?;
            Ok(())
        };
        let deliver = |reading: &mut Reading| {
            let rest = reading.reader.take_if(|reader| reader.has_rows());
            Ok(reading.first.take().map(|first| (first, rest)))
        };
        let blocks = read_ahead("read .dta", threads, ranges, read, deliver)?;
        Ok(Self { schema, blocks, rest: None, failed: false })
    }

    /// Schema of every batch.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}

impl Iterator for ParallelBatches {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let next = match self.rest.as_mut().and_then(Iterator::next) {
            Some(batch) => batch,
            None => self.blocks.next()?.map(|(first, rest)| {
                self.rest = rest;
                first
            }),
        };
        self.failed = next.is_err();
        Some(next)
    }
}
