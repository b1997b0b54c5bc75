//! Extension records (6), by subtype.

use std::io::{self, Write};

use exporter_core::codebook::LabelSource;
use exporter_core::doubles;
use exporter_spss::{ResponseSet, ResponseSetKind, Value};

use super::dictionary::{Dictionary, Records};
use super::encoder::{TextEncoder, file_name};
use crate::codes::{ALIGNMENTS, MEASURES, number, page_of};
use crate::layout::Segments;
use crate::metadata::{Attribute, SavVariable};
use crate::spec::{ELEMENT_BYTES, HIGHEST, LOWEST, SEGMENT_WIDTH, SHORT_TEXT, SYSMIS, record, subtype};

/// Writes all extension records, and gives the place of the number of cases.
pub(super) fn extensions<W: Write>(
    dictionary: &Dictionary<'_>,
    records: &mut Records<'_, W>,
) -> io::Result<Option<u64>> {
    let metadata = dictionary.metadata;
    machine(dictionary, records)?;
    texts(records, subtype::VARIABLE_SETS, |encoder| variable_sets(dictionary, encoder))?;
    if let Some(dates) = &metadata.dates {
        let indexes = dates.variables.iter().flat_map(|(variable, kind, period)| {
            [i32::try_from(dictionary.index(*variable)).unwrap_or(i32::MAX), *kind, *period]
        });
        let numbers: Vec<i32> = dates.head.iter().copied().chain(indexes).collect();
        integers(records, subtype::DATES, &numbers)?;
    }
    let is_new = |set: &&ResponseSet| set.label_source.is_some();
    let old = metadata.response_sets.iter().filter(|set| !is_new(set));
    texts(records, subtype::RESPONSE_SETS, |encoder| response_sets(dictionary, old, encoder))?;
    let shown: Vec<i32> = metadata.variables.iter().flat_map(display).collect();
    integers(records, subtype::DISPLAY, &shown)?;
    texts(records, subtype::LONG_NAMES, |encoder| long_names(dictionary, encoder))?;
    texts(records, subtype::VERY_LONG_TEXTS, |encoder| very_long_texts(dictionary, encoder))?;
    let mut cases_at = None;
    if let Some(cases) = dictionary.cases {
        begin(records, subtype::CASES, 8, 2)?;
        records.put(&1_i64.to_le_bytes())?;
        cases_at = Some(records.position);
        records.put(&cases.to_le_bytes())?;
    }
    texts(records, subtype::FILE_ATTRIBUTES, |encoder| {
        let mut bytes = Vec::new();
        metadata.attributes.iter().for_each(|attribute| put_attribute(attribute, encoder, &mut bytes));
        bytes
    })?;
    texts(records, subtype::VARIABLE_ATTRIBUTES, |encoder| variable_attributes(dictionary, encoder))?;
    let new = metadata.response_sets.iter().filter(is_new);
    texts(records, subtype::RESPONSE_SETS_14, |encoder| response_sets(dictionary, new, encoder))?;
    texts(records, subtype::ENCODING, |_| file_name(metadata.encoding).as_bytes().to_vec())?;
    texts(records, subtype::LONG_TEXT_LABELS, |encoder| long_text_labels(dictionary, encoder))?;
    texts(records, subtype::LONG_TEXT_MISSING, |encoder| long_text_missing(dictionary, encoder))?;
    Ok(cases_at)
}

fn begin<W: Write>(records: &mut Records<'_, W>, subtype: i32, size: usize, count: usize) -> io::Result<()> {
    records.number(record::EXTENSION)?;
    records.number(subtype)?;
    records.count(size)?;
    records.count(count)
}

fn integers<W: Write>(records: &mut Records<'_, W>, subtype: i32, numbers: &[i32]) -> io::Result<()> {
    begin(records, subtype, 4, numbers.len())?;
    numbers.iter().try_for_each(|number| records.number(*number))
}

/// A record of bytes, unless there are none.
fn texts<W: Write>(
    records: &mut Records<'_, W>,
    subtype: i32,
    bytes: impl FnOnce(&mut TextEncoder) -> Vec<u8>,
) -> io::Result<()> {
    let bytes = bytes(&mut records.encoder);
    if bytes.is_empty() {
        return Ok(());
    }
    begin(records, subtype, 1, bytes.len())?;
    records.put(&bytes)
}

/// Subtypes 3 and 4. The field for the compression is 1 whatever the header says: 2 has crashed SPSS.
fn machine<W: Write>(dictionary: &Dictionary<'_>, records: &mut Records<'_, W>) -> io::Result<()> {
    let part = |text: &str| text.parse().unwrap_or(0);
    let version = [
        part(env!("CARGO_PKG_VERSION_MAJOR")),
        part(env!("CARGO_PKG_VERSION_MINOR")),
        part(env!("CARGO_PKG_VERSION_PATCH")),
    ];
    let (machine, ieee, compression, little_endian) = (-1, 1, 1, 2);
    let code = page_of(dictionary.metadata.encoding).and_then(|page| i32::try_from(page).ok());
    let [major, minor, patch] = version;
    let numbers = [major, minor, patch, machine, ieee, compression, little_endian, code.unwrap_or_default()];
    integers(records, subtype::MACHINE_INTEGERS, &numbers)?;
    begin(records, subtype::MACHINE_FLOATS, 8, 3)?;
    [SYSMIS, HIGHEST, LOWEST].iter().try_for_each(|number| records.put(&number.to_le_bytes()))
}

fn variable_sets(dictionary: &Dictionary<'_>, encoder: &mut TextEncoder) -> Vec<u8> {
    let mut bytes = Vec::new();
    for set in &dictionary.metadata.variable_sets {
        bytes.extend_from_slice(&encoder.encode(&set.name));
        bytes.extend_from_slice(b"= ");
        let members = set.members.iter().filter_map(|member| dictionary.metadata.variables.get(*member));
        for (position, member) in members.enumerate() {
            if position > 0 {
                bytes.push(b' ');
            }
            bytes.extend_from_slice(&encoder.encode(&member.name));
        }
        bytes.push(b'\n');
    }
    bytes
}

/// Sets with their members by short name in lower case.
fn response_sets<'s>(
    dictionary: &Dictionary<'_>,
    sets: impl Iterator<Item = &'s ResponseSet>,
    encoder: &mut TextEncoder,
) -> Vec<u8> {
    let mut bytes = Vec::new();
    for set in sets {
        bytes.push(b'$');
        bytes.extend_from_slice(&encoder.encode(&set.name));
        bytes.push(b'=');
        match &set.kind {
            ResponseSetKind::Category => bytes.extend_from_slice(b"C "),
            ResponseSetKind::Dichotomy(counted) => {
                bytes.extend_from_slice(match set.label_source {
                    None => b"D",
                    Some(LabelSource::FirstVariable) => b"E 11 ",
                    Some(_) => b"E 1 ",
                });
                put_counted(&shown(counted), encoder, &mut bytes);
                bytes.push(b' ');
            }
        }
        put_counted(&set.label, encoder, &mut bytes);
        for names in set.members.iter().filter_map(|member| dictionary.names.get(*member)) {
            bytes.push(b' ');
            let lower: String = names.own.chars().map(lower).collect();
            bytes.extend_from_slice(&encoder.encode(&lower));
        }
        bytes.push(b'\n');
    }
    bytes
}

/// A text with the number of its bytes before it.
fn put_counted(text: &str, encoder: &mut TextEncoder, bytes: &mut Vec<u8>) {
    let text = encoder.encode(text);
    bytes.extend_from_slice(format!("{} ", text.len()).as_bytes());
    bytes.extend_from_slice(&text);
}

/// A counted value as a text.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Number(number) => doubles::shown(*number),
        Value::Text(text) => text.clone(),
    }
}

/// The small letter of a character where it is one character.
fn lower(character: char) -> char {
    let mut small = character.to_lowercase();
    match (small.next(), small.next()) {
        (Some(small), None) => small,
        _ => character,
    }
}

/// Measure, width and alignment of every segment.
fn display(variable: &SavVariable) -> impl Iterator<Item = i32> {
    let measure = variable.measure.and_then(|measure| number(&MEASURES, &measure)).unwrap_or(0);
    let width = variable.column_width.unwrap_or_else(|| variable.usual_column_width()).max(1);
    let alignment = variable.alignment.unwrap_or_else(|| variable.usual_alignment());
    let alignment = number(&ALIGNMENTS, &alignment).unwrap_or(0);
    let count = variable.width.map_or(1, |width| Segments::new(width.into()).count());
    let shown = [measure, width, alignment].map(|number| i32::try_from(number).unwrap_or(i32::MAX));
    std::iter::repeat_n(shown, count).flatten()
}

fn long_names(dictionary: &Dictionary<'_>, encoder: &mut TextEncoder) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (names, variable) in dictionary.names.iter().zip(&dictionary.metadata.variables) {
        if !bytes.is_empty() {
            bytes.push(b'\t');
        }
        bytes.extend_from_slice(&encoder.encode(&names.own));
        bytes.push(b'=');
        bytes.extend_from_slice(&encoder.encode(&variable.name));
    }
    bytes
}

fn very_long_texts(dictionary: &Dictionary<'_>, encoder: &mut TextEncoder) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (names, variable) in dictionary.names.iter().zip(&dictionary.metadata.variables) {
        if let Some(width) = variable.width.filter(|width| usize::from(*width) > SEGMENT_WIDTH) {
            bytes.extend_from_slice(&encoder.encode(&names.own));
            bytes.extend_from_slice(format!("={width}\0\t").as_bytes());
        }
    }
    bytes
}

fn put_attribute(attribute: &Attribute, encoder: &mut TextEncoder, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(&encoder.encode(&attribute.name));
    bytes.push(b'(');
    for value in &attribute.values {
        bytes.push(b'\'');
        bytes.extend_from_slice(&encoder.encode(value));
        bytes.extend_from_slice(b"'\n");
    }
    bytes.push(b')');
}

fn variable_attributes(dictionary: &Dictionary<'_>, encoder: &mut TextEncoder) -> Vec<u8> {
    let mut bytes = Vec::new();
    for variable in dictionary.metadata.variables.iter().filter(|variable| !variable.attributes.is_empty()) {
        if !bytes.is_empty() {
            bytes.push(b'/');
        }
        bytes.extend_from_slice(&encoder.encode(&variable.name));
        bytes.push(b':');
        variable.attributes.iter().for_each(|attribute| put_attribute(attribute, encoder, &mut bytes));
    }
    bytes
}

fn put_length(length: usize, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(&i32::try_from(length).unwrap_or(i32::MAX).to_le_bytes());
}

fn put_text(text: &str, encoder: &mut TextEncoder, bytes: &mut Vec<u8>) {
    let text = encoder.encode(text);
    put_length(text.len(), bytes);
    bytes.extend_from_slice(&text);
}

/// Variables that are texts wider than eight bytes, with their widths.
fn long_texts<'a>(dictionary: &Dictionary<'a>) -> impl Iterator<Item = (&'a SavVariable, usize)> {
    let variables = &dictionary.metadata.variables;
    let long = variables.iter().filter_map(|variable| Some((variable, usize::from(variable.width?))));
    long.filter(|(_, width)| *width > SHORT_TEXT)
}

fn long_text_labels(dictionary: &Dictionary<'_>, encoder: &mut TextEncoder) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (variable, width) in long_texts(dictionary) {
        let labels = dictionary.metadata.labels_of(variable);
        if labels.is_empty() {
            continue;
        }
        put_text(&variable.name, encoder, &mut bytes);
        put_length(width, &mut bytes);
        put_length(labels.len(), &mut bytes);
        for (value, label) in labels {
            put_length(width, &mut bytes);
            let end = bytes.len() + width;
            bytes.extend_from_slice(&encoder.encode(&shown(value)));
            bytes.resize(end, b' ');
            put_text(label, encoder, &mut bytes);
        }
    }
    bytes
}

/// The length of the values stands once before them.
fn long_text_missing(dictionary: &Dictionary<'_>, encoder: &mut TextEncoder) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (variable, _) in long_texts(dictionary) {
        let values = &variable.missing.values;
        if values.is_empty() {
            continue;
        }
        put_text(&variable.name, encoder, &mut bytes);
        bytes.push(u8::try_from(values.len()).unwrap_or(u8::MAX));
        put_length(ELEMENT_BYTES, &mut bytes);
        for value in values {
            let end = bytes.len() + ELEMENT_BYTES;
            bytes.extend_from_slice(&encoder.encode(&shown(value)));
            bytes.resize(end, b' ');
        }
    }
    bytes
}
