use std::io::{self, Read, Write};
use std::num::NonZeroUsize;

use proptest::prelude::*;

use super::block::{BLOCK_BYTES, Block, BlockEncoder, WINDOW_BYTES};
use super::{DeflateStream, DeflateTotals};
use crate::level::DeflateLevel;

/// Rows that look like a survey: few words, many digits, some noise.
pub(crate) fn survey_bytes(len: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut out = Vec::with_capacity(len + 64);
    while out.len() < len {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (a, b) = (state >> 60, state >> 33);
        out.extend_from_slice(format!("{a}\tvillage market\t{b}\tYes\n").as_bytes());
    }
    out.truncate(len);
    out
}

/// A stream and its output.
#[derive(Debug)]
struct ParallelDeflate<W: Write> {
    out: W,
    stream: DeflateStream,
    failed: bool,
}

impl<W: Write> ParallelDeflate<W> {
    fn new(out: W, level: DeflateLevel, threads: NonZeroUsize) -> Self {
        Self { out, stream: DeflateStream::new(level, threads), failed: false }
    }

    fn finish(mut self) -> io::Result<(W, DeflateTotals)> {
        self.usable()?;
        let totals = self.stream.finish(&mut self.out)?;
        Ok((self.out, totals))
    }

    fn usable(&self) -> io::Result<()> {
        if self.failed { Err(io::Error::other("the deflate stream failed before")) } else { Ok(()) }
    }
}

impl<W: Write> Write for ParallelDeflate<W> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.usable()?;
        let taken = self.stream.write(data, &mut self.out);
        self.failed = taken.is_err();
        taken.map(|()| data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn deflate(data: &[u8], level: u8, threads: usize, slice: usize) -> (Vec<u8>, DeflateTotals) {
    let threads = NonZeroUsize::new(threads).unwrap();
    let mut writer = ParallelDeflate::new(Vec::new(), DeflateLevel::new(level).unwrap(), threads);
    for piece in data.chunks(slice.max(1)) {
        writer.write_all(piece).unwrap();
    }
    writer.finish().unwrap()
}

fn inflate(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut decoder = flate2::bufread::DeflateDecoder::new(bytes);
    decoder.read_to_end(&mut out).unwrap();
    assert!(decoder.into_inner().is_empty(), "bytes after the end of the stream");
    out
}

#[test]
fn every_level_and_border_length_round_trips_at_any_thread_count() {
    for level in 0..=9 {
        for len in [0, 1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 3 * BLOCK_BYTES + 77] {
            let data = survey_bytes(len);
            let (one, totals) = deflate(&data, level, 1, usize::MAX);
            assert_eq!(totals.crc32, crc32fast::hash(&data));
            assert_eq!(totals.bytes_in, len as u64);
            assert_eq!(totals.bytes_out, one.len() as u64);
            assert!(inflate(&one) == data, "level {level}, {len} bytes");
            for threads in [2, 8] {
                assert!(deflate(&data, level, threads, 60_001).0 == one, "level {level}, {threads} threads");
            }
        }
    }
}

/// Bytes that do not compress (xorshift).
fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(len).collect()
}

#[test]
fn noise_grows_by_the_stored_headers_only() {
    let noise = noise(1, 2 * BLOCK_BYTES);
    for level in 0..=9 {
        let (bytes, _) = deflate(&noise, level, 2, usize::MAX);
        let headers = 5 * (2 * BLOCK_BYTES / 65_535 + 2);
        assert!(bytes.len() <= noise.len() + headers, "level {level}: {}", bytes.len());
        assert!(inflate(&bytes) == noise);
    }
}

#[test]
fn blocks_see_the_window_before_them() {
    // Noise that comes again within 32 KiB costs each block once more unless it sees the block before it.
    let unit = noise(7, 20_000);
    let data: Vec<u8> = unit.iter().copied().cycle().take(8 * BLOCK_BYTES).collect();
    let alone: usize = data.chunks(BLOCK_BYTES).map(|block| deflate(block, 6, 1, usize::MAX).0.len()).sum();
    let joined = deflate(&data, 6, 2, usize::MAX).0.len();
    assert!(joined * 3 < alone, "joined {joined}, alone {alone}");
}

/// A reused state once hashed a byte left by the block before it, and lost older matches over that.
#[test]
fn a_block_does_not_depend_on_the_block_before_it() {
    let unit = [&b"abcy"[..], &noise(5, 30)].concat();
    let block = |first: u8, tail: &[u8]| {
        // The dictionary holds the unit in its middle and ends with its first three bytes.
        let mut input = [noise(3, WINDOW_BYTES - 3 - unit.len()), unit.clone()].concat();
        input.rotate_left(WINDOW_BYTES / 2);
        input.extend_from_slice(b"abc");
        input.push(first);
        input.extend_from_slice(tail);
        Block { dictionary: WINDOW_BYTES, input, ..Block::default() }
    };
    let again = [noise(9, 1000), unit.clone()].concat();
    let encoded = |before: u8| {
        let encoder = BlockEncoder::new(DeflateLevel::FAST);
        encoder.encode(&mut block(before, b"")).unwrap();
        let mut wanted = block(b'x', &again);
        encoder.encode(&mut wanted).unwrap();
        wanted.output
    };
    assert_eq!(encoded(b'x'), encoded(b'y'));
}

struct FailsAfter(usize);

impl Write for FailsAfter {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        if self.0 < data.len() {
            return Err(io::Error::other("disk full"));
        }
        self.0 -= data.len();
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_failing_output_is_reported_and_stays_failed() {
    let data = survey_bytes(6 * BLOCK_BYTES);
    for threads in [1, 2, 8] {
        let mut writer =
            ParallelDeflate::new(FailsAfter(1000), DeflateLevel::FAST, NonZeroUsize::new(threads).unwrap());
        let failed = writer.write_all(&data).is_err();
        if failed {
            assert!(writer.write_all(b"x").is_err());
        }
        assert!(writer.finish().is_err(), "{threads} threads");
    }
}

#[test]
fn dropping_half_way_ends_the_threads() {
    for _ in 0..20 {
        let mut writer = ParallelDeflate::new(io::sink(), DeflateLevel::BEST, NonZeroUsize::new(4).unwrap());
        writer.write_all(&survey_bytes(5 * BLOCK_BYTES)).unwrap();
        drop(writer);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: exporter_testkit::soaked(24), ..ProptestConfig::default() })]

    #[test]
    fn slicing_and_threads_never_show(
        len in 0..3 * BLOCK_BYTES,
        slice in 1..400_000_usize,
        threads in 1..5_usize,
        level in 0..=9_u8,
    ) {
        let data = survey_bytes(len);
        let (bytes, _) = deflate(&data, level, threads, slice);
        prop_assert!(bytes == deflate(&data, level, 1, usize::MAX).0);
        prop_assert!(inflate(&bytes) == data);
    }
}
