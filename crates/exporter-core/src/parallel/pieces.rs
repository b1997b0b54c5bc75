//! Pieces of a stream that may be silent for ever.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use crate::context::Cancel;
use crate::error::{Error, Result};

/// How long a stream may be silent before cancel is looked at.
const PATIENCE: Duration = Duration::from_millis(100);

/// What a thread of its own reads from a stream. Nothing ends the opening of a pipe to which nobody writes, or a read from
/// it: when its pieces are no longer wanted, the thread is left behind and ends with the stream or the process.
pub(crate) struct Pieces {
    receiver: Receiver<io::Result<Vec<u8>>>,
}

impl Pieces {
    /// Opens and reads a stream in pieces of so many bytes.
    pub(crate) fn start<R: Read>(
        open: impl FnOnce() -> io::Result<R> + Send + 'static,
        bytes: u64,
    ) -> Result<Self> {
        let (sender, receiver) = sync_channel(1);
        let read = move || {
            let mut stream = match open() {
                Ok(stream) => stream,
                // The receiver may be gone already.
                Err(error) => return drop(sender.send(Err(error))),
            };
            loop {
                let mut piece = Vec::new();
                let piece = match (&mut stream).take(bytes).read_to_end(&mut piece) {
                    Ok(_) => Ok(piece),
                    Err(error) => Err(error),
                };
                // An empty piece is the end: without it the thread has panicked.
                let is_end = piece.as_ref().map_or(true, Vec::is_empty);
                if sender.send(piece).is_err() || is_end {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new().name("stream".into()).spawn(read);
        thread.map_err(|source| Error::io("cannot start a thread", source))?;
        Ok(Self { receiver })
    }

    /// The next piece, or why there is none; `None` at the end.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Cancelled`].
    pub(crate) fn next(&mut self, cancel: &Cancel) -> Result<Option<io::Result<Vec<u8>>>> {
        loop {
            cancel.check()?;
            match self.receiver.recv_timeout(PATIENCE) {
                Ok(Ok(piece)) if piece.is_empty() => return Ok(None),
                Ok(piece) => return Ok(Some(piece)),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Ok(Some(Err(io::Error::other("what reads the stream has panicked"))));
                }
            }
        }
    }
}
