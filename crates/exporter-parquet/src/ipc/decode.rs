//! The batches of a scan, decoded by several threads: side by side where they are small and follow one another, else column by
//! column. Most of the time goes into checking texts.
//!
//! Dictionaries change the decoder, so that one thread reads them, in their turn. Batches behind them do not. Where another
//! dictionary or a large batch comes, the rest is decoded one batch after the other: a large batch is in memory once, as is what
//! a damaged file claims to hold.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_buffer::Buffer;
use arrow_ipc::reader::{read_dictionary, read_record_batch};
use arrow_ipc::{Block, Message, MetadataVersion};
use arrow_schema::Schema;
use exporter_core::parallel::{ReadAhead, ordered, read_ahead};

use super::claims;
use super::layout::{Content, Layout, malformed, message};
use crate::ParquetError;
use crate::contained::contained;
use crate::positioned::Positioned;

/// The batches as decoded.
pub(super) struct Decoded {
    file: Positioned,
    layout: Arc<Layout>,
    decoder: Arc<Decoder>,
    threads: usize,
    /// The next message.
    next: usize,
    ahead: Ahead,
}

/// Decodes messages of some columns.
struct Decoder {
    layout: Arc<Layout>,
    dictionaries: HashMap<i64, ArrayRef>,
    /// The places of the columns; none for all.
    places: Option<Vec<usize>>,
}

/// Most columns of a table whose batches are decoded column by column: every share of them looks through all.
const MOST_SHARED: usize = 4096;
/// Shares of a batch for each thread, so that those of numbers and those of texts even out.
const SHARES: usize = 4;

impl Decoder {
    fn read_dictionary(&mut self, bytes: &Buffer, block: &Block) -> Result<(), ParquetError> {
        let message = self.message(bytes)?;
        let batch = message.header_as_dictionary_batch();
        let batch = batch.ok_or_else(|| malformed("a message holds no dictionary"))?;
        let (body, version) = (body(bytes, block)?, message.version());
        let Self { layout, dictionaries, .. } = self;
        contained("arrow", || read_dictionary(&body, batch, &layout.schema, dictionaries, &version))
    }

    /// The rows of the columns at these places, all of them for none.
    fn rows(
        &self,
        bytes: &Buffer,
        block: &Block,
        places: Option<&[usize]>,
    ) -> Result<RecordBatch, ParquetError> {
        let message = self.message(bytes)?;
        let batch = message.header_as_record_batch().ok_or_else(|| malformed("a message holds no rows"))?;
        let (body, version, schema) = (body(bytes, block)?, message.version(), self.layout.schema.clone());
        contained("arrow", || read_record_batch(&body, batch, schema, &self.dictionaries, places, &version))
    }

    fn message<'b>(&self, bytes: &'b Buffer) -> Result<Message<'b>, ParquetError> {
        let message = message(bytes)?;
        // Some old files do not say their version.
        if self.layout.version != MetadataVersion::V1 && message.version() != self.layout.version {
            return Err(malformed("a message has another version than the file"));
        }
        Ok(message)
    }

    /// The columns of a batch, on several threads.
    fn shared(&self, bytes: &Buffer, block: &Block, threads: usize) -> Result<RecordBatch, ParquetError> {
        let all = self.layout.schema.fields().len();
        let places = self.places.clone().unwrap_or_else(|| (0..all).collect());
        if threads < 2 || places.len() < 2 || all > MOST_SHARED {
            return self.rows(bytes, block, self.places.as_deref());
        }
        let shares = places.chunks(places.len().div_ceil(threads * SHARES)).map(Ok);
        let work = |places: &[usize], share: &mut Option<RecordBatch>| {
            *share = Some(self.rows(bytes, block, Some(places))?);
            Ok(())
        };
        let (mut fields, mut columns, mut rows) = (Vec::new(), Vec::new(), 0);
        ordered(threads, shares, work, |share: &mut Option<RecordBatch>| {
            if let Some(share) = share.take() {
                rows = share.num_rows();
                fields.extend(share.schema_ref().fields().iter().cloned());
                columns.extend(share.columns().iter().cloned());
            }
            Ok::<_, ParquetError>(())
        })?;
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        Ok(RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), columns, &options)?)
    }
}

/// What follows the head of a message.
fn body(bytes: &Buffer, block: &Block) -> Result<Buffer, ParquetError> {
    let head = usize::try_from(block.metaDataLength()).ok().filter(|head| *head <= bytes.len());
    Ok(bytes.slice(head.ok_or_else(|| malformed("a batch has no place"))?))
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
        // Places are looked through for every column.
        let places = (places.len() < layout.schema.fields().len()).then_some(places);
        let decoder = Decoder { layout: Arc::clone(&layout), dictionaries: HashMap::new(), places };
        let batches = layout.messages.iter().filter(|(content, _)| *content != Content::Dictionary).count();
        let ahead = if threads.min(batches) > 1 { Ahead::Possible(threads, memory) } else { Ahead::Over };
        Self { file, layout, decoder: Arc::new(decoder), threads, next: 0, ahead }
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
                    decoder.read_dictionary(&bytes, block)?;
                }
                Content::Rows(_) => return self.decoder.shared(&bytes, block, self.threads).map(Some),
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
            *decoded = Some(decoder.rows(&bytes, &block, decoder.places.as_deref())?);
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
