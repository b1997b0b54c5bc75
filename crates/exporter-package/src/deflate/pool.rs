//! Threads that compress blocks; they end when the pool is dropped, whatever happened before.

use std::io;
use std::sync::mpsc::{SyncSender, sync_channel};

use exporter_core::parallel::{ReadAhead, read_ahead};

use super::block::{Block, BlockEncoder};
use crate::level::DeflateLevel;

/// Blocks on their way: handed over one after the other, taken back compressed in the same order.
#[derive(Debug)]
pub(crate) struct Pool {
    // Closed first when the pool is dropped, so that the threads do not wait for another block.
    jobs: SyncSender<Block>,
    done: ReadAhead<Block, io::Error>,
}

impl Pool {
    /// Starts `threads` threads; `queue` blocks may wait for one.
    pub(crate) fn start(level: DeflateLevel, threads: usize, queue: usize) -> io::Result<Self> {
        let (jobs, waiting) = sync_channel(queue);
        let encoder = BlockEncoder::new(level);
        let encode = move |block: Block, done: &mut Option<Block>| encoder.encode(done.insert(block));
        let take = |done: &mut Option<Block>| Ok(done.take());
        let done = read_ahead("deflate", threads, waiting.into_iter().map(Ok), encode, take)?;
        Ok(Self { jobs, done })
    }

    /// Hands a block over; waits when the queue is full.
    pub(crate) fn submit(&self, block: Block) -> io::Result<()> {
        self.jobs.send(block).map_err(|_| threads_gone())
    }

    /// Waits for the oldest block that was handed over and not taken back.
    pub(crate) fn receive(&mut self) -> io::Result<Block> {
        self.done.next().unwrap_or_else(|| Err(threads_gone()))
    }
}

fn threads_gone() -> io::Error {
    io::Error::other("the compression threads have ended")
}
