use std::io::{self, Read, Write};
use std::num::NonZeroUsize;

use exporter_core::Password;

use super::*;
use crate::deflate::BLOCK_BYTES;
use crate::deflate::tests::survey_bytes;
use crate::level::{Compression, DeflateLevel};

fn archive(options: &ZipOptions, entries: &[(&str, &[u8])], slice: usize) -> Vec<u8> {
    let mut zip = ZipWriter::new(Vec::new(), options.clone()).unwrap();
    for (name, data) in entries {
        zip.start_entry(&EntryOptions::new(*name)).unwrap();
        for piece in data.chunks(slice.max(1)) {
            zip.write_all(piece).unwrap();
        }
        assert_eq!(zip.finish_entry().unwrap().bytes, data.len() as u64);
    }
    zip.finish().unwrap()
}

fn threads(count: usize) -> NonZeroUsize {
    NonZeroUsize::new(count).unwrap()
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())
}

#[test]
fn an_empty_archive_is_the_end_record_alone() {
    let bytes = archive(&ZipOptions::default(), &[], 1);
    let mut expected = b"PK\x05\x06".to_vec();
    expected.extend_from_slice(&[0; 18]);
    assert_eq!(bytes, expected);
}

/// One stored entry `a` with the byte `x`, by hand after APPNOTE 4.3.7, 4.3.12 and 4.3.16.
#[test]
fn a_small_stored_entry_byte_for_byte() {
    let options = ZipOptions::default().compression(Compression::Stored);
    let crc = crc32fast::hash(b"x").to_le_bytes();
    let mut expected = b"PK\x03\x04\x14\0\0\0\0\0\0\0\x21\0".to_vec();
    expected.extend_from_slice(&crc);
    expected.extend_from_slice(b"\x01\0\0\0\x01\0\0\0\x01\0\0\0ax");
    let start = expected.len();
    expected.extend_from_slice(b"PK\x01\x02\x14\x03\x14\0\0\0\0\0\0\0\x21\0");
    expected.extend_from_slice(&crc);
    expected.extend_from_slice(b"\x01\0\0\0\x01\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\xa4\x81\0\0\0\0a");
    let size = expected.len() - start;
    expected.extend_from_slice(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    expected.extend_from_slice(&u32::try_from(size).unwrap().to_le_bytes());
    expected.extend_from_slice(&u32::try_from(start).unwrap().to_le_bytes());
    expected.extend_from_slice(&[0, 0]);
    assert_eq!(archive(&options, &[("a", b"x")], 1), expected);
}

#[test]
fn bytes_do_not_depend_on_threads_or_slices() {
    let large = survey_bytes(3 * BLOCK_BYTES + 5);
    let entries: &[(&str, &[u8])] = &[("a.tab", &large), ("b/ü.tab", b"x\n"), ("c", b""), ("d", &large)];
    let fast = Compression::Deflate(DeflateLevel::FAST);
    for compression in [Compression::default(), fast, Compression::Stored, Compression::Zstd(3)] {
        for encryption in [
            Encryption::None,
            Encryption::Aes256(Password::new("p")),
            Encryption::LegacyZipCrypto(Password::new("p")),
        ] {
            let options =
                ZipOptions::default().compression(compression).encryption(encryption).insecure_fixed_salts(7);
            let one = archive(&options, entries, usize::MAX);
            for count in [1, 2, 8] {
                assert!(archive(&options.clone().threads(threads(count)), entries, 100_003) == one);
            }
        }
    }
}

#[test]
fn random_salts_differ_between_archives() {
    let options = ZipOptions::default().encryption(Encryption::Aes256(Password::new("p")));
    assert_ne!(archive(&options, &[("a", b"x")], 1), archive(&options, &[("a", b"x")], 1));
}

#[test]
fn a_long_entry_is_streamed_and_its_descriptor_is_as_wide_as_announced() {
    let large = survey_bytes(2 * BLOCK_BYTES);
    for (declared, wide) in [(None, true), (Some(1_000_000), false), (Some(5_000_000_000), true)] {
        let mut zip = ZipWriter::new(Vec::new(), ZipOptions::default()).unwrap();
        let mut entry = EntryOptions::new("a");
        if let Some(bytes) = declared {
            entry = entry.at_most(bytes);
        }
        zip.start_entry(&entry).unwrap();
        zip.write_all(&large).unwrap();
        let totals = zip.finish_entry().unwrap();
        let bytes = zip.finish().unwrap();
        assert_eq!(bytes[6] & 8, 8);
        let extra = if wide { 20 } else { 0 };
        assert_eq!(u32_at(&bytes, 18), if wide { u32::MAX } else { 0 });
        let body = 31 + extra;
        let end = body + usize::try_from(totals.compressed).unwrap();
        let mut plain = Vec::new();
        flate2::bufread::DeflateDecoder::new(&bytes[body..end]).read_to_end(&mut plain).unwrap();
        assert!(plain == large);
        assert_eq!(&bytes[end..end + 4], b"PK\x07\x08");
        assert_eq!(u32_at(&bytes, end + 4), totals.crc32);
        let directory = end + if wide { 24 } else { 16 };
        assert_eq!(&bytes[directory..directory + 4], b"PK\x01\x02");
        assert_eq!(u64::from(u32_at(&bytes, directory + 20)), totals.compressed);
        assert_eq!(u64::from(u32_at(&bytes, directory + 24)), totals.bytes);
    }
}

#[test]
fn more_than_65535_entries_need_the_zip64_end() {
    let mut zip = ZipWriter::new(Vec::new(), ZipOptions::default().compression(Compression::Stored)).unwrap();
    for index in 0..65_536 {
        zip.start_entry(&EntryOptions::new(index.to_string())).unwrap();
        zip.finish_entry().unwrap();
    }
    let bytes = zip.finish().unwrap();
    let end = bytes.len() - 22;
    assert_eq!(&bytes[end + 8..end + 12], [0xff; 4]);
    assert_eq!(&bytes[end - 20..end - 16], b"PK\x06\x07");
    assert_eq!(&bytes[end - 76..end - 72], b"PK\x06\x06");
    assert_eq!(u32_at(&bytes, end - 76 + 24), 65_536);
}

#[test]
fn misuse_is_an_error_and_a_refused_name_costs_nothing() {
    let mut zip = ZipWriter::new(Vec::new(), ZipOptions::default()).unwrap();
    assert!(zip.write_all(b"x").is_err());
    assert!(matches!(zip.finish_entry(), Err(ZipError::NoEntry)));
    assert!(matches!(zip.start_entry(&EntryOptions::new("../x")), Err(ZipError::Name { .. })));
    zip.start_entry(&EntryOptions::new("a")).unwrap();
    assert!(matches!(zip.start_entry(&EntryOptions::new("b")), Err(ZipError::EntryOpen { .. })));
    zip.finish_entry().unwrap();
    assert!(matches!(zip.start_entry(&EntryOptions::new("A")), Err(ZipError::Clash { .. })));
    zip.finish().unwrap();

    let mut open = ZipWriter::new(Vec::new(), ZipOptions::default()).unwrap();
    open.start_entry(&EntryOptions::new("a")).unwrap();
    assert!(matches!(open.finish(), Err(ZipError::EntryOpen { .. })));

    let empty = ZipOptions::default().encryption(Encryption::Aes256(Password::new("")));
    assert!(matches!(ZipWriter::new(io::sink(), empty), Err(ZipError::EmptyPassword)));
    let long = |bytes| Password::new(vec![b'x'; bytes]);
    let aes = |bytes| ZipOptions::default().encryption(Encryption::Aes256(long(bytes)));
    ZipWriter::new(io::sink(), aes(99)).unwrap();
    let refused = ZipWriter::new(io::sink(), aes(100)).map(|_| ()).unwrap_err();
    assert!(
        matches!(refused, ZipError::LongPassword { bytes: 100, .. }) && !refused.to_string().contains("xx")
    );
    let old = ZipOptions::default().encryption(Encryption::LegacyZipCrypto(long(100)));
    ZipWriter::new(io::sink(), old).unwrap();
    let level = ZipOptions::default().compression(Compression::Zstd(23));
    assert!(matches!(ZipWriter::new(io::sink(), level), Err(ZipError::ZstdLevel(23))));
}

/// Fails once its bytes are used up.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let taken = data.len().min(self.0);
        self.0 -= taken;
        if taken == 0 && !data.is_empty() { Err(io::Error::other("disk full")) } else { Ok(taken) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_disk_that_fills_at_any_byte_is_an_error() {
    let run = |space: usize| -> Result<(), ZipError> {
        let options = ZipOptions::default().encryption(Encryption::Aes256(Password::new("p")));
        let mut zip = ZipWriter::new(Full(space), options)?;
        for name in ["a", "b"] {
            zip.start_entry(&EntryOptions::new(name))?;
            zip.write_all(b"some text")?;
            zip.finish_entry()?;
        }
        zip.finish().map(|_| ())
    };
    let options = ZipOptions::default().encryption(Encryption::Aes256(Password::new("p")));
    let whole = archive(&options, &[("a", b"some text"), ("b", b"some text")], 100).len();
    for space in 0..whole {
        assert!(run(space).is_err(), "{space} of {whole} bytes");
    }
    run(whole).unwrap();
}
