//! Streams that can be read only once, copied to where they can be read again.

use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use super::{FileBytes, MemoryBytes, ReadAt};
use crate::context::Context;
use crate::error::{Error, Result};
use crate::sink::temp_file;

/// Bytes of a stream that are copied at a time.
const PIECE: usize = 1 << 20;
/// Largest stream that is kept in memory.
const KEPT: usize = 1 << 20;
/// How long a stream may be silent before cancel is looked at.
const PATIENCE: Duration = Duration::from_millis(100);

/// A copy of a stream: in memory while it is small, then in a temporary file without a name, so that nothing is left of it
/// whatever happens to the process.
#[derive(Debug, Default)]
pub struct Spool {
    kept: Vec<u8>,
    file: Option<File>,
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

/// Copies everything that `open` gives. A thread of its own opens and reads it, because nothing ends a read from a pipe to
/// which nobody writes: when the context is cancelled, the thread is left behind.
pub(super) fn spooled<R: Read>(
    name: &str,
    open: impl FnOnce() -> io::Result<R> + Send + 'static,
    context: &Context,
) -> Result<Arc<dyn ReadAt>> {
    let (sender, receiver) = sync_channel::<io::Result<Vec<u8>>>(1);
    let read = move || {
        let sent = open().map(|mut stream| {
            loop {
                let mut piece = Vec::new();
                let read = (&mut stream).take(PIECE as u64).read_to_end(&mut piece);
                let piece = match read {
                    Ok(0) => return,
                    Ok(_) => Ok(piece),
                    Err(error) => Err(error),
                };
                let is_end = piece.is_err();
                if sender.send(piece).is_err() || is_end {
                    return;
                }
            }
        });
        if let Err(error) = sent {
            // Nobody is there to be told when the export was cancelled.
            let _ = sender.send(Err(error));
        }
    };
    let thread = std::thread::Builder::new().name("stream".into()).spawn(read);
    thread.map_err(|source| Error::io("cannot start a thread", source))?;
    let mut copy = Spool::new();
    loop {
        context.cancel().check()?;
        match receiver.recv_timeout(PATIENCE) {
            Ok(Ok(piece)) => copy.add(&piece, context)?,
            Ok(Err(error)) => return Err(Error::io(format!("cannot read {name}"), error)),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return copy.into_bytes(),
        }
    }
}
