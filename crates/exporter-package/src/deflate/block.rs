//! One block: a piece of the input, compressed so that it can follow the piece before it.

use std::io;

use flate2::{Compress, FlushCompress};

use crate::level::DeflateLevel;

/// Input bytes of every block but the last. Measured from 128 KiB to 1 MiB the size differs by less than 0.1 %,
/// so the smaller memory use decides.
pub(crate) const BLOCK_BYTES: usize = 256 * 1024;

/// How far back a match may reach (RFC 1951, section 2).
pub(crate) const WINDOW_BYTES: usize = 32 * 1024;

/// Most bytes of one stored block (RFC 1951, section 3.2.4: a 16-bit length).
const STORED_BYTES: usize = 65_535;

/// A block on its way from the writer to a worker and back; its buffers are used again.
#[derive(Debug, Default)]
pub(crate) struct Block {
    /// Whether the stream begins with this block.
    pub(crate) first: bool,
    /// The dictionary followed by the bytes to compress.
    pub(crate) input: Vec<u8>,
    /// How many bytes at the front of `input` are dictionary.
    pub(crate) dictionary: usize,
    /// Whether the stream ends with this block.
    pub(crate) last: bool,
    /// The compressed bytes.
    pub(crate) output: Vec<u8>,
    /// CRC-32 of the bytes to compress.
    pub(crate) crc32: u32,
}

impl Block {
    /// The bytes to compress, without the dictionary.
    pub(crate) fn body(&self) -> &[u8] {
        self.input.get(self.dictionary..).unwrap_or_default()
    }
}

/// Compresses blocks, each with a state of its own.
///
/// A state that is reset keeps old bytes in its window, and zlib-rs 0.6 hashes one byte behind the dictionary: reused
/// states changed one survey block in thirty, depending on the block before it, that is, on the threads.
#[derive(Debug)]
pub(crate) struct BlockEncoder {
    level: DeflateLevel,
}

impl BlockEncoder {
    pub(crate) fn new(level: DeflateLevel) -> Self {
        Self { level }
    }

    /// Fills `output` and `crc32` of the block.
    pub(crate) fn encode(&self, block: &mut Block) -> io::Result<()> {
        let Block { input, dictionary, last, output, crc32, .. } = block;
        let (dictionary, body) = input.split_at(*dictionary);
        *crc32 = crc32fast::hash(body);
        output.clear();
        if self.level != DeflateLevel::STORE {
            self.deflate(dictionary, body, *last, output)?;
        }
        // Data that does not compress is cheaper to store, and never grows by more than five bytes in 64 KiB.
        if self.level == DeflateLevel::STORE || output.len() > stored_len(body.len()) {
            store(body, *last, output);
        }
        Ok(())
    }

    fn deflate(&self, dictionary: &[u8], body: &[u8], last: bool, output: &mut Vec<u8>) -> io::Result<()> {
        let mut state = Compress::new(flate2::Compression::new(self.level.backend()), false);
        if !dictionary.is_empty() {
            state.set_dictionary(dictionary).map_err(io::Error::other)?;
        }
        let flush = if last { FlushCompress::Finish } else { FlushCompress::Sync };
        let mut rest = body;
        output.reserve(stored_len(body.len()) + body.len() / 7 + 64);
        loop {
            let before = state.total_in();
            let status = state.compress_vec(rest, output, flush).map_err(io::Error::other)?;
            let taken = usize::try_from(state.total_in() - before).unwrap_or(usize::MAX);
            rest = rest.get(taken..).unwrap_or_default();
            let done = if last {
                status == flate2::Status::StreamEnd
            } else {
                // A flush is complete once the state returns with room left.
                rest.is_empty() && output.len() < output.capacity()
            };
            if done {
                return Ok(());
            }
            output.reserve(BLOCK_BYTES / 4);
        }
    }
}

/// Bytes that [`store`] writes for `len` bytes.
const fn stored_len(len: usize) -> usize {
    let blocks = if len == 0 { 1 } else { len.div_ceil(STORED_BYTES) };
    len + 5 * blocks
}

/// Writes stored blocks (RFC 1951, section 3.2.4). The stream stands on a byte border, so the three header bits
/// fill one byte with zeros.
fn store(body: &[u8], last: bool, output: &mut Vec<u8>) {
    output.clear();
    let mut rest = body;
    loop {
        let (piece, tail) = rest.split_at(rest.len().min(STORED_BYTES));
        let length = u16::try_from(piece.len()).unwrap_or(u16::MAX);
        output.push(u8::from(last && tail.is_empty()));
        output.extend_from_slice(&length.to_le_bytes());
        output.extend_from_slice(&(!length).to_le_bytes());
        output.extend_from_slice(piece);
        if tail.is_empty() {
            return;
        }
        rest = tail;
    }
}
