//! Zip archives of every variant in every tool that can open it: 7-Zip and pyzipper for AES; Info-ZIP unzip,
//! Python's zipfile and 7-Zip for the rest.

use std::io::Write as _;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::Command;

use exporter_core::Password;
use exporter_package::{Compression, DeflateLevel, Encryption, EntryOptions, ZipOptions, ZipWriter};

use crate::programs;

const PASSWORD: &str = "pâss wörd ៛";

/// One way to write an archive.
struct Variant {
    name: &'static str,
    compression: Compression,
    encryption: fn() -> Encryption,
    tools: &'static [Tool],
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Tool {
    SevenZip,
    Unzip,
    Zipfile,
    Pyzipper,
}

const PLAIN: &[Tool] = &[Tool::SevenZip, Tool::Unzip, Tool::Zipfile, Tool::Pyzipper];
// Info-ZIP unzip 6.0 and Python's zipfile know no AES.
const AES: &[Tool] = &[Tool::SevenZip, Tool::Pyzipper];
// Neither unzip nor the Python modules know method 93.
const ZSTD: &[Tool] = &[Tool::SevenZip];

fn none() -> Encryption {
    Encryption::None
}

fn aes() -> Encryption {
    Encryption::Aes256(Password::new(PASSWORD))
}

fn legacy() -> Encryption {
    Encryption::LegacyZipCrypto(Password::new(PASSWORD))
}

fn variants() -> Vec<Variant> {
    let variant = |name, compression, encryption, tools| Variant { name, compression, encryption, tools };
    let deflate = Compression::Deflate;
    vec![
        variant("deflate 1", deflate(DeflateLevel::FAST), none, PLAIN),
        variant("deflate 6", deflate(DeflateLevel::DEFAULT), none, PLAIN),
        variant("deflate 9", deflate(DeflateLevel::BEST), none, PLAIN),
        variant("stored", Compression::Stored, none, PLAIN),
        variant("zstd", Compression::Zstd(3), none, ZSTD),
        variant("AES, deflate", deflate(DeflateLevel::DEFAULT), aes, AES),
        variant("AES, stored", Compression::Stored, aes, AES),
        variant("AES, zstd", Compression::Zstd(3), aes, ZSTD),
        variant("ZipCrypto, deflate", deflate(DeflateLevel::DEFAULT), legacy, PLAIN),
        variant("ZipCrypto, stored", Compression::Stored, legacy, PLAIN),
    ]
}

/// The entries of every archive: a table of several blocks, an empty one, names with folders and other scripts.
fn entries() -> Vec<(&'static str, Vec<u8>)> {
    let table: String =
        (0..90_000u32).map(|row| format!("{row}\t{}\tyes\n", row.wrapping_mul(2_654_435_761))).collect();
    vec![
        ("household.tab", table.into_bytes()),
        ("empty.tab", Vec::new()),
        ("documents/questionnaire.txt", b"How old are you?\n".to_vec()),
        ("documents/ភាសាខ្មែរ é.txt", "តើអ្នកអាយុប៉ុន្មាន?\n".as_bytes().to_vec()),
    ]
}

fn written(variant: &Variant, threads: usize, folder: &Path) -> PathBuf {
    let path = folder.join("archive.zip");
    let options = ZipOptions::default()
        .compression(variant.compression)
        .encryption((variant.encryption)())
        .threads(NonZeroUsize::new(threads).unwrap());
    let mut zip = ZipWriter::new(std::fs::File::create(&path).unwrap(), options).unwrap();
    for (name, bytes) in entries() {
        zip.start_entry(&EntryOptions::new(name)).unwrap();
        zip.write_all(&bytes).unwrap();
        zip.finish_entry().unwrap();
    }
    zip.finish().unwrap();
    path
}

/// The command that unpacks an archive with a tool into a folder.
fn unpack(tool: Tool, archive: &Path, into: &Path, password: &str) -> Command {
    let mut command = match tool {
        Tool::SevenZip => {
            let mut command = programs::seven_zip();
            command
                .arg("x")
                .arg("-y")
                .arg(format!("-p{password}"))
                .arg(format!("-o{}", into.display()))
                .arg(archive);
            command
        }
        Tool::Unzip => {
            let mut command = programs::program(&["unzip"], "unzip");
            command.args(["-q", "-P", password]).arg(archive).arg("-d").arg(into);
            command
        }
        Tool::Zipfile | Tool::Pyzipper => {
            let mut command = programs::python("unzip.py");
            command.arg(if tool == Tool::Zipfile { "zipfile" } else { "pyzipper" });
            command.arg(archive).arg(into).arg(password);
            command
        }
    };
    command.env("LC_ALL", "C.UTF-8");
    command
}

#[test]
fn every_variant_opens_in_every_tool_that_can() {
    for variant in variants() {
        for threads in [1, 3] {
            let folder = tempfile::tempdir().unwrap();
            let archive = written(&variant, threads, folder.path());
            for tool in variant.tools {
                let into = folder.path().join(format!("{tool:?}"));
                programs::stdout(&mut unpack(*tool, &archive, &into, PASSWORD));
                for (name, bytes) in entries() {
                    let unpacked = std::fs::read(into.join(name));
                    assert!(
                        unpacked.as_ref().is_ok_and(|unpacked| *unpacked == bytes),
                        "{}, {threads} threads, {tool:?}: {name} is not what was written ({:?})",
                        variant.name,
                        unpacked.map(|bytes| bytes.len())
                    );
                }
            }
        }
    }
}

#[test]
fn a_wrong_password_opens_nothing() {
    for variant in variants().iter().filter(|variant| !matches!((variant.encryption)(), Encryption::None)) {
        let folder = tempfile::tempdir().unwrap();
        let archive = written(variant, 1, folder.path());
        for tool in variant.tools {
            let into = folder.path().join(format!("{tool:?}"));
            let output = programs::ended(&mut unpack(*tool, &archive, &into, "not the password"));
            assert!(!output.status.success(), "{}, {tool:?} took a wrong password", variant.name);
            let unpacked = std::fs::read(into.join("household.tab")).unwrap_or_default();
            assert!(unpacked != entries()[0].1, "{}, {tool:?} gave the content away", variant.name);
        }
    }
}

/// 7-Zip takes passwords of up to 99 bytes for AES; a longer one is refused before anything is written.
#[test]
fn the_longest_password_opens() {
    let longest = || Encryption::Aes256(Password::new([b'x'; 99]));
    let compression = Compression::Deflate(DeflateLevel::DEFAULT);
    let variant = Variant { name: "longest password", compression, encryption: longest, tools: AES };
    let folder = tempfile::tempdir().unwrap();
    let archive = written(&variant, 1, folder.path());
    for tool in variant.tools {
        let into = folder.path().join(format!("{tool:?}"));
        programs::stdout(&mut unpack(*tool, &archive, &into, &"x".repeat(99)));
        assert!(std::fs::read(into.join("household.tab")).unwrap() == entries()[0].1, "{tool:?}");
    }
    Encryption::Aes256(Password::new([b'x'; 100])).check().unwrap_err();
}

#[test]
fn a_password_is_needed() {
    // The tools must see that entries are encrypted, not only fail on their bytes.
    let aes = variants().into_iter().find(|variant| variant.name == "AES, deflate").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let archive = written(&aes, 2, folder.path());
    let listed = programs::stdout(programs::seven_zip().args(["l", "-slt"]).arg(&archive));
    let listed = String::from_utf8_lossy(&listed);
    assert_eq!(listed.matches("Method = AES-256 Deflate").count(), 4, "{listed}");
    let listed = programs::stdout(programs::python("unzip.py").arg("list").arg(&archive));
    assert_eq!(String::from_utf8_lossy(&listed).matches("encrypted").count(), 4);
}

#[test]
fn an_entry_above_four_gibibytes_opens() {
    // Zeros compress a thousandfold, so the time is that of counting them.
    const GIB: u64 = 1 << 30;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.zip");
    let options = ZipOptions::default()
        .compression(Compression::Deflate(DeflateLevel::FAST))
        .threads(NonZeroUsize::new(2).unwrap());
    let mut zip = ZipWriter::new(std::fs::File::create(&path).unwrap(), options).unwrap();
    zip.start_entry(&EntryOptions::new("zeros.bin")).unwrap();
    let block = vec![0; 1 << 20];
    let bytes = 4 * GIB + (3 << 20);
    for _ in 0..bytes >> 20 {
        zip.write_all(&block).unwrap();
    }
    zip.finish_entry().unwrap();
    zip.start_entry(&EntryOptions::new("after.txt")).unwrap();
    zip.write_all(b"after").unwrap();
    zip.finish_entry().unwrap();
    zip.finish().unwrap();
    programs::stdout(programs::seven_zip().arg("t").arg(&path));
    programs::stdout(programs::program(&["unzip"], "unzip").arg("-tq").arg(&path));
    let listed = programs::stdout(programs::python("unzip.py").arg("list").arg(&path));
    assert!(String::from_utf8_lossy(&listed).contains(&format!("zeros.bin {bytes} plain")));
}
