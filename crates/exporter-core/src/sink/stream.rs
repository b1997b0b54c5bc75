//! One entry into any writer: a file, a pipe, an HTTP body.

use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Entry, EntryReceipt, EntrySpec, Receipt, Sink};
use crate::error::{Error, Result};

/// Hands the bytes of a single entry to a writer as they come.
///
/// What went down a stream cannot be called back: after an error the receiver has part of the entry, and only
/// [`Sink::finish`] says that all of it arrived.
pub struct StreamSink<W> {
    state: Mutex<State<W>>,
}

struct State<W> {
    writer: Option<W>,
    receipt: Option<EntryReceipt>,
}

impl<W: Write + Send> StreamSink<W> {
    /// Writes the only entry of an export to this writer.
    pub fn new(writer: W) -> Self {
        Self { state: Mutex::new(State { writer: Some(writer), receipt: None }) }
    }

    fn lock(&self) -> MutexGuard<'_, State<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: Write + Send> Sink for StreamSink<W> {
    fn create<'s>(&'s self, spec: &EntrySpec) -> Result<Box<dyn Entry + 's>> {
        spec.check_path()?;
        let writer = self.lock().writer.take().ok_or_else(|| {
            Error::unsupported("a stream takes a single entry")
                .entry(&spec.path)
                .with_hint("export to a folder or package the entries as a zip")
        })?;
        Ok(Box::new(StreamEntry { sink: self, writer, receipt: EntryReceipt::new(&spec.path, 0) }))
    }

    fn shows_at_once(&self) -> bool {
        true
    }

    fn finish(self: Box<Self>) -> Result<Receipt> {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        match (state.writer, state.receipt) {
            // An entry was started and dropped: whoever reads the stream has part of it.
            (None, None) => Err(Error::invalid("the stream holds part of an entry that was given up")),
            (_, receipt) => Ok(Receipt { entries: receipt.into_iter().collect() }),
        }
    }
}

struct StreamEntry<'s, W> {
    sink: &'s StreamSink<W>,
    writer: W,
    receipt: EntryReceipt,
}

impl<W: Write> Write for StreamEntry<'_, W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.writer.write(buffer)?;
        self.receipt.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl<W: Write + Send> Entry for StreamEntry<'_, W> {
    fn commit(mut self: Box<Self>) -> Result<EntryReceipt> {
        self.writer
            .flush()
            .map_err(|source| Error::io("cannot write the stream", source).entry(&self.receipt.path))?;
        self.sink.lock().receipt = Some(self.receipt.clone());
        Ok(self.receipt)
    }
}
