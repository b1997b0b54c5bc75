//! Deflate for the blocks of a `.zsav`, in pure Rust or, with the feature `libdeflate`, in C: that one inflates survey data 1.8
//! times as fast, and compresses it 1.6 times as fast at `level=fast`. Each gives the same bytes every time, at any number of
//! threads; those of one differ from those of the other, and may differ between versions.

#[cfg(feature = "libdeflate")]
pub(crate) use with_libdeflate::{compress, inflate};
#[cfg(not(feature = "libdeflate"))]
pub(crate) use zlib_rs::{compress, inflate};

mod zlib_rs {
    use std::io::{self, Read};

    use flate2::bufread::ZlibDecoder;
    #[cfg(any(test, not(feature = "libdeflate")))]
    use flate2::{Compress, Compression, FlushCompress, Status};

    #[cfg(any(test, not(feature = "libdeflate")))]
    use crate::options::Level;

    /// Levels of zlib-rs for `fast` and 1 to 9. From 6 on it finds the sizes of zlib with less work one level lower: on survey
    /// data 5 takes two thirds of the time of 6 for files that are 1.4 % larger, 2.2 % larger than those of zlib at its level
    /// 6. Level 1 takes a sixth less time than 2 for files that are a fifth larger.
    #[cfg(any(test, not(feature = "libdeflate")))]
    const LEVELS: [u32; 10] = [2, 1, 2, 3, 4, 5, 5, 6, 7, 9];

    /// Compresses `block` into `to`, in which nothing else stays.
    ///
    /// Every block has a state of its own: a state that is reset remembers old bytes, so that the result would depend on the
    /// thread. The room for the result is always the same, too, since what comes out depends on it.
    #[cfg(any(test, not(feature = "libdeflate")))]
    pub(crate) fn compress(block: &[u8], level: Level, to: &mut Vec<u8>) -> io::Result<()> {
        let mut state = Compress::new(
            Compression::new(LEVELS.get(usize::from(level.number())).copied().unwrap_or(5)),
            true,
        );
        to.clear();
        loop {
            // What does not compress grows by an eighth at most.
            to.resize(to.len() + block.len() + block.len() / 8 + 64, 0);
            let count = |total: u64| usize::try_from(total).unwrap_or(usize::MAX);
            let rest = block.get(count(state.total_in())..).unwrap_or_default();
            let room = to.get_mut(count(state.total_out())..).unwrap_or_default();
            let status = state.compress(rest, room, FlushCompress::Finish).map_err(io::Error::other)?;
            if status == Status::StreamEnd {
                to.truncate(count(state.total_out()));
                return Ok(());
            }
        }
    }

    /// Inflates `packed` into `to`, in which nothing else stays, up to one byte more than the `expected` ones: that shows a
    /// block that is longer than it says.
    pub(crate) fn inflate(packed: &[u8], expected: u64, to: &mut Vec<u8>) -> io::Result<()> {
        to.clear();
        to.reserve_exact(expected as usize);
        ZlibDecoder::new(packed).take(expected + 1).read_to_end(to).map(|_| ())
    }
}

#[cfg(feature = "libdeflate")]
mod with_libdeflate {
    use std::io;

    use libdeflater::{CompressionLvl, Compressor, Decompressor};

    use super::zlib_rs;
    use crate::options::Level;

    /// As [`zlib_rs::compress`].
    pub(crate) fn compress(block: &[u8], level: Level, to: &mut Vec<u8>) -> io::Result<()> {
        let level = CompressionLvl::new(i32::from(level.number().max(1)))
            .map_err(|problem| io::Error::other(format!("{problem:?}")))?;
        let mut state = Compressor::new(level);
        to.clear();
        to.resize(state.zlib_compress_bound(block.len()), 0);
        let length = state.zlib_compress(block, to).map_err(io::Error::other)?;
        to.truncate(length);
        Ok(())
    }

    /// As [`zlib_rs::inflate`], which says what is wrong.
    pub(crate) fn inflate(packed: &[u8], expected: u64, to: &mut Vec<u8>) -> io::Result<()> {
        to.clear();
        to.resize(expected as usize, 0);
        match Decompressor::new().zlib_decompress(packed, to) {
            Ok(length) if length == to.len() => Ok(()),
            _ => zlib_rs::inflate(packed, expected, to),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

    use std::io;

    use super::*;
    use crate::options::Level;

    type Library =
        (fn(&[u8], Level, &mut Vec<u8>) -> io::Result<()>, fn(&[u8], u64, &mut Vec<u8>) -> io::Result<()>);

    const ALL: [Library; 2] = [(zlib_rs::compress, zlib_rs::inflate), (compress, inflate)];

    #[test]
    fn each_library_inflates_what_each_compresses() {
        let numbers = 0..100_000_u32;
        let block: Vec<u8> = numbers.flat_map(|number| (number % 251 * number / 97).to_le_bytes()).collect();
        for ((compress, _), (_, inflate)) in ALL.iter().flat_map(|one| ALL.iter().map(move |two| (one, two)))
        {
            for level in [Level::FAST, Level::SIX, Level::new(9).unwrap()] {
                let (mut packed, mut inflated) = (Vec::new(), b"old".to_vec());
                compress(&block, level, &mut packed).unwrap();
                assert!(packed.len() < block.len());
                inflate(&packed, block.len() as u64, &mut inflated).unwrap();
                assert_eq!(inflated, block);
            }
        }
    }

    #[test]
    fn a_block_of_another_size_or_with_wrong_bytes_is_found() {
        let block = [7_u8; 5_000];
        for (compress, inflate) in ALL {
            let (mut packed, mut inflated) = (Vec::new(), Vec::new());
            compress(&block, Level::SIX, &mut packed).unwrap();
            inflate(&packed, 4_999, &mut inflated).unwrap();
            assert_eq!(inflated.len(), 5_000);
            inflate(&packed, 6_000, &mut inflated).unwrap();
            assert_eq!(inflated.len(), 5_000);
            let last = packed.len() - 1;
            packed[last] ^= 1;
            assert!(inflate(&packed, 5_000, &mut inflated).is_err());
            assert!(inflate(&packed[..5], 5_000, &mut inflated).is_err());
        }
    }
}
