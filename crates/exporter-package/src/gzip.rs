//! Gzip (RFC 1952): one member, compressed on several threads.

use std::io::{self, Write};
use std::num::NonZeroUsize;

use crate::deflate::DeflateStream;
use crate::level::DeflateLevel;

/// Header flag: a file name follows (RFC 1952, section 2.3.1).
const FNAME: u8 = 0x08;

/// What the header of a gzip stream says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GzipOptions {
    level: DeflateLevel,
    modified: u32,
    name: Option<String>,
}

impl GzipOptions {
    /// Sets the deflate level.
    #[must_use]
    pub fn level(mut self, level: DeflateLevel) -> Self {
        self.level = level;
        self
    }

    /// Sets the time of the file in seconds since 1970; times that 32 bits cannot hold become 0, which means none.
    #[must_use]
    pub fn modified(mut self, unix_seconds: i64) -> Self {
        self.modified = u32::try_from(unix_seconds).unwrap_or(0);
        self
    }

    /// Sets the name that `gzip -N` restores. Names outside ASCII are left out, as the field has no agreed encoding.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        let plain = name.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        self.name = (plain && !name.is_empty()).then(|| name.to_owned());
        self
    }

    fn header(&self) -> Vec<u8> {
        let extra_flags = match self.level.get() {
            0 | 1 => 4,
            9 => 2,
            _ => 0,
        };
        let mut header = vec![0x1f, 0x8b, 8, if self.name.is_some() { FNAME } else { 0 }];
        header.extend_from_slice(&self.modified.to_le_bytes());
        // 255: unknown operating system, so that the bytes are the same everywhere.
        header.extend_from_slice(&[extra_flags, 255]);
        if let Some(name) = &self.name {
            header.extend_from_slice(name.as_bytes());
            header.push(0);
        }
        header
    }
}

/// Writes a gzip stream of one member with several threads.
///
/// The bytes are the same for any number of threads. The stream is complete only after [`finish`](Self::finish).
///
/// ```
/// use std::io::Write;
/// use std::num::NonZeroUsize;
/// use exporter_package::{GzipOptions, GzipWriter};
///
/// let mut gzip = GzipWriter::new(Vec::new(), GzipOptions::default(), NonZeroUsize::MIN);
/// gzip.write_all(b"id\tname\n")?;
/// let bytes = gzip.finish()?;
/// assert_eq!(bytes[..2], [0x1f, 0x8b]);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct GzipWriter<W: Write> {
    out: W,
    stream: DeflateStream,
    /// Bytes of the header that are not written yet.
    header: Option<Vec<u8>>,
    failed: bool,
}

impl<W: Write> GzipWriter<W> {
    /// Starts a stream on `out`; nothing is written before the first block is full or the stream ends.
    pub fn new(out: W, options: GzipOptions, threads: NonZeroUsize) -> Self {
        let stream = DeflateStream::new(options.level, threads);
        Self { out, stream, header: Some(options.header()), failed: false }
    }

    /// Ends the stream and gives the output back.
    ///
    /// # Errors
    /// When the output fails, or failed before.
    pub fn finish(mut self) -> io::Result<W> {
        self.put_header()?;
        let totals = self.stream.finish(&mut self.out)?;
        let mut trailer = totals.crc32.to_le_bytes().to_vec();
        // The length is kept modulo 2^32 (RFC 1952, section 2.3.1).
        trailer.extend_from_slice(&((totals.bytes_in & u64::from(u32::MAX)) as u32).to_le_bytes());
        self.out.write_all(&trailer)?;
        Ok(self.out)
    }

    fn put_header(&mut self) -> io::Result<()> {
        if self.failed {
            return Err(io::Error::other("the gzip stream failed before"));
        }
        match self.header.take() {
            Some(header) => self.out.write_all(&header),
            None => Ok(()),
        }
    }

    fn take(&mut self, data: &[u8]) -> io::Result<()> {
        self.put_header()?;
        self.stream.write(data, &mut self.out)
    }
}

impl<W: Write> Write for GzipWriter<W> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let taken = self.take(data);
        self.failed = taken.is_err();
        taken.map(|()| data.len())
    }

    /// Flushes the output; the unfinished block stays inside.
    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn gzip(data: &[u8], options: &GzipOptions, threads: usize) -> Vec<u8> {
        let mut writer = GzipWriter::new(Vec::new(), options.clone(), NonZeroUsize::new(threads).unwrap());
        writer.write_all(data).unwrap();
        writer.finish().unwrap()
    }

    #[test]
    fn header_and_trailer_of_an_empty_file() {
        let bytes = gzip(b"", &GzipOptions::default().modified(0x0102_0304).name("a.tab"), 1);
        assert_eq!(bytes[..10], [0x1f, 0x8b, 8, 8, 4, 3, 2, 1, 0, 255]);
        assert_eq!(&bytes[10..16], b"a.tab\0");
        assert_eq!(bytes[bytes.len() - 8..], [0; 8]);
    }

    #[test]
    fn another_decoder_reads_it_and_threads_never_show() {
        let data = b"one\ttwo\n".repeat(200_000);
        let options = GzipOptions::default().level(DeflateLevel::FAST).modified(-5);
        let bytes = gzip(&data, &options, 1);
        assert!(bytes == gzip(&data, &options, 2));
        let mut back = Vec::new();
        let mut decoder = flate2::bufread::GzDecoder::new(&bytes[..]);
        decoder.read_to_end(&mut back).unwrap();
        assert!(back == data);
        assert_eq!(decoder.header().unwrap().mtime(), 0);
        assert!(decoder.into_inner().is_empty());
    }
}
