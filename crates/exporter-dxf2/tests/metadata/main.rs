//! Metadata in all of its forms.
#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

mod csv;
mod document;
mod identity;
mod json;
mod section_5;
mod strict;
mod targets;
mod xml;

use exporter_dxf2::Mode;
use exporter_dxf2::metadata::{Form, MetadataReader, MetadataWriter, Part, WriteOptions};

pub(crate) const MOST: usize = 16 << 20;

pub(crate) fn plain(bytes: &[u8]) -> serde_json::Value {
    serde_json::from_slice(bytes).unwrap()
}

pub(crate) fn json(parts: &[Part]) -> Vec<u8> {
    written(parts, Form::Json).0
}

pub(crate) fn xml(parts: &[Part]) -> Vec<u8> {
    let (bytes, remarks) = written(parts, Form::Xml);
    assert_eq!(remarks, [""; 0]);
    bytes
}

pub(crate) fn of_xml(bytes: &[u8]) -> Vec<Part> {
    parts(MetadataReader::xml(bytes, MOST, Mode::Lenient))
}

pub(crate) fn reader(bytes: &[u8], is_xml: bool) -> MetadataReader<&[u8]> {
    match is_xml {
        true => MetadataReader::xml(bytes, MOST, Mode::Lenient),
        false => MetadataReader::json(bytes, MOST, Mode::Lenient),
    }
}

pub(crate) fn written(parts: &[Part], form: Form) -> (Vec<u8>, Vec<String>) {
    let mut writer = MetadataWriter::new(Vec::new(), form, WriteOptions::default()).unwrap();
    parts.iter().for_each(|part| writer.part(part).unwrap());
    let remarks = writer.remarks().iter().map(ToString::to_string).collect();
    (writer.finish().unwrap(), remarks)
}

pub(crate) fn parts<R: std::io::BufRead>(mut reader: MetadataReader<R>) -> Vec<Part> {
    let mut parts = Vec::new();
    while let Some(part) = reader.next_part().unwrap() {
        parts.push(part);
    }
    parts
}

pub(crate) fn of_json(bytes: &[u8]) -> Vec<Part> {
    parts(MetadataReader::json(bytes, MOST, Mode::Lenient))
}
