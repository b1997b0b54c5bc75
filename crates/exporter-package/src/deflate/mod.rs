//! Deflate on several threads: one standard stream (RFC 1951) whose bytes do not depend on the threads.
//!
//! The input is cut at fixed offsets. Each block is compressed on its own with the 32 KiB before it as dictionary
//! and ends on a byte border by a sync flush, so the blocks can simply follow one another; the last one ends the
//! stream. Checksums are computed per block and combined.

mod block;
mod pool;
mod stream;

pub(crate) use block::BLOCK_BYTES;
pub(crate) use stream::{DeflateStream, DeflateTotals};

#[cfg(test)]
pub(crate) mod tests;
