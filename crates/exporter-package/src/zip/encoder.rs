//! The compression of one entry, behind one interface for every method.

use std::io::{self, Write};
use std::num::NonZeroUsize;

use zstd::stream::write::Encoder as ZstdEncoder;

use super::error::ZipError;
use crate::deflate::{BLOCK_BYTES, DeflateStream, DeflateTotals};
use crate::level::Compression;

/// Compresses entries one after another. Nothing is put out before more than [`BLOCK_BYTES`] came, so that the sizes
/// of a small entry are known before its header is written.
pub(crate) enum EntryEncoder {
    Deflate(Box<DeflateStream>),
    /// Stored and zstd: whole blocks, so that the output does not depend on how the input was cut.
    Plain(PlainEncoder),
}

pub(crate) struct PlainEncoder {
    block: Vec<u8>,
    begun: bool,
    crc: crc32fast::Hasher,
    bytes_in: u64,
    zstd: Option<u8>,
    frame: Option<ZstdEncoder<'static, Vec<u8>>>,
}

impl EntryEncoder {
    pub(crate) fn new(compression: Compression, threads: NonZeroUsize) -> Result<Self, ZipError> {
        let zstd = match compression {
            Compression::Deflate(level) => {
                return Ok(Self::Deflate(Box::new(DeflateStream::new(level, threads))));
            }
            Compression::Stored => None,
            Compression::Zstd(level @ 1..=22) => Some(level),
            Compression::Zstd(level) => return Err(ZipError::ZstdLevel(level)),
        };
        Ok(Self::Plain(PlainEncoder {
            block: Vec::new(),
            begun: false,
            crc: crc32fast::Hasher::new(),
            bytes_in: 0,
            zstd,
            frame: None,
        }))
    }

    /// Whether `more` bytes can be taken without putting anything out.
    pub(crate) fn holds(&self, more: usize) -> bool {
        match self {
            Self::Deflate(stream) => stream.holds(more),
            Self::Plain(plain) => !plain.begun && plain.block.len().saturating_add(more) <= BLOCK_BYTES,
        }
    }

    pub(crate) fn write(&mut self, data: &[u8], out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Deflate(stream) => stream.write(data, out),
            Self::Plain(plain) => plain.write(data, out),
        }
    }

    /// Ends the entry; the encoder is ready for the next one.
    pub(crate) fn finish(&mut self, out: &mut dyn Write) -> io::Result<DeflateTotals> {
        match self {
            Self::Deflate(stream) => stream.finish(out),
            Self::Plain(plain) => plain.finish(out),
        }
    }
}

impl PlainEncoder {
    fn write(&mut self, mut data: &[u8], out: &mut dyn Write) -> io::Result<()> {
        while !data.is_empty() {
            let free = BLOCK_BYTES.saturating_sub(self.block.len());
            if free == 0 {
                self.put_block(out)?;
                continue;
            }
            let (head, tail) = data.split_at(free.min(data.len()));
            self.block.extend_from_slice(head);
            data = tail;
        }
        Ok(())
    }

    fn put_block(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.begun = true;
        self.crc.update(&self.block);
        self.bytes_in += self.block.len() as u64;
        if let Some(level) = self.zstd {
            let mut frame = match self.frame.take() {
                Some(frame) => frame,
                None => ZstdEncoder::new(Vec::new(), i32::from(level))?,
            };
            frame.write_all(&self.block)?;
            out.write_all(frame.get_ref())?;
            frame.get_mut().clear();
            self.frame = Some(frame);
        } else {
            out.write_all(&self.block)?;
        }
        self.block.clear();
        Ok(())
    }

    fn finish(&mut self, out: &mut dyn Write) -> io::Result<DeflateTotals> {
        let mut out = Counted { out, bytes: 0 };
        self.put_block(&mut out)?;
        if let Some(frame) = self.frame.take() {
            out.write_all(&frame.finish()?)?;
        }
        let crc = std::mem::take(&mut self.crc);
        let totals = DeflateTotals { crc32: crc.finalize(), bytes_in: self.bytes_in, bytes_out: out.bytes };
        (self.begun, self.bytes_in) = (false, 0);
        Ok(totals)
    }
}

/// Counts what passes to `out`.
struct Counted<'a> {
    out: &'a mut dyn Write,
    bytes: u64,
}

impl Write for Counted<'_> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let taken = self.out.write(data)?;
        self.bytes += taken as u64;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
