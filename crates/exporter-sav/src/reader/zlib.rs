//! Blocks of codes that zlib compressed (9.2).

use std::io::{self, BufReader, Read};
use std::sync::{Arc, OnceLock};

use exporter_core::parallel::read_ahead;
use exporter_core::source::{BinaryFile, ByteOrder, unsigned};
use flate2::bufread::ZlibDecoder;

use crate::deflate;
use crate::error::{Result, SavError, damaged};
use crate::reader::chunks::CodeBytes;
use crate::spec::ZLIB_HEADER_BYTES;

/// Most bytes that a block may unpack to; blocks have 4 MiB everywhere.
const MOST_UNPACKED: u64 = 64 << 20;
/// No byte of deflate stands for more.
const MOST_RATIO: u64 = 1_032;

/// A compressed block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Block {
    offset: u64,
    packed: u64,
    unpacked: u64,
}

/// Reads the trailer, which says where the blocks are.
fn blocks(bytes: &BinaryFile, data: u64, order: ByteOrder) -> Result<Vec<Block>> {
    let header = bytes.block_at(data, ZLIB_HEADER_BYTES)?;
    let number = |bytes: &[u8], from: usize, count: usize| {
        bytes.get(from..from + count).map_or(0, |bytes| unsigned(bytes, order))
    };
    let (at, length) = (number(&header, 8, 8), number(&header, 16, 8));
    let cut_off = |offset, what: String| damaged(offset, format!("{what}; the file is cut off"));
    if at.checked_add(length).is_none_or(|end| end > bytes.length()) {
        let what =
            format!("an index of {length} bytes at {at} expected, the file ends at {}", bytes.length());
        return Err(cut_off(data + 8, what));
    }
    let trailer = bytes.block_at(at, length)?;
    let count = number(&trailer, 20, 4);
    let entries = trailer.get(24..).unwrap_or_default();
    if count.checked_mul(24) != Some(entries.len() as u64) {
        return Err(damaged(at + 20, format!("{count} blocks need 24 bytes each, {} follow", entries.len())));
    }
    let mut blocks = Vec::with_capacity(entries.len() / 24);
    let mut end = data + ZLIB_HEADER_BYTES;
    for (index, entry) in entries.chunks_exact(24).enumerate() {
        let (offset, unpacked, packed) = (number(entry, 8, 8), number(entry, 16, 4), number(entry, 20, 4));
        let here = at + 24 + 24 * index as u64;
        // Blocks follow each other.
        if offset != end || offset.checked_add(packed).is_none_or(|end| end > at) {
            return Err(damaged(
                here,
                format!(
                    "block {} of {packed} bytes at {end} expected, the index has it at {offset}",
                    index + 1
                ),
            ));
        }
        end = offset + packed;
        if unpacked > packed.saturating_mul(MOST_RATIO) {
            return Err(damaged(
                here,
                format!("block {} cannot unpack {packed} bytes to {unpacked}", index + 1),
            ));
        }
        if unpacked > MOST_UNPACKED {
            let message =
                format!("block {} unpacks to {unpacked} bytes, {MOST_UNPACKED} at most are read", index + 1);
            return Err(SavError::Unsupported(message));
        }
        blocks.push(Block { offset, packed, unpacked });
    }
    if end != at {
        return Err(damaged(at, format!("the blocks end at {end}, their index is at {at}")));
    }
    Ok(blocks)
}

impl Block {
    /// Unpacks it; what is wrong in its entry of the index, where that says another size than a whole block has.
    fn unpack(self, bytes: &BinaryFile, to: &mut Vec<u8>) -> Result<Option<(u64, String)>> {
        let packed = bytes.block_at(self.offset, self.packed)?;
        let unpacked = |error| damaged(self.offset, format!("the block cannot be unpacked: {error}"));
        deflate::inflate(&packed, self.unpacked, to).map_err(unpacked)?;
        if to.len() as u64 == self.unpacked {
            return Ok(None);
        }
        let most = self.packed.saturating_mul(MOST_RATIO).min(MOST_UNPACKED);
        deflate::inflate(&packed, most, to).map_err(unpacked)?;
        let (offset, found) = (self.offset, to.len() as u64);
        let message = format!("a block should unpack to {} bytes, but does to {found}", self.unpacked);
        if found > most { Err(damaged(offset, message)) } else { Ok(Some((offset, message))) }
    }
}

/// The blocks of a file without an index, one after the other, as far as they can be unpacked; then the error that says why
/// there is no index.
struct Unindexed {
    decoder: Option<ZlibDecoder<BufReader<Rest>>>,
    problem: Option<SavError>,
}

/// The bytes of a file from an offset on.
struct Rest {
    bytes: BinaryFile,
    next: u64,
}

/// Bytes that are unpacked at once where nobody says how many there are.
const PIECE: u64 = 1 << 20;

impl Read for Rest {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.length().saturating_sub(self.next).min(to.len() as u64) as usize;
        let read = self.bytes.read_at(self.next, to.get_mut(..count).unwrap_or_default());
        read.map_err(|error| io::Error::other(SavError::from(error)))?;
        self.next += count as u64;
        Ok(count)
    }
}

impl Unindexed {
    fn new(bytes: &BinaryFile, data: u64, problem: SavError) -> Self {
        let rest = Rest { bytes: bytes.clone(), next: data + ZLIB_HEADER_BYTES };
        Self { decoder: Some(ZlibDecoder::new(BufReader::new(rest))), problem: Some(problem) }
    }
}

/// What is wrong in a block that can be unpacked no further; none at the end of the file.
fn block_damage(error: &io::Error, decoder: &ZlibDecoder<BufReader<Rest>>) -> Option<SavError> {
    if error.kind() == io::ErrorKind::UnexpectedEof || decoder.total_out() == 0 {
        return None;
    }
    let input = decoder.get_ref();
    let offset = input.get_ref().next - input.buffer().len() as u64;
    let message = format!("a block cannot be unpacked: {error}; rows shortly before this may be wrong");
    Some(damaged(offset, message))
}

impl Iterator for Unindexed {
    type Item = Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(mut decoder) = self.decoder.take() {
            let mut piece = Vec::new();
            let read = (&mut decoder).take(PIECE).read_to_end(&mut piece);
            match read {
                // A block has ended; the next one follows it, if there are bytes.
                Ok(0) if decoder.total_in() > 0 => {
                    self.decoder = Some(ZlibDecoder::new(decoder.into_inner()));
                }
                Ok(0) => {}
                Ok(_) => self.decoder = Some(decoder),
                // What was unpacked before the end of the file is sound; behind the blocks comes what is none.
                Err(error) => self.problem = block_damage(&error, &decoder).or(self.problem.take()),
            }
            if !piece.is_empty() {
                return Some(Ok(piece));
            }
        }
        self.problem.take().map(Err)
    }
}

/// The codes of all blocks.
pub(crate) struct UnpackedBytes {
    blocks: Box<dyn Iterator<Item = Result<Vec<u8>>> + Send>,
    data: u64,
}

impl UnpackedBytes {
    pub(crate) fn new(bytes: &BinaryFile, data: u64, order: ByteOrder, threads: usize) -> Result<Self> {
        let blocks = match blocks(bytes, data, order) {
            Ok(blocks) => blocks,
            Err(SavError::Damaged { offset, message }) => {
                let problem = SavError::Index { offset, message };
                let blocks = Box::new(Unindexed::new(bytes, data, problem));
                return Ok(Self { blocks, data });
            }
            Err(other) => return Err(other),
        };
        let bytes = bytes.clone();
        let problem = Arc::new(OnceLock::new());
        let of_index = Arc::clone(&problem);
        let unpack = move |block: Block, to: &mut Vec<u8>| {
            if let Some(found) = block.unpack(&bytes, to)? {
                // The first that is found will do.
                let _ = of_index.set(found);
            }
            Ok(())
        };
        let blocks = blocks.into_iter();
        let blocks: Box<dyn Iterator<Item = Result<Vec<u8>>> + Send> = if threads > 1 {
            let finish = |unpacked: &mut Vec<u8>| Ok(Some(std::mem::take(unpacked)));
            Box::new(read_ahead("inflate .zsav", threads, blocks.map(Ok), unpack, finish)?)
        } else {
            Box::new(blocks.map(move |block| {
                let mut unpacked = Vec::new();
                unpack(block, &mut unpacked).map(|()| unpacked)
            }))
        };
        // Behind the last block all are unpacked.
        let told = std::iter::once_with(move || {
            let (offset, message) = problem.get()?.clone();
            Some(Err(SavError::Index { offset, message }))
        })
        .flatten();
        Ok(Self { blocks: Box::new(blocks.chain(told)), data })
    }
}

impl CodeBytes for UnpackedBytes {
    fn more(&mut self, _: usize, to: &mut Vec<u8>) -> Result<()> {
        let before = to.len();
        while to.len() == before {
            let Some(block) = self.blocks.next().transpose()? else { return Ok(()) };
            if to.is_empty() {
                *to = block;
            } else {
                to.extend_from_slice(&block);
            }
        }
        Ok(())
    }

    fn place(&self, position: u64) -> (u64, &'static str) {
        (self.data + position, " (the offset is that in the unpacked file)")
    }
}
