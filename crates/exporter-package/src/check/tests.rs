use std::io::{Cursor, Read, Write};

use exporter_core::Password;
use exporter_core::check::Rule;
use exporter_core::sink::EntrySpec;

use super::*;
use crate::ZipSink;
use crate::level::Compression;
use crate::manifest::write_listed;
use crate::zip::cipher::Cipher;
use crate::zip::record::end_records;
use crate::zip::{Encryption, EntryOptions, EntryTime, ZipOptions, ZipWriter};

const PASSWORD: &str = "correct horse";

fn password() -> Password {
    Password::new(PASSWORD)
}

/// Every way in which this program writes a zip.
fn variants() -> Vec<ZipOptions> {
    let methods = [Compression::default(), Compression::Stored, Compression::Zstd(3)];
    let ciphers = [Encryption::None, Encryption::Aes256(password()), Encryption::LegacyZipCrypto(password())];
    let options = |method, cipher: &Encryption| {
        ZipOptions::default()
            .compression(method)
            .encryption(cipher.clone())
            .modified(EntryTime::from_unix(1_709_210_096))
            .insecure_fixed_salts(7)
    };
    methods.into_iter().flat_map(|method| ciphers.iter().map(move |cipher| options(method, cipher))).collect()
}

fn archive(options: &ZipOptions, entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Vec::new(), options.clone()).unwrap();
    for (name, data) in entries {
        zip.start_entry(&EntryOptions::new(*name)).unwrap();
        zip.write_all(data).unwrap();
        zip.finish_entry().unwrap();
    }
    zip.finish().unwrap()
}

fn with_manifest(options: &ZipOptions, entries: &[(&str, &[u8])]) -> Vec<u8> {
    let zip = ZipSink::new(Vec::new(), options.clone(), std::env::temp_dir()).unwrap();
    let entry = |(name, data): &(&str, &[u8])| (EntrySpec::new(*name, "text/plain").rows(3), data.to_vec());
    write_listed(entries.iter().map(entry), Box::new(&zip));
    zip.close().unwrap().0
}

#[track_caller]
fn checked(bytes: &[u8]) -> CheckedArchive {
    let checked =
        check(Cursor::new(bytes), &CheckOptions::default().with_password(password()), &mut ()).unwrap();
    for finding in &checked.findings {
        let offset = finding.place.offset.unwrap();
        assert!(offset <= bytes.len() as u64, "{finding:?} lies beyond {} bytes", bytes.len());
    }
    checked
}

#[track_caller]
fn rules(bytes: &[u8]) -> Vec<Rule> {
    checked(bytes).findings.listed().iter().map(|finding| finding.rule).collect()
}

#[test]
fn archives_of_this_program_have_no_findings() {
    let long = b"village\tmarket\t17\n".repeat(40_000);
    let entries: [(&str, &[u8]); 4] =
        [("a.tab", b"x\n1\n"), ("d\u{e9}p/\u{fc}.tab", &long), ("empty", b""), ("b", &long)];
    for options in variants() {
        let plain = checked(&archive(&options, &entries));
        assert_eq!(plain.findings.listed(), [], "{options:?}");
        assert!(plain.entries.iter().all(|entry| entry.sound && entry.rows.is_none()));
        let listed = checked(&with_manifest(&options, &entries));
        assert_eq!(listed.findings.listed(), [], "{options:?}");
        assert_eq!(listed.entries.len(), 5);
        assert_eq!(listed.entries[1].bytes, long.len() as u64);
        assert_eq!(listed.entries[1].rows, Some(3));
    }
    assert_eq!(rules(&archive(&ZipOptions::default(), &[])), []);
}

#[test]
fn more_entries_than_16_bits_count_have_no_findings() {
    let mut zip = ZipWriter::new(Vec::new(), ZipOptions::default().compression(Compression::Stored)).unwrap();
    for index in 0..65_536 {
        zip.start_entry(&EntryOptions::new(index.to_string())).unwrap();
        zip.finish_entry().unwrap();
    }
    let bytes = zip.finish().unwrap();
    assert_eq!(rules(&bytes), []);
    let mut few = CheckOptions::default();
    few.max_entries = 65_535;
    assert_eq!(check(Cursor::new(&bytes), &few, &mut ()).unwrap().findings.listed()[0].rule, rule::LIMIT);
    // The records that only such an archive has, at every seventh byte.
    for at in (bytes.len() - 98..bytes.len()).step_by(7) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        assert_ne!(rules(&damaged), [], "offset {at} of {}", bytes.len());
    }
}

/// The contents of the entries by decoders that the check does not use; AES is left out, since it authenticates itself.
fn unpacked_elsewhere(options: &ZipOptions, bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let entries = checked(bytes).entries;
    let unpack = |entry: &CheckedEntry| {
        let begin = entry.offset as usize;
        let part = |at: usize| {
            usize::from(u16::from_le_bytes(bytes[begin + at..begin + at + 2].try_into().unwrap()))
        };
        // With whatever follows: the streams know their ends.
        let mut body = bytes[begin + 30 + part(26) + part(28)..].to_vec();
        match &options.encryption {
            Encryption::None => {}
            Encryption::LegacyZipCrypto(password) => {
                let data = body.split_off(12);
                let open = |check| Cipher::open_zip_crypto(password, check, &mut body.clone());
                let mut cipher = (0..=255).find_map(open)?;
                body = data;
                cipher.decrypt(&mut body);
            }
            Encryption::Aes256(_) => return None,
        }
        let mut back = Vec::new();
        let read = match options.compression {
            Compression::Stored => (&body[..]).take(entry.bytes).read_to_end(&mut back),
            Compression::Zstd(_) => {
                zstd::stream::read::Decoder::new(&body[..]).unwrap().single_frame().read_to_end(&mut back)
            }
            _ => flate2::read::DeflateDecoder::new(&body[..]).read_to_end(&mut back),
        };
        read.ok().map(|_| back)
    };
    entries.iter().map(unpack).collect()
}

/// Whether the byte holds permissions in the directory, which stand in one place only.
fn holds_permissions(bytes: &[u8], at: usize) -> bool {
    let mut headers = bytes.windows(4).enumerate().filter(|(_, window)| window == b"PK\x01\x02");
    headers.any(|(header, _)| (header + 40..header + 42).contains(&at))
}

#[test]
fn every_changed_byte_is_found_or_means_nothing() {
    let streamed = b"1\t2\n".repeat(70_000);
    let short: [(&str, &[u8]); 3] =
        [("a.tab", b"hhid\tregion\n1\t4\n"), ("\u{e9}/b.csv", b"x"), ("empty", b"")];
    let long: [(&str, &[u8]); 1] = [("long.tab", &streamed)];
    for options in variants() {
        let mut archives = vec![archive(&options, &short)];
        if matches!(options.compression, Compression::Deflate(_)) {
            archives.push(with_manifest(&options, &short[..1]));
        }
        // One that is streamed; stored as it is, 280 kB would take an hour.
        let streams = !matches!(options.compression, Compression::Stored);
        if streams && matches!(options.encryption, Encryption::None) {
            archives.push(archive(&options, &long));
        }
        for whole in archives {
            assert_eq!(rules(&whole), []);
            let contents = unpacked_elsewhere(&options, &whole);
            let changes: &[u8] = if whole.len() < 450 { &[0x01, 0x80, 0xff] } else { &[0x81] };
            for (at, change) in (0..whole.len()).flat_map(|at| changes.iter().map(move |change| (at, change)))
            {
                let mut damaged = whole.clone();
                damaged[at] ^= change;
                assert!(
                    !rules(&damaged).is_empty()
                        || holds_permissions(&whole, at)
                        // Bits that the compression passes over.
                        || (contents.is_some() && unpacked_elsewhere(&options, &damaged) == contents),
                    "offset {at} of {}, changed by {change:#x}: {options:?}",
                    whole.len()
                );
            }
        }
    }
}

#[test]
fn every_archive_that_is_cut_off_or_goes_on_is_found() {
    for options in variants() {
        let whole = with_manifest(&options, &[("a.tab", b"hhid\tregion\n1\t4\n"), ("b", b"x")]);
        for length in 0..whole.len() {
            assert_ne!(rules(&whole[..length]), [], "{length} of {} bytes: {options:?}", whole.len());
        }
        assert_eq!(rules(&[&whole[..], b"more"].concat()), [rule::END]);
        assert_ne!(rules(&[b"before", &whole[..]].concat()), []);
    }
}

#[test]
fn without_the_password_one_finding_says_so() {
    let options = ZipOptions::default().encryption(Encryption::Aes256(password()));
    let bytes = archive(&options, &[("a", b"x"), ("b", b"y")]);
    let locked = check(Cursor::new(&bytes), &CheckOptions::default(), &mut ()).unwrap();
    assert_eq!(locked.findings.total(), 1);
    assert!(
        locked.findings.listed()[0].message.starts_with("2 entries are encrypted"),
        "{:?}",
        locked.findings
    );
    assert!(locked.entries.iter().all(|entry| !entry.sound));
    let wrong = CheckOptions::default().with_password(Password::new("battery staple"));
    let wrong = check(Cursor::new(&bytes), &wrong, &mut ()).unwrap();
    assert!(
        wrong
            .findings
            .listed()
            .iter()
            .all(|finding| { finding.rule == rule::PASSWORD && finding.message.starts_with('"') })
    );
    assert_eq!(wrong.findings.total(), 2);
}

#[test]
fn a_manifest_that_says_something_else_is_found() {
    let sha = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let line = |path: &str, bytes: u64, sha: &str| {
        format!(
            "{{\"path\":\"{path}\",\"bytes\":{bytes},\"sha256\":\"{sha}\",\"media_type\":\"text/plain\"}}"
        )
    };
    let (good, twice) = (line("a", 3, sha), [line("a", 3, sha), line("a", 3, sha)].join(","));
    let cases = [
        (format!("{{\"manifest\":1,\"entries\":[{good}]}}"), None),
        (format!("{{\"manifest\":2,\"entries\":[{good}]}}"), Some("version 2")),
        ("{\"manifest\":1,\"entries\":[]}".to_owned(), Some("does not list")),
        (format!("{{\"manifest\":1,\"entries\":[{twice}]}}"), Some("twice")),
        (format!("{{\"manifest\":1,\"entries\":[{}]}}", line("a", 4, sha)), Some("says 4 bytes")),
        (format!("{{\"manifest\":1,\"entries\":[{}]}}", line("a", 3, &"0".repeat(64))), Some("SHA-256")),
        (format!("{{\"manifest\":1,\"entries\":[{good},{}]}}", line("z", 3, sha)), Some("is not there")),
        (format!("{{\"manifest\":1,\"entries\":[{good}],\"more\":1}}"), Some("unknown field")),
        ("[".repeat(1000), Some("not as this program writes it")),
    ];
    for (text, wanted) in cases {
        let bytes = archive(&ZipOptions::default(), &[("a", b"abc"), (MANIFEST, text.as_bytes())]);
        let findings = checked(&bytes).findings;
        assert_eq!(findings.total(), u64::from(wanted.is_some()), "{text}: {findings:?}");
        if let Some(wanted) = wanted {
            assert_eq!(findings.listed()[0].rule, rule::MANIFEST);
            assert!(findings.listed()[0].message.contains(wanted), "{findings:?}");
        }
    }
}

/// Puts a directory behind `data` that lists these records.
fn forged(data: &[u8], directory: &[Vec<u8>]) -> Vec<u8> {
    let headers = directory.concat();
    let end = end_records(directory.len() as u64, headers.len() as u64, data.len() as u64);
    [data, &headers[..], &end[..]].concat()
}

/// Counts what an inspection sees.
#[derive(Default)]
struct Count(u64);

impl Inspect for Count {
    fn begin(&mut self, _: &str, _: u64) -> io::Result<bool> {
        Ok(true)
    }

    fn bytes(&mut self, data: &[u8]) -> io::Result<()> {
        self.0 += data.len() as u64;
        Ok(())
    }

    fn end(&mut self, _: bool) -> io::Result<exporter_core::check::Checked> {
        Ok(Default::default())
    }
}

#[test]
fn entries_that_share_their_data_are_unpacked_once() {
    let data = b"0".repeat(200_000);
    let bytes = archive(&ZipOptions::default(), &[("0", &data)]);
    let central = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    let end = bytes.len() - 22;
    let directory: Vec<Vec<u8>> = (0..1000)
        .map(|_| bytes[central..end].to_vec())
        .enumerate()
        .map(|(index, mut header)| {
            // Other names in the directory only, of the same length.
            let name = char::from_u32(0x21 + index as u32 % 90).unwrap().to_string();
            let place = header.len() - 1;
            header[place] = name.as_bytes()[0];
            header
        })
        .collect();
    let forged = forged(&bytes[..central], &directory);
    let mut count = Count::default();
    let checked = check(Cursor::new(&forged), &CheckOptions::default(), &mut count).unwrap();
    assert!(checked.findings.listed().iter().any(|finding| finding.rule == rule::LAYOUT));
    assert!(count.0 <= 200_000, "{} bytes were unpacked", count.0);
    // A hundred of a rule are listed, the rest is counted.
    assert!(checked.findings.listed().len() < 600, "{}", checked.findings.listed().len());
}

#[test]
fn a_bomb_is_not_unpacked_and_a_lie_about_the_size_ends_early() {
    // A zstd frame of blocks that repeat one byte: three bytes and the byte give 128 KiB each (RFC 8878, 3.1.1.2).
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
    let blocks = 4000;
    for block in 0..blocks {
        let header = (0x2_0000u32 << 3) | (1 << 1) | u32::from(block == blocks - 1);
        frame.extend_from_slice(&header.to_le_bytes()[..3]);
        frame.push(b'0');
    }
    let unpacked = u64::from(blocks as u32) * 0x2_0000;
    let bomb = |size: u64| {
        let stored = archive(&ZipOptions::default().compression(Compression::Stored), &[("bomb", &frame)]);
        let central = stored.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
        let mut record = directory::record_of(&stored[central..]);
        (record.method, record.size, record.crc32) = (93, size, 0);
        record.version = record.needed_version();
        let data = [record.local(), frame.clone()].concat();
        forged(&data, &[record.central()])
    };
    let mut count = Count::default();
    let options = CheckOptions::default();
    let refused = check(Cursor::new(bomb(unpacked)), &options, &mut count).unwrap();
    assert_eq!((refused.findings.listed()[0].rule, count.0), (rule::LIMIT, 0), "{:?}", refused.findings);
    let lie = check(Cursor::new(bomb(1000)), &options, &mut count).unwrap();
    assert_eq!(lie.findings.listed()[0].rule, rule::SIZE, "{:?}", lie.findings);
    assert!(count.0 <= 1000, "{}", count.0);
}

#[test]
fn a_directory_that_claims_more_than_the_file_holds_is_found() {
    for (count, size, start) in [(u64::MAX, u64::MAX, u64::MAX), (1 << 20, 4, 0), (3, 0, 0), (0, u64::MAX, 1)]
    {
        assert_ne!(rules(&end_records(count, size, start)), [], "{count} {size} {start}");
    }
    for length in 0..200 {
        assert_ne!(rules(&vec![0; length]), []);
        assert_ne!(rules(&b"PK\x05\x06".repeat(length)), []);
    }
}
