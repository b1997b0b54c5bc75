//! The directory: read one header after another, and held against what the writer would write.

use std::io::{Read, Seek};

use super::archive::{Archive, first_difference, number};
use super::end::End;
use super::findings::{Stop, Told};
use super::rule;
use crate::zip::name::Names;
use crate::zip::record::{CENTRAL, ENCRYPTED, EXTRA_AES, EXTRA_ZIP64, METHOD_AES, Record, STREAMED, UTF8};
use crate::zip::{EntryTime, ZipError};

/// Bytes of a directory header without name and extra fields (APPNOTE 4.3.12).
const HEADER_BYTES: usize = 46;

/// One entry as the directory has it.
pub(super) struct DirectoryEntry {
    pub(super) record: Record,
    /// Where its directory header begins.
    pub(super) header: u64,
    /// Whether its name and header are as they must be.
    pub(super) sound: bool,
}

pub(super) fn read<R: Read + Seek>(
    archive: &mut Archive<R>,
    end: &End,
    max_entries: u64,
    findings: &mut Told,
) -> Result<Vec<DirectoryEntry>, Stop> {
    if end.count > max_entries {
        let message = format!("{} entries are claimed, and at most {max_entries} are checked", end.count);
        findings.add(rule::LIMIT, end.directory_end(), message);
        return Err(Stop::Told);
    }
    let mut names = Names::default();
    let mut listed = Vec::new();
    let mut at = end.start;
    while (listed.len() as u64) < end.count {
        let (entry, length) = header(archive, at, end.directory_end(), &mut names, findings)?;
        listed.push(entry);
        at += length;
    }
    if at != end.directory_end() {
        let message = format!("{} bytes follow the last header of the directory", end.directory_end() - at);
        findings.add(rule::DIRECTORY, at, message);
    }
    Ok(listed)
}

/// The header at this place and its length.
fn header<R: Read + Seek>(
    archive: &mut Archive<R>,
    at: u64,
    limit: u64,
    names: &mut Names,
    findings: &mut Told,
) -> Result<(DirectoryEntry, u64), Stop> {
    let fixed = archive.at(at, HEADER_BYTES)?;
    if limit.saturating_sub(at) < HEADER_BYTES as u64 || number(fixed, 0, 4) != u64::from(CENTRAL) {
        findings.add(rule::DIRECTORY, at, "the next header of the directory is not here");
        return Err(Stop::Told);
    }
    let parts = [number(fixed, 28, 2), number(fixed, 30, 2), number(fixed, 32, 2)];
    let length = HEADER_BYTES as u64 + parts.iter().sum::<u64>();
    if limit - at < length {
        findings.add(rule::DIRECTORY, at, format!("a header of {length} bytes goes beyond the directory"));
        return Err(Stop::Told);
    }
    let whole = archive.at(at, length as usize)?;
    let name_end = HEADER_BYTES.saturating_add(parts[0] as usize);
    let name = whole.get(HEADER_BYTES..name_end).unwrap_or_default();
    let mut sound = true;
    let name = String::from_utf8(name.to_vec()).unwrap_or_else(|error| {
        findings.add(rule::NAME, at + HEADER_BYTES as u64, "the name is not UTF-8");
        sound = false;
        String::from_utf8_lossy(error.as_bytes()).into_owned()
    });
    let extra = whole.get(name_end..name_end.saturating_add(parts[1] as usize)).unwrap_or_default();
    let record = record(whole, extra, name);
    if sound && let Err(error) = names.take(&record.name) {
        let fault = match error {
            ZipError::Name { fault, .. } => fault.to_string(),
            ZipError::Clash { other, .. } => format!("it clashes with {other:?}"),
            other => other.to_string(),
        };
        findings.about(
            rule::NAME,
            at + HEADER_BYTES as u64,
            &record.name,
            format!("the name is refused: {fault}"),
        );
        sound = false;
    }
    if sound {
        if let Some(place) = first_difference(whole, &record.central()) {
            let message = format!("{} is not as this program writes it", field(place));
            findings.about(rule::DIRECTORY, at + place as u64, &record.name, message);
            sound = false;
        } else if let Some(message) = contradiction(&record) {
            findings.about(rule::DIRECTORY, at, &record.name, message);
            sound = false;
        }
    }
    Ok((DirectoryEntry { record, header: at, sound }, length))
}

/// What a header says, its extra fields included.
fn record(header: &[u8], extra: &[u8], name: String) -> Record {
    let short = |at: usize| number(header, at, 2) as u16;
    let method = short(10);
    let aes = method == METHOD_AES;
    let mut record = Record {
        name,
        version: short(6),
        flags: short(8),
        method,
        aes,
        modified: EntryTime::from_dos(short(14), short(12)),
        permissions: (number(header, 38, 4) >> 16 & 0o777) as u16,
        crc32: number(header, 16, 4) as u32,
        compressed: number(header, 20, 4),
        size: number(header, 24, 4),
        offset: number(header, 42, 4),
        zip64: false,
    };
    let mut rest = extra;
    while let Some((head, tail)) = rest.split_at_checked(4) {
        let length = number(head, 2, 2) as usize;
        let Some((field, next)) = tail.split_at_checked(length) else { break };
        match number(head, 0, 2) as u16 {
            EXTRA_ZIP64 => {
                // Only numbers that are marked stand here, in this order (APPNOTE 4.5.3).
                let mut values = field.chunks_exact(8);
                for place in [&mut record.size, &mut record.compressed, &mut record.offset] {
                    if *place == u64::from(u32::MAX) {
                        *place = values.next().map_or(*place, |value| number(value, 0, 8));
                    }
                }
            }
            EXTRA_AES => record.method = number(field, 5, 2) as u16,
            _ => {}
        }
        rest = next;
    }
    record
}

/// The record of a header without extra fields, for forgeries.
#[cfg(test)]
pub(super) fn record_of(header: &[u8]) -> Record {
    let name = header[HEADER_BYTES..HEADER_BYTES + number(header, 28, 2) as usize].to_vec();
    record(header, &[], String::from_utf8(name).unwrap())
}

/// What cannot be true together, though each of it is written as it should be.
fn contradiction(record: &Record) -> Option<String> {
    if !matches!(record.method, 0 | 8 | 93) {
        return Some(format!(
            "the method {} is not one of 0 (stored), 8 (deflate), 93 (zstd)",
            record.method
        ));
    }
    let flags = ENCRYPTED | STREAMED | UTF8;
    let encrypted = record.flags & ENCRYPTED != 0;
    let utf8 = record.flags & UTF8 != 0;
    let wrong = record.flags & !flags != 0 || (record.aes && !encrypted) || utf8 == record.name.is_ascii();
    wrong.then(|| format!("the flags {:#06x} do not suit the entry", record.flags))
}

/// The field of a directory header at this place (APPNOTE 4.3.12).
fn field(place: usize) -> &'static str {
    match place {
        0..=3 => "the signature",
        4..=5 => "the version that made the entry",
        6..=7 => "the version needed to unpack",
        8..=9 => "the flags field",
        10..=11 => "the method",
        12..=15 => "the time",
        16..=19 => "the checksum",
        20..=23 => "the compressed size",
        24..=27 => "the size",
        28..=29 => "the length of the name",
        30..=31 => "the length of the extra fields",
        32..=33 => "the length of the comment",
        34..=35 => "the disk number",
        36..=37 => "the internal attributes field",
        38..=41 => "the external attributes field",
        42..=45 => "the offset of the entry",
        _ => "the name or an extra field",
    }
}
