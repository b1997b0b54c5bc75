//! Local headers and descriptors, and that the entries lie side by side.

use std::io::{Read, Seek};

use super::archive::{Archive, first_difference, number};
use super::directory::DirectoryEntry;
use super::findings::{Stop, Told};
use super::rule;
use crate::zip::record::STREAMED;

/// Bytes of a local header without name and extra fields (APPNOTE 4.3.7).
const HEADER_BYTES: usize = 30;

/// Where the data of an entry is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) start: u64,
    pub(super) length: u64,
}

/// What an entry takes of the file: header, data, descriptor.
struct Span {
    place: Place,
    end: u64,
}

/// The place of each entry's data; none for those that overlap others or leave their part of the file.
pub(super) fn check<R: Read + Seek>(
    archive: &mut Archive<R>,
    listed: &[DirectoryEntry],
    directory: u64,
    findings: &mut Told,
) -> Result<Vec<Option<Place>>, Stop> {
    let mut places: Vec<Option<Place>> = Vec::with_capacity(listed.len());
    // Where the entries so far end; all that lies before is taken.
    let mut free = 0;
    for entry in listed {
        let (name, offset) = (entry.record.name.as_str(), entry.record.offset);
        if offset >= directory {
            let message =
                format!("the entry is said to begin at {offset}, and the directory begins at {directory}");
            findings.about(rule::LAYOUT, entry.header + 42, name, message);
            places.push(None);
            continue;
        }
        let span = match span(archive, entry, findings)? {
            Some(span) if span.end > directory => {
                let message = format!("the entry ends at {}, inside the directory or beyond it", span.end);
                findings.about(rule::LAYOUT, offset, name, message);
                None
            }
            span => span,
        };
        let apart = offset >= free;
        if !apart {
            let message = format!("the entry begins at {offset}, but entries before it end at {free}");
            findings.about(rule::LAYOUT, offset, name, message);
        } else if offset > free {
            let message = format!("{} bytes before the entry belong to none", offset - free);
            findings.about(rule::LAYOUT, free, name, message);
        }
        places.push(span.as_ref().filter(|_| apart).map(|span| span.place));
        free = free.max(span.map_or(offset, |span| span.end));
    }
    if free < directory {
        findings.add(
            rule::LAYOUT,
            free,
            format!("{} bytes before the directory belong to no entry", directory - free),
        );
    }
    Ok(places)
}

/// Reads what stands round the data and compares it with the directory.
fn span<R: Read + Seek>(
    archive: &mut Archive<R>,
    entry: &DirectoryEntry,
    findings: &mut Told,
) -> Result<Option<Span>, Stop> {
    let mut record = entry.record.clone();
    let offset = record.offset;
    let streamed = record.flags & STREAMED != 0;
    let fixed = archive.at(offset, HEADER_BYTES)?;
    // Only the local header says how wide the sizes behind the data are.
    record.zip64 = streamed && number(fixed, 18, 4) == u64::from(u32::MAX);
    let wide = record.size.max(record.compressed) > u64::from(u32::MAX);
    if wide && !record.zip64 {
        findings.about(
            rule::HEADER,
            offset,
            &record.name,
            "sizes over 4 GiB need a header that announces them",
        );
        return Ok(None);
    }
    let version = record.needed_version();
    if version != record.version {
        let message = format!("version {} is needed to unpack it, not {version}", record.version);
        findings.about(rule::DIRECTORY, entry.header + 6, &record.name, message);
    }
    let expected = record.local();
    let found = archive.at(offset, expected.len())?;
    if let Some(place) = first_difference(found, &expected) {
        let message = format!("{} differs from what the directory says", field(place));
        findings.about(rule::HEADER, offset + place as u64, &record.name, message);
        // A header of another length would shift the data.
        let shifts = place < 4 || matches!(place, 26..=29) || found.len() < expected.len();
        if shifts {
            return Ok(None);
        }
    }
    let start = offset.saturating_add(expected.len() as u64);
    let data_end = start.saturating_add(record.compressed);
    if data_end > archive.length() {
        let message = format!("{} bytes of data are claimed, beyond the end of the file", record.compressed);
        findings.about(rule::LAYOUT, offset, &record.name, message);
        return Ok(None);
    }
    let descriptor = if streamed { record.descriptor() } else { Vec::new() };
    let found = archive.at(data_end, descriptor.len())?;
    if let Some(place) = first_difference(found, &descriptor) {
        let message = "what follows the data differs from what the directory says";
        findings.about(rule::HEADER, data_end + place as u64, &record.name, message);
    }
    let end = data_end.saturating_add(descriptor.len() as u64);
    Ok(Some(Span { place: Place { start, length: record.compressed }, end }))
}

/// The field of a local header at this place (APPNOTE 4.3.7).
fn field(place: usize) -> &'static str {
    match place {
        0..=3 => "the signature",
        4..=5 => "the version needed to unpack",
        6..=7 => "the flags field",
        8..=9 => "the method",
        10..=13 => "the time",
        14..=17 => "the checksum",
        18..=21 => "the compressed size",
        22..=25 => "the size",
        26..=27 => "the length of the name",
        28..=29 => "the length of the extra fields",
        _ => "the name or an extra field",
    }
}
