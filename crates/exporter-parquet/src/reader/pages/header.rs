//! What a page says of itself, read without believing it (parquet.thrift, structure `PageHeader`).

use parquet::basic::Compression;

use crate::positioned::Positioned;
use crate::reader::thrift::{I32, STRUCT, Walk};

/// Bytes read for a header at first; statistics can make it longer.
const FIRST_READ: u64 = 512;
/// Most bytes of a header.
const LONGEST: u64 = 64 << 20;

/// Kinds of pages (parquet.thrift, enumeration `PageType`).
pub(super) const DATA: i64 = 0;
pub(super) const DICTIONARY: i64 = 2;
pub(super) const DATA_V2: i64 = 3;

/// A page's header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Header {
    /// Bytes of the header itself.
    pub(super) length: u64,
    pub(super) kind: i64,
    /// Bytes of the page in the file.
    pub(super) stored: u64,
    /// Bytes of the page in memory.
    pub(super) unpacked: u64,
    pub(super) values: u64,
}

impl Header {
    /// Reads and checks the header at an offset; header and page must end before `end`.
    pub(super) fn read(file: &Positioned, at: u64, end: u64, codec: Compression) -> Result<Self, String> {
        let left = end.saturating_sub(at);
        let mut length = FIRST_READ.min(left);
        loop {
            let bytes = file
                .read(at, usize::try_from(length).unwrap_or(usize::MAX))
                .map_err(|error| format!("its header cannot be read: {error}"))?;
            match parse(&bytes) {
                Ok(header) => return header.checked(left, codec),
                // It may only be longer than what was read.
                Err(_) if length < left.min(LONGEST) => length = (length * 16).min(left.min(LONGEST)),
                Err(what) => return Err(what),
            }
        }
    }

    fn checked(self, left: u64, codec: Compression) -> Result<Self, String> {
        if self.stored > left - self.length {
            return Err(format!("{} bytes are claimed where {} are left", self.stored, left - self.length));
        }
        let most = most_unpacked(self.stored, codec);
        if self.unpacked > most {
            return Err(format!(
                "{} bytes are said to unpack to {}, {codec} gives at most {most}",
                self.stored, self.unpacked
            ));
        }
        Ok(self)
    }
}

/// Most bytes that compressed ones can stand for.
fn most_unpacked(stored: u64, codec: Compression) -> u64 {
    match codec {
        Compression::UNCOMPRESSED => stored,
        // A copy of 64 bytes takes three (Snappy format description, section 2.2).
        Compression::SNAPPY => stored.saturating_mul(22),
        // A block of four bytes repeats up to 128 KiB (RFC 8878, section 3.1.1.2).
        Compression::ZSTD(_) => stored.saturating_mul(1 << 15),
        _ => u64::MAX,
    }
}

fn parse(bytes: &[u8]) -> Result<Header, String> {
    let mut header = Header::default();
    let mut described = Vec::new();
    let mut walk = Walk::new(bytes, "a page's header");
    walk.structure(0, |walk, id, thrift| {
        match (id, thrift) {
            (1, I32) => header.kind = walk.zigzag()?,
            (2, I32) => header.unpacked = count(walk)?,
            (3, I32) => header.stored = count(walk)?,
            (5, STRUCT) => described.push(Described::read(walk, DATA, 1)?),
            (7, STRUCT) => described.push(Described::read(walk, DICTIONARY, 1)?),
            (8, STRUCT) => described.push(Described::read(walk, DATA_V2, 3)?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    header.length = walk.at() as u64;
    match described.as_slice() {
        [one] if one.kind == header.kind => {
            header.values = one.values;
            Ok(header)
        }
        _ => Err(format!("it is of type {} and described as another", header.kind)),
    }
}

/// The part of a header that belongs to one kind of page.
struct Described {
    kind: i64,
    values: u64,
}

impl Described {
    /// Walks a structure whose first fields are `counts` numbers: values, and in version 2 nulls and rows.
    fn read(walk: &mut Walk<'_>, kind: i64, counts: i16) -> Result<Self, String> {
        let mut values = 0;
        walk.structure(1, |walk, id, thrift| {
            if thrift != I32 || id > counts {
                return Ok(false);
            }
            let number = count(walk)?;
            if id == 1 {
                values = number;
            }
            Ok(true)
        })?;
        Ok(Self { kind, values })
    }
}

fn count(walk: &mut Walk<'_>) -> Result<u64, String> {
    let number = walk.zigzag()?;
    match i32::try_from(number) {
        Ok(_) if number >= 0 => Ok(number.unsigned_abs()),
        _ => Err(walk.wrong(&format!("{number} is no count"))),
    }
}
