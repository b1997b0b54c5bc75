//! Worker threads that compress blocks; they end when the pool is dropped, whatever happened before.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use super::block::{Block, BlockEncoder};
use crate::level::DeflateLevel;

/// Threads that take blocks in any order; the caller sorts what comes back.
#[derive(Debug)]
pub(crate) struct Pool {
    jobs: Option<SyncSender<Block>>,
    results: Receiver<io::Result<Block>>,
    workers: Vec<JoinHandle<()>>,
    stop: Arc<AtomicBool>,
}

impl Pool {
    /// Starts `threads` workers; `queue` blocks may wait for one.
    pub(crate) fn start(level: DeflateLevel, threads: usize, queue: usize) -> io::Result<Self> {
        let (jobs, waiting) = sync_channel(queue);
        let (done, results) = channel();
        let waiting = Arc::new(Mutex::new(waiting));
        let stop = Arc::new(AtomicBool::new(false));
        let mut pool = Self { jobs: Some(jobs), results, workers: Vec::with_capacity(threads), stop };
        for _ in 0..threads {
            let (waiting, done, stop) = (Arc::clone(&waiting), done.clone(), Arc::clone(&pool.stop));
            let worker = std::thread::Builder::new()
                .name("deflate".to_owned())
                .spawn(move || work(level, &waiting, &done, &stop))?;
            pool.workers.push(worker);
        }
        Ok(pool)
    }

    /// Hands a block over; waits when the queue is full.
    pub(crate) fn submit(&self, block: Block) -> io::Result<()> {
        self.jobs.as_ref().and_then(|jobs| jobs.send(block).ok()).ok_or_else(workers_gone)
    }

    /// Takes the next finished block, in whatever order they finish.
    pub(crate) fn receive(&self) -> io::Result<Block> {
        self.results.recv().map_err(|_| workers_gone())?
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.jobs = None;
        for worker in self.workers.drain(..) {
            // A worker catches its panics, so there is nothing to learn from the join.
            let _ = worker.join();
        }
    }
}

fn workers_gone() -> io::Error {
    io::Error::other("the compression threads have ended")
}

fn work(
    level: DeflateLevel,
    waiting: &Mutex<Receiver<Block>>,
    done: &Sender<io::Result<Block>>,
    stop: &AtomicBool,
) {
    let encoder = BlockEncoder::new(level);
    loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(mut block) = next else { return };
        if stop.load(Ordering::Relaxed) {
            return;
        }
        // Every block must be answered, or the writer would wait for ever.
        let answer = catch_unwind(AssertUnwindSafe(|| encoder.encode(&mut block)))
            .unwrap_or_else(|_| Err(io::Error::other("a compression thread panicked")));
        let failed = answer.is_err();
        if done.send(answer.map(|()| block)).is_err() || failed {
            return;
        }
    }
}
