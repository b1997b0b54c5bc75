//! Plain zip archives unpacked without a program, so that the suite needs nothing but its files.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use flate2::read::DeflateDecoder;

fn number(bytes: &[u8], at: usize, width: usize) -> usize {
    bytes[at..at + width].iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

/// Sizes and place of an entry, those in zip64 form taken from its extra field.
fn wide(mut fields: [usize; 3], mut extra: &[u8]) -> [usize; 3] {
    while !extra.is_empty() {
        let (kind, length) = (number(extra, 0, 2), number(extra, 2, 2));
        if kind == 1 {
            let mut at = 4;
            for field in fields.iter_mut().filter(|field| **field == 0xFFFF_FFFF) {
                *field = number(extra, at, 8);
                at += 8;
            }
        }
        extra = &extra[4 + length..];
    }
    fields
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
        let name = std::str::from_utf8(&bytes[entry + 46..][..field(28, 2)]).unwrap();
        let extra = &bytes[entry + 46 + name.len()..][..field(30, 2)];
        let [size, packed, local] = wide([field(24, 4), field(20, 4), field(42, 4)], extra);
        let method = field(10, 2);
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
