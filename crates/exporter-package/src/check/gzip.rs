//! Gzip streams as [`crate::GzipWriter`] writes them: one member with a name at most.

use std::io::{self, Read, Seek};

use exporter_core::check::{Checked, Findings};

use super::archive::{Archive, number};
use super::decoder::{Decoder, Trouble};
use super::findings::{Stop, Told};
use super::{Inspect, rule};

/// Bytes of the header without a name (RFC 1952, section 2.3).
pub(super) const HEADER_BYTES: usize = 10;
/// Bytes of the trailer: checksum and length (RFC 1952, section 2.3.1).
const TRAILER_BYTES: u64 = 8;
/// Header flag: a file name follows (RFC 1952, section 2.3.1).
const FNAME: u8 = 0x08;
/// Longest name that is looked for.
const NAME_BYTES: usize = 64 * 1024;
/// Bytes read at a time.
const PIECE: usize = 64 * 1024;

/// Checks a gzip stream: header, data, checksum and length; shows what is unpacked as an entry of this name, and tells what
/// was learnt of it.
pub(super) fn check<R: Read + Seek>(
    file: R,
    name: &str,
    inspect: &mut dyn Inspect,
) -> io::Result<(Findings, Checked)> {
    let mut archive = Archive::new(file)?;
    let mut findings = Told::of_archive(archive.length());
    let mut inspect = inspect.begin(name, 0)?.then_some(inspect);
    if let Err(Stop::Failed(error)) = check_all(&mut archive, &mut inspect, &mut findings) {
        return Err(error);
    }
    let findings = findings.into_findings();
    let contents = inspect.map(|inspect| inspect.end(findings.is_empty())).transpose()?;
    Ok((findings, contents.unwrap_or_default()))
}

fn check_all<R: Read + Seek>(
    archive: &mut Archive<R>,
    inspect: &mut Option<&mut dyn Inspect>,
    findings: &mut Told,
) -> Result<(), Stop> {
    let begin = header(archive, findings)?;
    let Some(end) = archive.length().checked_sub(TRAILER_BYTES).filter(|end| *end >= begin) else {
        findings.add(rule::END, archive.length(), "the stream is cut off before its checksum");
        return Err(Stop::Told);
    };
    let trailer = archive.at(end, TRAILER_BYTES as usize)?;
    let (crc, length) = (number(trailer, 0, 4), number(trailer, 4, 4));
    let mut data = archive.range(begin, end - begin)?;
    let mut decoder = Decoder::new(8)?;
    let mut hasher = crc32fast::Hasher::new();
    let mut bytes = 0u64;
    let mut piece = vec![0; PIECE];
    loop {
        let read = data.read(&mut piece)?;
        if read == 0 {
            break;
        }
        let fed = decoder.feed(piece.get(..read).unwrap_or_default(), &mut |unpacked| {
            hasher.update(unpacked);
            bytes = bytes.saturating_add(unpacked.len() as u64);
            match inspect {
                Some(inspect) => inspect.bytes(unpacked).map_err(Trouble::Failed),
                None => Ok(()),
            }
        });
        match fed {
            Ok(()) | Err(Trouble::Enough) => {}
            Err(Trouble::Failed(error)) => return Err(error.into()),
            Err(Trouble::Wrong(message)) => {
                findings.add(rule::DATA, begin, message);
                return Err(Stop::Told);
            }
        }
    }
    if !decoder.complete() {
        findings.add(rule::DATA, end, "the compressed data ends before its own end");
        return Err(Stop::Told);
    }
    let found = hasher.finalize();
    if u64::from(found) != crc {
        findings.add(rule::CHECKSUM, end, format!("the checksum is {found:08x}, the trailer says {crc:08x}"));
    }
    // The length is kept modulo 2^32 (RFC 1952, section 2.3.1).
    if bytes & u64::from(u32::MAX) != length {
        findings.add(
            rule::SIZE,
            end + 4,
            format!("{bytes} bytes came out, the trailer says {length} (modulo 2^32)"),
        );
    }
    Ok(())
}

/// Whether a stream begins as this program begins them.
pub(super) fn is_ours(head: &[u8]) -> bool {
    matches!(*head, [0x1f, 0x8b, 8, flags, _, _, _, _, level, 255] if is_known(flags, level))
}

fn is_known(flags: u8, level: u8) -> bool {
    flags & !FNAME == 0 && matches!(level, 0 | 2 | 4)
}

/// Where the data begins.
fn header<R: Read + Seek>(archive: &mut Archive<R>, findings: &mut Told) -> Result<u64, Stop> {
    let header = archive.at(0, HEADER_BYTES)?;
    let [0x1f, 0x8b, 8, flags, _, _, _, _, level, system] = *header else {
        findings.add(rule::HEADER, 0, "the header of a gzip stream is not here");
        return Err(Stop::Told);
    };
    if !is_known(flags, level) || system != 255 {
        let message =
            format!("the header ({flags:#04x}, {level}, {system}) is not as this program writes it");
        findings.add(rule::HEADER, 3, message);
        return Err(Stop::Told);
    }
    if flags == 0 {
        return Ok(HEADER_BYTES as u64);
    }
    let name = archive.at(HEADER_BYTES as u64, NAME_BYTES)?;
    let Some(length) = name.iter().position(|byte| *byte == 0) else {
        findings.add(rule::HEADER, HEADER_BYTES as u64, "the name does not end");
        return Err(Stop::Told);
    };
    let name = name.get(..length).unwrap_or_default();
    if name.is_empty() || name.iter().any(|byte| !(0x20..0x7f).contains(byte)) {
        findings.add(rule::NAME, HEADER_BYTES as u64, "the name is empty or not plain ASCII");
    }
    Ok((HEADER_BYTES + length + 1) as u64)
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};
    use std::num::NonZeroUsize;

    use exporter_core::check::Rule;

    use super::*;
    use crate::{GzipOptions, GzipWriter};

    fn gzip(name: &str, data: &[u8]) -> Vec<u8> {
        let options = GzipOptions::default().name(name).modified(1_709_210_096);
        let mut writer = GzipWriter::new(Vec::new(), options, NonZeroUsize::MIN);
        writer.write_all(data).unwrap();
        writer.finish().unwrap()
    }

    fn rules(bytes: &[u8]) -> Vec<Rule> {
        let (findings, _) = check(Cursor::new(bytes), "", &mut ()).unwrap();
        assert!(findings.listed().iter().all(|finding| finding.place.offset.unwrap() <= bytes.len() as u64));
        findings.listed().iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn streams_of_this_program_have_no_findings() {
        let long = b"1\t2\n".repeat(200_000);
        for data in [&b""[..], b"hhid\tregion\n", &long] {
            for name in ["", "a.tab"] {
                assert_eq!(rules(&gzip(name, data)), []);
            }
        }
    }

    #[test]
    fn every_changed_byte_is_found_or_means_nothing() {
        let data = b"hhid\tregion\n1\t4\n2\t4\n";
        let whole = gzip("a.tab", data);
        for (at, change) in (0..whole.len()).flat_map(|at| [0x01, 0x80, 0xff].map(|change| (at, change))) {
            let mut damaged = whole.clone();
            damaged[at] ^= change;
            // Time, level and name stand in one place only.
            let single = matches!(at, 4..=8 | 10..=14);
            let mut back = Vec::new();
            let same =
                flate2::read::GzDecoder::new(&damaged[..]).read_to_end(&mut back).is_ok() && back == data;
            assert!(!rules(&damaged).is_empty() || single || same, "offset {at}, changed by {change:#x}");
        }
    }

    #[test]
    fn every_stream_that_is_cut_off_or_goes_on_is_found() {
        let whole = gzip("", b"hhid\tregion\n1\t4\n");
        for length in 0..whole.len() {
            assert_ne!(rules(&whole[..length]), [], "{length} bytes");
        }
        assert_ne!(rules(&[&whole[..], &whole[..]].concat()), []);
        assert_ne!(rules(&[&whole[..], b"x"].concat()), []);
    }
}
