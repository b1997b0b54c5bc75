//! The batches of a scan, decoded by several threads where they are small and follow one another.
//!
//! Dictionaries change the decoder, so that one thread reads them, in their turn. Batches behind them do not, and so they
//! are decoded side by side. Where another dictionary or a large batch comes, the rest is decoded one by one: a large
//! batch is in memory once, as is what a damaged file claims to hold.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::Block;
use arrow_ipc::reader::FileDecoder;
use exporter_core::parallel::{ReadAhead, read_ahead};

use super::claims;
use super::layout::{Content, Layout, malformed, message};
use crate::ParquetError;
use crate::contained::contained;
use crate::positioned::Positioned;

/// The batches as decoded.
pub(super) struct Decoded {
    file: Positioned,
    layout: Arc<Layout>,
    decoder: Arc<FileDecoder>,
    /// The next message.
    next: usize,
    ahead: Ahead,
}

/// How far batches are decoded by other threads.
enum Ahead {
    /// From the first batch on, by so many, which hold about so many bytes together.
    Possible(usize, u64),
    /// Now; the number is that of the first message that is left.
    Running(ReadAhead<RecordBatch, ParquetError>, Arc<AtomicUsize>),
    /// No longer.
    Over,
}

impl Decoded {
    /// Decodes the columns at these places, with so many threads that hold about `memory` bytes.
    pub(super) fn new(
        file: Positioned,
        layout: Arc<Layout>,
        places: Vec<usize>,
        (threads, memory): (usize, u64),
    ) -> Self {
        let mut decoder = FileDecoder::new(layout.schema.clone(), layout.version);
        // A projection is looked through for every column.
        if places.len() < layout.schema.fields().len() {
            decoder = decoder.with_projection(places);
        }
        let batches = layout.messages.iter().filter(|(content, _)| *content != Content::Dictionary).count();
        let ahead = if threads.min(batches) > 1 { Ahead::Possible(threads, memory) } else { Ahead::Over };
        Self { file, layout, decoder: Arc::new(decoder), next: 0, ahead }
    }

    /// Decodes messages up to the next batch.
    fn batch(&mut self) -> Result<Option<RecordBatch>, ParquetError> {
        loop {
            if let Ahead::Running(ahead, left) = &mut self.ahead {
                match ahead.next() {
                    Some(batch) => return batch.map(Some),
                    None => self.next = left.load(Ordering::Acquire),
                }
                self.ahead = Ahead::Over;
            }
            let layout = Arc::clone(&self.layout);
            let Some((content, block)) = layout.messages.get(self.next) else { return Ok(None) };
            if let (Content::Rows(_), Ahead::Possible(threads, memory)) = (content, &self.ahead) {
                self.ahead = self.started(*threads, *memory)?;
                continue;
            }
            self.next += 1;
            let bytes = read(&self.file, block)?.0;
            match content {
                Content::Dictionary => {
                    let decoder = Arc::get_mut(&mut self.decoder);
                    let decoder = decoder.ok_or_else(|| malformed("the decoder is in use"))?;
                    contained("arrow", || decoder.read_dictionary(block, &bytes))?;
                }
                Content::Rows(_) => {
                    let batch = contained("arrow", || self.decoder.read_record_batch(block, &bytes))?;
                    if batch.is_some() {
                        return Ok(batch);
                    }
                }
            }
        }
    }

    /// Starts to decode batches ahead, as long as they are small and nothing stands between them.
    fn started(&self, threads: usize, memory: u64) -> Result<Ahead, ParquetError> {
        let left = Arc::new(AtomicUsize::new(self.next));
        // Twice as many as threads are worked on or wait, one is sent and one is in the taker's hands.
        let most = memory / (2 * threads as u64 + 2);
        let (file, layout, at) = (self.file.clone(), Arc::clone(&self.layout), Arc::clone(&left));
        let source = std::iter::from_fn(move || {
            let place = at.load(Ordering::Acquire);
            let (content, block) = layout.messages.get(place)?;
            let is_small = u64::try_from(block.bodyLength()).is_ok_and(|bytes| bytes <= most);
            if *content == Content::Dictionary || !is_small {
                return None;
            }
            match read(&file, block) {
                Ok((_, unpacked)) if unpacked > most => None,
                read => {
                    at.store(place + 1, Ordering::Release);
                    Some(read.map(|(bytes, _)| (*block, bytes)))
                }
            }
        });
        let decoder = Arc::clone(&self.decoder);
        let decode = move |(block, bytes): (Block, Buffer), decoded: &mut Option<RecordBatch>| {
            *decoded = contained("arrow", || decoder.read_record_batch(&block, &bytes))?;
            Ok(())
        };
        let ahead = read_ahead("read arrow", threads, source, decode, |decoded| Ok(decoded.take()))?;
        Ok(Ahead::Running(ahead, left))
    }
}

/// The bytes of a message, and how many its buffers unpack to.
fn read(file: &Positioned, block: &Block) -> Result<(Buffer, u64), ParquetError> {
    let part = |length: i64| usize::try_from(length).map_err(|_| malformed("a batch has no place"));
    let head = part(block.metaDataLength().into())?;
    let length = head.saturating_add(part(block.bodyLength())?);
    let start = u64::try_from(block.offset()).map_err(|_| malformed("a batch has no place"))?;
    let bytes = file.read(start, length)?;
    let body = bytes.get(head..).unwrap_or_default();
    let unpacked = claims::check(&message(&bytes)?, body)?;
    Ok((Buffer::from_vec(bytes), unpacked))
}

impl Iterator for Decoded {
    type Item = Result<RecordBatch, ParquetError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.batch().transpose()
    }
}
