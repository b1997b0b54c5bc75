//! DHIS2's metadata: any bytes are read or refused, and what JSON says is read again from JSON as it was.

use exporter_dxf2::metadata::{
    Form, MetadataCsvReader, MetadataReader, MetadataWriter, Part, ReadCsv, WriteOptions, references,
};
use exporter_dxf2::{Cleaning, Diff, Mode, Object, Strip, Value};

/// The most bytes of an object or property.
const MOST: usize = 1 << 16;

/// Reads the bytes as JSON or XML, and as CSV.
///
/// # Panics
/// When reading panics, or what was read and written again says something else.
pub fn dxf2_metadata(bytes: &[u8]) {
    for mode in [Mode::Lenient, Mode::Strict] {
        let (parts, is_whole) = parts(bytes, mode);
        if is_whole && mode == Mode::Lenient {
            written_again(&parts);
        }
        compared_and_cleaned(parts);
    }
    if let Ok(mut reader) = MetadataCsvReader::new(bytes, ReadCsv::default()) {
        while reader.read().is_ok_and(|object| object.is_some()) {}
    }
}

/// The parts, and whether nothing ended the document before its end.
fn parts(bytes: &[u8], mode: Mode) -> (Vec<Part>, bool) {
    let Ok(mut reader) = MetadataReader::of_either(bytes, MOST, mode) else { return (Vec::new(), false) };
    let mut parts = Vec::new();
    loop {
        match reader.next_part() {
            Ok(Some(part)) => parts.push(part),
            Ok(None) => return (parts, true),
            Err(_) => return (parts, false),
        }
    }
}

/// JSON holds everything; XML holds what a server reads, so that what was read from it is not compared.
fn written_again(read: &[Part]) {
    for form in [Form::Json, Form::Xml] {
        let mut writer = MetadataWriter::new(Vec::new(), form, WriteOptions::default())
            .unwrap_or_else(|error| panic!("{error}"));
        if read.iter().any(|part| writer.part(part).is_err()) {
            continue;
        }
        // A property that XML has twice is written once, which is told.
        let is_told = !writer.remarks().is_empty();
        let written = writer.finish().unwrap_or_else(|error| panic!("{error}"));
        let mut reader = MetadataReader::of_either(&written[..], MOST * 64, Mode::Lenient)
            .unwrap_or_else(|fault| panic!("{fault}"));
        let mut again = Vec::new();
        while let Some(part) = reader.next_part().unwrap_or_else(|fault| panic!("{fault}")) {
            again.push(part);
        }
        if form == Form::Json && !is_told {
            assert!(again.iter().map(said).eq(read.iter().map(said)), "{again:?} was {read:?}");
        }
    }
}

/// What a part says, wherever it stands.
fn said(part: &Part) -> (&str, Option<&Value>, Option<&Object>) {
    match part {
        Part::Property(name, value) => (name, Some(value), None),
        Part::Object(object) => (&object.kind, None, Some(&object.object)),
        Part::Collection(name) => (name, None, None),
        other => panic!("{other:?} is no part that was compared"),
    }
}

fn compared_and_cleaned(parts: Vec<Part>) {
    let (mut diff, mut cleaning) = (Diff::default(), Cleaning::new(Strip::ALL));
    for part in parts {
        let Part::Object(mut object) = part else { continue };
        references(&object.object);
        cleaning.find_default(&object.kind, &object.object);
        diff.first(&object.kind, object.object.clone());
        cleaning.clean(&object.kind, &mut object.object);
        diff.second(&object.kind, &object.object);
    }
    diff.finish();
}
