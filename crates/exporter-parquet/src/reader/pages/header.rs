//! What a page claims in its header, read before the decoder takes memory for the page (parquet.thrift, structure
//! `PageHeader`).

use parquet::basic::Compression;

use crate::positioned::Positioned;
use crate::reader::thrift::{FALSE, I32, STRUCT, ThriftCursor};

/// Bytes read for a header at first; statistics can make it longer.
const FIRST_READ: u64 = 512;
/// Most bytes of a header.
const LONGEST: u64 = 64 << 20;

/// Kinds of pages (parquet.thrift, enumeration `PageType`).
const INDEX: i64 = 1;
const DICTIONARY: i64 = 2;

/// Encodings (parquet.thrift, enumeration `Encoding`).
const PLAIN_DICTIONARY: i64 = 2;
const RLE_DICTIONARY: i64 = 8;

/// The fields of a header that the decoder reads by their number, and their types.
const HEADER: [(i16, u8); 8] = [
    (1, I32),
    (UNPACKED, I32),
    (STORED, I32),
    (4, I32),
    (DATA_PART, STRUCT),
    (6, STRUCT),
    (DICTIONARY_PART, STRUCT),
    (DATA_V2_PART, STRUCT),
];
const UNPACKED: i16 = 2;
const STORED: i16 = 3;
const DATA_PART: i16 = 5;
const DICTIONARY_PART: i16 = 7;
const DATA_V2_PART: i16 = 8;

/// A page's header.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Header {
    /// Bytes of the header itself.
    pub(super) length: u64,
    kind: i64,
    /// How the values are encoded.
    encoding: i64,
    /// Bytes of the page in the file.
    pub(super) stored: u64,
    /// Bytes of the page in memory.
    pub(super) unpacked: u64,
    /// Values with nulls and ends of lists.
    pub(super) values: u64,
    /// Bytes in front of the compressed ones.
    pub(super) levels: u64,
    /// Where in the header, if anywhere, it says that the page is not compressed although the column is.
    pub(super) is_plain: Option<u64>,
}

impl Header {
    /// Reads the header at an offset; header and page must end before `end`.
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

    /// Whether it holds an index, which the decoder passes over.
    pub(super) fn is_index(&self) -> bool {
        self.kind == INDEX
    }

    /// Whether its values are places in a dictionary.
    pub(super) fn refers_to_dictionary(&self) -> bool {
        matches!(self.encoding, PLAIN_DICTIONARY | RLE_DICTIONARY)
    }

    pub(super) fn is_dictionary(&self) -> bool {
        self.kind == DICTIONARY
    }

    fn checked(self, left: u64, codec: Compression) -> Result<Self, String> {
        let body = left.saturating_sub(self.length);
        if self.stored > body {
            return Err(format!("{} bytes are claimed where {body} are left", self.stored));
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

    /// Checks the size of a page that is said not to be compressed.
    pub(super) fn check_plain(&self) -> Result<(), String> {
        match self.is_plain {
            Some(_) if self.stored != self.unpacked => {
                Err(format!("{} bytes that are not compressed are said to be {}", self.stored, self.unpacked))
            }
            _ => Ok(()),
        }
    }
}

/// Most bytes that compressed ones can stand for.
fn most_unpacked(stored: u64, codec: Compression) -> u64 {
    let times = match codec {
        // What the header says is not looked at.
        Compression::UNCOMPRESSED => return u64::MAX,
        // A copy of 64 bytes takes three (Snappy format description, section 2.2).
        Compression::SNAPPY => 22,
        // 258 bytes in two bits (RFC 1951, section 3.2.5).
        Compression::GZIP(_) => 1032,
        // Each further byte of a length counts for 255 (LZ4 block format description).
        Compression::LZ4 | Compression::LZ4_RAW => 256,
        // A block of four bytes repeats up to 128 KiB (RFC 8878, section 3.1.1.2).
        Compression::ZSTD(_) => 1 << 15,
        // A copy takes two bytes and stands for up to 16 MiB (RFC 7932, section 5).
        _ => 1 << 23,
    };
    // Room for heads of frames, which may hold little.
    stored.saturating_add(16).saturating_mul(times)
}

fn parse(bytes: &[u8]) -> Result<Header, String> {
    let mut header = Header::default();
    let mut thrift = ThriftCursor::new(bytes, "a page's header");
    thrift.structure(0, &HEADER, |thrift, id, _| {
        match id {
            1 => header.kind = thrift.zigzag()?,
            UNPACKED => header.unpacked = count(thrift)?,
            STORED => header.stored = count(thrift)?,
            DATA_PART | DICTIONARY_PART => describe(thrift, &mut header, false)?,
            DATA_V2_PART => describe(thrift, &mut header, true)?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    header.length = thrift.at() as u64;
    Ok(header)
}

/// What the description of one kind of page says: first how many values there are, in version 2 how long levels are and
/// whether the values behind them are compressed.
fn describe(thrift: &mut ThriftCursor<'_>, header: &mut Header, is_v2: bool) -> Result<(), String> {
    let known: &[(i16, u8)] = if is_v2 { &[(1, I32), (5, I32), (6, I32)] } else { &[(1, I32)] };
    let encoding = if is_v2 { 4 } else { 2 };
    thrift.structure(1, known, |thrift, id, kind| {
        match id {
            1 => header.values = count(thrift)?,
            id if id == encoding && kind == I32 => header.encoding = thrift.zigzag()?,
            5 | 6 if is_v2 => header.levels += count(thrift)?,
            7 if is_v2 => {
                header.is_plain = (kind == FALSE).then(|| thrift.at() as u64 - 1);
                return Ok(false);
            }
            _ => return Ok(false),
        }
        Ok(true)
    })
}

fn count(thrift: &mut ThriftCursor<'_>) -> Result<u64, String> {
    let number = thrift.zigzag()?;
    match i32::try_from(number) {
        Ok(_) if number >= 0 => Ok(number.unsigned_abs()),
        _ => Err(thrift.wrong(&format!("{number} is no count"))),
    }
}
