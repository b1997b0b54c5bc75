//! The stream: cuts the input into blocks, has them compressed, and puts them out in order.

use std::io::{self, Write};
use std::num::NonZeroUsize;

use super::block::{BLOCK_BYTES, Block, BlockEncoder, WINDOW_BYTES};
use super::pool::Pool;
use crate::level::DeflateLevel;

/// What went through a finished stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub(crate) struct DeflateTotals {
    /// CRC-32 of the input (the polynomial of zip and gzip).
    pub crc32: u32,
    /// Bytes of input.
    pub bytes_in: u64,
    /// Bytes of compressed output.
    pub bytes_out: u64,
}

/// The engine without an output of its own, so that an archive can use it (and its threads) for every entry.
#[derive(Debug)]
pub(crate) struct DeflateStream {
    level: DeflateLevel,
    threads: usize,
    /// Compresses in the calling thread: with one thread, and for streams of a single block.
    encoder: BlockEncoder,
    pool: Option<Pool>,
    current: Block,
    spare: Vec<Block>,
    in_flight: usize,
    crc: crc32fast::Hasher,
    bytes_in: u64,
    bytes_out: u64,
}

impl DeflateStream {
    pub(crate) fn new(level: DeflateLevel, threads: NonZeroUsize) -> Self {
        Self {
            level,
            threads: threads.get(),
            encoder: BlockEncoder::new(level),
            pool: None,
            current: Block { first: true, ..Block::default() },
            spare: Vec::new(),
            in_flight: 0,
            crc: crc32fast::Hasher::new(),
            bytes_in: 0,
            bytes_out: 0,
        }
    }

    /// Whether taking `more` bytes keeps everything in the first block, so that nothing is put out yet.
    pub(crate) fn holds(&self, more: usize) -> bool {
        self.current.first && self.current.body().len().saturating_add(more) <= BLOCK_BYTES
    }

    /// Takes `data`; finished blocks go to `out`.
    pub(crate) fn write(&mut self, mut data: &[u8], out: &mut dyn Write) -> io::Result<()> {
        while !data.is_empty() {
            let free = BLOCK_BYTES - self.current.body().len().min(BLOCK_BYTES);
            if free == 0 {
                // Only now is it known that the full block is not the last one.
                self.end_block(false, out)?;
                continue;
            }
            let (head, tail) = data.split_at(free.min(data.len()));
            self.current.input.extend_from_slice(head);
            data = tail;
        }
        Ok(())
    }

    /// Ends the stream and makes the engine ready for the next one.
    pub(crate) fn finish(&mut self, out: &mut dyn Write) -> io::Result<DeflateTotals> {
        self.end_block(true, out)?;
        while self.in_flight > 0 {
            self.put_next(out)?;
        }
        let crc = std::mem::take(&mut self.crc);
        let totals =
            DeflateTotals { crc32: crc.finalize(), bytes_in: self.bytes_in, bytes_out: self.bytes_out };
        (self.bytes_in, self.bytes_out) = (0, 0);
        self.current.first = true;
        self.current.dictionary = 0;
        self.current.input.clear();
        Ok(totals)
    }

    fn end_block(&mut self, last: bool, out: &mut dyn Write) -> io::Result<()> {
        let mut next = self.spare.pop().unwrap_or_default();
        next.input.clear();
        let window = self.current.input.len().saturating_sub(WINDOW_BYTES);
        next.input.extend_from_slice(self.current.input.get(window..).unwrap_or_default());
        next.dictionary = next.input.len();
        next.first = false;
        let mut block = std::mem::replace(&mut self.current, next);
        block.last = last;

        let single = last && block.first;
        if self.threads == 1 || single {
            self.encoder.encode(&mut block)?;
            return self.put(block, out);
        }
        let limit = self.threads.saturating_mul(2);
        if self.in_flight >= limit {
            self.put_next(out)?;
        }
        let pool = match self.pool.take() {
            Some(pool) => pool,
            None => Pool::start(self.level, self.threads, limit)?,
        };
        let submitted = pool.submit(block);
        self.pool = Some(pool);
        self.in_flight += 1;
        submitted
    }

    /// Waits for the block whose turn it is and puts it out.
    fn put_next(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let Some(pool) = &mut self.pool else {
            return Err(io::Error::other("no compression thread is running"));
        };
        let block = pool.receive()?;
        self.in_flight -= 1;
        self.put(block, out)
    }

    fn put(&mut self, block: Block, out: &mut dyn Write) -> io::Result<()> {
        let length = block.body().len() as u64;
        self.crc.combine(&crc32fast::Hasher::new_with_initial_len(block.crc32, length));
        self.bytes_in += length;
        self.bytes_out += block.output.len() as u64;
        out.write_all(&block.output)?;
        self.spare.push(block);
        Ok(())
    }
}
