//! The records of the container: local header, data descriptor, central directory and its end.

use super::time::EntryTime;

/// Local file header signature (APPNOTE 4.3.7).
const LOCAL: u32 = 0x0403_4b50;
/// Data descriptor signature (APPNOTE 4.3.9.3).
const DESCRIPTOR: u32 = 0x0807_4b50;
/// Central directory file header signature (APPNOTE 4.3.12).
pub(crate) const CENTRAL: u32 = 0x0201_4b50;
/// Zip64 end of central directory record signature (APPNOTE 4.3.14).
pub(crate) const END64: u32 = 0x0606_4b50;
/// Zip64 end of central directory locator signature (APPNOTE 4.3.15).
pub(crate) const LOCATOR64: u32 = 0x0706_4b50;
/// End of central directory record signature (APPNOTE 4.3.16).
pub(crate) const END: u32 = 0x0605_4b50;

/// Flag: encrypted (APPNOTE 4.4.4, bit 0).
pub(crate) const ENCRYPTED: u16 = 1;
/// Flag: sizes and checksum follow the data (APPNOTE 4.4.4, bit 3).
pub(crate) const STREAMED: u16 = 1 << 3;
/// Flag: the name is UTF-8 (APPNOTE 4.4.4, bit 11).
pub(crate) const UTF8: u16 = 1 << 11;

/// Method: AES encryption; the extra field names the real one (WinZip AE specification).
pub(crate) const METHOD_AES: u16 = 99;
/// Extra field of AES (WinZip AE specification).
pub(crate) const EXTRA_AES: u16 = 0x9901;
/// Extra field of 64-bit sizes (APPNOTE 4.5.3).
pub(crate) const EXTRA_ZIP64: u16 = 1;

/// Value of a 32-bit field whose truth stands in the zip64 extra field (APPNOTE 4.4.8).
const IN_ZIP64: u32 = u32::MAX;
/// Made by: Unix, so that the permissions count (APPNOTE 4.4.2).
const MADE_BY_UNIX: u16 = 3 << 8;
/// A regular file in the upper half of the external attributes.
const REGULAR: u32 = 0o100_000;

/// Everything the directory says about an entry.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) name: String,
    /// Version needed to extract (APPNOTE 4.4.3), the same in both headers.
    pub(crate) version: u16,
    pub(crate) flags: u16,
    /// The compression method, also under AES.
    pub(crate) method: u16,
    pub(crate) aes: bool,
    pub(crate) modified: EntryTime,
    pub(crate) permissions: u16,
    pub(crate) crc32: u32,
    pub(crate) compressed: u64,
    pub(crate) size: u64,
    /// Where the local header begins.
    pub(crate) offset: u64,
    /// Whether the local header announces 64-bit sizes.
    pub(crate) zip64: bool,
}

/// Bytes being put together.
#[derive(Default)]
struct Bytes(Vec<u8>);

impl Bytes {
    fn u16(&mut self, value: u16) -> &mut Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    fn u32(&mut self, value: u32) -> &mut Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    fn u64(&mut self, value: u64) -> &mut Self {
        self.0.extend_from_slice(&value.to_le_bytes());
        self
    }

    fn slice(&mut self, value: &[u8]) -> &mut Self {
        self.0.extend_from_slice(value);
        self
    }
}

/// A number for a 32-bit field, or the mark that it stands elsewhere.
fn short(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(IN_ZIP64)
}

/// Lengths are bounded by the name check and by our own extra fields.
fn length(bytes: &[u8]) -> u16 {
    u16::try_from(bytes.len()).unwrap_or(u16::MAX)
}

impl Record {
    /// Version needed to unpack: 2.0 at least, 4.5 for 64-bit numbers, 5.1 for AES, 6.3 for zstd (APPNOTE 4.4.3.2).
    pub(crate) fn needed_version(&self) -> u16 {
        let method = if self.method == 93 { 63 } else { 20 };
        let aes = if self.aes { 51 } else { 20 };
        let far = if self.zip64 || self.offset >= u64::from(u32::MAX) { 45 } else { 20 };
        [method, aes, far].into_iter().fold(20, u16::max)
    }

    /// The checksum as it is written: AE-2 leaves it out, since it would tell about the plain data.
    fn public_crc(&self) -> u32 {
        if self.aes { 0 } else { self.crc32 }
    }

    /// The part that both headers share, from the version to the checksum.
    fn common(&self, out: &mut Bytes, crc32: u32) {
        let method = if self.aes { METHOD_AES } else { self.method };
        out.u16(self.version).u16(self.flags).u16(method);
        out.u16(self.modified.dos_time()).u16(self.modified.dos_date()).u32(crc32);
    }

    fn aes_extra(&self, out: &mut Bytes) {
        if self.aes {
            // Version AE-2, vendor "AE", strength 3 (256 bits), the real method.
            out.u16(EXTRA_AES).u16(7).u16(2).slice(b"AE\x03").u16(self.method);
        }
    }

    /// The header before the data.
    pub(crate) fn local(&self) -> Vec<u8> {
        let mut extra = Bytes::default();
        if self.zip64 {
            extra.u16(EXTRA_ZIP64).u16(16).u64(0).u64(0);
        }
        self.aes_extra(&mut extra);
        let (crc32, compressed, size) = match (self.flags & STREAMED != 0, self.zip64) {
            (true, true) => (0, IN_ZIP64, IN_ZIP64),
            (true, false) => (0, 0, 0),
            (false, _) => (self.public_crc(), short(self.compressed), short(self.size)),
        };
        let mut out = Bytes::default();
        out.u32(LOCAL);
        self.common(&mut out, crc32);
        out.u32(compressed).u32(size).u16(length(self.name.as_bytes())).u16(length(&extra.0));
        out.slice(self.name.as_bytes()).slice(&extra.0);
        out.0
    }

    /// What follows the data of a streamed entry: 64-bit sizes when the local header announced them.
    pub(crate) fn descriptor(&self) -> Vec<u8> {
        let mut out = Bytes::default();
        out.u32(DESCRIPTOR).u32(self.public_crc());
        if self.zip64 {
            out.u64(self.compressed).u64(self.size);
        } else {
            out.u32(short(self.compressed)).u32(short(self.size));
        }
        out.0
    }

    /// The header in the directory; only numbers that do not fit go to its zip64 field.
    pub(crate) fn central(&self) -> Vec<u8> {
        let large: Vec<u64> = [self.size, self.compressed, self.offset]
            .into_iter()
            .filter(|value| *value >= u64::from(IN_ZIP64))
            .collect();
        let mut extra = Bytes::default();
        if !large.is_empty() {
            extra.u16(EXTRA_ZIP64).u16(8 * u16::try_from(large.len()).unwrap_or(3));
            for value in large {
                extra.u64(value);
            }
        }
        self.aes_extra(&mut extra);
        let mut out = Bytes::default();
        out.u32(CENTRAL).u16(MADE_BY_UNIX | self.version);
        self.common(&mut out, self.public_crc());
        out.u32(short(self.compressed)).u32(short(self.size));
        out.u16(length(self.name.as_bytes())).u16(length(&extra.0));
        // No comment, first disk, no internal attributes.
        out.u16(0).u16(0).u16(0);
        out.u32((REGULAR | u32::from(self.permissions)) << 16).u32(short(self.offset));
        out.slice(self.name.as_bytes()).slice(&extra.0);
        out.0
    }
}

/// The directory and the records that end the archive; `start` is where the directory begins.
pub(crate) fn directory(records: &[Record], start: u64) -> Vec<u8> {
    let mut out = Bytes::default();
    for record in records {
        out.slice(&record.central());
    }
    let (size, count) = (out.0.len() as u64, records.len() as u64);
    out.slice(&end_records(count, size, start));
    out.0
}

/// The records that end an archive, for a directory of `count` entries and `size` bytes that begins at `start`.
pub(crate) fn end_records(count: u64, size: u64, start: u64) -> Vec<u8> {
    let mut out = Bytes::default();
    let end64 = start.saturating_add(size);
    if count >= u64::from(u16::MAX) || size >= u64::from(IN_ZIP64) || start >= u64::from(IN_ZIP64) {
        // 44: the length of the record after this field.
        out.u32(END64).u64(44).u16(MADE_BY_UNIX | 45).u16(45).u32(0).u32(0);
        out.u64(count).u64(count).u64(size).u64(start);
        out.u32(LOCATOR64).u32(0).u64(end64).u32(1);
    }
    let entries = u16::try_from(count).unwrap_or(u16::MAX);
    out.u32(END).u16(0).u16(0).u16(entries).u16(entries).u32(short(size)).u32(short(start)).u16(0);
    out.0
}
