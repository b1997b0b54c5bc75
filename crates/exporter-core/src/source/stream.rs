//! Streams that can be read only once, copied to where they can be read again.

use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::Arc;

use super::{FileBytes, MemoryBytes, ReadAt};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::parallel::Pieces;
use crate::sink::temp_file;

/// Bytes of a stream that are copied at a time.
const PIECE: u64 = 1 << 20;
/// Largest stream that is kept in memory.
const KEPT: usize = 1 << 20;

/// A copy of a stream: in memory while it is small, then in a temporary file without a name, so that nothing is left of it
/// whatever happens to the process.
#[derive(Debug, Default)]
pub struct Spool {
    kept: Vec<u8>,
    file: Option<File>,
    bytes: u64,
}

impl Spool {
    /// An empty copy.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next bytes.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Io`] when the temp folder is full or cannot be written.
    pub fn add(&mut self, bytes: &[u8], context: &Context) -> Result<()> {
        self.bytes += bytes.len() as u64;
        if self.file.is_none() && self.kept.len() + bytes.len() > KEPT {
            let mut file = temp_file(context.temp())?;
            write(&mut file, &std::mem::take(&mut self.kept), context)?;
            self.file = Some(file);
        }
        match &mut self.file {
            Some(file) => write(file, bytes, context),
            None => {
                self.kept.extend_from_slice(bytes);
                Ok(())
            }
        }
    }

    /// Bytes that were added.
    pub fn len(&self) -> u64 {
        self.bytes
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// All that was added.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Io`].
    pub fn into_bytes(self) -> Result<Arc<dyn ReadAt>> {
        Ok(match self.file {
            Some(file) => Arc::new(FileBytes::new(file)?),
            None => Arc::new(MemoryBytes::new(self.kept)),
        })
    }
}

fn write(file: &mut File, bytes: &[u8], context: &Context) -> Result<()> {
    file.write_all(bytes).map_err(|source| {
        let temp = context.temp().display();
        Error::io(format!("cannot write a copy into the temp folder {temp}"), source)
            .with_hint("choose another temp folder with TMPDIR")
    })
}

/// Copies everything that `open` gives.
pub(super) fn spooled<R: Read>(
    name: &str,
    open: impl FnOnce() -> io::Result<R> + Send + 'static,
    context: &Context,
) -> Result<Arc<dyn ReadAt>> {
    let mut pieces = Pieces::start(open, PIECE)?;
    let mut copy = Spool::new();
    while let Some(piece) = pieces.next(context.cancel())? {
        let piece = piece.map_err(|error| Error::io(format!("cannot read {name}"), error))?;
        copy.add(&piece, context)?;
    }
    copy.into_bytes()
}
