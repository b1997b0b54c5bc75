//! The cases: what comes is cut into blocks that threads fill, and goes to the sink in order.

use std::io::{self, Write};

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use exporter_core::parallel::ordered_with;
use exporter_rows::{Block, Blocks, Changes, Division, OutputBuffer, RowBatch};

use super::chunk::{Chunk, Chunks, Division as Chunking, MOST_THREADS, Part, ReadyBatch};
use super::column::{Column, Setting, refusal};
use super::zlib::{PIECE_MEMORY, Pieces, Zlib, compress};
use super::{BUFFER_BYTES, Compression, WriterOptions};
use crate::error::{Result, SavError};
use crate::metadata::SavMetadata;
use crate::spec::ELEMENT_BYTES;

/// Chunks of cases are encoded in a part of the memory where what is compressed needs the rest.
const SHARE_OF_CHUNKS: usize = 4;

/// The part of a file behind its dictionary.
pub(super) struct Cases {
    /// Elements of a case.
    elements: usize,
    /// Where the cases begin in the file.
    start: u64,
    rows: u64,
    /// Bytes of cases that are not compressed by zlib.
    bytes: u64,
    /// The last rows, which do not fill blocks of codes yet.
    rest: Vec<Part>,
    buffer: OutputBuffer,
    zlib: Option<Zlib>,
}

/// Where a finished file ends.
pub(super) struct End {
    /// Bytes of the file.
    pub(super) bytes: u64,
    /// Bytes that must be put over others, with their place in the file.
    pub(super) header: Option<(u64, Vec<u8>)>,
}

impl Cases {
    /// Cases of so many elements that begin at a place of the file.
    pub(super) fn new(elements: usize, start: u64, options: &WriterOptions) -> Self {
        let zlib = match options.compression {
            Compression::Zlib(_) => Some(Zlib::new(start)),
            Compression::None | Compression::Bytecode => None,
        };
        let buffer = OutputBuffer::new(BUFFER_BYTES);
        Self { elements, start, rows: 0, bytes: 0, rest: Vec::new(), buffer, zlib }
    }

    /// Rows that came.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Writes what stands before the first case; `is_seekable` says that it can be corrected.
    pub(super) fn begin(&mut self, sink: &mut impl Write, is_seekable: bool) -> io::Result<()> {
        self.zlib.as_mut().map_or(Ok(()), |zlib| zlib.begin(sink, is_seekable))
    }

    /// Writes the rows of `batches`.
    pub(super) fn write<W: Write + Send>(
        &mut self,
        batches: impl Iterator<Item = std::result::Result<RecordBatch, ArrowError>> + Send,
        setting: Setting<'_>,
        options: &mut WriterOptions,
        sink: &mut W,
        changes: &mut Changes,
    ) -> Result<()> {
        let (announced, mut rows) = (options.cases, self.rows);
        let counted = batches.map(|batch| {
            let batch = batch?;
            let first_row = rows + 1;
            rows += batch.num_rows() as u64;
            match announced {
                Some(announced) if rows > announced => Err(SavError::RowCount { announced, found: rows }),
                _ => Ok((batch, first_row)),
            }
        });
        let outcome = if options.compression == Compression::None {
            let ready = counted.map(|batch| {
                let (batch, first_row) = batch?;
                let columns = setting.columns(&batch)?.into_iter().map(Column::into_cells);
                Ok(RowBatch::new(batch.num_rows(), first_row, columns))
            });
            self.write_plain(ready, setting.metadata, options, sink, changes)
        } else {
            let ready = counted.map(|batch| {
                let (batch, first_row) = batch?;
                ReadyBatch::new(setting, &batch, first_row)
            });
            let mut rest = std::mem::take(&mut self.rest);
            let chunks = Chunks::new(ready, self.chunking(options).cases, &mut rest);
            let outcome = self.write_chunks(chunks, setting.metadata, options, sink, changes);
            self.rest = rest;
            outcome
        };
        self.rows = rows;
        outcome
    }

    /// How compressed cases are divided. Before zlib one thread encodes, which takes little time beside compression.
    fn chunking(&self, options: &WriterOptions) -> Chunking {
        match options.compression {
            Compression::Zlib(_) => Chunking::new(self.elements, 1, options.buffer_bytes / SHARE_OF_CHUNKS),
            _ => Chunking::new(self.elements, options.threads, options.buffer_bytes),
        }
    }

    fn write_plain<W: Write + Send>(
        &mut self,
        batches: impl Iterator<Item = Result<RowBatch>> + Send,
        metadata: &SavMetadata,
        options: &WriterOptions,
        sink: &mut W,
        changes: &mut Changes,
    ) -> Result<()> {
        let Self { elements, bytes, buffer, .. } = self;
        let width = elements.saturating_mul(ELEMENT_BYTES);
        let Division { threads, blocks, rows, .. } =
            Division::new(width, options.threads, options.buffer_bytes);
        let fill = |job, block: &mut Block<RowBatch>| block.fill(job).map_err(|bad| refusal(metadata, bad));
        let emit = |block: &mut Block<RowBatch>| -> Result<()> {
            changes.append(std::mem::take(&mut block.changes));
            *bytes += block.bytes.len() as u64;
            Ok(buffer.add(&block.bytes, &mut |bytes| sink.write_all(bytes))?)
        };
        ordered_with(threads, blocks, Blocks::new(batches, rows), fill, emit)
    }

    fn write_chunks<W: Write + Send>(
        &mut self,
        chunks: impl Iterator<Item = Result<Vec<Part>>> + Send,
        metadata: &SavMetadata,
        options: &mut WriterOptions,
        sink: &mut W,
        changes: &mut Changes,
    ) -> Result<()> {
        let Chunking { threads, chunks: results, .. } = self.chunking(options);
        let Self { elements, bytes, buffer, zlib, .. } = self;
        let elements = *elements;
        let encode = |parts: Vec<Part>, chunk: &mut Chunk| {
            chunk.encode(&parts, elements).map_err(|bad| refusal(metadata, bad))
        };
        match (zlib, options.compression) {
            (Some(zlib), Compression::Zlib(level)) => {
                let room = options.buffer_bytes / PIECE_MEMORY;
                let threads = options.threads.min(room).clamp(1, MOST_THREADS);
                let spool = &mut options.spool;
                let (current, output) = zlib.parts();
                let pieces = Pieces::new(chunks, encode, current, changes);
                let work = |piece: Vec<u8>, compressed: &mut _| Ok(compress(&piece, level, compressed)?);
                ordered_with(threads, threads + 1, pieces, work, |compressed| {
                    Ok(output.append(compressed, sink, spool)?)
                })
            }
            _ => ordered_with(threads, results, chunks, encode, |chunk| {
                changes.append(std::mem::take(&mut chunk.changes));
                *bytes += chunk.bytes().len() as u64;
                Ok(buffer.add(chunk.bytes(), &mut |bytes| sink.write_all(bytes))?)
            }),
        }
    }

    /// Writes the last rows and what stands behind them.
    pub(super) fn end<W: Write + Send>(
        &mut self,
        metadata: &SavMetadata,
        options: &mut WriterOptions,
        sink: &mut W,
        changes: &mut Changes,
    ) -> Result<End> {
        let rest = std::mem::take(&mut self.rest);
        if !rest.is_empty() {
            self.write_chunks(std::iter::once(Ok(rest)), metadata, options, sink, changes)?;
        }
        sink.write_all(self.buffer.buffered())?;
        if let (Some(zlib), Compression::Zlib(level)) = (&mut self.zlib, options.compression) {
            return Ok(zlib.end(level, sink, &mut options.spool)?);
        }
        Ok(End { bytes: self.start + self.bytes, header: None })
    }
}
