//! The bytecode stream in pieces of one size, each a zlib stream of its own, between a header and an index of them (9.2).

use std::io::{self, Write};

use exporter_rows::{Changes, Spool, SpoolFile};

use super::cases::End;
use super::chunk::{Chunk, Part};
use crate::deflate;
use crate::error::Result;
use crate::options::Level;
use crate::spec::{BIAS, ZLIB_BLOCK, ZLIB_HEADER_BYTES};

/// Bytes that a piece takes with the room for what becomes of it.
pub(super) const PIECE_MEMORY: usize = 2 * ZLIB_BLOCK;

/// Bytes of the index before its entries.
const TRAILER_HEAD: u64 = 24;
/// Bytes of an entry of the index.
const ENTRY_BYTES: u64 = 24;

/// A piece after compression; its memory is used again.
#[derive(Default)]
pub(super) struct Compressed {
    bytes: Vec<u8>,
    /// Bytes before compression.
    length: usize,
}

/// The compressed cases of a file.
pub(super) struct Zlib {
    /// The piece that is not full yet.
    current: Vec<u8>,
    output: Output,
}

/// Where pieces go.
pub(super) struct Output {
    /// Where the header stands in the file.
    start: u64,
    /// Bytes of each piece, before and after compression.
    index: Vec<(u32, u32)>,
    /// Compressed bytes so far.
    bytes: u64,
    /// Pieces before the header can be written, where it cannot be corrected.
    spool: Option<Spool>,
}

impl Zlib {
    /// Compressed cases that begin at a place of the file.
    pub(super) fn new(start: u64) -> Self {
        let output = Output { start, index: Vec::new(), bytes: 0, spool: None };
        Self { current: Vec::new(), output }
    }

    /// Writes a header to be corrected, or has pieces wait for theirs.
    pub(super) fn begin(&mut self, sink: &mut impl Write, is_seekable: bool) -> io::Result<()> {
        if is_seekable {
            return sink.write_all(&[0; ZLIB_HEADER_BYTES as usize]);
        }
        self.output.spool = Some(Spool::default());
        Ok(())
    }

    /// The piece that is not full yet, and where full ones go.
    pub(super) fn parts(&mut self) -> (&mut Vec<u8>, &mut Output) {
        (&mut self.current, &mut self.output)
    }

    /// Writes the last piece and the index.
    pub(super) fn end(
        &mut self,
        level: Level,
        sink: &mut impl Write,
        make: &mut SpoolFile,
    ) -> io::Result<End> {
        let Self { current, output } = self;
        if !current.is_empty() {
            let mut compressed = Compressed::default();
            compress(&std::mem::take(current), level, &mut compressed)?;
            output.append(&compressed, sink, make)?;
        }
        let trailer_at = output.start + ZLIB_HEADER_BYTES + output.bytes;
        let trailer_bytes = TRAILER_HEAD + ENTRY_BYTES * output.index.len() as u64;
        let header = [output.start, trailer_at, trailer_bytes].map(u64::to_le_bytes).concat();
        if let Some(spool) = &mut output.spool {
            sink.write_all(&header)?;
            spool.copy_to(sink)?;
        }
        sink.write_all(&output.trailer())?;
        let header = output.spool.is_none().then_some((output.start, header));
        Ok(End { bytes: trailer_at + trailer_bytes, header })
    }
}

impl Output {
    /// Writes a piece.
    pub(super) fn append(
        &mut self,
        piece: &Compressed,
        sink: &mut impl Write,
        make: &mut SpoolFile,
    ) -> io::Result<()> {
        let size = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX);
        self.index.push((size(piece.length), size(piece.bytes.len())));
        self.bytes += piece.bytes.len() as u64;
        match &mut self.spool {
            Some(spool) => spool.append(&piece.bytes, make),
            None => sink.write_all(&piece.bytes),
        }
    }

    /// The index: where each piece would stand if it were not compressed, and where it stands.
    fn trailer(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend_from_slice(&(-(BIAS as i64)).to_le_bytes());
        bytes.extend_from_slice(&0_i64.to_le_bytes());
        bytes.extend_from_slice(&(ZLIB_BLOCK as u32).to_le_bytes());
        bytes.extend_from_slice(&(self.index.len() as u32).to_le_bytes());
        let (mut plain_at, mut at) = (self.start, self.start + ZLIB_HEADER_BYTES);
        for (plain, compressed) in &self.index {
            bytes.extend_from_slice(&plain_at.to_le_bytes());
            bytes.extend_from_slice(&at.to_le_bytes());
            bytes.extend_from_slice(&plain.to_le_bytes());
            bytes.extend_from_slice(&compressed.to_le_bytes());
            plain_at += u64::from(*plain);
            at += u64::from(*compressed);
        }
        bytes
    }
}

/// Encodes chunks one after another, which takes little time beside compression, and cuts what comes into pieces.
pub(super) struct Pieces<'p, I, F> {
    chunks: I,
    encode: F,
    chunk: Chunk,
    /// Bytes of the chunk that are in pieces already.
    used: usize,
    current: &'p mut Vec<u8>,
    changes: &'p mut Changes,
}

impl<'p, I, F> Pieces<'p, I, F> {
    /// Pieces of which the first begins with the bytes in `current`; the last, which is not full, stays there.
    pub(super) fn new(chunks: I, encode: F, current: &'p mut Vec<u8>, changes: &'p mut Changes) -> Self {
        Self { chunks, encode, chunk: Chunk::default(), used: 0, current, changes }
    }
}

impl<I, F> Iterator for Pieces<'_, I, F>
where
    I: Iterator<Item = Result<Vec<Part>>>,
    F: FnMut(Vec<Part>, &mut Chunk) -> Result<()>,
{
    type Item = Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let left = self.chunk.bytes().get(self.used..).unwrap_or_default();
            let taken = left.len().min(ZLIB_BLOCK - self.current.len());
            if self.current.capacity() == 0 && taken > 0 {
                self.current.reserve_exact(ZLIB_BLOCK);
            }
            self.current.extend_from_slice(left.get(..taken).unwrap_or_default());
            self.used += taken;
            if self.current.len() == ZLIB_BLOCK {
                return Some(Ok(std::mem::take(self.current)));
            }
            let encoded = match self.chunks.next()? {
                Ok(parts) => (self.encode)(parts, &mut self.chunk),
                Err(error) => Err(error),
            };
            if let Err(error) = encoded {
                return Some(Err(error));
            }
            self.changes.append(std::mem::take(&mut self.chunk.changes));
            self.used = 0;
        }
    }
}

/// Compresses a piece.
pub(super) fn compress(piece: &[u8], level: Level, to: &mut Compressed) -> io::Result<()> {
    to.length = piece.len();
    deflate::compress(piece, level, &mut to.bytes)
}
