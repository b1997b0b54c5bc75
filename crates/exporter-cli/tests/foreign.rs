//! Files of formats that are not read: said what they are and how their data get here, and never taken for text.

use std::io::Write as _;
use std::path::Path;

use exporter::package::{EntryOptions, ZipOptions, ZipWriter};

use crate::program::{Run, run_in};

/// The beginnings of real files, filled up as binary files go on.
fn beginning(bytes: &[u8]) -> Vec<u8> {
    let more = (0..2000u32).flat_map(|number| number.wrapping_mul(2_654_435_761).to_be_bytes());
    bytes.iter().copied().chain(more).collect()
}

#[track_caller]
fn refused(folder: &Path, arguments: &str, wanted: &str) -> Run {
    let said = run_in(folder, arguments);
    assert_eq!(said.code, 1, "{arguments}: {}{}", said.output, said.error);
    assert!(said.error.contains(wanted), "{arguments}: {}", said.error);
    assert!(!said.error.contains("--from csv"), "{arguments}: {}", said.error);
    said
}

#[test]
fn binary_files_are_named_by_their_first_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let sas = b"\0\0\0\0\0\0\0\0\0\0\0\0\xc2\xea\x81\x60\xb3\x14\x11\xcf\xbd\x92\x08\0\x09\xc7\x31\x8c\x18\x1f\x10\x11";
    let portable =
        format!("{}SPSSPORT", "ASCII SPSS PORT FILE                    ".repeat(12).split_at(456).0);
    for (file, bytes, named, way) in [
        ("s.sav", b"\x5b\xc6\xd3\xf2@(#)".as_slice(), "of a mainframe", "haven::read_sav("),
        ("e.sav", b"\x1c\0\0\0\0\0\0\0ENCRYPTEDSAV", "an encrypted SPSS data file", "File > Save As"),
        ("s.por", portable.as_bytes(), "an SPSS portable file", "haven::write_sav(haven::read_por("),
        (
            "s.xpt",
            b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!",
            "a SAS transport file",
            "haven::read_xpt(",
        ),
        ("s.sas7bdat", sas, "a SAS data file", "haven::read_sas("),
        ("s.orc", b"ORC\x0a", "an ORC file", "pandas.read_orc("),
        ("s.pkl", b"\x80\x05\x95\x10\0\0\0", "a Python pickle", "pandas.read_pickle("),
        ("s.sqlite", b"SQLite format 3\0", "an SQLite database", "sqlite3 -header -csv"),
        ("s.RData", b"RDX3\nX\n\0\0\0\x03\0", "an R data file", "load("),
        ("s.rds", b"X\n\0\0\0\x03\0\x04\x03\x01", "an R object", "readRDS("),
        ("s.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel workbook", "pandas.read_excel("),
        ("s.h5", b"\x89HDF\r\n\x1a\n", "an HDF5 file", "pandas.read_hdf("),
    ] {
        let place = folder.path();
        // The name does not matter, and neither does what it is called on the command line.
        for name in [file, "called.csv", "none"] {
            std::fs::write(place.join(name), beginning(bytes)).unwrap();
            for arguments in
                ["inspect {}/NAME", "inspect {}/NAME --from csv", "convert {}/NAME {}/out.csv --from tab"]
            {
                let said = refused(place, &arguments.replace("NAME", name), named);
                assert!(said.error.contains(way) && said.error.contains("hint: "), "{}", said.error);
            }
        }
        refused(place, &format!("check {{}}/{file}"), named);
        std::fs::remove_file(place.join("called.csv")).unwrap();
    }
    assert!(!folder.path().join("out.csv").exists());
}

#[test]
fn workbooks_are_archives_that_are_named() {
    for (file, entries, named) in [
        ("b.xlsx", ["[Content_Types].xml", "xl/workbook.xml"], "an Excel workbook"),
        ("b.ods", ["META-INF/manifest.xml", "content.xml"], "an OpenDocument file"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path();
        let out = std::fs::File::create(place.join(file)).unwrap();
        let mut zip = ZipWriter::new(out, ZipOptions::default()).unwrap();
        for entry in entries {
            zip.start_entry(&EntryOptions::new(entry)).unwrap();
            zip.write_all(b"<?xml version=\"1.0\"?><a/>").unwrap();
            zip.finish_entry().unwrap();
        }
        zip.finish().unwrap();
        for arguments in ["inspect {}/NAME", "inspect {}/NAME --from csv"] {
            let said = refused(place, &arguments.replace("NAME", file), named);
            assert!(said.error.contains("pandas.read_excel("), "{}", said.error);
        }
    }
}

#[test]
fn rows_in_json_get_a_way_out() {
    let folder = tempfile::tempdir().unwrap();
    for (file, text, wanted) in [
        ("rows.json", "[{\"a\": 1}]", "pandas.read_json("),
        ("rows", "[{\"a\": 1}]", "it is JSON, which is not read"),
        ("rows.ndjson", "{\"a\": 1}\n{\"a\": 2}\n", "lines=True"),
        ("rows.html", "<!DOCTYPE html><html>", "it is a web page"),
    ] {
        std::fs::write(folder.path().join(file), text).unwrap();
        refused(folder.path(), &format!("inspect {{}}/{file}"), wanted);
    }
}

#[test]
fn bytes_that_are_no_text_are_not_read_as_csv() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let doubles: Vec<u8> = (0..900u32).flat_map(|number| (f64::from(number) / 7.0).to_le_bytes()).collect();
    let whole: Vec<u8> = (0..900u32).flat_map(|number| (number * 77).to_le_bytes()).collect();
    for (name, bytes) in [("noise", beginning(b"\x13\x01")), ("doubles", doubles), ("whole.csv", whole)] {
        std::fs::write(place.join(name), bytes).unwrap();
        for arguments in ["inspect {}/NAME --from csv", "convert {}/NAME {}/o.dta --from tab"] {
            refused(place, &arguments.replace("NAME", name), "it is no text");
        }
    }
    refused(place, "inspect {}/whole.csv", "it is no text");
    let said = run_in(place, "inspect {}/noise");
    assert!(
        said.error.contains("in no known format") && !said.error.contains("--from csv"),
        "{}",
        said.error
    );
    // Text in two bytes a character is text, with a mark and without, and so is one that a disk filled up with zeros.
    let text = "名前,年齢\r\n山田,30\r\n";
    let wide = |from: fn(u16) -> [u8; 2]| -> Vec<u8> { text.encode_utf16().flat_map(from).collect() };
    let marked = [vec![0xff, 0xfe], wide(u16::to_le_bytes)].concat();
    for bytes in [
        marked,
        wide(u16::to_le_bytes),
        wide(u16::to_be_bytes),
        b"a,b\n1,2\n\0\0\0\0\0\0\0\0\0\0\0\0".to_vec(),
    ] {
        std::fs::write(place.join("wide.csv"), bytes).unwrap();
        let said = run_in(place, "inspect {}/wide.csv");
        assert!(!said.error.contains("it is no text"), "{}", said.error);
    }
}
