//! Bytes on their way to a sink: written in large pieces, or held back in a temporary file.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

/// Where a writer puts what it must hold back: an empty file, gone once it is closed.
pub type SpoolFile = Box<dyn FnMut() -> io::Result<File> + Send>;

/// How to go to a place in a sink that can seek.
pub type SeekIn<W> = fn(&mut W, SeekFrom) -> io::Result<u64>;

/// The beginning of a file in a sink that can seek, to correct what stands there.
pub struct Rewrite<W> {
    start: u64,
    seek: SeekIn<W>,
}

impl<W: Write + Seek> Rewrite<W> {
    /// Of a file that begins where the sink stands.
    ///
    /// # Errors
    /// A sink that cannot say where it stands.
    pub fn new(sink: &mut W) -> io::Result<Self> {
        Ok(Self { start: sink.stream_position()?, seek: W::seek })
    }
}

impl<W: Write> Rewrite<W> {
    /// The way to places in the sink.
    pub fn seek_in(&self) -> SeekIn<W> {
        self.seek
    }

    /// Position in the sink of a place of the file.
    pub fn place(&self, at: u64) -> u64 {
        self.start.saturating_add(at)
    }

    /// Puts the sink at a place of the file.
    ///
    /// # Errors
    /// When the sink cannot seek there.
    pub fn go(&self, sink: &mut W, at: u64) -> io::Result<()> {
        (self.seek)(sink, SeekFrom::Start(self.place(at))).map(drop)
    }

    /// Puts bytes over those at a place of the file.
    ///
    /// # Errors
    /// When the sink cannot seek or write there.
    pub fn put(&self, sink: &mut W, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.go(sink, at)?;
        sink.write_all(bytes)
    }
}

/// Bytes that are copied at once.
const COPY_BYTES: usize = 256 << 10;

/// A temporary file, made with the first bytes.
#[derive(Default)]
pub struct Spool {
    file: Option<File>,
}

impl Spool {
    /// Writes `bytes` behind those before.
    ///
    /// # Errors
    /// When the file cannot be made or written.
    pub fn append(&mut self, bytes: &[u8], make: &mut SpoolFile) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(make()?),
        };
        file.write_all(bytes)
    }

    /// Copies everything to `to`.
    ///
    /// # Errors
    /// When the file cannot be read or `to` not be written.
    pub fn copy_to(&mut self, to: &mut impl Write) -> io::Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        file.seek(SeekFrom::Start(0))?;
        let mut buffer = vec![0; COPY_BYTES];
        loop {
            let read = file.read(&mut buffer)?;
            if read == 0 {
                return Ok(());
            }
            to.write_all(buffer.get(..read).unwrap_or_default())?;
        }
    }
}

/// A buffer of bytes that are handed on in large pieces.
pub struct OutputBuffer {
    bytes: Vec<u8>,
    limit: usize,
}

impl OutputBuffer {
    /// Room for `limit` bytes, allocated with the first of them.
    pub fn new(limit: usize) -> Self {
        Self { bytes: Vec::new(), limit }
    }

    /// Adds `bytes`; `write` gets the buffered ones when these do not fit beside them, and pieces as long as the whole
    /// buffer uncopied.
    ///
    /// # Errors
    /// What `write` fails with.
    pub fn add(&mut self, bytes: &[u8], write: &mut impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        if bytes.len() > self.limit - self.bytes.len() {
            if !self.bytes.is_empty() {
                write(&self.bytes)?;
                self.bytes.clear();
            }
            if bytes.len() >= self.limit {
                return write(bytes);
            }
        }
        if self.bytes.capacity() == 0 {
            self.bytes.reserve_exact(self.limit);
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }

    /// The bytes that are buffered.
    pub fn buffered(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_made_with_the_first_bytes_and_only_once() {
        Spool::default().copy_to(&mut io::sink()).unwrap();
        let mut made = 0;
        let mut make: SpoolFile = Box::new(move || {
            made += 1;
            if made > 1 { Err(io::ErrorKind::AlreadyExists.into()) } else { tempfile::tempfile() }
        });
        let mut spool = Spool::default();
        let piece: Vec<u8> = (0..=255).cycle().take(COPY_BYTES - 1).collect();
        spool.append(&piece, &mut make).unwrap();
        spool.append(b"end", &mut make).unwrap();
        let mut copied = Vec::new();
        spool.copy_to(&mut copied).unwrap();
        assert_eq!(copied, [&piece[..], b"end"].concat());
    }

    #[test]
    fn pieces_come_in_order_and_none_is_larger_than_the_buffer_unless_it_came_so() {
        let mut buffer = OutputBuffer::new(4);
        let mut written: Vec<Vec<u8>> = Vec::new();
        let mut write = |bytes: &[u8]| {
            written.push(bytes.to_vec());
            Ok(())
        };
        for bytes in [&b"ab"[..], b"", b"cd", b"e", b"fghijk", b"lmno", b"p", b"qrs", b"t"] {
            buffer.add(bytes, &mut write).unwrap();
        }
        assert_eq!(written, [&b"abcd"[..], b"e", b"fghijk", b"lmno", b"pqrs"]);
        assert_eq!((buffer.buffered(), buffer.bytes.capacity()), (&b"t"[..], 4));
        let mut full = |_: &[u8]| Err(io::Error::from(io::ErrorKind::StorageFull));
        assert!(buffer.add(b"uvwx", &mut full).is_err());
    }
}
