//! Plain zip archives unpacked without a program, so that the suite needs nothing but its files.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use flate2::read::DeflateDecoder;

fn number(bytes: &[u8], at: usize, width: usize) -> usize {
    bytes[at..at + width].iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

/// Unpacks every entry of an archive, stored or deflated, that names no folder.
pub(crate) fn unpack(archive: &Path, into: &Path) {
    let bytes = fs::read(archive).unwrap_or_else(|error| panic!("{}: {error}", archive.display()));
    // The end record stands before a comment, which these archives do not have.
    let end = bytes.len() - 22;
    assert_eq!(&bytes[end..end + 4], b"PK\x05\x06", "{}", archive.display());
    let (count, mut entry) = (number(&bytes, end + 10, 2), number(&bytes, end + 16, 4));
    assert!(count > 0, "{} is empty", archive.display());
    for _ in 0..count {
        assert_eq!(&bytes[entry..entry + 4], b"PK\x01\x02", "{}", archive.display());
        let field = |at, width| number(&bytes, entry + at, width);
        let (method, packed, size) = (field(10, 2), field(20, 4), field(24, 4));
        let name = std::str::from_utf8(&bytes[entry + 46..][..field(28, 2)]).unwrap();
        let local = field(42, 4);
        let start = local + 30 + number(&bytes, local + 26, 2) + number(&bytes, local + 28, 2);
        let data = &bytes[start..start + packed];
        let mut contents = Vec::new();
        match method {
            0 => contents.extend_from_slice(data),
            8 => assert_eq!(DeflateDecoder::new(data).read_to_end(&mut contents).unwrap(), size, "{name}"),
            other => panic!("{name} is packed by method {other}"),
        }
        if !name.contains('/') {
            fs::write(into.join(name), contents).unwrap();
        }
        entry += 46 + field(28, 2) + field(30, 2) + field(32, 2);
    }
}
