//! The records that end the archive and say where the directory is.

use std::io::{self, Read, Seek};

use super::archive::{Archive, first_difference, number};
use super::findings::{Stop, Told};
use super::rule;
use crate::zip::record::{END, END64, LOCATOR64, end_records};

/// Bytes of the end record without a comment (APPNOTE 4.3.16).
const END_BYTES: u64 = 22;
/// Bytes of the zip64 end record (APPNOTE 4.3.14) and its locator (4.3.15).
const END64_BYTES: u64 = 56;
const LOCATOR_BYTES: u64 = 20;
/// The farthest from the end of the file that an end record can begin: its comment has a 16-bit length.
const FARTHEST: u64 = END_BYTES + 65_535;

/// Where the directory is and how many entries it has.
pub(super) struct End {
    pub(super) start: u64,
    pub(super) size: u64,
    pub(super) count: u64,
}

impl End {
    /// Where the directory ends; the place is inside the file.
    pub(super) fn directory_end(&self) -> u64 {
        self.start.saturating_add(self.size)
    }
}

pub(super) fn find<R: Read + Seek>(archive: &mut Archive<R>, findings: &mut Told) -> Result<End, Stop> {
    let length = archive.length();
    let Some(at) = end_record(archive)? else {
        findings.add(rule::END, length, "there is no end record: the archive is cut off, or no zip");
        return Err(Stop::Told);
    };
    if at + END_BYTES < length {
        let message = format!("{} bytes follow the end record", length - at - END_BYTES);
        findings.add(rule::END, at + END_BYTES, message);
    }
    let (end, begin) = numbers(archive, at)?;
    let expected = end_records(end.count, end.size, end.start);
    let written = usize::try_from(at + END_BYTES - begin).unwrap_or(usize::MAX);
    let found = archive.at(begin, written)?;
    if let Some(place) = first_difference(found, &expected) {
        let message = "the end records are not as this program writes them for the directory they name";
        findings.add(rule::END, begin + place as u64, message);
    }
    if end.start.checked_add(end.size) != Some(begin) {
        let message = format!(
            "the directory is said to have {} bytes from offset {}, but the end records begin at {begin}",
            end.size, end.start
        );
        findings.add(rule::END, begin, message);
        return Err(Stop::Told);
    }
    Ok(end)
}

/// How many entries the end record claims.
pub(super) fn count<R: Read + Seek>(archive: &mut Archive<R>) -> io::Result<Option<u64>> {
    let Some(at) = end_record(archive)? else { return Ok(None) };
    Ok(Some(numbers(archive, at)?.0.count))
}

/// Where the end record begins: the last place that has its signature and room for it.
fn end_record<R: Read + Seek>(archive: &mut Archive<R>) -> io::Result<Option<u64>> {
    let length = archive.length();
    let Some(last) = length.checked_sub(END_BYTES) else { return Ok(None) };
    let signature = END.to_le_bytes();
    if archive.at(last, 4)? == signature {
        return Ok(Some(last));
    }
    let from = length.saturating_sub(FARTHEST);
    let tail = archive.at(from, usize::try_from(FARTHEST).unwrap_or(usize::MAX))?;
    let place = tail.windows(4).rposition(|window| window == signature).map(|place| from + place as u64);
    Ok(place.filter(|place| *place <= last))
}

/// The numbers of the end records, and where the first of the records begins.
fn numbers<R: Read + Seek>(archive: &mut Archive<R>, at: u64) -> io::Result<(End, u64)> {
    let end = archive.at(at, END_BYTES as usize)?;
    let short = End { count: number(end, 10, 2), size: number(end, 12, 4), start: number(end, 16, 4) };
    let elsewhere = short.count == u64::from(u16::MAX)
        || short.size == u64::from(u32::MAX)
        || short.start == u64::from(u32::MAX);
    let Some(begin) = at.checked_sub(END64_BYTES + LOCATOR_BYTES).filter(|_| elsewhere) else {
        return Ok((short, at));
    };
    let records = archive.at(begin, (END64_BYTES + LOCATOR_BYTES) as usize)?;
    let signed = number(records, 0, 4) == u64::from(END64)
        && number(records, END64_BYTES as usize, 4) == u64::from(LOCATOR64);
    if !signed {
        return Ok((short, at));
    }
    let end =
        End { count: number(records, 32, 8), size: number(records, 40, 8), start: number(records, 48, 8) };
    Ok((end, begin))
}
